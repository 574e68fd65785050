//! Two sites in one daemon that cannot see each other.

use leadtap::grpc::pb::ErrorReason as Reason;
use leadtap::grpc::pb::get_lead_request::Key;
use tonic::Code;

use crate::support::caller::{self, Client, caller_section};
use crate::support::shop::{ACCOUNT, authorized, get_lead, keys};
use crate::support::{Refusal, Shop, Visit};

const OTHER_TOKEN: &str = "another-site-bearer-token-93c1";

/// A shop, and a caller of another site in the same daemon, over TCP.
async fn two_sites() -> (Shop, Client) {
    let shop = Shop::open_with(|setup| {
        let site = setup.site_section("other", "");
        setup.more = site + &caller_section("other", "other", OTHER_TOKEN, "login");
    })
    .await;
    let other = caller::client(caller::tcp(&shop.daemon).await, Some(OTHER_TOKEN));
    (shop, other)
}

#[tokio::test]
async fn a_lead_is_not_found_from_another_site() {
    let (shop, other) = two_sites().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let made_up = [
        Key::LeadId("0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned()),
        Key::InstagramUserId("1".to_owned()),
        Key::InstagramScopedId("1".to_owned()),
    ];
    for (key, nobody) in keys(&lead).into_iter().zip(made_up) {
        assert_eq!(shop.lead(key.clone()).await.unwrap(), lead);
        let foreign = Refusal::from(get_lead(&other, key).await)
            .is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST")
            .after(None);
        let unknown = Refusal::from(get_lead(&other, nobody).await);
        assert_eq!(
            foreign, unknown,
            "an error tells nothing about another site"
        );
    }
}

#[tokio::test]
async fn one_account_is_a_lead_of_its_own_on_each_site() {
    let (shop, other) = two_sites().await;
    let here = shop.login(ACCOUNT).await;
    let visit = Visit::begin(&other).await;
    let callback = visit.allow(ACCOUNT).await;
    let there = authorized(visit.complete(&other, &callback).await);
    assert!(here.new_lead && there.new_lead);
    let (here, there) = (here.lead.unwrap(), there.lead.unwrap());
    assert_ne!(here.lead_id, there.lead_id);
    for (ours, theirs) in keys(&here).into_iter().zip(keys(&there)) {
        assert_eq!(shop.lead(ours).await.unwrap(), here);
        assert_eq!(get_lead(&other, theirs).await.unwrap(), there);
    }
}

#[tokio::test]
async fn a_login_cannot_be_completed_on_another_site() {
    let (shop, other) = two_sites().await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let foreign = Refusal::from(visit.complete(&other, &callback).await).is(
        Code::NotFound,
        Reason::AuthorizationNotFound,
        "START_AGAIN",
    );
    let made_up = format!("code=abc&state={}", "A".repeat(43));
    let unknown = Refusal::from(visit.complete(&other, &made_up).await);
    assert_eq!(
        foreign, unknown,
        "an error tells nothing about another site"
    );
    assert_eq!(shop.fake.calls(visit.state()).await, [0, 0, 0]);

    authorized(visit.complete(&shop.client, &callback).await);
    // Nor can its answer be had there afterwards.
    let late = Refusal::from(visit.complete(&other, &callback).await);
    assert_eq!(late, unknown);
}
