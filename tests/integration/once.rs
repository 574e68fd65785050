//! A code goes to Instagram once, whatever happens around it.

use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::json;
use tonic::Code;

use crate::support::relay::Closed;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Refusal, Shop, caller, eventually};

#[tokio::test]
async fn a_reload_gives_the_same_answer_again() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let first = authorized(visit.complete(&shop.client, &callback).await);
    let again = authorized(visit.complete(&shop.client, &callback).await);
    assert!(!first.replayed && again.replayed);
    assert_eq!((again.lead, again.new_lead), (first.lead, first.new_lead));
    assert_eq!(again.return_to, first.return_to);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_second_login_of_the_same_account_is_the_same_lead() {
    let shop = Shop::open().await;
    let first = shop.login(ACCOUNT).await;
    let second = shop.login(ACCOUNT).await;
    assert!(first.new_lead && !second.new_lead && !second.replayed);
    let (first, second) = (first.lead.unwrap(), second.lead.unwrap());
    assert_eq!(first.lead_id, second.lead_id);
    assert_eq!((first.login_count, second.login_count), (1, 2));
    assert_ne!(first.etag, second.etag);
}

#[tokio::test]
async fn two_at_once_share_one_exchange_and_get_the_same_lead() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 300 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let other = caller::client(shop.daemon.channel().await, None);
    let (one, two) = tokio::join!(
        visit.complete(&shop.client, &callback),
        visit.complete(&other, &callback)
    );
    let (one, two) = (authorized(one), authorized(two));
    assert_eq!(one.lead, two.lead);
    assert!(one.new_lead && two.new_lead);
    assert_ne!(one.replayed, two.replayed, "one did it, the other waited");
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_login_whose_caller_hung_up_goes_on_to_its_end() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 400 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let call = {
        let channel = shop.daemon.channel().await;
        let mut client = caller::client(channel, None);
        let request = visit.browser.complete_request(&callback);
        tokio::spawn(async move { client.complete_authorization(request).await })
    };
    shop.fake.called(visit.state(), "token").await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled(), "it hung up in time");

    let ended = async || {
        shop.daemon
            .log()
            .contains("the login was completed")
            .then_some(())
    };
    eventually("the login's end", ended).await;
    let again = authorized(visit.complete(&shop.client, &callback).await);
    assert!(again.replayed && again.new_lead);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_code_whose_answer_was_lost_is_never_sent_again() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_failure": "lost" })).await;
    let callback = visit.allow(ACCOUNT).await;
    let first = Refusal::from(visit.complete(&shop.client, &callback).await)
        .is(Code::Aborted, Reason::ExchangeInterrupted, "START_AGAIN")
        .after(None);
    shop.fake.forget_knobs().await;
    let again = Refusal::from(visit.complete(&shop.client, &callback).await);
    assert_eq!(again, first);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 0, 0]);
    // Beginning again helps.
    assert!(shop.login(ACCOUNT).await.new_lead);
}

#[tokio::test]
async fn a_code_that_was_never_sent_is_sent_later() {
    let wire = Closed::new();
    let shop = Shop::open_with(|setup| {
        let usual = format!("{}/api", setup.instagram);
        let closed = format!("{}/api", wire.base);
        setup.replaced.push((usual, closed));
    })
    .await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    for _ in 0..2 {
        Refusal::from(visit.complete(&shop.client, &callback).await)
            .is(Code::Unavailable, Reason::InstagramUnavailable, "RETRY")
            .after(Some(2));
    }
    let _wire = wire.open(&shop.fake);
    let done = authorized(visit.complete(&shop.client, &callback).await);
    assert!(done.new_lead && !done.replayed);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_long_lived_token_that_is_not_to_be_had_does_not_stop_the_login() {
    let shop = Shop::open().await;
    for (failure, calls) in [("unavailable", 3), ("throttled", 1), ("lost", 3)] {
        let visit = shop
            .visit_under(json!({ "exchange_failure": failure }))
            .await;
        let callback = visit.allow(ACCOUNT).await;
        let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
        let token = lead.unwrap().token.unwrap();
        assert_eq!(token.state(), pb::TokenState::ShortLived, "{failure}");
        let life = token.expire_time.unwrap().seconds - token.refreshed_time.unwrap().seconds;
        assert_eq!(life, 3_600);
        assert_eq!(shop.fake.calls(visit.state()).await, [1, calls, 1]);
    }
}

#[tokio::test]
async fn a_trouble_that_passes_soon_is_not_seen_by_the_shopper() {
    let shop = Shop::open().await;
    let soon = json!({ "failure": "unavailable", "times": 2 });
    let knobs = json!({ "exchange_failure": soon, "me_failure": soon });
    let visit = shop.visit_under(knobs).await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
    let token = lead.unwrap().token.unwrap();
    assert_eq!(token.state(), pb::TokenState::LongLived);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 3, 3]);
}

#[tokio::test]
async fn a_login_without_a_profile_goes_on_where_it_stopped() {
    let shop = Shop::open().await;
    let (visit, callback, status) = shop
        .refused_login(json!({ "me_failure": "unavailable" }))
        .await;
    Refusal::of(&status)
        .is(Code::Unavailable, Reason::InstagramUnavailable, "RETRY")
        .after(Some(2));
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 3]);

    shop.fake.forget_knobs().await;
    let done = authorized(visit.complete(&shop.client, &callback).await);
    assert!(done.new_lead && !done.replayed);
    let token = done.lead.unwrap().token.unwrap();
    assert_eq!(token.state(), pb::TokenState::LongLived);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 4]);
}
