//! A disk that is full, fails, is slow, or may only be read.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use leadtap::grpc::pb::{self, get_lead_request::Key};
use tokio::task::JoinSet;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::support::book::reason;
use crate::support::daemon::Daemon;
use crate::support::{Book, Browser, Disk, Fake, Setup, eventually};

const CLIENTS: usize = 6;

async fn prepared() -> (Arc<Book>, Setup) {
    let fake = Arc::new(Fake::start().await);
    let setup = Setup::with(&fake);
    (Book::new(fake).await, setup)
}

async fn health(daemon: &Daemon, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let mut client = HealthClient::new(daemon.channel().await);
    let answer = client.check(request).await.unwrap();
    answer.into_inner().status()
}

async fn says(daemon: &Daemon, wanted: ServingStatus) {
    for service in ["", "leadtap.v1.LoginService"] {
        eventually(wanted.as_str_name(), async || {
            (health(daemon, service).await == wanted).then_some(())
        })
        .await;
    }
}

/// Waits until the daemon has come back by itself.
pub async fn serves_again(daemon: &Daemon) {
    says(daemon, ServingStatus::Serving).await;
}

pub async fn does_not_serve(daemon: &Daemon) {
    says(daemon, ServingStatus::NotServing).await;
}

/// The refusal that a caller can act on.
fn assert_unavailable(refusal: &Status) {
    assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
    assert_eq!(reason(refusal), "STORE_UNAVAILABLE", "{refusal:?}");
    let details = refusal.get_error_details();
    let wait = details.retry_info().unwrap().retry_delay.unwrap();
    assert!(wait > Duration::ZERO && wait < Duration::from_secs(60));
    assert_eq!(details.error_info().unwrap().metadata["next_step"], "RETRY");
}

async fn start(daemon: &Daemon) -> Result<(), Status> {
    let request = Browser::new().start_request();
    let answer = daemon.client().await.start_authorization(request).await;
    answer.map(|_| ())
}

/// Callers that read all the time, and whom no refusal stops.
async fn readers(daemon: &Daemon) -> JoinSet<()> {
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let mut client = daemon.client().await;
        readers.spawn(async move {
            let key = Key::InstagramUserId("17841400000000000".to_owned());
            let request = pb::GetLeadRequest { key: Some(key) };
            while let Ok(()) | Err(Code::NotFound | Code::Unavailable) = client
                .get_lead(request.clone())
                .await
                .map(|_| ())
                .map_err(|refusal| refusal.code())
            {}
        });
    }
    readers
}

/// Under load the disk begins to fail; every caller is told, health says so,
/// and when the disk is whole again everything is as it was.
async fn survives(words: &str) {
    let (book, mut setup) = prepared().await;
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let readers = readers(&daemon).await;
    for _ in 0..2 {
        let clients = book.load(&daemon, CLIENTS).await;
        book.answers(30).await;
        disk.fail(words);
        for refusal in clients.join_all().await {
            assert_unavailable(&refusal);
        }
        does_not_serve(&daemon).await;
        for _ in 0..3 {
            assert_unavailable(&start(&daemon).await.unwrap_err());
        }
        disk.heal();
        serves_again(&daemon).await;
        assert_eq!(book.check(&daemon).await, [""; 0], "{words}");
    }
    drop(readers);
    // And in the middle of a failure it can be stopped, and killed.
    let clients = book.load(&daemon, CLIENTS).await;
    book.answers(10).await;
    disk.fail(words);
    clients.join_all().await;
    does_not_serve(&daemon).await;
    daemon.stops().await;
    disk.heal();
    let daemon = setup.start().await;
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0], "{words}");
    daemon.kill_9();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_recovers() {
    survives("enospc").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_sync_refuses_and_recovers() {
    survives("eio-fsync").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_write_refuses_and_recovers() {
    survives("eio-write").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_turns_read_only_refuses_and_recovers() {
    survives("erofs").await;
}

/// Of the two parts in which sled writes a batch the first one fails, after the
/// second one was written: nobody may wait for it any longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_write_that_fails_late_holds_nobody_up() {
    let (book, mut setup) = prepared().await;
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    for _ in 0..3 {
        let mut clients = book.load(&daemon, CLIENTS).await;
        book.answers(30).await;
        disk.fail("eio-pwrite 1 300");
        assert_unavailable(&clients.join_next().await.unwrap().unwrap());
        // Whom it did not hit.
        disk.fail("enospc");
        for refusal in clients.join_all().await {
            assert_unavailable(&refusal);
        }
        disk.heal();
        serves_again(&daemon).await;
        assert_eq!(book.check(&daemon).await, [""; 0]);
    }
    daemon.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_disk_is_only_slow() {
    let (book, mut setup) = prepared().await;
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    disk.fail("slow-fsync 50");
    let clients = book.load(&daemon, CLIENTS).await;
    book.answers(40).await;
    assert_eq!(health(&daemon, "").await, ServingStatus::Serving);
    daemon.kill_9();
    disk.heal();
    for refusal in clients.join_all().await {
        assert_eq!(reason(&refusal), "", "{refusal:?}");
    }
    let daemon = setup.start().await;
    assert_eq!(book.check(&daemon).await, [""; 0]);
    daemon.stops().await;
}

#[tokio::test]
async fn a_daemon_does_not_start_on_a_disk_that_takes_nothing() {
    let (_, mut setup) = prepared().await;
    let disk = Disk::failing(&mut setup);
    for words in ["enospc", "erofs", "eio-fsync"] {
        disk.fail(words);
        let (code, log) = setup.refused().await;
        assert_eq!(code, Some(74), "{words}: {log}");
        assert!(log.contains("see that there is room on the disk"), "{log}");
    }
    disk.heal();
    let daemon = setup.start().await;
    serves_again(&daemon).await;
    daemon.stops().await;
}

/// The real thing, where this process may mount a file system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_file_system_that_fills_up_refuses_and_recovers() {
    let (book, setup) = prepared().await;
    std::fs::create_dir(setup.data()).unwrap();
    let Some(_small) = Small::mount(setup.data(), "16m") else {
        return;
    };
    let daemon = setup.start().await;
    let clients = book.load(&daemon, CLIENTS).await;
    book.answers(30).await;
    let ballast = setup.data().join("ballast");
    let mut filled = std::fs::File::create(&ballast).unwrap();
    let full = std::io::copy(&mut std::io::repeat(0), &mut filled).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    for refusal in clients.join_all().await {
        assert_unavailable(&refusal);
    }
    does_not_serve(&daemon).await;
    drop(filled);
    std::fs::remove_file(&ballast).unwrap();
    serves_again(&daemon).await;
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.stops().await;
}

/// A file system in memory; it is unmounted when it is dropped.
struct Small(PathBuf);

impl Small {
    fn mount(at: PathBuf, size: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=0700"),
                "tmpfs",
            ])
            .arg(&at)
            .output();
        match mounted {
            Ok(mounted) if mounted.status.success() => Some(Self(at)),
            other => {
                #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
                {
                    eprintln!("left out: no file system can be mounted here ({other:?})");
                }
                None
            }
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: the daemon may still be ending.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
