//! Webhooks that come and go, and what they miss meanwhile.

use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb;
use serde_json::json;

use crate::support::in_process::InProcess;
use crate::support::receiver::{self, SECRET, WebhookClient, accepted, begun, types};
use crate::support::reload::{RELOADED, reload};
use crate::support::shop::{ACCOUNT, login};
use crate::support::{Fake, Setup, caller, desk, eventually};

#[tokio::test]
async fn a_reload_brings_a_webhook_and_takes_it_away_and_its_place_is_kept() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "secret": SECRET })).await;
    fake.account(json!({ "username": "fjord.keramikk", "account_type": "business", "id": 31, "user_id": 32 })).await;
    let mut setup = Setup::with(&fake);
    desk::with_leads(&mut setup);
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    login(&client, ACCOUNT).await;

    setup.site = receiver::section(&setup, &fake) + "events = [\"lead.created\"]\n";
    let with = setup.configuration();
    setup.site = String::new();
    let without = setup.configuration();
    reload(&setup, &daemon, |_| with.clone(), RELOADED).await;
    begun(&daemon).await;
    login(&client, "mira_makes").await;
    // What was before it began, it is not told of.
    let all = fake.came(|all| !all.is_empty()).await;
    let name = |one: &serde_json::Value| one["body"]["data"]["instagram"]["username"].clone();
    assert_eq!(name(&all[0]), "mira_makes");
    assert_eq!(all.len(), 1, "{all:#?}");

    reload(&setup, &daemon, |_| without, RELOADED).await;
    login(&client, "fjord.keramikk").await;
    reload(&setup, &daemon, |_| with, RELOADED).await;
    let all = fake.came(|all| all.len() > 1).await;
    assert_eq!(name(&all[1]), "fjord.keramikk");
    // A webhook that was taken away was not told meanwhile: the one turn that may have been under
    // way aside, what came came after it was back.
    assert_eq!(types(&accepted(&all)), ["lead.created", "lead.created"]);
    daemon.stops().await;
}

#[tokio::test]
async fn what_waits_goes_to_the_new_url_from_the_moment_of_a_reload_on() {
    let fake = Fake::start().await;
    let setup = receiver::setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    // The first delivery is on its way for long enough that the others wait behind it.
    fake.receiver(json!({ "secret": SECRET, "delay_ms": 2_000 }))
        .await;
    for _ in 0..6 {
        login(&client, ACCOUNT).await;
    }
    fake.came(|all| !all.is_empty()).await;
    let new = |text: String| text.replace("/webhooks/crm", "/webhooks/orders");
    reload(&setup, &daemon, new, RELOADED).await;
    let old = fake.deliveries().await.len();
    // What was under way at the reload aside, the old URL gets nothing more, and nothing is lost.
    let newest = |all: &[serde_json::Value]| {
        let count = all.last().map(|one| &one["body"]["data"]["login_count"]);
        count == Some(&json!(6))
    };
    let at_old = eventually("all six to come", async || {
        let at_old = fake.deliveries().await.len();
        let at_new = fake.came_to("orders", newest).await.len();
        (at_old + at_new == 6).then_some(at_old)
    })
    .await;
    assert!((1..=old + 1).contains(&at_old), "{at_old} of {old}");
    daemon.stops().await;
}

#[tokio::test]
async fn changes_that_were_taken_away_before_they_were_told_are_told_of() {
    let fake = Fake::start().await;
    fake.account(json!({ "username": "fjord.keramikk", "account_type": "business", "id": 31, "user_id": 32 })).await;
    let mut setup = receiver::setup(&fake);
    let with = setup.site.clone();
    let clock = ManualClock::at(SystemClock.now());
    let start = |setup: &Setup| InProcess::start(setup, Arc::new(clock.clone()));
    let socket = setup.path("leadtap.sock");
    let state = async || {
        let webhooks = WebhookClient::over(caller::unix(&socket).await, None);
        eventually("the webhook to begin", async || {
            let now = webhooks.crm().await;
            (now.state() == pb::WebhookState::UpToDate).then_some(now)
        })
        .await
    };
    let daemon = start(&setup);
    login(&daemon.client().await, ACCOUNT).await;
    let now = state().await;
    assert_eq!(now.missed_time, None);
    drop(daemon);

    // It is out of the configuration while somebody logs in, and for a month.
    setup.site = String::new();
    let daemon = start(&setup);
    let client = daemon.client().await;
    login(&client, ACCOUNT).await;
    let desk = desk::Desk::new(caller::unix(&socket).await);
    let mut watcher = desk.clone();
    let first = watcher.watch_leads(pb::WatchLeadsRequest::default()).await;
    let cursor = first.unwrap().into_inner().message().await.unwrap();
    login(&client, "mira_makes").await;
    clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    let cursor = cursor.unwrap().cursor;
    eventually("the changes to be swept", async || {
        let request = pb::WatchLeadsRequest {
            cursor: cursor.clone(),
        };
        desk.clone().watch_leads(request).await.err()
    })
    .await;
    drop((client, watcher, desk, daemon));

    setup.site = with;
    let daemon = start(&setup);
    let webhooks = WebhookClient::over(caller::unix(&socket).await, None);
    let missed = eventually("what was missed to be told", async || {
        webhooks.crm().await.missed_time
    })
    .await;
    assert!(missed.seconds >= clock.now().as_micros() / 1_000_000 - 60);
    let before = fake.deliveries().await.len();
    // It goes on with what is new, and what was missed stays told.
    login(&daemon.client().await, "fjord.keramikk").await;
    let all = fake.came(|all| all.len() > before).await;
    let newest = all.last().unwrap();
    assert_eq!(
        newest["body"]["data"]["instagram"]["username"],
        "fjord.keramikk"
    );
    assert_eq!(state().await.missed_time, Some(missed));
}
