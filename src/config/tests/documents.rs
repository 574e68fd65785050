//! The example and the documentation say what the code does.

use std::collections::BTreeSet;

use super::super::schema;
use super::Fixture;
use crate::config::Config;

const EXAMPLE: &str = include_str!("../../../deploy/leadtap.example.toml");
const DOCUMENT: &str = include_str!("../../../docs/configuration.md");

/// The example with its files where a test has them. `all` also brings to
/// life what is commented out: a `#` with no space behind it.
fn example(fixture: &Fixture, all: bool) -> String {
    let folder = fixture.folder.path().display().to_string();
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(live) if all && !live.starts_with([' ', '#']) => live,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
        .replace("/etc/leadtap/shop.secret", &format!("{folder}/shop.secret"))
        .replace("/etc/leadtap/crm.secret", &format!("{folder}/crm.secret"))
        // Not every machine has the web server's user.
        .replace("\"www-data\"", "\"33\"")
}

#[test]
fn the_example_starts_without_a_warning() {
    let config = Config::parse(&example(&Fixture::new(), false)).unwrap();
    assert!(config.warnings.0.is_empty(), "{}", config.warnings);
}

#[test]
fn what_the_example_comments_out_is_valid_and_the_default() {
    let fixture = Fixture::new();
    let plain = Config::parse(&example(&fixture, false)).unwrap();
    let all = Config::parse(&example(&fixture, true)).unwrap();
    assert_eq!(all.store, plain.store);
    assert_eq!(all.log, plain.log);
    assert_eq!(all.limits.drain, plain.limits.drain);
    assert_eq!(all.limits.max_connections, plain.limits.max_connections);
    assert_eq!(all.listen.unix, plain.listen.unix);
    let caller = |config: &Config| config.callers[0].caller.clone();
    assert_eq!(caller(&all), caller(&plain));
    let (site, default) = (&all.sites[0], &plain.sites[0]);
    assert_eq!(site.scopes, default.scopes);
    assert_eq!(site.app.dialect, default.app.dialect);
    assert_eq!(site.app.endpoints, default.app.endpoints);
    assert_eq!(site.app.graph_version, default.app.graph_version);
    assert_eq!(site.authorization_ttl, default.authorization_ttl);
    assert_eq!(site.allowance, default.allowance);
    assert_eq!(
        site.max_pending_authorizations,
        default.max_pending_authorizations
    );
}

#[test]
fn the_example_shows_every_key() {
    for section in schema::ALL {
        for key in section.keys {
            assert!(EXAMPLE.contains(key), "{}.{key}", section.path);
        }
    }
}

#[test]
fn the_documentation_lists_the_keys_that_there_are_and_no_others() {
    let documented: BTreeSet<String> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key.to_owned())
        .collect();
    let known: BTreeSet<String> = schema::ALL
        .iter()
        .filter(|section| !section.path.is_empty())
        .flat_map(|section| {
            section
                .keys
                .iter()
                .map(|key| format!("{}.{key}", section.path))
        })
        .collect();
    assert_eq!(documented, known);
}
