//! A new token from Instagram, and a disk that fails before it is kept.

use std::time::Duration;

use leadtap::grpc::pb::{TokenState, get_lead_request::Key};
use serde_json::json;

use crate::disk::{does_not_serve, serves_again};
use crate::support::shop::ACCOUNT;
use crate::support::tokens::{TokenClient, with_tokens};
use crate::support::{Disk, Shop, eventually};

/// How long Instagram's answer is on its way: the disk fails meanwhile.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_new_token_that_the_disk_does_not_take_is_kept_when_it_is_whole_again() {
    let mut disk = None;
    let shop = Shop::open_with(|setup| {
        with_tokens(setup);
        disk = Some(Disk::failing(setup));
    })
    .await;
    let disk = disk.unwrap();
    // The login gets no further than the short-lived token.
    let failure = json!({ "failure": "unavailable", "times": 3 });
    let knobs = json!({ "exchange_failure": failure });
    shop.fake.knobs_of(ACCOUNT, knobs).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    assert_eq!(lead.token.unwrap().state(), TokenState::ShortLived);
    let lead = lead.lead_id;
    let knobs = json!({ "exchange_delay_ms": ON_ITS_WAY.as_millis() });
    shop.fake.knobs_of(ACCOUNT, knobs).await;

    let tokens = TokenClient::of(&shop.daemon.socket).await;
    let asked = lead.clone();
    let refresh = tokio::spawn(async move { tokens.refresh(&asked).await });
    eventually("Instagram to give a new token", async || {
        (shop.fake.count_of(ACCOUNT, "exchange").await == 4).then_some(())
    })
    .await;
    disk.fail("enospc");
    eventually("the new token to wait for the disk", async || {
        let log = shop.daemon.log();
        log.contains("a new token waits until the store can keep it")
            .then_some(())
    })
    .await;
    does_not_serve(&shop.daemon).await;
    disk.heal();
    serves_again(&shop.daemon).await;

    // Whoever asked is answered, and Instagram was not asked again.
    let info = refresh.await.unwrap().unwrap();
    assert_eq!(info.status.unwrap().state(), TokenState::LongLived);
    let kept = shop.lead(Key::LeadId(lead)).await.unwrap();
    assert_eq!(kept.token.unwrap().state(), TokenState::LongLived);
    assert_eq!(shop.fake.count_of(ACCOUNT, "exchange").await, 4);
    shop.daemon.stops().await;
}
