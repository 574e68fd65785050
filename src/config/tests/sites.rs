//! `[[site]]`.

use std::time::Duration;

use super::{Fixture, added, one_problem, one_warning, replaced};
use crate::config::Config;
use crate::domain::retention::RetentionPeriod;
use crate::domain::site::{Dialect, Endpoints};

const NAME: &str = "name = \"shop\"";
const URIS: &str = "\"https://shop.example/callback\"";
const APP_ID: &str = "\"990602627938098\"";

#[test]
fn a_site_has_what_was_said_and_defaults_for_the_rest() {
    let config = Config::parse(&Fixture::new().text()).unwrap();
    let site = &config.sites[0];
    assert_eq!(site.id.as_str(), "shop");
    assert_eq!(site.app.id, "990602627938098");
    assert_eq!(site.app.secret.expose(), "app-secret");
    assert_eq!(site.app.dialect, Dialect::InstagramLogin);
    assert_eq!(site.app.endpoints, Endpoints::of(Dialect::InstagramLogin));
    assert_eq!(site.app.graph_version, "v25.0");
    assert_eq!(site.redirect_uris, ["https://shop.example/callback"]);
    assert_eq!(site.scopes, ["instagram_business_basic"]);
    assert_eq!(site.authorization_ttl, Duration::from_secs(600));
    assert_eq!(site.max_pending_authorizations, 20_000);
}

#[test]
fn basic_display_brings_one_warning_that_it_was_switched_off() {
    let config = added(NAME, "dialect = \"basic-display\"").unwrap();
    assert_eq!(config.warnings.0.len(), 1);
    assert!(config.warnings.0[0].what.contains("2024-12-04"));
    assert_eq!(config.sites[0].scopes, ["user_profile"]);
    assert_eq!(
        config.sites[0].app.endpoints.authorize,
        "https://api.instagram.com"
    );
}

#[test]
fn an_unknown_dialect_is_told() {
    let problem = one_problem(added(NAME, "dialect = \"graph\""));
    assert!(problem.what_to_do.contains("instagram-login"), "{problem}");
}

#[test]
fn a_redirect_uri_without_https_is_refused() {
    let problem = one_problem(replaced(URIS, "\"http://shop.example/callback\""));
    assert!(problem.what.contains("no https"), "{problem}");
}

#[test]
fn a_redirect_uri_on_this_machine_needs_no_https() {
    for uri in [
        "http://127.0.0.1:8000/cb",
        "http://localhost/cb",
        "http://[::1]:1/cb",
    ] {
        replaced(URIS, &format!("\"{uri}\"")).unwrap();
    }
}

#[test]
fn a_name_that_only_begins_like_localhost_needs_https() {
    for host in [
        "localhost.example",
        "127.0.0.1.example",
        "127.0.0.1@shop.example",
    ] {
        assert!(
            replaced(URIS, &format!("\"http://{host}/cb\"")).is_err(),
            "{host}"
        );
    }
}

#[test]
fn redirect_uris_that_differ_by_a_slash_are_a_warning() {
    let twins = format!("{URIS}, \"https://shop.example/callback/\"");
    let warning = one_warning(replaced(URIS, &twins));
    assert_eq!(warning.place, "site[0].redirect_uris[1]");
    assert!(warning.what.contains("slash"), "{warning}");
}

#[test]
fn a_redirect_uri_without_a_path_is_a_warning() {
    let warning = one_warning(replaced(URIS, "\"https://shop.example\""));
    assert!(warning.what_to_do.contains("dashboard"), "{warning}");
}

#[test]
fn redirect_uris_that_cannot_work_are_told() {
    for (uris, what) in [
        ("", "is empty"),
        ("\"shop.example/cb\"", "not a URL"),
        ("\"https://shop.example/cb#top\"", "fragment"),
        ("\"https://me@shop.example/cb\"", "user name"),
        ("\"https://shop.example/a b\"", "not a URL"),
        ("\"https://a.example/\", \"https://a.example/\"", "twice"),
    ] {
        let problem = one_problem(replaced(URIS, uris));
        assert!(problem.what.contains(what), "{uris}: {problem}");
    }
    let long = format!("\"https://shop.example/{}\"", "x".repeat(2048));
    assert!(
        one_problem(replaced(URIS, &long))
            .what
            .contains("2048 bytes")
    );
}

#[test]
fn an_app_id_is_digits_in_quotes() {
    for id in ["\"my-app\"", "\"\"", "990602627938098"] {
        let problem = one_problem(replaced(APP_ID, id));
        assert_eq!(problem.place, "site[0].instagram_app_id", "{id}");
    }
}

#[test]
fn a_secret_of_several_words_is_the_wrong_file() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("shop.secret");
    std::fs::write(path, "two words\n").unwrap();
    let problem = one_problem(Config::parse(&fixture.text()));
    assert!(problem.what.contains("more than one word"), "{problem}");
    assert!(!problem.to_string().contains("two words"));
}

#[test]
fn two_sites_of_one_name_are_told() {
    let fixture = Fixture::new();
    let text = fixture.text();
    let site = &text[text.find("[[site]]").unwrap()..text.find("[[caller]]").unwrap()];
    let problem = one_problem(Config::parse(&format!("{text}{site}")));
    assert!(
        problem.what.contains("names another site `shop`"),
        "{problem}"
    );
}

#[test]
fn no_site_at_all_is_told() {
    let fixture = Fixture::new();
    let text = fixture.text();
    let site = &text[text.find("[[site]]").unwrap()..text.find("[[caller]]").unwrap()];
    let problems = Config::parse(&text.replace(site, "")).unwrap_err();
    assert!(
        problems.0.iter().any(|one| one.place == "site"),
        "{problems}"
    );
}

#[test]
fn a_sites_name_follows_the_stores_rule() {
    let problems = replaced(NAME, "name = \"My Shop\"").unwrap_err();
    assert!(
        problems.0[0].what.contains("1 to 63 characters"),
        "{problems}"
    );
}

#[test]
fn the_window_stays_open_an_hour_at_most() {
    let problem = one_problem(added(NAME, "authorization_ttl_minutes = 61"));
    assert!(problem.what_to_do.contains("from 1 to 60"), "{problem}");
    let config = added(NAME, "authorization_ttl_minutes = 60").unwrap();
    assert_eq!(config.sites[0].authorization_ttl, Duration::from_secs(3600));
}

#[test]
fn scopes_must_hold_the_one_that_logging_in_takes() {
    let problem = one_problem(added(
        NAME,
        "scopes = [\"instagram_business_manage_comments\"]",
    ));
    assert!(
        problem.what.contains("lacks `instagram_business_basic`"),
        "{problem}"
    );
}

#[test]
fn a_scope_that_cannot_be_one_is_told() {
    let scopes = "scopes = [\"instagram_business_basic\", \"Basic Scope\"]";
    assert_eq!(one_problem(added(NAME, scopes)).place, "site[0].scopes[1]");
}

#[test]
fn a_graph_version_is_a_version_or_nothing() {
    for version in ["25", "v25", "v25.x", "latest"] {
        one_problem(added(NAME, &format!("graph_version = \"{version}\"")));
    }
    let config = added(NAME, "graph_version = \"\"").unwrap();
    assert_eq!(config.sites[0].app.graph_version, "");
}

#[test]
fn endpoints_on_this_machine_are_accepted_with_one_warning() {
    let line = "endpoints = { authorize = \"http://127.0.0.1:1/www/\", graph = \"http://127.0.0.1:1/graph\" }";
    let config = added(NAME, line).unwrap();
    let endpoints = &config.sites[0].app.endpoints;
    assert_eq!(endpoints.authorize, "http://127.0.0.1:1/www");
    assert_eq!(endpoints.api, "https://api.instagram.com");
    assert_eq!(endpoints.graph, "http://127.0.0.1:1/graph");
    assert_eq!(config.warnings.0.len(), 1, "{}", config.warnings);
}

#[test]
fn endpoints_elsewhere_need_https_because_secrets_go_there() {
    let problem = one_problem(added(NAME, "endpoints = { api = \"http://mock.example\" }"));
    assert_eq!(problem.place, "site[0].endpoints.api");
}

#[test]
fn an_endpoint_is_the_beginning_of_a_url() {
    let problem = one_problem(added(
        NAME,
        "endpoints = { api = \"https://mock.example/?a=b\" }",
    ));
    assert!(problem.what.contains("beginning of a URL"), "{problem}");
}

#[test]
fn a_redirect_uri_with_a_query_is_fine() {
    let config = replaced(URIS, "\"https://shop.example/?wc-api=leadtap\"").unwrap();
    assert!(config.warnings.0.is_empty(), "{}", config.warnings);
}

#[test]
fn nobody_is_erased_unless_a_site_says_after_how_many_days() {
    let retention = |config: Config| config.sites[0].duties.retention;
    assert_eq!(
        retention(Config::parse(&Fixture::new().text()).unwrap()),
        None
    );
    for days in [1, 730, 3650] {
        let config = added(NAME, &format!("delete_after_days = {days}")).unwrap();
        assert_eq!(retention(config), RetentionPeriod::of_days(days));
    }
    for days in ["0", "3651", "-1", "\"30\"", "1.5"] {
        let problem = one_problem(added(NAME, &format!("delete_after_days = {days}")));
        assert_eq!(problem.place, "site[0].delete_after_days");
        assert!(problem.what_to_do.contains("from 1 to 3650"), "{problem}");
        assert!(problem.what_to_do.contains("or leave it out"), "{problem}");
    }
}
