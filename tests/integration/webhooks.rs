//! The shop's programs are told what happened to leads: signed, and in
//! order. What a daemon does that is killed: `webhook_crash`.

use std::sync::Arc;
use std::time::Duration;

use leadtap::config::{Config, keys};
use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::domain::webhook::DeliveryFailure;
use leadtap::grpc::pb;
use leadtap::grpc::pb::ErrorReason as Reason;
use leadtap::storage::{Options, Store};
use serde_json::{Value, json};
use tonic::Code;

use crate::support::in_process::InProcess;
use crate::support::receiver::{SECRET, WebhookClient, accepted, begun, setup, types};
use crate::support::shop::{ACCOUNT, login};
use crate::support::tokens::TokenClient;
use crate::support::{Fake, Refusal, caller, desk, eventually};

#[tokio::test]
async fn what_happens_to_a_lead_is_told_signed_and_in_order_also_after_failures() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "secret": SECRET, "fail": 1 })).await;
    let setup = setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let lead = login(&client, ACCOUNT).await.lead.unwrap();
    login(&client, ACCOUNT).await;
    let all = fake
        .came(|all| {
            types(&accepted(all))
                .iter()
                .any(|one| one == "lead.logged_in")
        })
        .await;
    assert_eq!(all[0]["accepted"], false);
    assert_eq!(all[1]["id"], all[0]["id"], "a repeat has the same id");
    let told = accepted(&all);
    assert_eq!(types(&told)[0], "lead.created");
    assert_eq!(told[0]["body"]["data"]["lead_id"], lead.lead_id.as_str());
    assert_eq!(told[0]["body"]["data"]["instagram"]["username"], ACCOUNT);
    daemon.stops().await;
}

#[tokio::test]
async fn a_change_that_fails_for_a_day_is_given_up_and_the_next_one_is_told() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "fail": 1_000_000, "status": 500 }))
        .await;
    let mut setup = setup(&fake);
    setup.site += "\nevents = [\"lead.created\", \"lead.logged_in\"]";
    let clock = ManualClock::at(SystemClock.now());
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    // What was before it begins, a webhook is not told of.
    while fake.deliveries().await.is_empty() {
        login(&client, ACCOUNT).await;
    }
    login(&client, ACCOUNT).await;
    let seconds = |one: &Value| one["timestamp"].as_str().unwrap().parse::<u64>().unwrap();
    let first = fake.came(|all| !all.is_empty()).await[0].clone();
    // A wait is counted from when the answer was there, so the time is moved
    // until the next change is tried.
    let all = fake
        .came(|all| {
            clock.advance(Duration::from_secs(15 * 60));
            all.iter().any(|one| one["id"] != first["id"])
        })
        .await;
    let (tries, next): (Vec<_>, Vec<_>) = all.iter().partition(|one| one["id"] == first["id"]);
    assert!(tries.len() >= 3, "{all:#?}");
    assert!(
        seconds(next[0]) >= seconds(&first) + 24 * 60 * 60,
        "{all:#?}"
    );
    fake.receiver(json!({ "fail": 0 })).await;
    let all = fake
        .came(|all| {
            clock.advance(Duration::from_secs(15 * 60));
            !accepted(all).is_empty()
        })
        .await;
    assert_eq!(types(&accepted(&all))[0], "lead.logged_in");
    drop(client);
    drop(daemon);
    let config = Config::parse(&setup.configuration()).unwrap();
    let options = Options {
        path: config.store.path.clone(),
        cache_bytes: config.store.cache_bytes,
        lead_cache: config.store.lead_cache,
    };
    let store = Store::open(options, keys::read(&config.keys).unwrap()).unwrap();
    let (site, name) = ("shop".parse().unwrap(), "crm".parse().unwrap());
    let letters = store.dead_letters(&site, &name, None, 100).await.unwrap();
    let lead = first["body"]["data"]["lead_id"].as_str().unwrap();
    assert_eq!(letters[0].letter.lead.to_string(), lead);
    assert_eq!(letters[0].letter.failure, DeliveryFailure::Status(500));
    store.close();
}

#[tokio::test]
async fn of_an_erased_person_nothing_is_told_but_the_id() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "fail": 1 })).await;
    let setup = setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let lead = login(&client, ACCOUNT).await.lead.unwrap();
    fake.came(|all| !all.is_empty()).await;
    let key = Some(pb::delete_lead_request::Key::LeadId(lead.lead_id.clone()));
    let mut desk = desk::Desk::new(daemon.channel().await);
    desk.delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();
    let all = fake.came(|all| !accepted(all).is_empty()).await;
    let told = accepted(&all);
    assert_eq!(types(&told), ["lead.erased"]);
    assert_eq!(told[0]["body"]["data"], json!({ "lead_id": lead.lead_id }));
    daemon.stops().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "fail": 1, "retry_after": 600 }))
        .await;
    let setup = setup(&fake);
    let clock = ManualClock::at(SystemClock.now());
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    let webhooks = WebhookClient::over(caller::unix(&setup.path("leadtap.sock")).await, None);
    eventually("the webhook to begin", async || {
        (webhooks.crm().await.state() == pb::WebhookState::UpToDate).then_some(())
    })
    .await;
    login(&client, ACCOUNT).await;
    let retry = eventually("the delivery to fail", async || webhooks.crm().await.retry).await;
    let again = retry.next_attempt_time.unwrap().seconds;
    assert_eq!(again, clock.now().as_micros() / 1_000_000 + 600);
    // Ours would be five seconds, and the daemon looks once a second.
    let all = fake
        .came(|all| {
            clock.advance(Duration::from_secs(5));
            !accepted(all).is_empty()
        })
        .await;
    let second: i64 = all[1]["timestamp"].as_str().unwrap().parse().unwrap();
    assert!(second >= again, "{all:#?}");
}

#[tokio::test]
async fn a_withdrawn_consent_stops_webhooks_and_hand_outs_for_that_lead() {
    let fake = Fake::start().await;
    fake.receiver(json!({ "secret": SECRET })).await;
    let mut setup = setup(&fake);
    setup.replaced.clear();
    setup.permit(r#""login", "leads", "tokens""#);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let tokens = TokenClient::of(&daemon.socket).await;
    let mut lead = login(&client, ACCOUNT).await.lead.unwrap();
    tokens.get(&lead.lead_id).await.unwrap();
    let time = Some(prost_types::Timestamp {
        seconds: 1_790_000_000,
        nanos: 0,
    });
    lead.consent = Some(pb::Consent {
        text_version: "1".to_owned(),
        agree_time: time,
        source: String::new(),
        withdraw_time: time,
    });
    fake.came(|all| !all.is_empty()).await;
    let mut desk = desk::Desk::new(daemon.channel().await);
    for paths in [["consent"], ["contact.phone"]] {
        lead.contact = Some(pb::Contact {
            phone: "+47 22 00 00 00".to_owned(),
            ..Default::default()
        });
        lead.etag = String::new();
        let request = pb::UpdateLeadRequest {
            lead: Some(lead.clone()),
            update_mask: Some(prost_types::FieldMask {
                paths: paths.map(str::to_owned).to_vec(),
            }),
        };
        desk.update_lead(request).await.unwrap();
    }
    Refusal::from(tokens.get(&lead.lead_id).await).is(
        Code::FailedPrecondition,
        Reason::TokenConsentWithdrawn,
        "OPERATOR",
    );
    // Whoever comes after it is told of, and nothing of this one before that.
    let other = login(&client, "mira_makes").await.lead;
    let all = fake.came(|all| all.len() > 1).await;
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!(all[1]["body"]["data"]["lead_id"], other.unwrap().lead_id);
    // That the lead is gone in the end, it is told.
    let key = Some(pb::delete_lead_request::Key::LeadId(lead.lead_id.clone()));
    desk.delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();
    let all = fake.came(|all| all.len() > 2).await;
    assert_eq!(all[2]["body"]["type"], "lead.erased");
    assert_eq!(all[2]["body"]["data"], json!({ "lead_id": lead.lead_id }));
    daemon.stops().await;
}
