//! Answers of Instagram's that are none.

use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::{Value, json};
use tonic::Code::{Aborted, Unavailable};

use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Refusal, Shop};

/// Just beyond what the daemon reads of an answer.
const TOO_LARGE: u64 = 64 * 1024 + 1;

/// The failures that bring an answer that is none, and what each is.
const UNUSABLE: [(&str, Reason); 6] = [
    ("cut_off", Reason::ExchangeInterrupted),
    ("lost", Reason::ExchangeInterrupted),
    ("oversized", Reason::InstagramAnswerUnreadable),
    ("not_json", Reason::InstagramAnswerUnreadable),
    ("html_page", Reason::InstagramAnswerUnreadable),
    ("server_error", Reason::InstagramUnavailable),
];

fn knobs(knob: &str, failure: &str) -> Value {
    json!({ knob: failure, "oversized_bytes": TOO_LARGE })
}

#[tokio::test]
async fn a_code_with_an_unusable_answer_ends_the_login() {
    let shop = Shop::open().await;
    for (failure, reason) in UNUSABLE {
        let (visit, callback, status) = shop.refused_login(knobs("token_failure", failure)).await;
        let first = Refusal::of(&status);
        let first = if reason == Reason::ExchangeInterrupted {
            first.is(Aborted, reason, "START_AGAIN").after(None)
        } else {
            first.is(Unavailable, reason, "START_AGAIN").after(Some(2))
        };
        shop.fake.forget_knobs().await;
        let again = visit.complete(&shop.client, &callback).await;
        assert_eq!(Refusal::from(again), first, "{failure}");
        assert_eq!(shop.fake.calls(visit.state()).await, [1, 0, 0], "{failure}");
    }
}

#[tokio::test]
async fn a_long_lived_token_with_an_unusable_answer_is_left_for_later() {
    let shop = Shop::open().await;
    let logins = UNUSABLE.into_iter().map(async |(failure, _)| {
        let visit = shop.visit_under(knobs("exchange_failure", failure)).await;
        let callback = visit.allow(ACCOUNT).await;
        let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
        let state = lead.unwrap().token.unwrap().state();
        assert_eq!(state, pb::TokenState::ShortLived, "{failure}");
        assert_eq!(shop.fake.calls(visit.state()).await, [1, 3, 1], "{failure}");
    });
    futures_util::future::join_all(logins).await;
}

#[tokio::test]
async fn a_profile_with_an_unusable_answer_can_be_asked_for_again() {
    let shop = Shop::open().await;
    let missing_id = ("missing id", Reason::InstagramAnswerUnreadable);
    let logins = UNUSABLE
        .into_iter()
        .chain([missing_id])
        .map(async |(failure, reason)| {
            let knobs = match failure {
                "missing id" => json!({ "me_missing": ["id"] }),
                failure => knobs("me_failure", failure),
            };
            let (visit, callback, status) = shop.refused_login(knobs).await;
            // A lost profile costs nothing, unlike a lost token.
            let reason = match reason {
                Reason::ExchangeInterrupted => Reason::InstagramUnavailable,
                reason => reason,
            };
            Refusal::of(&status)
                .is(Unavailable, reason, "RETRY")
                .after(Some(2));
            shop.fake.knobs_for(visit.state(), json!({})).await;
            let done = authorized(visit.complete(&shop.client, &callback).await);
            assert!(!done.replayed, "{failure}");
            assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 4], "{failure}");
        });
    futures_util::future::join_all(logins).await;
}

/// All at once, since each takes as long as the daemon waits for an answer.
#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    let shop = Shop::open().await;
    let slow = async |knob: &str, endpoint: &str| {
        let visit = shop.visit_under(json!({ knob: 60_000 })).await;
        let callback = visit.allow(ACCOUNT).await;
        let call = visit.complete(&shop.client, &callback);
        let quick_again = async {
            shop.fake.called(visit.state(), endpoint).await;
            shop.fake.knobs_for(visit.state(), json!({})).await;
        };
        let (answer, ()) = tokio::join!(call, quick_again);
        (answer, shop.fake.calls(visit.state()).await)
    };
    let (code, long, profile) = tokio::join!(
        slow("token_delay_ms", "token"),
        slow("exchange_delay_ms", "exchange"),
        slow("me_delay_ms", "me"),
    );
    Refusal::from(code.0).is(Aborted, Reason::ExchangeInterrupted, "START_AGAIN");
    assert_eq!(code.1, [1, 0, 0]);
    let token = authorized(long.0).lead.unwrap().token.unwrap();
    assert_eq!(token.state(), pb::TokenState::LongLived);
    assert_eq!(long.1, [1, 2, 1]);
    authorized(profile.0);
    assert_eq!(profile.1, [1, 1, 2]);
}
