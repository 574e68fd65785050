//! Tokens that were generated in Meta's dashboard.

use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use serde_json::{Value, json};
use tonic::Code::{self, FailedPrecondition, InvalidArgument, ResourceExhausted, Unavailable};

use crate::support::Refusal;
use crate::support::shop::ACCOUNT;
use crate::support::tokens;

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn an_imported_token_makes_a_lead_that_nobody_logged_in_for() {
    let (shop, client) = tokens::shop().await;
    let token = shop.fake.dashboard_token(ACCOUNT).await;
    let imported = client.import(&token).await.unwrap();
    assert!(imported.new_lead);
    let info = imported.token.unwrap();
    let status = info.status.clone().unwrap();
    assert_eq!(status.state(), pb::TokenState::LongLived);
    // First refreshed when it is a day old for certain, and spread over four more.
    let (now, next) = (
        status.refreshed_time.unwrap(),
        info.next_renewal_time.unwrap(),
    );
    assert!(
        (DAY..=5 * DAY).contains(&(next.seconds - now.seconds)),
        "{info:?}"
    );

    let lead = shop.lead(Key::LeadId(info.lead_id.clone())).await.unwrap();
    assert_eq!(lead.instagram.clone().unwrap().username, ACCOUNT);
    assert_eq!(lead.source(), pb::LeadSource::Import);
    assert_eq!((lead.login_count, lead.last_login_time), (0, None));
    assert_eq!(lead.token, Some(status));
    assert_eq!(client.get(&info.lead_id).await.unwrap().access_token, token);
    // It was asked for whose it is, and exchanged with nobody.
    assert_eq!(shop.fake.count_of(ACCOUNT, "me").await, 1);
    assert_eq!(shop.fake.count_of(ACCOUNT, "exchange").await, 0);

    // The same account again: another token, the same lead; and a login counts as its first.
    let newer = shop.fake.dashboard_token(ACCOUNT).await;
    assert!(!client.import(&newer).await.unwrap().new_lead);
    assert_eq!(client.get(&info.lead_id).await.unwrap().access_token, newer);
    let login = shop.login(ACCOUNT).await;
    assert!(!login.new_lead);
    let lead = login.lead.unwrap();
    assert_eq!((lead.lead_id, lead.login_count), (info.lead_id, 1));

    let log = shop.daemon.log();
    assert!(!log.contains(&token) && !log.contains(&newer), "{log}");
}

#[tokio::test]
async fn each_way_of_failing_says_what_the_operator_can_do() {
    let (shop, client) = tokens::shop().await;
    let said = |code: u32, subcode: Option<u32>, message: &str| json!({ "error": { "code": code, "error_subcode": subcode, "message": message } });
    let rows: Vec<(Value, Code, Reason, &str, &str)> = vec![
        (
            json!("expired"),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "nobody refreshed it for 60 days",
        ),
        (
            said(
                190,
                Some(460),
                "The session has been invalidated because the user changed their password",
            ),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "changed their password",
        ),
        (
            json!("app_removed"),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "removed the app",
        ),
        (
            json!("checkpoint"),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "open the Instagram app",
        ),
        (
            json!("invalid_token"),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "Generate a new one in Meta's dashboard",
        ),
        (
            said(452, None, "Session key invalid. This could be because"),
            FailedPrecondition,
            Reason::TokenRefused,
            "OPERATOR",
            "Generate a new one in Meta's dashboard",
        ),
        (
            said(
                190,
                None,
                "Invalid OAuth access token - Cannot parse access token",
            ),
            FailedPrecondition,
            Reason::TokenForeign,
            "OPERATOR",
            "of another product (Facebook Login, or the retired Basic Display)",
        ),
        (
            json!("role_trap"),
            FailedPrecondition,
            Reason::InstagramRoleMissing,
            "OPERATOR",
            "has not accepted the invitation, or the app has no Advanced Access",
        ),
        (
            said(101, None, "Invalid platform app"),
            FailedPrecondition,
            Reason::InstagramAppRejected,
            "OPERATOR",
            "not the Meta app's",
        ),
        (
            json!("permission_missing"),
            FailedPrecondition,
            Reason::InstagramPermissionMissing,
            "OPERATOR",
            "check the permissions of the app",
        ),
        (
            json!("blocked"),
            ResourceExhausted,
            Reason::InstagramBlocked,
            "OPERATOR",
            "the app's alerts in Meta's dashboard",
        ),
        (
            json!("bad_parameter"),
            FailedPrecondition,
            Reason::InstagramRequestRejected,
            "OPERATOR",
            "refused the request",
        ),
        (
            json!("unavailable"),
            Unavailable,
            Reason::InstagramUnavailable,
            "RETRY",
            "try again later",
        ),
        (
            json!("html_page"),
            Unavailable,
            Reason::InstagramAnswerUnreadable,
            "RETRY",
            "try again later",
        ),
        // Last, because the site's tokens wait after it.
        (
            json!("throttled"),
            ResourceExhausted,
            Reason::InstagramThrottled,
            "RETRY",
            "rate limit",
        ),
    ];
    let token = shop.fake.dashboard_token(ACCOUNT).await;
    for (failure, code, reason, next_step, words) in rows {
        shop.fake
            .knobs_of(ACCOUNT, json!({ "me_failure": failure }))
            .await;
        let refusal = Refusal::from(client.import(&token).await).is(code, reason, next_step);
        assert!(
            refusal.message.contains(words),
            "{failure}: {}",
            refusal.message
        );
        assert!(!refusal.message.contains(&token));
    }
    // Whoever is throttled is not helped by more calls.
    let calls = shop.fake.count_of(ACCOUNT, "me").await;
    Refusal::from(client.import(&token).await).is(
        ResourceExhausted,
        Reason::InstagramThrottled,
        "RETRY",
    );
    assert_eq!(shop.fake.count_of(ACCOUNT, "me").await, calls);
    let listed = client.list(pb::ListTokensRequest::default()).await.unwrap();
    assert_eq!(listed.tokens, []);
}

#[tokio::test]
async fn a_token_that_nobody_gave_out_is_told_as_one_of_another_product() {
    let (_shop, client) = tokens::shop().await;
    let refusal = Refusal::from(client.import("EAACfacebook").await);
    refusal.is(FailedPrecondition, Reason::TokenForeign, "OPERATOR");
}

#[tokio::test]
async fn what_cannot_be_a_token_is_not_sent_to_instagram() {
    let (shop, client) = tokens::shop().await;
    let long = "x".repeat(4_097);
    for text in ["", "two words", "line\n", "tökën", &long] {
        let refusal = Refusal::from(client.import(text).await);
        let refusal = refusal.is(InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        assert_eq!(refusal.fields[0].0, "access_token");
    }
    assert_eq!(
        shop.fake.journal("endpoint=me").await["counts"]["me"]
            .as_u64()
            .unwrap_or(0),
        0
    );
}
