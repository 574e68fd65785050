//! Restores and compactions that are cut short: by a kill, or by a full disk.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use leadtap::grpc::pb;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::get_lead_request::Key;
use tokio::task::JoinSet;
use tonic::Status;

use crate::backup::with_admin;
use crate::disk::{does_not_serve, serves_again};
use crate::support::command::{Ended, leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::shop::{ACCOUNT, get_lead};
use crate::support::{Book, Disk, Fake, PATIENCE, Setup, Shop, caller};

/// What a restore moves to its place, in this order.
const PARTS: [&str; 3] = ["store", "pending", "witness"];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A shop with one lead, its backup, and no store.
struct Gone {
    setup: Setup,
    fake: Fake,
    file: PathBuf,
    lead: pb::Lead,
}

impl Gone {
    async fn new() -> Self {
        let shop = Shop::open_with(with_admin).await;
        let lead = shop.login(ACCOUNT).await.lead.unwrap();
        let file = shop.setup.path("one.backup");
        let arguments = ["backup", text(&file), "--socket", text(&shop.daemon.socket)];
        let ended = run(leadtap(&arguments)).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        let Shop {
            daemon,
            setup,
            fake,
            ..
        } = shop;
        daemon.stops().await;
        let gone = Self {
            setup,
            fake,
            file,
            lead,
        };
        gone.empty();
        gone
    }

    /// Takes the store away, all but the list of the erased.
    fn empty(&self) {
        for entry in std::fs::read_dir(self.setup.data()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else if !path.ends_with("erased") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    /// A restore that has begun, on the setup's disk.
    fn restoring(&self) -> Child {
        let config = self.setup.path("leadtap.toml");
        leadtap(&["restore", text(&self.file), "--config", text(&config)])
            .envs(self.setup.environment.iter().cloned())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn is_placed(&self) -> bool {
        PARTS
            .iter()
            .any(|part| self.setup.data().join(part).exists())
    }

    async fn restores(&self) -> Ended {
        let config = self.setup.path("leadtap.toml");
        run(leadtap(&[
            "restore",
            text(&self.file),
            "--config",
            text(&config),
        ]))
        .await
    }

    /// The store is whole, and the lead is in it.
    async fn is_whole(&self, when: &str) {
        let config = self.setup.path("leadtap.toml");
        let looked = run(leadtap(&["verify", "--config", text(&config)])).await;
        assert_eq!(looked.exit, Some(0), "{when}: {looked:?}");
        let daemon = self.setup.start().await;
        let client = caller::client(daemon.channel().await, None);
        let found = get_lead(&client, Key::LeadId(self.lead.lead_id.clone())).await;
        assert_eq!(found.unwrap().lead_id, self.lead.lead_id, "{when}");
        daemon.stops().await;
    }
}

/// Waits until there is this, or the child has ended; tells whether it is there.
fn appears(path: &Path, child: &mut Child) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while !path.exists() {
        if child.try_wait().unwrap().is_some() {
            return path.exists();
        }
        assert!(Instant::now() < deadline, "{}", path.display());
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Whatever the moment: the place is empty and the same command helps, or the
/// whole store stands there.
#[tokio::test]
async fn a_restore_that_is_killed_leaves_nothing_or_the_whole_store() {
    let mut gone = Gone::new().await;
    let disk = Disk::failing(&mut gone.setup);
    let mut killed = 0;
    for moment in [
        "restoring",
        "restoring/store/db",
        "restoring/witness",
        "store",
        "witness",
    ] {
        disk.fail("slow-fsync 60");
        let mut child = gone.restoring();
        appears(&gone.setup.data().join(moment), &mut child);
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        disk.heal();
        let environment = std::mem::take(&mut gone.setup.environment);
        if !gone.is_placed() {
            let ended = gone.restores().await;
            assert_eq!(ended.exit, Some(0), "killed at {moment}: {ended:?}");
        }
        gone.is_whole(moment).await;
        gone.setup.environment = environment;
        gone.empty();
    }
    assert!(killed >= 3, "{killed} of 5 were killed before their end");
    drop(gone.fake);
}

/// And says so; once there is room, the same command helps.
#[tokio::test]
async fn a_full_disk_during_a_restore_leaves_the_place_empty() {
    let mut gone = Gone::new().await;
    let disk = Disk::failing(&mut gone.setup);
    for moment in ["", "restoring/store/db"] {
        disk.fail(if moment.is_empty() {
            "enospc"
        } else {
            "slow-fsync 60"
        });
        let mut child = gone.restoring();
        if !moment.is_empty() {
            appears(&gone.setup.data().join(moment), &mut child);
            disk.fail("enospc");
        }
        let ended = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap());
        let ended = Ended::from(ended.await.unwrap());
        assert_eq!(ended.exit, Some(74), "{ended:?}");
        assert!(ended.err.contains("room on the disk"), "{ended:?}");
        assert!(!gone.is_placed(), "{ended:?}");
        disk.heal();
    }
    gone.setup.environment.clear();
    let ended = gone.restores().await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    gone.is_whole("after a full disk").await;
}

/// A daemon under load, on a disk that fails on request.
struct Busy {
    setup: Setup,
    book: Arc<Book>,
    disk: Disk,
    daemon: Daemon,
    clients: JoinSet<Status>,
}

async fn busy() -> Busy {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    with_admin(&mut setup);
    let book = Book::new(fake).await;
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let clients = book.load(&daemon, 3).await;
    book.answers(30).await;
    Busy {
        setup,
        book,
        disk,
        daemon,
        clients,
    }
}

/// Wherever one write of a compaction fails, and comes back late, it holds up
/// neither the compaction nor the logins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compaction_of_which_one_write_fails_late_ends_and_loses_nothing() {
    const WRITES: usize = 8;
    let Busy {
        setup: _setup,
        book,
        disk,
        daemon,
        clients,
    } = busy().await;
    disk.fail("enospc");
    clients.join_all().await;
    let compact = async || {
        let arguments = ["compact", "--socket", text(&daemon.socket)];
        run(leadtap(&arguments)).await
    };
    let mut failed = 0;
    for write in 1..=WRITES {
        disk.heal();
        serves_again(&daemon).await;
        disk.fail(&format!("eio-pwrite {write} 200"));
        let ended = compact().await;
        failed += usize::from(ended.exit != Some(0));
        assert_eq!(book.check(&daemon).await, [""; 0], "write {write}");
    }
    assert!(failed > WRITES / 2, "only {failed} of {WRITES} failed");
    disk.heal();
    serves_again(&daemon).await;
    let ended = compact().await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.stops().await;
}

/// It gives up, the database that serves goes on, and once there is room so
/// does everything else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_during_a_compaction_loses_nothing() {
    let Busy {
        setup,
        book,
        disk,
        daemon,
        clients,
    } = busy().await;
    let mut client = AdminServiceClient::new(daemon.channel().await);
    disk.fail("slow-fsync 40");
    let steps = client.compact_store(pb::CompactStoreRequest {}).await;
    let mut steps = steps.unwrap().into_inner();
    steps.message().await.unwrap().unwrap();
    disk.fail("enospc");
    let refusal = loop {
        match steps.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a compaction on a full disk ended well"),
            Err(refusal) => break refusal,
        }
    };
    assert!(!refusal.message().is_empty());
    clients.join_all().await;
    does_not_serve(&daemon).await;
    disk.heal();
    serves_again(&daemon).await;
    assert_eq!(book.check(&daemon).await, [""; 0]);
    let arguments = ["compact", "--socket", text(&daemon.socket)];
    let ended = run(leadtap(&arguments)).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.stops().await;
    let databases = std::fs::read_dir(setup.data()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("store")
    });
    assert_eq!(databases.count(), 1, "what it had begun is gone");
}
