//! Writing the database anew while it serves: sled gives no space back, and
//! keeps old versions of a page until it uses their place again.
//!
//! All records are copied into a second database beside the first, in steps,
//! with what changes meanwhile copied again at the end. The copy is held
//! against the store's account to the last record; then, between two batches,
//! the file `current` is replaced, and from that moment the copy is the store.
//! A crash before that leaves the old one, a crash after it the new one; the
//! other is removed at the next start.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::statvfs::statvfs;
use tokio::sync::OwnedMutexGuard;

use super::committer::Then;
use super::engine::Engine;
use super::error::StoreError;
use super::files;
use super::keys;
use super::ledger::Ledger;
use super::opening::{self, Unplaced};
use super::store::Store;
use super::walk::{Ending, Found, Walk, WalkError};

/// Records of the copy that are read at once while it is checked.
const CHECK_RECORDS: usize = 1000;

/// Bytes that must stay free beside the copy: the daemon goes on meanwhile.
const ROOM_BYTES: u64 = 64 * 1024 * 1024;

/// How long a compaction waits for the copy of an earlier one to be away.
const AWAY: Duration = Duration::from_secs(10);

/// How long a copy that was given up is waited for to be closed. One that a
/// disk holds up for longer stays until the next compaction or start.
const CLOSED: Duration = Duration::from_secs(60);

/// The store's own records, the account apart; there are two or three.
const OWN_RECORDS: usize = 1000;

/// How far a compaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compacted {
    /// So many records are copied, of so many.
    Copied(u64, u64),
    /// So many records of the copy are checked, of so many.
    Checked(u64, u64),
    /// It is done: bytes on the disk before and after.
    Done(u64, u64),
}

/// A compaction that is under way. Dropped, it leaves the store as it is.
pub struct Compaction {
    store: Store,
    copy: Copy,
    before: u64,
    expected: u64,
    stage: Option<Stage>,
}

/// Which step comes next.
enum Stage {
    Copy(Walk, u64),
    Check(Walk, Checker),
}

/// The copy's own check: what stands in it, as far as that was read.
struct Checker {
    cursor: Vec<u8>,
    found: Ledger,
    seen: u64,
}

/// The second database. Its folder goes unless the copy became the store.
struct Copy {
    folder: PathBuf,
    engine: Option<Arc<Engine>>,
    /// Nobody makes another copy in this folder until this one is away.
    place: Option<OwnedMutexGuard<()>>,
}

impl Drop for Copy {
    fn drop(&mut self) {
        let Some(engine) = self.engine.take() else {
            return;
        };
        let folder = std::mem::take(&mut self.folder);
        let place = self.place.take();
        // sled closes and the disk removes in their own time.
        std::thread::spawn(move || {
            discard(engine, &folder);
            drop(place);
        });
    }
}

/// Closes a copy and removes it. sled makes files by their names until it is
/// closed, also in a step that nobody waits for any more.
fn discard(engine: Arc<Engine>, folder: &Path) {
    let deadline = Instant::now() + CLOSED;
    opening::is_let_go_of(|| Arc::strong_count(&engine) > 1, deadline);
    drop(engine);
    if opening::is_let_go_of(|| opening::is_in_use(folder), deadline)
        && let Err(error) = std::fs::remove_dir_all(folder)
    {
        tracing::warn!(%error, "what a compaction left over could not be removed");
    }
}

impl Copy {
    /// It is the store, or may be: its folder stays.
    fn keep(&mut self) {
        self.engine = None;
    }

    fn engine(&self) -> Result<Arc<Engine>, WalkError> {
        let engine = self.engine.as_ref().map(Arc::clone);
        engine.ok_or(WalkError::Store(StoreError::Unavailable))
    }
}

impl Compaction {
    /// Begins one.
    ///
    /// # Errors
    /// [`WalkError::Busy`] while another walk goes through the store, or what
    /// an earlier one left is not away yet; [`WalkError::Copy`] where there is
    /// no room for a second database.
    pub async fn begin(store: &Store) -> Result<Self, WalkError> {
        let walk = Walk::begin(store, |_| true)?;
        let place = Arc::clone(&store.shared.copy_place).lock_owned();
        let place = tokio::time::timeout(AWAY, place).await;
        let place = place.map_err(|_| WalkError::Busy)?;
        let options = store.shared.options.clone();
        let (copy, before) = blocking(move || {
            let serves = opening::engine_folder(&options.path).map_err(|error| failed(&error))?;
            let before = files::size(&serves).map_err(|error| failed(&error))?;
            see_room(&options.path, before)?;
            let folder = opening::other_engine_folder(&options.path, &serves);
            if opening::is_in_use(&folder) {
                return Err(WalkError::Busy);
            }
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(|error| failed(&error))?;
            }
            let engine = Engine::open(&folder, options.cache_bytes);
            let engine = engine.map_err(|error| WalkError::Copy(error.to_string()))?;
            // Also where nobody waits for it any more.
            let copy = Copy {
                folder,
                engine: Some(Arc::new(engine)),
                place: Some(place),
            };
            Ok((copy, before))
        })
        .await?;
        let count = |_: &Engine, ledger: &Ledger| (ledger.count_of(|_| true), Then::GoOn);
        Ok(Self {
            expected: store.between_batches(count).await?,
            store: store.clone(),
            copy,
            before,
            stage: Some(Stage::Copy(walk, 0)),
        })
    }

    /// Goes one step further; none after the last one.
    ///
    /// # Errors
    /// [`WalkError`]; the store is as it was then.
    pub async fn next(&mut self) -> Result<Option<Compacted>, WalkError> {
        match self.stage.take() {
            None => Ok(None),
            Some(Stage::Copy(walk, copied)) => self.copy_on(walk, copied).await.map(Some),
            Some(Stage::Check(walk, checker)) => self.check_on(walk, checker).await.map(Some),
        }
    }

    async fn copy_on(&mut self, mut walk: Walk, copied: u64) -> Result<Compacted, WalkError> {
        let Some(records) = walk.next().await? else {
            let checker = Checker {
                cursor: keys::FIRST_OF_SITES.to_vec(),
                found: Ledger::default(),
                seen: 0,
            };
            self.stage = Some(Stage::Check(walk, checker));
            return Ok(Compacted::Checked(0, self.expected));
        };
        let copied = copied + records.len() as u64;
        let engine = self.copy.engine()?;
        blocking(move || write(&engine, &records)).await?;
        self.stage = Some(Stage::Copy(walk, copied));
        Ok(Compacted::Copied(copied, self.expected))
    }

    async fn check_on(&mut self, walk: Walk, checker: Checker) -> Result<Compacted, WalkError> {
        let engine = self.copy.engine()?;
        let (checker, more) = blocking(move || checker.read_on(&engine)).await?;
        if !more {
            return self.swap(walk, checker.found).await;
        }
        let seen = checker.seen;
        self.stage = Some(Stage::Check(walk, checker));
        Ok(Compacted::Checked(seen, self.expected))
    }

    /// Copies what changed meanwhile, and makes the copy the store.
    async fn swap(&mut self, mut walk: Walk, mut found: Ledger) -> Result<Compacted, WalkError> {
        while let Some(records) = walk.next().await? {
            let engine = self.copy.engine()?;
            found = blocking(move || write_checked(&engine, &records, found)).await?;
        }
        let path = self.store.shared.options.path.clone();
        let serves = opening::engine_folder(&path).map_err(|error| failed(&error))?;
        let (copy, folder) = (self.copy.engine()?, self.copy.folder.clone());
        let swapped = walk.end(move |engine, ending| {
            if let Err(error) = finish(engine, &copy, &folder, ending, found) {
                return (Err(error), Then::GoOn);
            }
            match opening::serve_from(&path, &folder) {
                Ok(()) => (Ok(()), Then::Serve(copy)),
                Err(Unplaced::Not(error)) => (Err(Unswapped::Not(failed(&error))), Then::GoOn),
                // Which of the two a crash would leave is not known: the store is
                // opened anew, which finds out and makes it certain.
                Err(Unplaced::Unsure(error)) => {
                    let how = format!("the new database could not be put in place: {error}");
                    (Err(Unswapped::Unsure), Then::Fail(how))
                }
            }
        });
        match swapped.await? {
            Ok(()) => self.copy.keep(),
            Err(Unswapped::Not(error)) => return Err(error),
            Err(Unswapped::Unsure) => {
                self.copy.keep();
                return Err(WalkError::Store(StoreError::Unavailable));
            }
        }
        let copied = self.copy.folder.clone();
        let after = blocking(move || {
            // What cannot be removed now is removed at the next start.
            if let Err(error) = std::fs::remove_dir_all(&serves) {
                tracing::warn!(%error, "the old database could not be removed yet");
            }
            files::size(&copied).map_err(|error| failed(&error))
        })
        .await?;
        Ok(Compacted::Done(self.before, after))
    }
}

impl Checker {
    fn read_on(mut self, engine: &Engine) -> Result<(Self, bool), WalkError> {
        let records = engine.scan(&self.cursor, CHECK_RECORDS);
        let records = records.map_err(StoreError::from)?;
        for (key, value) in &records {
            self.found.add(key, value);
        }
        self.seen += records.len() as u64;
        if let Some((last, _)) = records.last() {
            self.cursor = keys::next(last.to_vec());
        }
        Ok((self, !records.is_empty()))
    }
}

/// What is done on the committer's thread before the copy is the store: the
/// last records, and the proof that none is missing.
fn finish(
    engine: &Engine,
    copy: &Engine,
    folder: &Path,
    ending: Ending,
    found: Ledger,
) -> Result<(), Unswapped> {
    let found = write_checked(copy, &ending.records, found)?;
    if let Some(difference) = ending.ledger.difference(&found) {
        return Err(WalkError::Copy(difference.to_string()).into());
    }
    let own = engine.scan_within(keys::OWN, keys::OWN, OWN_RECORDS);
    let mut batch = sled::Batch::default();
    for (key, value) in own.map_err(|error| WalkError::Store(error.into()))? {
        batch.insert(key, value);
    }
    let committed = copy.commit(batch);
    committed.map_err(|error| WalkError::Copy(error.0))?;
    if !copy.stands_in(folder).map_err(|error| failed(&error))? {
        let gone = "its folder was removed or replaced";
        return Err(WalkError::Copy(gone.to_owned()).into());
    }
    Ok(files::sync(folder).map_err(|error| failed(&error))?)
}

/// Why the copy is not the store.
enum Unswapped {
    /// It was not good enough.
    Not(WalkError),
    /// Nobody knows yet which of the two is.
    Unsure,
}

impl From<WalkError> for Unswapped {
    fn from(error: WalkError) -> Self {
        Self::Not(error)
    }
}

fn write(copy: &Engine, records: &[Found]) -> Result<(), WalkError> {
    let mut batch = sled::Batch::default();
    for (key, value) in records {
        match value {
            Some(value) => batch.insert(key.clone(), value.clone()),
            None => batch.remove(key.clone()),
        }
    }
    let written = copy.commit(batch);
    written.map_err(|error| WalkError::Copy(error.0))
}

/// The same, and corrects what was found in the copy so far.
fn write_checked(copy: &Engine, records: &[Found], mut found: Ledger) -> Result<Ledger, WalkError> {
    for (key, value) in records {
        if let Some(old) = copy.get(key).map_err(StoreError::from)? {
            found.remove(key, &old);
        }
        if let Some(value) = value {
            found.add(key, value);
        }
    }
    write(copy, records)?;
    Ok(found)
}

/// A copy that fills the disk would stop the logins.
fn see_room(path: &Path, needed: u64) -> Result<(), WalkError> {
    let disk = statvfs(path).map_err(|error| failed(&error.into()))?;
    let free = disk.blocks_available() * disk.fragment_size();
    let needed = needed + ROOM_BYTES;
    if free >= needed {
        return Ok(());
    }
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    Err(WalkError::Copy(format!(
        "there is no room for a second database: {} MiB are needed and {} MiB are free",
        mebibytes(needed),
        mebibytes(free)
    )))
}

fn failed(error: &std::io::Error) -> WalkError {
    WalkError::Copy(error.to_string())
}

/// Runs what waits for the disk off the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WalkError> + Send + 'static,
) -> Result<T, WalkError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(WalkError::Store(StoreError::Unavailable)))
}
