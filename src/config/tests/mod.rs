//! What a configuration may say, and what is told about one that is wrong.

mod callers;
mod daemon;
mod documents;
mod sites;
mod tls;
mod webhooks;

use std::os::unix::fs::PermissionsExt;

use super::{Config, Problem, Problems, Severity};

/// A folder with the secret that [`Fixture::text`] names.
struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("shop.secret");
        std::fs::write(&secret, "app-secret\n").unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        let webhook = folder.path().join("crm.secret");
        std::fs::write(&webhook, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        std::fs::set_permissions(&webhook, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { folder }
    }

    /// A configuration with nothing wrong and nothing more than is needed.
    fn text(&self) -> String {
        format!(
            r#"[listen]
unix = {{ path = "/run/leadtap/leadtap.sock" }}
[store]
path = "/var/lib/leadtap"
[keys]
file = "/etc/leadtap/keys"
[[site]]
name = "shop"
instagram_app_id = "990602627938098"
instagram_app_secret_file = "{}/shop.secret"
redirect_uris = ["https://shop.example/callback"]
[[caller]]
name = "php-fpm"
site = "shop"
uid = 33
permissions = ["login"]
"#,
            self.folder.path().display()
        )
    }
}

/// The right configuration with one piece of it replaced.
fn replaced(old: &str, new: &str) -> Result<Config, Problems> {
    let fixture = Fixture::new();
    let text = fixture.text();
    assert!(text.contains(old), "{old}");
    Config::parse(&text.replace(old, new))
}

/// The right configuration with lines put behind `after`.
fn added(after: &str, lines: &str) -> Result<Config, Problems> {
    replaced(after, &format!("{after}\n{lines}"))
}

/// The one problem of a wrong configuration.
fn one_problem(result: Result<Config, Problems>) -> Problem {
    let problems = result.unwrap_err().0;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = problems.into_iter().next().unwrap();
    assert_eq!(problem.severity, Severity::Problem);
    assert!(!problem.what_to_do.is_empty());
    problem
}

/// The one warning of a configuration that starts.
fn one_warning(result: Result<Config, Problems>) -> Problem {
    let mut warnings = result.unwrap().warnings.0;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    warnings.remove(0)
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let fixture = Fixture::new();
    let text = fixture
        .text()
        .replace(
            "path = \"/var/lib/leadtap\"",
            "path = \"leadtap\"\ncache_mb = 1",
        )
        .replace("https://shop.example", "http://shop.example")
        .replace("\"login\"", "\"logins\"");
    let problems = Config::parse(&text).unwrap_err();
    let places: Vec<_> = problems
        .0
        .iter()
        .map(|one| (one.place.as_str(), one.line))
        .collect();
    assert_eq!(
        places,
        [
            ("store.path", Some(4)),
            ("store.cache_mb", Some(5)),
            ("site[0].redirect_uris[0]", Some(12)),
            ("caller[0].permissions[0]", Some(17)),
        ]
    );
}

#[test]
fn an_unknown_key_names_the_nearest_right_one_and_its_line() {
    let problem = one_problem(added("path = \"/var/lib/leadtap\"", "cache_mb = 64"));
    assert_eq!(
        problem.to_string(),
        "store.cache_mb (line 5) is not a key of leadtap's. Did you mean `cache_mib`?"
    );
}

#[test]
fn a_key_in_the_wrong_section_is_sent_home() {
    let problem = one_problem(added("file = \"/etc/leadtap/keys\"", "cache_mib = 64"));
    assert_eq!(problem.what_to_do, "It belongs in [store].");
}

#[test]
fn an_unknown_key_like_no_other_brings_the_list() {
    let problem = one_problem(added("file = \"/etc/leadtap/keys\"", "zzz = 1"));
    assert_eq!(problem.what_to_do, "Known here: file, credential.");
}

#[test]
fn an_unknown_section_is_told() {
    let problem = one_problem(added("permissions = [\"login\"]", "[lisden]\ntcp = \"x\""));
    assert_eq!(problem.what_to_do, "Did you mean `listen`?");
}

#[test]
fn a_secret_in_the_configuration_itself_is_refused_and_not_repeated() {
    let problem = one_problem(added(
        "name = \"shop\"",
        "instagram_app_secret = \"hunter2\"",
    ));
    assert_eq!(
        problem.what_to_do,
        "Did you mean `instagram_app_secret_file`?"
    );
    assert!(!problem.to_string().contains("hunter2"));
}

#[test]
fn a_file_that_is_not_toml_names_its_lines() {
    let problems = Config::parse("[listen]\nunix = \n[store\n").unwrap_err();
    assert_eq!(problems.0[0].line, Some(2), "{problems}");
    assert!(problems.0[0].what.starts_with("is not TOML"), "{problems}");
}

#[test]
fn an_empty_file_says_what_a_daemon_needs() {
    let problems = Config::parse("").unwrap_err();
    let mut places: Vec<_> = problems.0.iter().map(|one| one.place.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["caller", "keys.file", "listen", "site", "store.path"]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_name() {
    let problem = one_problem(Config::load(std::path::Path::new("/nowhere/leadtap.toml")));
    assert_eq!(problem.place, "/nowhere/leadtap.toml");
}

#[test]
fn a_value_of_the_wrong_type_is_told_where_it_stands() {
    for (old, new, what) in [
        ("\"/var/lib/leadtap\"", "7", "is not a text"),
        ("[\"login\"]", "\"login\"", "is not a list"),
        (
            "{ path = \"/run/leadtap/leadtap.sock\" }",
            "\"/run/x\"",
            "is not a table",
        ),
    ] {
        let problems = replaced(old, new).unwrap_err();
        assert_eq!(problems.0[0].what, what, "{problems}");
    }
}
