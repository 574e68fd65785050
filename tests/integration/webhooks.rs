//! The shop's programs are told what happened to leads: signed, in order, and
//! however often the daemon is killed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use leadtap::config::{Config, keys};
use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::domain::webhook::DeliveryFailure;
use leadtap::grpc::pb;
use leadtap::storage::{Options, Store};
use serde_json::{Value, json};

use crate::support::daemon::{Daemon, secret};
use crate::support::in_process::InProcess;
use crate::support::shop::{ACCOUNT, Visit, authorized};
use crate::support::{Fake, PATIENCE, Setup, caller, desk};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn setup(fake: &Fake) -> Setup {
    let mut setup = Setup::with(fake);
    secret(&setup.path("crm"), SECRET);
    setup.site = format!(
        "[[site.webhook]]\nname = \"crm\"\nurl = \"{}/webhooks/crm\"\nsecret_file = \"{}\"\nallow_private_hosts = [\"127.0.0.1\"]",
        fake.base,
        setup.path("crm").display()
    );
    desk::with_leads(&mut setup);
    setup
}

/// A call of the receiver's own interface.
async fn receiver(fake: &Fake, settings: Option<Value>) -> Value {
    let url = format!("{}/webhooks/crm", fake.base);
    let http = crate::support::fake::http();
    let request = match settings {
        Some(settings) => http.put(url).json(&settings),
        None => http.get(url),
    };
    request.send().await.unwrap().json().await.unwrap()
}

/// Waits until what came fits.
async fn came(fake: &Fake, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let all = receiver(fake, None).await.as_array().unwrap().clone();
        if fits(&all) {
            return all;
        }
        assert!(Instant::now() < deadline, "this came: {all:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn accepted(all: &[Value]) -> Vec<&Value> {
    all.iter().filter(|one| one["accepted"] == true).collect()
}

fn types(all: &[&Value]) -> Vec<String> {
    all.iter()
        .map(|one| one["body"]["type"].as_str().unwrap().to_owned())
        .collect()
}

/// Until the webhook follows what happens.
async fn begun(daemon: &Daemon) {
    let deadline = Instant::now() + PATIENCE;
    while !daemon.log().contains("the webhook begins") {
        assert!(Instant::now() < deadline, "{}", daemon.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn login(client: &caller::Client) -> pb::Lead {
    let visit = Visit::begin(client).await;
    let callback = visit.allow(ACCOUNT).await;
    authorized(visit.complete(client, &callback).await)
        .lead
        .unwrap()
}

#[tokio::test]
async fn what_happens_to_a_lead_is_told_signed_and_in_order_also_after_failures() {
    let fake = Fake::start().await;
    receiver(&fake, Some(json!({ "secret": SECRET, "fail": 1 }))).await;
    let setup = setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let lead = login(&client).await;
    login(&client).await;
    let all = came(&fake, |all| {
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
async fn a_daemon_that_is_killed_tells_everything_again_that_was_not_answered() {
    let fake = Fake::start().await;
    receiver(&fake, Some(json!({ "secret": SECRET, "delay_ms": 150 }))).await;
    let setup = setup(&fake);
    let mut daemon = setup.start().await;
    begun(&daemon).await;
    let mut logins = 0;
    // Killed while the receiver takes its time, and at once after an answer.
    for wait in [0, 60, 140, 150, 155, 170] {
        let client = caller::client(daemon.channel().await, None);
        let before = receiver(&fake, None).await.as_array().unwrap().len();
        login(&client).await;
        logins += 1;
        came(&fake, |all| all.len() > before).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        daemon.kill_9();
        daemon = setup.start().await;
    }
    let is_login = |one: &str| one == "lead.logged_in" || one == "lead.created";
    let all = came(&fake, |all| {
        let mut ids: Vec<_> = all
            .iter()
            .filter(|one| is_login(one["body"]["type"].as_str().unwrap()))
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len() == logins
    })
    .await;
    let mut first_seen: Vec<(&str, &str)> = Vec::new();
    for one in &all {
        let id = one["id"].as_str().unwrap();
        let time = one["body"]["timestamp"].as_str().unwrap();
        match first_seen.iter().find(|(seen, _)| *seen == id) {
            // Nothing later is told again before what came after it.
            Some(_) => assert_eq!(first_seen.last().unwrap().0, id, "out of order: {all:#?}"),
            None => first_seen.push((id, time)),
        }
    }
    assert!(first_seen.is_sorted_by_key(|(_, time)| *time), "{all:#?}");
    daemon.stops().await;
}

#[tokio::test]
async fn a_change_that_fails_for_a_day_is_given_up_and_the_next_one_is_told() {
    let fake = Fake::start().await;
    receiver(&fake, Some(json!({ "fail": 1_000_000, "status": 500 }))).await;
    let mut setup = setup(&fake);
    setup.site += "\nevents = [\"lead.created\", \"lead.logged_in\"]";
    let clock = ManualClock::at(SystemClock.now());
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    // What was before it begins, a webhook is not told of.
    while receiver(&fake, None).await == json!([]) {
        login(&client).await;
    }
    login(&client).await;
    let seconds = |one: &Value| one["timestamp"].as_str().unwrap().parse::<u64>().unwrap();
    let first = came(&fake, |all| !all.is_empty()).await[0].clone();
    // A wait is counted from when the answer was there, so the time is moved
    // until the next change is tried.
    let all = came(&fake, |all| {
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
    receiver(&fake, Some(json!({ "fail": 0 }))).await;
    let all = came(&fake, |all| {
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
    let letters = store.dead_letters(&site, &name, 100).await.unwrap();
    let lead = first["body"]["data"]["lead_id"].as_str().unwrap();
    assert_eq!(letters[0].lead.to_string(), lead);
    assert_eq!(letters[0].failure, DeliveryFailure::Status(500));
    store.close();
}

#[tokio::test]
async fn of_an_erased_person_nothing_is_told_but_the_id() {
    let fake = Fake::start().await;
    receiver(&fake, Some(json!({ "fail": 1 }))).await;
    let setup = setup(&fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let client = caller::client(daemon.channel().await, None);
    let lead = login(&client).await;
    came(&fake, |all| !all.is_empty()).await;
    let key = Some(pb::delete_lead_request::Key::LeadId(lead.lead_id.clone()));
    let mut desk = desk::Desk::new(daemon.channel().await);
    desk.delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();
    let all = came(&fake, |all| !accepted(all).is_empty()).await;
    let told = accepted(&all);
    assert_eq!(types(&told), ["lead.erased"]);
    assert_eq!(told[0]["body"]["data"], json!({ "lead_id": lead.lead_id }));
    daemon.stops().await;
}
