//! Writing the database anew under a daemon that serves.

use std::path::Path;
use std::sync::Arc;

use leadtap::grpc::pb;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::compact_store_response::Stage;
use serde_json::Value;

use crate::backup::{erase, with_admin};
use crate::support::command::{leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::faults::replace_store;
use crate::support::shop::ACCOUNT;
use crate::support::{Book, Disk, Fake, Setup, Shop};

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

#[tokio::test]
async fn after_a_compaction_no_file_of_the_store_knows_who_was_erased() {
    let shop = Shop::open_with(with_admin).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let profile = lead.instagram.unwrap();
    let person = [ACCOUNT, &profile.name, &profile.id, &profile.user_id];
    erase(&shop.daemon, &lead.lead_id).await;
    let data = shop.setup.data();
    assert!(holds(&data, ACCOUNT.as_bytes()), "sled forgot it by itself");

    compact(&shop.daemon).await;
    for text in person {
        assert!(!text.is_empty() && !holds(&data, text.as_bytes()), "{text}");
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
