//! How many logins may be under way.

use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::Code;

use crate::support::caller;
use crate::support::daemon::TOKEN;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Browser, Refusal, Shop, Visit};

#[tokio::test]
async fn a_site_has_so_many_logins_under_way_and_no_more() {
    let shop = Shop::open_with(|setup| {
        setup.site = "max_pending_authorizations = 2".to_owned();
    })
    .await;
    let one = shop.visit().await;
    let _two = shop.visit().await;
    let mut client = shop.client.clone();
    for _ in 0..2 {
        let third = client
            .start_authorization(Browser::new().start_request())
            .await;
        Refusal::from(third)
            .is(
                Code::ResourceExhausted,
                Reason::TooManyPendingAuthorizations,
                "RETRY",
            )
            .after(Some(5));
    }
    // Those that are under way are not harmed, and one that ends makes room.
    let callback = one.allow(ACCOUNT).await;
    authorized(one.complete(&shop.client, &callback).await);
    shop.visit().await;
}

#[tokio::test]
async fn a_caller_has_so_many_logins_under_way_and_leaves_room_for_others() {
    let shop = Shop::open_with(|setup| {
        let usual = "name = \"plugin\"".to_owned();
        let capped = format!("{usual}\nmax_pending_authorizations = 2");
        setup.replaced.push((usual, capped));
    })
    .await;
    let one = shop.visit().await;
    shop.visit().await;
    let third = one.browser.another().start_request();
    let refused = shop.client.clone().start_authorization(third).await;
    let refused = Refusal::from(refused)
        .is(
            Code::ResourceExhausted,
            Reason::TooManyPendingAuthorizations,
            "RETRY",
        )
        .after(Some(5));
    assert!(refused.message.contains("this caller"), "{refused:?}");
    // The other caller of the site has its own.
    Visit::begin(&caller::client(shop.daemon.channel().await, Some(TOKEN))).await;
    let callback = one.allow(ACCOUNT).await;
    authorized(one.complete(&shop.client, &callback).await);
    shop.visit().await;
}
