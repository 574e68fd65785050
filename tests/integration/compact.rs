//! Writing the database anew under a daemon that serves.

use std::path::Path;
use std::sync::Arc;

use leadtap::grpc::pb;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::compact_store_response::Stage;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use prost_types::{FieldMask, Timestamp};
use serde_json::Value;

use crate::backup::{erase, with_admin};
use crate::support::command::{leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::faults::replace_store;
use crate::support::secrets::remember;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Book, Browser, Disk, Fake, Setup, Shop, Visit};

async fn prepared() -> (Arc<Book>, Setup) {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    with_admin(&mut setup);
    (Book::new(fake).await, setup)
}

async fn compact(daemon: &Daemon) -> Value {
    let socket = daemon.socket.to_str().unwrap();
    let ended = run(leadtap(&[
        "compact", "--socket", socket, "--output", "json",
    ]))
    .await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    serde_json::from_str(&ended.out).unwrap()
}

/// Follows a compaction until it has said so many words; tells whether it was
/// done then.
async fn steps(daemon: &Daemon, words: usize) -> bool {
    let mut client = AdminServiceClient::new(daemon.channel().await);
    let steps = client.compact_store(pb::CompactStoreRequest {}).await;
    let mut steps = steps.unwrap().into_inner();
    for _ in 0..words {
        let step = steps.message().await.unwrap().unwrap();
        if let Some(Stage::Done(_)) = step.stage {
            return true;
        }
    }
    false
}

fn databases(setup: &Setup) -> Vec<String> {
    let mut found: Vec<_> = std::fs::read_dir(setup.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("store"))
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compaction_under_load_loses_nothing_and_refuses_nobody() {
    let (book, setup) = prepared().await;
    let daemon = setup.start().await;
    let mut clients = book.load(&daemon, 4).await;
    book.answers(60).await;
    for now in ["store-2", "store"] {
        compact(&daemon).await;
        book.answers(20).await;
        assert_eq!(databases(&setup), [now]);
    }
    // A call that was refused would have ended its client.
    assert!(clients.try_join_next().is_none());
    daemon.stops().await;
    clients.join_all().await;

    let daemon = setup.start().await;
    assert_eq!(book.check(&daemon).await, [""; 0]);
    compact(&daemon).await;
    daemon.stops().await;
    let config = setup.path("leadtap.toml");
    let looked = run(leadtap(&["verify", "--config", config.to_str().unwrap()])).await;
    assert_eq!(looked.exit, Some(0), "{looked:?}");
    let daemon = setup.start().await;
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_any_two_steps_leaves_one_whole_database() {
    let (book, setup) = prepared().await;
    let mut done = 0;
    for words in 0..8 {
        let daemon = setup.start().await;
        let clients = book.load(&daemon, 3).await;
        book.answers(10).await;
        done += u32::from(steps(&daemon, words).await);
        daemon.kill_9();
        clients.join_all().await;

        let daemon = setup.start().await;
        assert_eq!(databases(&setup).len(), 1, "after {words} steps");
        assert_eq!(book.check(&daemon).await, [""; 0], "after {words} steps");
        daemon.stops().await;
    }
    assert!((1..8).contains(&done), "{done} of 8 came to their end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_during_a_compaction_leaves_one_whole_database() {
    let (book, mut setup) = prepared().await;
    for (words, seed) in [(1, None), (2, Some(1)), (3, None), (8, Some(2)), (8, None)] {
        let shadow = setup.path(&format!("shadow-{words}-{seed:?}"));
        Disk::losing_power(&mut setup, &shadow, seed);
        let daemon = setup.start().await;
        let clients = book.load(&daemon, 3).await;
        book.answers(10).await;
        steps(&daemon, words).await;
        daemon.kill_9();
        clients.join_all().await;

        replace_store(&setup, &shadow);
        setup.environment.clear();
        let daemon = setup.start().await;
        assert_eq!(book.check(&daemon).await, [""; 0], "after {words} steps");
        daemon.stops().await;
    }
}

/// A lead with all that a lead can have; and the texts by which its person
/// could be found again.
async fn known_person(shop: &Shop) -> (pb::Lead, Vec<String>) {
    let browser = Browser::new();
    let request = pb::StartAuthorizationRequest {
        return_to: "/checkout?basket=of-this-person".to_owned(),
        attributes: [("campaign".to_owned(), "seen-by-this-person".to_owned())].into(),
        consent: Some(pb::Consent {
            text_version: "text-for-this-person".to_owned(),
            agree_time: Some(Timestamp {
                seconds: 1_790_000_000,
                nanos: 0,
            }),
            source: "agreed-by-this-person".to_owned(),
            ..Default::default()
        }),
        ..browser.start_request()
    };
    let started = shop.client.clone().start_authorization(request).await;
    let started = started.unwrap().into_inner();
    let visit = Visit { browser, started };
    remember(visit.state());
    let callback = visit.allow(ACCOUNT).await;
    let mut lead = authorized(visit.complete(&shop.client, &callback).await)
        .lead
        .unwrap();
    lead.contact = Some(pb::Contact {
        email: "ada.nord@person.example".to_owned(),
        full_name: "Ada Nord the Person".to_owned(),
        phone: "+47 22 11 33 55".to_owned(),
        ..Default::default()
    });
    let update = pb::UpdateLeadRequest {
        lead: Some(lead),
        update_mask: Some(FieldMask {
            paths: vec!["contact".to_owned()],
        }),
    };
    let mut desk = LeadServiceClient::new(shop.daemon.channel().await);
    let lead = desk.update_lead(update).await.unwrap().into_inner();

    let (profile, contact) = (
        lead.instagram.clone().unwrap(),
        lead.contact.clone().unwrap(),
    );
    let consent = lead.consent.clone().unwrap();
    let mut texts = vec![
        ACCOUNT.to_owned(),
        profile.name,
        profile.id,
        profile.user_id,
        profile.profile_picture_url,
        contact.email,
        contact.full_name,
        contact.phone,
        consent.text_version,
        consent.source,
        "/checkout?basket=of-this-person".to_owned(),
    ];
    texts.extend(lead.attributes.values().cloned());
    (lead, texts)
}

#[tokio::test]
async fn after_a_compaction_no_file_of_the_store_knows_who_was_erased() {
    let shop = Shop::open_with(with_admin).await;
    let (lead, person) = known_person(&shop).await;
    assert_eq!(person.len(), 12);
    erase(&shop.daemon, &lead.lead_id).await;
    let data = shop.setup.data();
    assert!(!person.iter().any(String::is_empty), "{person:?}");
    assert!(holds(&data, ACCOUNT.as_bytes()), "sled forgot it by itself");

    compact(&shop.daemon).await;
    for text in person {
        assert!(!holds(&data, text.as_bytes()), "{text}");
    }
}

/// Whether any file below a folder has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        let file = std::fs::read(path).unwrap();
        file.windows(bytes.len()).any(|part| part == bytes)
    })
}
