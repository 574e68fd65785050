//! Opening a store, and everything that is looked at before it may serve.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

use super::engine::{DATABASE_FILE, Engine};
use super::error::{EngineError, OpenError};
use super::files;
use super::format;
use super::journal::{self, Journal};
use super::keys;
use super::ledger::Ledger;
use super::pending::PendingIndex;
use super::record::{self, RecordError};
use super::seal::{Place, Purpose, SealError, Sealer};
use super::store::Options;
use super::witness::{Witness, WitnessFile};
use crate::domain::secret::Secret;

/// What is sealed to tell a wrong key ring from a damaged store.
const KNOWN_TEXT: &str = "leadtap";

/// Where the known text opens.
pub const KEY_CHECK_PLACE: Place<'static> = Place {
    site: None,
    record: keys::KEY_CHECK,
    purpose: Purpose::KeyCheck,
};

/// Bytes that must fit on the disk before a store that failed is opened again:
/// more than sled writes in one go.
const PROBE_BYTES: usize = 4 * 1024 * 1024;

/// How long sled may take to let go of a database that was closed.
const CLOSING: Duration = Duration::from_secs(10);

/// The sled database stands in a folder of its own, so that the witness does
/// not lie among sled's files. It is the first of these, until a compaction puts
/// the second in its place, and the next one the first again.
const ENGINE_FOLDERS: [&str; 2] = ["store", "store-2"];

/// Names the folder of the database that serves. Without it that is the first.
const CURRENT: &str = "current";

/// Stands beside the database from the moment when it failed until all that
/// can be read of it is on the medium for certain. What is in doubt is in this
/// machine's memory, so the mark need not outlive it either: it is not synced.
const UNSYNCED: &str = "unsynced";

/// Leaves the mark that makes the next opening write the database anew.
///
/// # Errors
/// The disk's own, for example where it is read-only.
pub fn mark_unsynced(path: &Path) -> std::io::Result<()> {
    File::create(path.join(UNSYNCED)).map(drop)
}

/// A store that may serve.
pub struct Opened {
    pub engine: Engine,
    pub ledger: Ledger,
    pub journal: Journal,
    pub pending: PendingIndex,
}

/// Opens or creates the store.
///
/// `acknowledged` is how far it had come at least, as far as this process
/// knows; the witness beside the store may know more.
///
/// # Errors
/// [`OpenError`]: it is in use, damaged, older than its witness, sealed with a
/// key that the ring lacks, or was used by a newer release.
pub fn open(
    options: &Options,
    sealer: &Sealer,
    acknowledged: Option<Witness>,
) -> Result<Opened, OpenError> {
    let path = &options.path;
    let io = |error: std::io::Error| OpenError::Io(path.clone(), error.to_string());
    std::fs::create_dir_all(path).map_err(io)?;
    let witness = WitnessFile::beside(path).read().map_err(io)?;

    let (engine, folder) = open_files(options)?;
    let begun = journal::has_segments(path).map_err(io)?;
    if engine.is_empty() {
        // Begun logins are a witness too: that of one batch at least.
        let witnessed = acknowledged.or(witness).map(|witness| witness.sequence);
        if let Some(witnessed) = witnessed.or(begun.then_some(1)) {
            return Err(OpenError::Older {
                path: path.clone(),
                sequence: 0,
                witnessed,
            });
        }
        create(path, &engine, sealer)?;
    }
    format::check(path, &engine)?;
    let ledger = meta(path, &engine, keys::LEDGER)?;
    let mut ledger: Ledger = record::decode(&ledger).map_err(|error| unreadable(path, error))?;
    if !begun && witness.is_none() && acknowledged.is_none() {
        give_up_begun(path, &engine, &mut ledger)?;
    }
    let pending = journal::recover(path, &engine, &mut ledger)?;
    for witness in [witness, acknowledged].into_iter().flatten() {
        compare(path, &ledger, witness)?;
    }
    check_key(path, &engine, sealer)?;
    remove_left_over(path, &folder);
    Ok(Opened {
        engine,
        ledger,
        journal: Journal::at(path),
        pending,
    })
}

/// Opens the database and makes sure that all that can be read, of it and of
/// the journal, is on the medium. Tells the database's folder, too.
fn open_files(options: &Options) -> Result<(Engine, PathBuf), OpenError> {
    let path = &options.path;
    let io = |error: std::io::Error| OpenError::Io(path.clone(), error.to_string());
    let (folder, pending) = (engine_folder(path).map_err(io)?, journal::folder(path));
    let marker = path.join(UNSYNCED);
    let in_doubt = marker.try_exists().map_err(io)?;
    if in_doubt {
        let lock = folder.join(DATABASE_FILE);
        files::rewrite(&[folder.clone(), pending.clone()], &lock).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::WouldBlock => OpenError::InUse(folder.clone()),
                _ => io(error),
            }
        })?;
    }
    let engine = Engine::open(&folder, options.cache_bytes)?;
    // The database's lock is the journal's too.
    std::fs::create_dir_all(&pending).map_err(io)?;
    files::sync(&pending).map_err(io)?;
    if in_doubt {
        std::fs::remove_file(&marker).map_err(io)?;
    }
    Ok((engine, folder))
}

/// A store that ends before its witness has lost something.
fn compare(path: &Path, ledger: &Ledger, witness: Witness) -> Result<(), OpenError> {
    if ledger.sequence < witness.sequence {
        return Err(OpenError::Older {
            path: path.to_owned(),
            sequence: ledger.sequence,
            witnessed: witness.sequence,
        });
    }
    if ledger.store_id != witness.store_id {
        return Err(OpenError::ForeignWitness(path.to_owned()));
    }
    Ok(())
}

/// Journal and witness were both taken away, as the text of
/// [`OpenError::Older`] says: logins that were under way are given up.
fn give_up_begun(path: &Path, engine: &Engine, ledger: &mut Ledger) -> Result<(), OpenError> {
    if ledger.begun.gone == ledger.begun.newest {
        return Ok(());
    }
    tracing::warn!("the journal is gone and so is the witness: logins under way begin anew");
    ledger.begun.gone = ledger.begun.newest;
    let mut batch = sled::Batch::default();
    let encoded = record::encode(ledger).map_err(|error| unreadable(path, error))?;
    batch.insert(keys::LEDGER, encoded);
    engine
        .commit(batch)
        .map_err(|error| OpenError::Io(path.to_owned(), error.0))
}

/// Writes what every store has.
fn create(path: &Path, engine: &Engine, sealer: &Sealer) -> Result<(), OpenError> {
    let ledger = Ledger::of(random_id()?);
    let ledger = record::encode(&ledger).map_err(|error| unreadable(path, error))?;
    let known = Secret::from(KNOWN_TEXT);
    let sealed = sealer
        .seal(&known, &KEY_CHECK_PLACE)
        .map_err(|_| OpenError::NoRandom)?;
    let mut batch = sled::Batch::default();
    batch.insert(keys::LEDGER, ledger);
    batch.insert(keys::KEY_CHECK, sealed);
    batch.insert(keys::FORMAT, &[format::FORMAT]);
    engine
        .commit(batch)
        .map_err(|error| OpenError::Io(path.to_owned(), error.0))
}

/// Opens the known text, to see whether the ring is the right one.
fn check_key(path: &Path, engine: &Engine, sealer: &Sealer) -> Result<(), OpenError> {
    let sealed = meta(path, engine, keys::KEY_CHECK)?;
    match sealer.open(&sealed, &KEY_CHECK_PLACE) {
        Ok(_) => Ok(()),
        Err(SealError::KeyMissing(id)) => Err(OpenError::KeyMissing(id)),
        Err(_) => Err(OpenError::WrongKey),
    }
}

/// A record that every store has.
fn meta(path: &Path, engine: &Engine, key: &[u8]) -> Result<sled::IVec, OpenError> {
    let found = engine.get(key).map_err(|error| damaged(path, error))?;
    found.ok_or_else(|| damaged(path, EngineError("its own records are missing".to_owned())))
}

fn damaged(path: &Path, error: EngineError) -> OpenError {
    OpenError::Damaged(path.to_owned(), error.0)
}

fn unreadable(path: &Path, error: RecordError) -> OpenError {
    match error {
        RecordError::Newer(_) => OpenError::Newer(error),
        RecordError::Malformed => OpenError::Damaged(path.to_owned(), error.to_string()),
    }
}

fn random_id() -> Result<u128, OpenError> {
    let mut id = [0; 16];
    SystemRandom::new()
        .fill(&mut id)
        .map_err(|_| OpenError::NoRandom)?;
    Ok(u128::from_be_bytes(id))
}

/// What a store's folder holds that belongs to one store alone.
const PARTS: [&str; 6] = [
    "store",
    "store-2",
    CURRENT,
    journal::FOLDER,
    UNSYNCED,
    "witness",
];

/// Those parts of a store that there are in this folder.
#[must_use]
pub fn parts_of_a_store(path: &Path) -> Vec<&'static str> {
    let parts = PARTS.into_iter();
    parts.filter(|part| path.join(part).exists()).collect()
}

/// Whether there is a database in this folder.
#[must_use]
pub fn exists(path: &Path) -> bool {
    engine_folder(path).is_ok_and(|folder| folder.join(DATABASE_FILE).exists())
}

/// Where the database is that serves.
///
/// # Errors
/// The disk's own, and where the file `current` names none.
pub fn engine_folder(path: &Path) -> std::io::Result<PathBuf> {
    let [first, second] = ENGINE_FOLDERS.map(|name| path.join(name));
    match std::fs::read_to_string(path.join(CURRENT)) {
        Ok(text) => {
            let named = ENGINE_FOLDERS.iter().find(|name| **name == text.trim());
            named.map(|name| path.join(name)).ok_or_else(|| {
                std::io::Error::other(
                    "the file `current` is damaged: write into it the name of the folder that is there, `store` or `store-2`",
                )
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(if !first.exists() && second.exists() {
                second
            } else {
                first
            })
        }
        Err(error) => Err(error),
    }
}

/// Where a second database may stand beside the one in `serves`.
#[must_use]
pub fn other_engine_folder(path: &Path, serves: &Path) -> PathBuf {
    let [first, second] = ENGINE_FOLDERS.map(|name| path.join(name));
    if first == serves { second } else { first }
}

/// Why another database did not take the place of the one that serves.
pub enum Unplaced {
    /// It certainly did not.
    Not(std::io::Error),
    /// It may have: after a crash it could be either.
    Unsure(std::io::Error),
}

/// From now on, also after a crash, the database in `folder` serves.
///
/// # Errors
/// [`Unplaced`] with the disk's own words.
pub fn serve_from(path: &Path, folder: &Path) -> Result<(), Unplaced> {
    let current = path.join(CURRENT);
    let next = current.with_extension("next");
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    let written = File::create(&next).and_then(|mut file| {
        file.write_all(name)?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(Unplaced::Not)?;
    std::fs::rename(&next, &current).map_err(Unplaced::Unsure)?;
    files::sync_folder_of(&current).map_err(Unplaced::Unsure)
}

/// Removes what an interrupted compaction left beside the database that
/// serves. Nobody needs it, so that it cannot be removed stops nobody.
fn remove_left_over(path: &Path, serves: &Path) {
    let other = other_engine_folder(path, serves);
    if other.exists()
        && let Err(error) = std::fs::remove_dir_all(&other)
    {
        tracing::warn!(%error, "what a compaction left over could not be removed");
    }
}

/// Moves a store to the folder where it will serve. The witness follows last:
/// without it a store is whole.
///
/// # Errors
/// The disk's own.
pub fn move_store(from: &Path, to: &Path) -> std::io::Result<()> {
    for part in PARTS {
        if from.join(part).exists() {
            std::fs::rename(from.join(part), to.join(part))?;
            files::sync_folder_of(&to.join(part))?;
        }
    }
    Ok(())
}

/// Waits until sled's own threads have let go of a database that was closed.
///
/// # Errors
/// [`std::io::ErrorKind::TimedOut`] when they do not.
pub fn wait_until_closed(path: &Path) -> std::io::Result<()> {
    let deadline = Instant::now() + CLOSING;
    if is_let_go_of(|| is_locked(path), deadline) {
        return Ok(());
    }
    Err(std::io::ErrorKind::TimedOut.into())
}

/// Waits until nobody `holds` a database any more; tells whether that came in
/// time.
pub fn is_let_go_of(holds: impl Fn() -> bool, deadline: Instant) -> bool {
    while holds() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Whether somebody has the database open.
#[must_use]
pub fn is_locked(path: &Path) -> bool {
    engine_folder(path).is_ok_and(|folder| is_in_use(&folder))
}

/// Whether somebody has the database in this very folder open.
#[must_use]
pub fn is_in_use(folder: &Path) -> bool {
    let file = File::open(folder.join(DATABASE_FILE));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether the disk takes something again.
///
/// # Errors
/// [`OpenError::Io`] with the disk's own words.
pub fn probe(path: &Path) -> Result<(), OpenError> {
    let file = path.join("probe");
    let written = File::create(&file).and_then(|mut probe| {
        probe.write_all(&vec![0; PROBE_BYTES])?;
        probe.sync_data()
    });
    let removed = std::fs::remove_file(&file);
    written
        .and(removed)
        .map_err(|error| OpenError::Io(path.to_owned(), error.to_string()))
}
