//! A power cut: everything that was not synced is gone. `tests/faults` says
//! what the disk below the daemon keeps, and `docs/durability.md` what that
//! can show.

use std::sync::Arc;

use crate::crash::Login;
use crate::support::faults::replace_store;
use crate::support::{Book, Disk, Fake, Setup};

const CLIENTS: usize = 6;

/// A book, and a daemon's folder whose log says only what matters.
async fn prepared() -> (Arc<Book>, Setup) {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    setup.level = "warn,leadtap::cli=info".to_owned();
    (Book::new(fake).await, setup)
}

/// Begins and completes logins, and kills the daemon in the middle of it.
async fn load_and_kill(book: &Arc<Book>, setup: &Setup, answers: u64) {
    let daemon = setup.start().await;
    let clients = book.load(&daemon, CLIENTS).await;
    book.answers(answers).await;
    daemon.kill_9();
    clients.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_lose_nothing_that_was_acknowledged() {
    const CUTS: u64 = 12;
    let (book, mut setup) = prepared().await;
    for cut in 0..CUTS {
        let shadow = setup.path(&format!("shadow-{cut}"));
        // Without a seed nothing unsynced is kept; with one, some of it is.
        let seed = (cut % 4 != 0).then_some(cut);
        Disk::losing_power(&mut setup, &shadow, seed);
        load_and_kill(&book, &setup, 20 + cut * 13 % 40).await;

        replace_store(&setup, &shadow);
        setup.environment.clear();
        let daemon = setup.start().await;
        let problems = book.check(&daemon).await;
        assert_eq!(problems, [""; 0], "after cut {cut}");
        daemon.kill_9();
    }
    let daemon = setup.start().await;
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.stops().await;
}

/// What a daemon finds after a crash may still be in the kernel's memory only:
/// it must be on the medium before anybody is told of it.
#[tokio::test]
async fn what_was_told_after_a_crash_survives_a_power_cut() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    let shadow = setup.path("shadow");
    let disk = Disk::losing_power(&mut setup, &shadow, None);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    login
        .hangs_in_its_last_write(&daemon, &disk, "slow-fsync")
        .await;
    daemon.kill_9();
    disk.heal();

    // This one finds the completed login, and only reads.
    let daemon = setup.start().await;
    login.resumes(&daemon, true).await;
    daemon.kill_9();

    replace_store(&setup, &shadow);
    setup.environment.clear();
    let daemon = setup.start().await;
    login.resumes(&daemon, true).await;
    assert_eq!(login.calls("me").await, 1);
    daemon.stops().await;
}

/// Linux drops what it could not write: a later sync succeeds without it. The
/// daemon may build on nothing that was dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_after_a_failed_sync_loses_nothing_that_was_acknowledged() {
    for seed in [None, Some(4), Some(5)] {
        let (book, mut setup) = prepared().await;
        let shadow = setup.path("shadow");
        let disk = Disk::losing_power(&mut setup, &shadow, seed);
        let daemon = setup.start().await;
        for _ in 0..3 {
            let clients = book.load(&daemon, CLIENTS).await;
            book.answers(20).await;
            disk.fail("eio-fsync-drop");
            clients.join_all().await;
            disk.heal();
            crate::disk::serves_again(&daemon).await;
        }
        let clients = book.load(&daemon, CLIENTS).await;
        book.answers(20).await;
        daemon.kill_9();
        clients.join_all().await;

        replace_store(&setup, &shadow);
        setup.environment.clear();
        let daemon = setup.start().await;
        assert_eq!(book.check(&daemon).await, [""; 0], "seed {seed:?}");
        daemon.stops().await;
    }
}

/// The proof that the tests above can fail: on a disk that says it synced and
/// did not, the same check finds what is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_about_its_syncs_is_found_out_by_the_check() {
    let (book, mut setup) = prepared().await;
    let shadow = setup.path("shadow");
    let disk = Disk::losing_power(&mut setup, &shadow, None);
    let daemon = setup.start().await;
    disk.fail("lost-fsync");
    let clients = book.load(&daemon, CLIENTS).await;
    book.answers(40).await;
    daemon.kill_9();
    clients.join_all().await;

    replace_store(&setup, &shadow);
    setup.environment.clear();
    let daemon = setup.start().await;
    let missing = book.check(&daemon).await;
    let not_found = missing
        .iter()
        .filter(|problem| problem.contains("AUTHORIZATION_NOT_FOUND"));
    // A login has at most four answers, so forty are of ten logins at least.
    assert!(not_found.count() >= 10, "{missing:?}");
    daemon.stops().await;
}
