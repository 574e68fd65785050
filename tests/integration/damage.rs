//! A store that is not what it was is told, and not served.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{does_not_serve, serves_again};
use crate::support::faults::{copy, replace_store};
use crate::support::{Book, Fake, Setup};

/// What every sentence about a store that lost something says to do.
const REMEDY: &str = "put your newest backup in its place with `leadtap restore FILE`";

/// A stopped daemon whose store holds logins and leads.
struct Stopped {
    book: Arc<Book>,
    setup: Setup,
}

impl Stopped {
    async fn after(answers: u64) -> Self {
        let fake = Arc::new(Fake::start().await);
        let setup = Setup::with(&fake);
        let stopped = Self {
            book: Book::new(fake).await,
            setup,
        };
        stopped.more(answers).await;
        stopped
    }

    /// Starts, loads and stops a daemon.
    async fn more(&self, answers: u64) {
        let daemon = self.setup.start().await;
        let clients = self.book.load(&daemon, 4).await;
        self.book.answers(answers).await;
        daemon.stops().await;
        clients.join_all().await;
        // What was unanswered at the stop is known from here on.
        let daemon = self.setup.start().await;
        assert_eq!(self.book.check(&daemon).await, [""; 0]);
        daemon.stops().await;
    }

    fn witness(&self) -> PathBuf {
        self.setup.data().join("witness")
    }

    /// Where the logins are that have just begun.
    fn pending(&self) -> PathBuf {
        self.setup.data().join("pending")
    }

    /// The files in there, by age.
    fn segments(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.pending()).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    /// A copy of the whole folder, as one makes it while the daemon is stopped.
    fn copied(&self, name: &str) -> PathBuf {
        let to = self.setup.path(name);
        copy(&self.setup.data(), &to);
        to
    }

    async fn refused(&self, exit: i32, says: &[&str]) {
        let (code, log) = self.setup.refused().await;
        assert_eq!(code, Some(exit), "{log}");
        for text in says {
            assert!(log.contains(text), "no word of {text:?}: {log}");
        }
    }

    async fn starts_and_stops(&self) {
        let daemon = self.setup.start().await;
        serves_again(&daemon).await;
        daemon.stops().await;
    }

    async fn serves_everything(&self) {
        let daemon = self.setup.start().await;
        assert_eq!(self.book.check(&daemon).await, [""; 0]);
        daemon.stops().await;
    }

    fn sled(&self) -> sled::Db {
        sled::open(self.setup.data().join("store")).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_is_told_by_the_daemon() {
    const FLIPS: usize = 10;
    let stopped = Stopped::after(60).await;
    let whole = stopped.copied("whole");
    let file = stopped.setup.data().join("store/db");
    let written = written_bytes(&whole.join("store/db"));
    let mut told = 0;
    for flip in 0..FLIPS {
        replace_store(&stopped.setup, &whole);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[written[written.len() * (2 * flip + 1) / (2 * FLIPS)]] ^= 0x10;
        std::fs::write(&file, bytes).unwrap();
        told += u32::from(!serves_all_or_tells(&stopped).await);
    }
    assert!(told > 0, "no flip hit anything: these are the wrong bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_a_newer_release_has_used_is_refused_and_left_as_it_was() {
    let stopped = Stopped::after(20).await;
    let becomes = |form: u8| {
        let database = stopped.sled();
        let before = database.insert(b"\0format", &[form]).unwrap();
        database.flush().unwrap();
        before.unwrap().first().copied().unwrap()
    };
    let ours = becomes(u8::MAX);
    let says = ["a newer release has used it", "install that release again"];
    stopped.refused(74, &says).await;
    assert_eq!(becomes(ours), u8::MAX);
    stopped.serves_everything().await;
}

/// Flipping a byte that nobody reads proves nothing.
fn written_bytes(file: &Path) -> Vec<usize> {
    let bytes = std::fs::read(file).unwrap();
    let written = bytes.iter().enumerate().filter(|(_, byte)| **byte != 0);
    written.map(|(at, _)| at).collect()
}

/// True: everything is there. False: it said what is wrong.
async fn serves_all_or_tells(stopped: &Stopped) -> bool {
    let mut daemon = stopped.setup.spawn();
    let Some(status) = daemon.ended_or_serves().await else {
        if stopped.book.check(&daemon).await.is_empty() {
            daemon.stops().await;
            return true;
        }
        does_not_serve(&daemon).await;
        let log = daemon.log();
        assert!(log.contains(REMEDY), "{log}");
        return false;
    };
    let log = daemon.log();
    assert_eq!(status.code(), Some(74), "{log}");
    assert!(
        log.contains("is damaged") || log.contains("has lost"),
        "{log}"
    );
    assert!(log.contains(REMEDY), "{log}");
    false
}

/// The logins that have just begun are not in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_or_a_lost_file_of_begun_logins_is_told_by_the_daemon() {
    let stopped = Stopped::after(20).await;
    stopped.more(20).await;
    let segments = stopped.segments();
    assert!(segments.len() >= 2, "{segments:?}");
    for file in [&segments[0], segments.last().unwrap()] {
        let whole = std::fs::read(file).unwrap();
        let mut broken = whole.clone();
        broken[whole.len().min(200)] ^= 0x10;
        std::fs::write(file, broken).unwrap();
        assert!(!serves_all_or_tells(&stopped).await, "{file:?}");
        std::fs::remove_file(file).unwrap();
        assert!(!serves_all_or_tells(&stopped).await, "{file:?}");
        std::fs::write(file, whole).unwrap();
    }
    stopped.serves_everything().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_witness_is_made_anew() {
    let stopped = Stopped::after(10).await;
    std::fs::remove_file(stopped.witness()).unwrap();
    stopped.serves_everything().await;
    assert!(stopped.witness().exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_witness_is_told_and_made_anew() {
    let stopped = Stopped::after(10).await;
    let mut bytes = std::fs::read(stopped.witness()).unwrap();
    let digit = bytes.len() - 12;
    bytes[digit] ^= 0x01;
    std::fs::write(stopped.witness(), &bytes).unwrap();
    let daemon = stopped.setup.start().await;
    assert_eq!(stopped.book.check(&daemon).await, [""; 0]);
    let log = daemon.log();
    assert!(log.contains("the witness is damaged"), "{log}");
    daemon.stops().await;
    assert_ne!(std::fs::read(stopped.witness()).unwrap(), bytes);
    stopped.serves_everything().await;
}

/// Logins do not need it; a restore does, and refuses it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_list_of_the_erased_is_told_at_every_start_and_left_alone() {
    let stopped = Stopped::after(10).await;
    let list = stopped.setup.data().join("erased");
    let mut bytes = std::fs::read(&list).unwrap();
    let digit = bytes.len() - 4;
    bytes[digit] ^= 0x01;
    std::fs::write(&list, &bytes).unwrap();
    for _ in 0..2 {
        let daemon = stopped.setup.start().await;
        assert_eq!(stopped.book.check(&daemon).await, [""; 0]);
        let log = daemon.log();
        assert!(log.contains("a restore will refuse it"), "{log}");
        daemon.stops().await;
    }
    assert_eq!(std::fs::read(&list).unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_ends_before_its_witness_does_not_start() {
    let stopped = Stopped::after(10).await;
    let text = std::fs::read_to_string(stopped.witness()).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let ahead = words[3].parse::<u64>().unwrap() + 1;
    // As an earlier release wrote it, without a checksum.
    let ahead = format!("leadtap-witness 1 {} {ahead}\n", words[2]);
    std::fs::write(stopped.witness(), ahead).unwrap();
    stopped
        .refused(74, &["has lost what was written last", REMEDY])
        .await;
    std::fs::write(stopped.witness(), text).unwrap();
    stopped.serves_everything().await;
}

/// An older copy of a part is told; an older copy of the whole is what an
/// admin wants, and the sentence says how.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_the_store_alone_does_not_start() {
    let stopped = Stopped::after(10).await;
    let older = stopped.copied("older");
    stopped.more(10).await;
    let newest = stopped.copied("newest");

    std::fs::remove_dir_all(stopped.setup.data().join("store")).unwrap();
    copy(&older.join("store"), &stopped.setup.data().join("store"));
    for _ in 0..2 {
        stopped
            .refused(
                74,
                &[
                    "has lost what was written last",
                    "remove the file `witness` and the folder `pending`",
                ],
            )
            .await;
        // The witness is not the only one that knows.
        let _ = std::fs::remove_file(stopped.witness());
    }
    std::fs::remove_dir_all(stopped.pending()).unwrap();
    stopped.starts_and_stops().await;

    replace_store(&stopped.setup, &older);
    stopped.starts_and_stops().await;
    replace_store(&stopped.setup, &newest);
    stopped.serves_everything().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_vanished_is_not_replaced_by_an_empty_one() {
    let stopped = Stopped::after(10).await;
    std::fs::remove_dir_all(stopped.setup.data().join("store")).unwrap();
    for _ in 0..2 {
        stopped
            .refused(74, &["has lost what was written last", REMEDY])
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_a_newer_release_does_not_start() {
    const LEDGER: &[u8] = b"\0ledger";
    let stopped = Stopped::after(10).await;
    let db = stopped.sled();
    let ledger = db.get(LEDGER).unwrap().unwrap();
    let mut newer = ledger.to_vec();
    newer[0] += 1;
    db.insert(LEDGER, newer).unwrap();
    drop(db);
    stopped
        .refused(
            74,
            &[
                "a newer release of leadtap wrote",
                "install that release again",
            ],
        )
        .await;
    stopped.sled().insert(LEDGER, ledger).unwrap();
    stopped.serves_everything().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_was_changed_takes_the_daemon_out_of_service() {
    let stopped = Stopped::after(30).await;
    let db = stopped.sled();
    let (key, value) = db.iter().last().unwrap().unwrap();
    let mut changed = value.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    db.insert(key, changed).unwrap();
    drop(db);
    let daemon = stopped.setup.start().await;
    does_not_serve(&daemon).await;
    let log = daemon.log();
    assert!(log.contains("is not what was written"), "{log}");
    assert!(log.contains(REMEDY), "{log}");
    daemon.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_key_ring_is_told_from_damage() {
    let stopped = Stopped::after(10).await;
    let keys = stopped.setup.path("keys");
    let right = std::fs::read(&keys).unwrap();
    let wrong = leadtap::storage::KeyRing::generate().unwrap();
    std::fs::write(&keys, wrong.expose()).unwrap();
    stopped
        .refused(78, &["put the right key ring in place", "not damaged"])
        .await;
    std::fs::write(&keys, right).unwrap();
    stopped.serves_everything().await;
}
