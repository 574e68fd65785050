//! Backups of a daemon that serves, and what is restored from them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use leadtap::storage::KeyRing;
use serde_json::Value;
use tonic::Code;

use crate::support::command::{Ended, leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::shop::ACCOUNT;
use crate::support::{Book, Disk, Fake, Refusal, Setup, Shop, eventually};

/// Lets the user of the tests look after the daemon.
pub fn with_admin(setup: &mut Setup) {
    let usual = "permissions = [\"login\"]\n[[caller]]\nname = \"remote\"".to_owned();
    let more = usual.replace("[\"login\"]", "[\"login\", \"leads\", \"admin\"]");
    setup.replaced.push((usual, more));
}

/// Runs a command to its end.
async fn ran(arguments: &[&str]) -> Ended {
    run(leadtap(arguments)).await
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn back_up(daemon: &Daemon, file: &Path) -> Value {
    let socket = text(&daemon.socket);
    let ended = ran(&["backup", text(file), "--socket", socket, "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    serde_json::from_str(&ended.out).unwrap()
}

/// Moves a store aside, all but the list of the erased; gives the folder.
fn move_aside(setup: &Setup) -> PathBuf {
    let aside = setup.path("aside");
    std::fs::create_dir(&aside).unwrap();
    for entry in std::fs::read_dir(setup.data()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "erased" {
            std::fs::rename(entry.path(), aside.join(entry.file_name())).unwrap();
        }
    }
    aside
}

async fn restore(setup: &Setup, file: &Path, more: &[&str]) -> Ended {
    let config = setup.path("leadtap.toml");
    let fixed = ["restore", text(file), "--config", text(&config)];
    ran(&[&fixed, more].concat()).await
}

async fn verify(setup: &Setup) -> Ended {
    let config = setup.path("leadtap.toml");
    ran(&["verify", "--config", text(&config), "--output", "json"]).await
}

/// A shop with one lead, its backup, and the daemon stopped.
async fn stopped_with_backup() -> (Setup, Fake, PathBuf, pb::Lead) {
    let shop = Shop::open_with(with_admin).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let file = shop.setup.path("one.backup");
    back_up(&shop.daemon, &file).await;
    let Shop {
        daemon,
        setup,
        fake,
        ..
    } = shop;
    daemon.stops().await;
    (setup, fake, file, lead)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_restored_to_what_it_was() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    with_admin(&mut setup);
    let book = Book::new(fake).await;
    let daemon = setup.start().await;
    let clients = book.load(&daemon, 4).await;
    book.answers(120).await;
    let file = setup.path("under-load.backup");
    let made = back_up(&daemon, &file).await;
    assert!(made["records"].as_u64().unwrap() > 40, "{made}");
    book.answers(20).await;
    daemon.stops().await;
    clients.join_all().await;

    move_aside(&setup);
    let ended = restore(&setup, &file, &["--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let restored: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(restored["wrong"], 0, "{restored}");
    assert!(restored["leads"].as_u64().unwrap() >= 10, "{restored}");
    let looked = verify(&setup).await;
    assert_eq!(looked.exit, Some(0), "{looked:?}");
    let looked: Value = serde_json::from_str(&looked.out).unwrap();
    assert_eq!(looked["records"], restored["records"]);

    // It serves, checks itself, and takes new logins.
    let daemon = setup.start().await;
    eventually("the check of the store", async || {
        let whole = daemon.log().contains("the store holds all that it should");
        whole.then_some(())
    })
    .await;
    let clients = book.load(&daemon, 2).await;
    book.answers(20).await;
    daemon.stops().await;
    clients.join_all().await;
}

#[tokio::test]
async fn a_restored_lead_is_the_lead_that_was_backed_up() {
    let (setup, fake, file, lead) = stopped_with_backup().await;
    move_aside(&setup);
    let ended = restore(&setup, &file, &[]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("Restored 1 leads in "), "{ended:?}");
    let daemon = setup.start().await;
    let client = crate::support::caller::client(daemon.channel().await, None);
    let key = Key::LeadId(lead.lead_id.clone());
    let found = crate::support::shop::get_lead(&client, key).await.unwrap();
    assert_eq!(found, lead);
    // The shopper is known again.
    let shop = Shop {
        client,
        daemon,
        setup,
        fake,
    };
    let again = shop.login(ACCOUNT).await;
    assert!(!again.new_lead);
    assert_eq!(again.lead.unwrap().lead_id, lead.lead_id);
}

#[tokio::test]
async fn a_login_under_way_begins_again_after_a_restore() {
    let shop = Shop::open_with(with_admin).await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let file = shop.setup.path("one.backup");
    back_up(&shop.daemon, &file).await;
    let Shop { daemon, setup, .. } = shop;
    daemon.stops().await;
    move_aside(&setup);
    assert_eq!(restore(&setup, &file, &[]).await.exit, Some(0));
    let daemon = setup.start().await;
    let client = crate::support::caller::client(daemon.channel().await, None);
    Refusal::from(visit.complete(&client, &callback).await).is(
        Code::NotFound,
        Reason::AuthorizationNotFound,
        "START_AGAIN",
    );
}

#[tokio::test]
async fn a_backup_is_private_and_shows_nothing_and_is_never_overwritten_unasked() {
    let shop = Shop::open_with(with_admin).await;
    shop.login(ACCOUNT).await;
    let file = shop.setup.path("one.backup");
    let made = back_up(&shop.daemon, &file).await;
    let about = std::fs::metadata(&file).unwrap();
    assert_eq!(about.permissions().mode() & 0o7777, 0o600);
    assert_eq!(made["bytes"], about.len());
    let bytes = std::fs::read(&file).unwrap();
    let shows = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    for text in [ACCOUNT, "Atelier Nord", "shop"] {
        assert!(!shows(text), "{text}");
    }

    let socket = text(&shop.daemon.socket);
    let again = ran(&["backup", text(&file), "--socket", socket]).await;
    assert_eq!(again.exit, Some(73), "{again:?}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let forced = ran(&["backup", text(&file), "--socket", socket, "--force"]).await;
    assert_eq!(forced.exit, Some(0), "{forced:?}");
    assert_ne!(std::fs::read(&file).unwrap(), bytes);
}

#[tokio::test]
async fn a_folder_of_backups_keeps_the_newest() {
    let shop = Shop::open_with(with_admin).await;
    let folder = shop.setup.path("backups");
    std::fs::create_dir(&folder).unwrap();
    for day in ["20250101", "20250102"] {
        std::fs::write(folder.join(format!("leadtap-{day}T030000Z.backup")), "").unwrap();
    }
    let socket = text(&shop.daemon.socket);
    let ended = ran(&["backup", text(&folder), "--socket", socket, "--keep", "2"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], "leadtap-20250102T030000Z.backup");
}

#[tokio::test]
async fn only_who_looks_after_the_daemon_makes_a_backup() {
    let shop = Shop::open().await;
    let mut client = AdminServiceClient::new(shop.daemon.channel().await);
    let refused = client.create_backup(pb::CreateBackupRequest {}).await;
    Refusal::from(refused).is(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        "OPERATOR",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_backup_at_a_time_and_one_that_was_left_is_over() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    with_admin(&mut setup);
    let disk = Disk::failing(&mut setup);
    let book = Book::new(fake).await;
    let daemon = setup.start().await;
    let create = async || {
        let mut client = AdminServiceClient::new(daemon.channel().await);
        client.create_backup(pb::CreateBackupRequest {}).await
    };
    // Each backup waits for a batch at its beginning, and a batch takes long.
    disk.fail("slow-fsync 300");
    let clients = book.load(&daemon, 2).await;
    book.answers(4).await;
    let (one, other) = tokio::join!(create(), create());
    let refused = one.and(other).expect_err("two at once");
    Refusal::of(&refused)
        .is(Code::Aborted, Reason::StoreWalkUnderWay, "RETRY")
        .after(Some(10));
    disk.heal();
    eventually("another backup", async || create().await.ok()).await;
    daemon.stops().await;
    clients.join_all().await;
}

#[tokio::test]
async fn nothing_is_restored_over_a_store() {
    let (setup, _fake, file, _) = stopped_with_backup().await;
    let ended = restore(&setup, &file, &[]).await;
    assert_eq!(ended.exit, Some(73), "{ended:?}");
    assert!(ended.err.contains("mv store"), "{ended:?}");
    let daemon = setup.start().await;
    daemon.stops().await;
}

/// Runs a command of a document in the folder of the store.
fn in_the_store(setup: &Setup, command: &str) {
    let ran = std::process::Command::new("sh")
        .args(["-ec", command])
        .current_dir(setup.data())
        .status();
    assert!(ran.unwrap().success(), "{command}");
}

/// The command by which a document moves a store aside.
fn documented(document: &str) -> String {
    let line = document
        .lines()
        .find(|line| line.starts_with("mkdir aside"));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn whatever_moves_a_store_aside_moves_one_that_was_compacted_too() {
    let shop = Shop::open_with(with_admin).await;
    shop.login(ACCOUNT).await;
    let file = shop.setup.path("one.backup");
    back_up(&shop.daemon, &file).await;
    let Shop { daemon, setup, .. } = shop;
    let mut daemon = Some(daemon);
    // As the documents say, and then as the command itself does: by then there
    // is a folder `aside`.
    let backup = include_str!("../../docs/backup.md");
    let operations = include_str!("../../docs/operations.md");
    for document in [Some(backup), Some(operations), None] {
        let now = match daemon.take() {
            Some(daemon) => daemon,
            None => setup.start().await,
        };
        let compacted = ran(&["compact", "--socket", text(&now.socket)]).await;
        assert_eq!(compacted.exit, Some(0), "{compacted:?}");
        now.stops().await;
        assert!(setup.data().join("store-2").exists());
        let refused = restore(&setup, &file, &[]).await;
        assert_eq!(refused.exit, Some(73), "{refused:?}");
        let told = refused.err.split('`').find(|part| part.starts_with("cd "));
        let command = document.map_or_else(|| told.unwrap().to_owned(), documented);
        in_the_store(&setup, &command);
        let restored = restore(&setup, &file, &[]).await;
        assert_eq!(restored.exit, Some(0), "{restored:?}");
        if document == Some(backup) {
            std::fs::remove_dir_all(setup.data().join("aside")).unwrap();
        }
    }
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_told_and_nothing_is_put_in_place() {
    let (setup, _fake, file, _) = stopped_with_backup().await;
    move_aside(&setup);
    let whole = std::fs::read(&file).unwrap();
    let cases: [(&str, Vec<u8>, i32); 6] = [
        (
            "the end of the backup is missing",
            whole[..whole.len() - 1].to_vec(),
            65,
        ),
        (
            "the end of the backup is missing",
            whole[..200].to_vec(),
            65,
        ),
        (
            "is not what was written",
            with_flip(&whole, whole.len() / 2),
            65,
        ),
        ("is not what was written", [&whole[..], b"x"].concat(), 65),
        ("is no backup", b"something else altogether".to_vec(), 65),
        ("a newer release of leadtap made", with_flip(&whole, 15), 65),
    ];
    for (says, bytes, exit) in cases {
        std::fs::write(&file, bytes).unwrap();
        let ended = restore(&setup, &file, &[]).await;
        assert_eq!(ended.exit, Some(exit), "{says}: {ended:?}");
        assert!(ended.err.contains(says), "{says}: {ended:?}");
        assert!(!setup.data().join("store").exists(), "{says}");
        assert!(!setup.data().join("restoring").exists(), "{says}");
    }
    std::fs::write(&file, whole).unwrap();
    assert_eq!(restore(&setup, &file, &[]).await.exit, Some(0));
}

fn with_flip(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x10;
    bytes
}

#[tokio::test]
async fn a_missing_key_is_told_from_damage() {
    let (setup, _fake, file, _) = stopped_with_backup().await;
    move_aside(&setup);
    let keys = setup.path("keys");
    let right = std::fs::read(&keys).unwrap();
    std::fs::write(&keys, KeyRing::generate().unwrap().expose()).unwrap();
    let ended = restore(&setup, &file, &[]).await;
    assert_eq!(ended.exit, Some(78), "{ended:?}");
    assert!(ended.err.contains("itself is not damaged"), "{ended:?}");
    std::fs::write(&keys, right).unwrap();
    assert_eq!(restore(&setup, &file, &[]).await.exit, Some(0));
}

#[tokio::test]
async fn without_a_list_of_the_erased_nothing_is_restored_unless_nobody_was() {
    let (setup, _fake, file, _) = stopped_with_backup().await;
    move_aside(&setup);
    let (list, elsewhere) = (setup.data().join("erased"), setup.path("erased-copy"));
    std::fs::rename(&list, &elsewhere).unwrap();
    let ended = restore(&setup, &file, &[]).await;
    assert_eq!(ended.exit, Some(64), "{ended:?}");
    assert!(ended.err.contains("--erased"), "{ended:?}");
    let ended = restore(&setup, &file, &["--erased", text(&elsewhere)]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(list.exists());

    std::fs::remove_dir_all(setup.data()).unwrap();
    let ended = restore(&setup, &file, &["--nobody-erased"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
}

#[tokio::test]
async fn a_copy_of_the_list_from_before_an_erasure_brings_nobody_back_without_a_word() {
    let shop = Shop::open_with(with_admin).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let (file, copy) = (shop.setup.path("one.backup"), shop.setup.path("copy"));
    back_up(&shop.daemon, &file).await;
    std::fs::copy(shop.setup.data().join("erased"), &copy).unwrap();
    erase(&shop.daemon, &lead.lead_id).await;
    let Shop { daemon, setup, .. } = shop;
    daemon.stops().await;
    std::fs::remove_dir_all(setup.data()).unwrap();

    let copied = ["--erased", text(&copy), "--output", "json"];
    let ended = restore(&setup, &file, &copied).await;
    assert_eq!(ended.exit, Some(64), "{ended:?}");
    let told = "no list says who was erased after ";
    assert!(ended.err.to_lowercase().contains(told), "{ended:?}");
    assert!(!setup.data().join("store").exists());

    let on_word = [&copied[..], &["--nobody-erased"]].concat();
    let ended = restore(&setup, &file, &on_word).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let restored: Value = serde_json::from_str(&ended.out).unwrap();
    let unknown = &restored["erased_unknown"][0];
    assert!(unknown["from"].is_string(), "{restored}");
    assert!(unknown["to"].is_null(), "{restored}");
}

#[tokio::test]
async fn a_lead_that_was_erased_since_the_backup_does_not_come_back() {
    let shop = Shop::open_with(with_admin).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let kept = shop.login("mira_makes").await.lead.unwrap();
    let file = shop.setup.path("one.backup");
    back_up(&shop.daemon, &file).await;
    erase(&shop.daemon, &lead.lead_id).await;
    let Shop {
        daemon,
        setup,
        fake,
        ..
    } = shop;
    daemon.stops().await;
    move_aside(&setup);
    let ended = restore(&setup, &file, &["--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let restored: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(restored["erased"], 1, "{restored}");
    assert_eq!(restored["leads"], 1, "{restored}");
    let looked = verify(&setup).await;
    assert_eq!(looked.exit, Some(0), "{looked:?}");

    let daemon = setup.start().await;
    let client = crate::support::caller::client(daemon.channel().await, None);
    for key in crate::support::shop::keys(&lead) {
        let gone = crate::support::shop::get_lead(&client, key).await;
        Refusal::from(gone).is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    }
    for key in crate::support::shop::keys(&kept) {
        let found = crate::support::shop::get_lead(&client, key).await;
        assert_eq!(found.unwrap(), kept);
    }
    let shop = Shop {
        client,
        daemon,
        setup,
        fake,
    };
    assert!(shop.login(ACCOUNT).await.new_lead);
}

/// Erases a lead as a shop does.
pub async fn erase(daemon: &Daemon, lead_id: &str) {
    let socket = text(&daemon.socket);
    let ended = ran(&["lead", "delete", lead_id, "--yes", "--socket", socket]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
}

#[tokio::test]
async fn a_store_that_is_in_use_or_not_there_is_not_looked_at() {
    let shop = Shop::open_with(with_admin).await;
    let looked = verify(&shop.setup).await;
    assert_eq!(looked.exit, Some(69), "{looked:?}");
    assert!(looked.err.contains("Stop the daemon first"), "{looked:?}");
    let Shop { daemon, setup, .. } = shop;
    daemon.stops().await;
    assert_eq!(verify(&setup).await.exit, Some(0));
    move_aside(&setup);
    let looked = verify(&setup).await;
    assert_eq!(looked.exit, Some(66), "{looked:?}");
    assert!(looked.err.contains("There is no store"), "{looked:?}");
    assert!(!setup.data().join("store").exists());
}

#[tokio::test]
async fn a_record_that_does_not_belong_is_found_by_verify() {
    let (setup, _fake, _, _) = stopped_with_backup().await;
    let db = sled::open(setup.data().join("store")).unwrap();
    let (key, value) = db
        .iter()
        .map(|record| record.unwrap())
        .find(|(key, _)| key.starts_with(b"\x04shopT"))
        .unwrap();
    let mut changed = value.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    db.insert(key, changed).unwrap();
    drop(db);
    let looked = verify(&setup).await;
    assert_eq!(looked.exit, Some(74), "{looked:?}");
    let looked: Value = serde_json::from_str(&looked.out).unwrap();
    assert_eq!(looked["ok"], false);
    let difference = looked["difference"].as_str().unwrap();
    assert!(difference.contains("Token"), "{looked}");
}
