//! SIGHUP takes over limits, the audit log and the key ring as well.

use std::time::{Duration, Instant};

use leadtap::grpc::pb::KeyState;
use serde_json::json;

use crate::connections::{answered, ask};
use crate::key_rotation::{Operator, in_file, operated_shop};
use crate::reload::{REFUSED, reload};
use crate::support::command::{leadtap, run};
use crate::support::reload::RELOADED;
use crate::support::shop::ACCOUNT;
use crate::support::{Shop, caller, eventually};

const PATIENCE: Duration = Duration::from_secs(20);

/// The text of the configuration with this in place of that.
fn instead<'a>(usual: &'a str, new: &'a str) -> impl FnOnce(String) -> String + 'a {
    move |text| {
        assert!(text.contains(usual), "no {usual}");
        text.replace(usual, new)
    }
}

async fn is_answered(connection: &std::os::unix::net::UnixStream, within: Duration) -> bool {
    let connection = connection.try_clone().unwrap();
    let waited = tokio::task::spawn_blocking(move || answered(&connection, within));
    waited.await.unwrap()
}

#[tokio::test]
async fn the_number_of_connections_changes_and_none_is_dropped() {
    let shop = Shop::open().await;
    let drain = "drain_seconds = 2";
    let fewer = instead(drain, "drain_seconds = 2\nmax_connections = 3");
    reload(&shop, fewer, RELOADED).await;
    // The shop's own client has a connection already.
    let connections = [(); 3].map(|()| ask(&shop.daemon.socket));
    assert!(is_answered(&connections[0], PATIENCE).await);
    assert!(is_answered(&connections[1], PATIENCE).await);
    let third = is_answered(&connections[2], Duration::from_millis(300));
    assert!(!third.await, "a fourth of three");
    let said = "all connections are taken";
    let full = async || shop.daemon.log().contains(said).then_some(());
    eventually(said, full).await;

    let more = instead("max_connections = 3", "max_connections = 9");
    reload(&shop, more, RELOADED).await;
    assert!(is_answered(&connections[2], PATIENCE).await);
    shop.login(ACCOUNT).await;
    let log = shop.daemon.log();
    assert!(!log.contains("takes a restart"), "{log}");
}

#[tokio::test]
async fn the_time_to_drain_changes() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 6_000 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let less = instead("drain_seconds = 2", "drain_seconds = 1");
    reload(&shop, less, RELOADED).await;
    let client = caller::client(shop.daemon.channel().await, None);
    let (fake, log) = (&shop.fake, shop.setup.path("log"));
    let under_way = async {
        let _ = visit.complete(&client, &callback).await;
    };
    let stop = async {
        fake.called(visit.state(), "token").await;
        let begun = Instant::now();
        assert!(shop.daemon.stop().await.success());
        begun.elapsed()
    };
    let ((), took) = tokio::join!(under_way, stop);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("drain.seconds=1"), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn the_audit_log_goes_elsewhere_and_a_file_that_cannot_be_is_refused() {
    let shop = operated_shop().await;
    let mut operator = Operator::of(&shop.daemon).await;
    let bytes = |name: &str| {
        let about = std::fs::metadata(shop.setup.path(name));
        about.map_or(0, |about| about.len())
    };
    let grows = async |name: &str, from: u64| {
        eventually(name, async || (bytes(name) > from).then_some(())).await;
    };
    operator.keys().await;
    grows("audit.jsonl", 0).await;

    let elsewhere = instead("/audit.jsonl", "/second.jsonl");
    reload(&shop, elsewhere, RELOADED).await;
    let before = bytes("audit.jsonl");
    operator.keys().await;
    grows("second.jsonl", 0).await;
    assert_eq!(bytes("audit.jsonl"), before);

    let nowhere = instead("/second.jsonl", "/nowhere/third.jsonl");
    reload(&shop, nowhere, REFUSED).await;
    let log = shop.daemon.log();
    assert!(
        log.contains("audit.file names") && log.contains("third.jsonl"),
        "{log}"
    );
    let before = bytes("second.jsonl");
    operator.keys().await;
    grows("second.jsonl", before).await;
}

#[tokio::test]
async fn the_key_ring_is_read_again_and_one_that_would_lose_something_is_refused() {
    let shop = operated_shop().await;
    shop.login(ACCOUNT).await;
    let mut operator = Operator::of(&shop.daemon).await;
    let file = shop.setup.path("keys");
    let old = in_file(&shop.setup).remove(0);
    let only_old = std::fs::read_to_string(&file).unwrap();

    // As somebody adds a key where the daemon cannot write.
    let path = file.display().to_string();
    let added = run(leadtap(&["keys", "add", "--file", &path])).await;
    assert_eq!(added.exit, Some(0), "{}", added.err);
    let both = std::fs::read_to_string(&file).unwrap();
    reload(&shop, |text| text, RELOADED).await;
    let keys = operator.keys().await;
    let new = keys[1].key_id.clone();
    let states = [keys[0].state(), keys[1].state()];
    assert_eq!(states, [KeyState::Opens, KeyState::Seals]);

    // What is still needed may not go, and another key may not take its name.
    let mut only_new = String::new();
    for line in both.lines().filter(|line| !line.starts_with(&old)) {
        only_new += &format!("{line}\n");
    }
    let stranger = leadtap::storage::KeyRing::generate().unwrap();
    let stranger = stranger.expose().lines().last().unwrap()[9..].to_owned();
    let another = format!("{only_old}{new} {stranger}\n");
    let used = format!("lacks the key {old}, which 2 records are sealed with");
    for (text, says) in [
        (&only_new, used),
        (&only_old, format!("lacks the key {new}, which seals")),
        (&another, format!("has another key under the name {new}")),
    ] {
        std::fs::write(&file, text).unwrap();
        reload(&shop, |text| text, REFUSED).await;
        let log = shop.daemon.log();
        assert!(log.contains(&says), "no {says:?} in {log}");
        assert_eq!(operator.keys().await.len(), 2);
    }

    std::fs::write(&file, &both).unwrap();
    operator.rotate().await;
    std::fs::write(&file, &only_new).unwrap();
    reload(&shop, |text| text, RELOADED).await;
    let keys = operator.keys().await;
    assert_eq!((keys.len(), &keys[0].key_id), (1, &new));
    shop.login(ACCOUNT).await;
}
