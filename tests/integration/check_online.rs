//! `leadtap check --online`: each fault that keeps every shopper out, found
//! before the first one comes.

use std::time::Duration;

use leadtap::app::online;
use leadtap::config::Config;
use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use serde_json::{Value, json};

use crate::support::command::{Ended, leadtap, run};
use crate::support::daemon::REDIRECT_URI;
use crate::support::fake::{APP_ID, APP_SECRET};
use crate::support::{Fake, Setup};

/// Runs it over this setup.
async fn check(setup: &Setup, more: &[&str]) -> Ended {
    let config = setup.path("leadtap.toml");
    std::fs::write(&config, setup.configuration()).unwrap();
    let arguments = ["check", "--online", "--config", config.to_str().unwrap()];
    let ended = run(leadtap(&[&arguments, more].concat())).await;
    let said = ended.out.clone() + &ended.err;
    assert!(!said.contains(APP_SECRET), "{said}");
    ended
}

/// What it complains of, warnings apart: places and texts.
async fn problems(setup: &Setup) -> (Option<i32>, Vec<(String, String)>) {
    let ended = check(setup, &["--output", "json"]).await;
    let said: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    let found = said["problems"].as_array().unwrap().iter();
    let bad = found.filter(|one| one["severity"] == "problem").map(|one| {
        assert!(!one["what_to_do"].as_str().unwrap().is_empty(), "{one}");
        (
            one["place"].as_str().unwrap().to_owned(),
            one["what"].as_str().unwrap().to_owned(),
        )
    });
    (ended.exit, bad.collect())
}

/// That it finds exactly this.
async fn finds(setup: &Setup, place: &str, text: &str) {
    let (exit, found) = problems(setup).await;
    assert_eq!(exit, Some(78), "{found:?}");
    let places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, [place], "{found:?}");
    assert!(found[0].1.contains(text), "{found:?}");
}

#[tokio::test]
async fn an_instagram_that_knows_app_secret_and_redirect_uri_has_no_complaint() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    let ended = check(&setup, &[]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(ended.out.contains("Problems: 0"), "{ended:?}");
    // The shop of these tests is nowhere, which is its own affair.
    assert!(
        ended.out.contains("cannot be reached from this machine"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn nobody_is_asked_unless_that_is_wanted() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    let config = setup.path("leadtap.toml");
    std::fs::write(&config, setup.configuration()).unwrap();
    let ended = run(leadtap(&["check", "--config", config.to_str().unwrap()])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!(fake.journal("").await["entries"], json!([]));
}

#[tokio::test]
async fn an_app_id_that_instagram_does_not_know() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let other = APP_ID.replace('9', "8");
    setup.replaced.push((APP_ID.to_owned(), other.clone()));
    finds(&setup, "site[0].instagram_app_id", &other).await;
}

#[tokio::test]
async fn a_secret_that_is_not_the_apps() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    std::fs::write(setup.path("app-secret"), "another-secret").unwrap();
    finds(&setup, "site[0].instagram_app_secret_file", "refuses").await;
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_in_the_dashboard() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let with_slash = format!("\"{REDIRECT_URI}\", \"{REDIRECT_URI}/\"");
    let only = format!("\"{REDIRECT_URI}\"");
    setup.replaced.push((only, with_slash));
    finds(&setup, "site[0].redirect_uris[1]", "does not know").await;
}

#[tokio::test]
async fn a_scope_that_the_app_does_not_have() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    "scopes = [\"instagram_business_basic\", \"instagram_business_mail\"]"
        .clone_into(&mut setup.site);
    finds(&setup, "site[0].scopes", "instagram_business_mail").await;
}

#[tokio::test]
async fn endpoints_that_cannot_be_reached() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    for part in ["www", "api", "graph"] {
        let there = format!("{}/{part}", fake.base);
        let replaced = (there, format!("{nowhere}/{part}"));
        setup.replaced.push(replaced);
    }
    let (exit, found) = problems(&setup).await;
    assert_eq!(exit, Some(78));
    let places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
    let endpoints = ["api", "graph", "authorize"].map(|one| format!("site[0].endpoints.{one}"));
    assert_eq!(places, endpoints, "{found:?}");
    for (_, what) in &found {
        assert!(what.contains("cannot be reached"), "{what}");
    }
}

#[tokio::test]
async fn something_that_answers_in_instagrams_place() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    fake.knobs(json!({ "token_failure": "html_page" })).await;
    finds(&setup, "site[0].endpoints.api", "is not Instagram").await;
    fake.knobs(json!({ "me_failure": "html_page", "token_failure": "none" }))
        .await;
    finds(&setup, "site[0].endpoints.graph", "is not Instagram").await;
}

#[tokio::test]
async fn an_instagram_in_trouble_is_a_warning() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    fake.knobs(json!({ "window_page": "server_error", "me_failure": "throttled" }))
        .await;
    let ended = check(&setup, &[]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!(
        ended.out.matches("in trouble or too busy").count(),
        2,
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_by_how_much() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    let config = Config::parse(&setup.configuration()).unwrap();
    let now = SystemClock.now();
    let hour = Duration::from_secs(3600);
    for (clock, said) in [
        (ManualClock::at(now.plus(hour)), "ahead of"),
        (ManualClock::at(now.minus(hour)), "behind"),
    ] {
        let found = online::check(&config, &clock).await.unwrap();
        let clocks: Vec<_> = found
            .iter()
            .filter(|one| one.place == "The clock")
            .collect();
        assert_eq!(clocks.len(), 1, "{found:?}");
        assert!(clocks[0].what.contains(said), "{found:?}");
        assert!(clocks[0].what.contains("is 3"), "{found:?}");
    }
    let found = online::check(&config, &SystemClock).await.unwrap();
    assert!(
        found.iter().all(|one| one.place != "The clock"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_configuration_with_mistakes_is_told_and_nobody_is_asked() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let slip = ("worker_threads".to_owned(), "worker_threadz".to_owned());
    setup.replaced.push(slip);
    let ended = check(&setup, &[]).await;
    assert_eq!(ended.exit, Some(78), "{ended:?}");
    assert!(ended.out.contains("was not asked"), "{ended:?}");
    assert!(ended.err.contains("cannot start like this"), "{ended:?}");
    assert_eq!(fake.journal("").await["entries"], json!([]));
}
