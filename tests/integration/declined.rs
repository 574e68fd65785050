//! That somebody says no is an answer.

use leadtap::grpc::pb::ErrorReason as Reason;
use serde_json::json;
use tonic::Code;

use crate::support::shop::{ACCOUNT, authorized, declined};
use crate::support::{Browser, Refusal, Shop, Visit};

#[tokio::test]
async fn a_shopper_who_cancels_is_told_apart_and_sent_back() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let callback = visit.cancel().await;
    let first = declined(visit.complete(&shop.client, &callback).await);
    assert_eq!(first.error, "access_denied");
    assert_eq!(first.reason, "user_denied");
    assert_eq!(first.description, "The user denied your request");
    assert_eq!(first.return_to, "/checkout?step=2");
    let again = declined(visit.complete(&shop.client, &callback).await);
    assert_eq!(again, first);
    assert_eq!(shop.fake.calls(visit.state()).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_declined_login_is_over_even_with_a_code() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let no = visit.cancel().await;
    let first = declined(visit.complete(&shop.client, &no).await);
    let yes = visit.allow(ACCOUNT).await;
    assert_eq!(declined(visit.complete(&shop.client, &yes).await), first);
    assert_eq!(shop.fake.count(visit.state(), "token").await, 0);
}

#[tokio::test]
async fn a_denial_without_state_declines_and_leaves_the_login_as_it_is() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "denial_state": false })).await;
    let callback = visit.cancel().await;
    assert!(!callback.contains("state="), "{callback}");
    let answer = declined(visit.complete(&shop.client, &callback).await);
    assert_eq!((&*answer.reason, &*answer.return_to), ("user_denied", ""));

    let callback = visit.allow(ACCOUNT).await;
    assert!(authorized(visit.complete(&shop.client, &callback).await).new_lead);
}

#[tokio::test]
async fn what_instagrams_window_refuses_is_declined_in_its_words() {
    let shop = Shop::open().await;
    for (knob, error, description) in [
        (
            "insufficient_developer_role",
            "access_denied",
            "Insufficient developer role",
        ),
        ("invalid_scopes", "invalid_request", "Invalid Scopes: "),
    ] {
        let visit = shop.visit_under(json!({ "window_error": knob })).await;
        let callback = visit.allow(ACCOUNT).await;
        let answer = declined(visit.complete(&shop.client, &callback).await);
        assert_eq!(answer.error, error);
        assert!(answer.description.starts_with(description), "{answer:?}");
        assert_eq!(
            (&*answer.reason, &*answer.return_to),
            ("", "/checkout?step=2")
        );
    }
}

#[tokio::test]
async fn another_browser_cannot_decline_a_login() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let callback = visit.cancel().await;
    let stranger = Visit {
        browser: Browser::new(),
        started: visit.started.clone(),
    };
    Refusal::from(stranger.complete(&shop.client, &callback).await).is(
        Code::PermissionDenied,
        Reason::BrowserBindingMismatch,
        "START_AGAIN",
    );
    let callback = visit.allow(ACCOUNT).await;
    authorized(visit.complete(&shop.client, &callback).await);
}
