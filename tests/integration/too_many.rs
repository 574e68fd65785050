//! How many logins may be under way.

use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::Code;

use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Browser, Refusal, Shop};

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
