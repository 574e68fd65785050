//! Logins that are not there, not any more, or somebody else's.

use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb::ErrorReason as Reason;
use serde_json::json;
use tonic::Code;

use crate::support::in_process::InProcess;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Browser, Fake, Refusal, Setup, Shop, Visit};

/// A daemon whose logins live for a minute, on a clock that stands still.
async fn minute() -> (Fake, Setup, ManualClock, InProcess) {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    setup.site = "authorization_ttl_minutes = 1".to_owned();
    let clock = ManualClock::at(SystemClock.now());
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    (fake, setup, clock, daemon)
}

#[tokio::test]
async fn a_state_that_nobody_gave_out_is_not_found() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let made_up = format!("code=abc&state={}", "A".repeat(43));
    Refusal::from(visit.complete(&shop.client, &made_up).await)
        .is(Code::NotFound, Reason::AuthorizationNotFound, "START_AGAIN")
        .after(None);
}

#[tokio::test]
async fn a_shopper_who_comes_back_too_late_begins_again() {
    let (fake, _setup, clock, daemon) = minute().await;
    let client = daemon.client().await;
    let visit = Visit::begin(&client).await;
    let (yes, no) = (visit.allow(ACCOUNT).await, visit.cancel().await);
    clock.advance(Duration::from_secs(60));
    for callback in [yes, no] {
        Refusal::from(visit.complete(&client, &callback).await).is(
            Code::FailedPrecondition,
            Reason::AuthorizationExpired,
            "START_AGAIN",
        );
    }
    assert_eq!(fake.count(visit.state(), "token").await, 0);
}

#[tokio::test]
async fn a_shopper_who_comes_back_in_the_last_moment_is_in_time() {
    let (_fake, _setup, clock, daemon) = minute().await;
    let client = daemon.client().await;
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    clock.advance(Duration::from_micros(59_999_999));
    assert!(authorized(visit.complete(&client, &callback).await).new_lead);
}

#[tokio::test]
async fn a_login_whose_code_was_exchanged_in_time_lives_on_for_another_time() {
    let (fake, _setup, clock, daemon) = minute().await;
    let client = daemon.client().await;
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    fake.knobs(json!({ "me_failure": "unavailable" })).await;
    clock.advance(Duration::from_secs(50));
    visit.complete(&client, &callback).await.unwrap_err();
    clock.advance(Duration::from_secs(50));
    fake.forget_knobs().await;
    assert!(authorized(visit.complete(&client, &callback).await).new_lead);
    assert_eq!(fake.count(visit.state(), "token").await, 1);
}

#[tokio::test]
async fn another_browser_changes_nothing_and_the_right_one_completes() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let stranger = Visit {
        browser: Browser::new(),
        started: visit.started.clone(),
    };
    for _ in 0..2 {
        Refusal::from(stranger.complete(&shop.client, &callback).await).is(
            Code::PermissionDenied,
            Reason::BrowserBindingMismatch,
            "START_AGAIN",
        );
        assert_eq!(shop.fake.calls(visit.state()).await, [0, 0, 0]);
    }
    let done = authorized(visit.complete(&shop.client, &callback).await);
    assert!(done.new_lead && !done.replayed);
    // Nor does it get the answer of a login that is done.
    let late = Refusal::from(stranger.complete(&shop.client, &callback).await);
    assert_eq!(late.code, Code::PermissionDenied);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}
