//! Every error of Instagram's, at each call where it can come.

use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::{Value, json};
use tonic::Code::{self, FailedPrecondition, ResourceExhausted, Unavailable};

use crate::support::shop::{ACCOUNT, authorized, keys};
use crate::support::{Refusal, Shop};

/// What the sandbox calls each of its answers.
const FBTRACE_ID: &str = "AsandboxTrace0123456789";

type Row = (Value, Code, Reason, &'static str, Option<u64>);

/// An error of graph.instagram.com that the sandbox has no name for.
fn code(code: u32) -> Value {
    json!({ "error": { "code": code, "message": "Some words" } })
}

/// The errors of the graph that end a login.
fn final_errors() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![
        (
            json!("blocked"),
            ResourceExhausted,
            Reason::InstagramBlocked,
            "OPERATOR",
            Some(3_600),
        ),
        (
            json!("role_trap"),
            FailedPrecondition,
            Reason::InstagramRoleMissing,
            "OPERATOR",
            None,
        ),
        (
            json!("bad_parameter"),
            FailedPrecondition,
            Reason::InstagramRequestRejected,
            "OPERATOR",
            None,
        ),
    ];
    for name in [
        "expired",
        "password_changed",
        "app_removed",
        "checkpoint",
        "unconfirmed",
        "invalid_token",
        "session_invalid",
    ] {
        rows.push((
            json!(name),
            FailedPrecondition,
            Reason::InstagramTokenDead,
            "START_AGAIN",
            None,
        ));
    }
    let unnamed =
        json!({ "error": { "code": 190, "error_subcode": 492, "message": "Some words" } });
    rows.push((
        unnamed,
        FailedPrecondition,
        Reason::InstagramTokenDead,
        "START_AGAIN",
        None,
    ));
    let missing = [
        json!("permission_missing"),
        code(3),
        code(200),
        code(250),
        code(299),
    ];
    rows.extend(missing.map(|error| {
        (
            error,
            FailedPrecondition,
            Reason::InstagramPermissionMissing,
            "OPERATOR",
            None,
        )
    }));
    rows
}

/// The errors of the graph that pass.
fn passing_errors() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![
        // The usage header of the sandbox names 19 minutes.
        (
            json!("throttled"),
            ResourceExhausted,
            Reason::InstagramThrottled,
            "RETRY",
            Some(19 * 60),
        ),
        (
            json!("rate_limited"),
            ResourceExhausted,
            Reason::InstagramThrottled,
            "RETRY",
            Some(5 * 60),
        ),
    ];
    rows.extend([17, 32, 341, 613].map(|number| {
        (
            code(number),
            ResourceExhausted,
            Reason::InstagramThrottled,
            "RETRY",
            Some(5 * 60),
        )
    }));
    rows.extend(["unknown", "unavailable", "transient"].map(|name| {
        (
            json!(name),
            Unavailable,
            Reason::InstagramUnavailable,
            "RETRY",
            Some(2),
        )
    }));
    rows
}

async fn hold(shop: &Shop, knob: &str, rows: Vec<Row>, fbtrace_id: Option<&str>) {
    let logins = rows
        .into_iter()
        .map(async |(error, code, reason, next_step, wait)| {
            let (visit, callback, status) = shop.refused_login(json!({ knob: error })).await;
            let first = Refusal::of(&status).is(code, reason, next_step).after(wait);
            assert_eq!(first.fbtrace_id.as_deref(), fbtrace_id, "{error}");
            let calls = shop.fake.calls(visit.state()).await;
            if next_step != "RETRY" {
                // It is over: the same answer again, and no more calls.
                let again = visit.complete(&shop.client, &callback).await;
                assert_eq!(Refusal::from(again), first, "{error}");
                assert_eq!(shop.fake.calls(visit.state()).await, calls);
            }
            assert_eq!(calls[0], 1, "{error}");
        });
    futures_util::future::join_all(logins).await;
}

#[tokio::test]
async fn each_refusal_of_a_profile_has_its_reason() {
    let shop = Shop::open().await;
    let rows = [final_errors(), passing_errors()].concat();
    hold(&shop, "me_failure", rows, Some(FBTRACE_ID)).await;
}

#[tokio::test]
async fn each_refusal_of_a_long_lived_token_has_its_reason() {
    let shop = Shop::open().await;
    hold(&shop, "exchange_failure", final_errors(), Some(FBTRACE_ID)).await;
}

#[tokio::test]
async fn a_long_lived_token_refused_for_a_passing_reason_is_left_for_later() {
    let shop = Shop::open().await;
    let logins = passing_errors().into_iter().map(async |(error, ..)| {
        let visit = shop.visit_under(json!({ "exchange_failure": error })).await;
        let callback = visit.allow(ACCOUNT).await;
        let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
        let state = lead.unwrap().token.unwrap().state();
        assert_eq!(state, pb::TokenState::ShortLived, "{error}");
    });
    futures_util::future::join_all(logins).await;
    assert!(shop.daemon.log().contains(FBTRACE_ID), "for Meta's support");
}

#[tokio::test]
async fn each_refusal_of_a_code_has_its_reason() {
    let shop = Shop::open().await;
    let named =
        |name: &str, reason, next_step| (json!(name), FailedPrecondition, reason, next_step, None);
    let limit = json!({ "error": {
        "code": 429, "type": "OAuthRateLimitException", "message": "Slow down", "status": 429,
    }});
    let rows = vec![
        named("code_not_found", Reason::CodeRefused, "START_AGAIN"),
        named("code_used", Reason::CodeRefused, "START_AGAIN"),
        named(
            "invalid_platform_app",
            Reason::InstagramAppRejected,
            "OPERATOR",
        ),
        named(
            "redirect_uri_mismatch",
            Reason::InstagramRedirectUriRejected,
            "OPERATOR",
        ),
        named(
            "bad_parameter",
            Reason::InstagramRequestRejected,
            "OPERATOR",
        ),
        (
            limit,
            ResourceExhausted,
            Reason::InstagramThrottled,
            "START_AGAIN",
            Some(5 * 60),
        ),
        (
            json!("unknown"),
            Unavailable,
            Reason::InstagramUnavailable,
            "START_AGAIN",
            Some(2),
        ),
        (
            json!("unavailable"),
            Unavailable,
            Reason::InstagramUnavailable,
            "START_AGAIN",
            Some(2),
        ),
        (
            json!("throttled"),
            ResourceExhausted,
            Reason::InstagramThrottled,
            "START_AGAIN",
            Some(19 * 60),
        ),
    ];
    hold(&shop, "token_failure", rows, None).await;
}

#[tokio::test]
async fn a_wrong_app_secret_is_told_as_one() {
    let shop = Shop::open_with(|setup| {
        std::fs::write(setup.path("app-secret"), "not-the-secret").unwrap();
    })
    .await;
    let (_, _, status) = shop.refused_login(json!({})).await;
    Refusal::of(&status).is(FailedPrecondition, Reason::InstagramAppRejected, "OPERATOR");
}

#[tokio::test]
async fn two_ids_of_two_leads_log_nobody_in() {
    let shop = Shop::open().await;
    let account = |name: &str, id: u64, user_id: u64| json!({ "username": name, "account_type": "creator", "id": id, "user_id": user_id });
    let mut leads = Vec::new();
    for (name, id, user_id) in [("one", 11, 12), ("two", 21, 22)] {
        shop.fake.account(account(name, id, user_id)).await;
        leads.push(shop.login(name).await.lead.unwrap());
    }
    shop.fake.account(account("one", 11, 22)).await;
    let visit = shop.visit().await;
    let callback = visit.allow("one").await;
    for _ in 0..2 {
        Refusal::from(visit.complete(&shop.client, &callback).await)
            .is(FailedPrecondition, Reason::IdentityConflict, "OPERATOR")
            .after(None);
    }
    for lead in leads {
        for key in keys(&lead) {
            assert_eq!(shop.lead(key).await.unwrap(), lead);
        }
    }
}
