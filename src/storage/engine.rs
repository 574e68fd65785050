//! sled, held by the hand.
//!
//! What was measured of sled 0.34.7 and is answered here: its flush ends in
//! `sync_file_range`, which does not make anything durable, so every flush is
//! followed by a sync of the file itself; where its files are damaged it
//! panics, so every call is made behind a guard that turns a panic into an
//! error; and where a write fails a flush may wait for ever, so somebody looks
//! out for that ([`Lookout`]).

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use nix::sys::prctl;
use sled::IVec;

use super::error::{EngineError, OpenError};
use super::files;
use super::lookout::Lookout;

/// The file in which sled keeps its records, and which it locks (flock(2)).
pub const DATABASE_FILE: &str = "db";

/// An open sled database.
pub struct Engine {
    /// None only while it is being dropped.
    open: Option<Open>,
    /// The same file that sled writes: syncing any descriptor of a file syncs
    /// all of its data (fdatasync(2)).
    file: File,
}

/// In the order in which they end: the lookout has the database open too.
struct Open {
    lookout: Lookout,
    db: sled::Db,
}

impl Engine {
    /// Opens or creates the database in `folder`.
    ///
    /// # Errors
    /// [`OpenError`] by meaning; also where sled panics over a damaged file.
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<Self, OpenError> {
        let io = |error: std::io::Error| OpenError::Io(folder.to_owned(), error.to_string());
        std::fs::create_dir_all(folder).map_err(io)?;
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(cache_bytes)
            // The committer flushes; a second flusher would only disturb it.
            .flush_every_ms(None);
        let patient = Patience::begin();
        let open = || {
            let db = config.open()?;
            // Sled's threads begin with its first write, which a new database has here.
            db.flush()?;
            Ok(db)
        };
        let db = guarded(open).map_err(|error| open_error(folder, error))?;
        drop(patient);
        let lookout = Lookout::begin(config, db.clone()).map_err(io)?;
        let open = Open { lookout, db };
        // From here on a failure closes it behind the guard, see `drop`.
        let mut engine = Self {
            open: Some(open),
            file: File::open(folder).map_err(io)?,
        };
        engine.file = File::open(folder.join(DATABASE_FILE)).map_err(io)?;
        // What an earlier process wrote and did not sync can be read now, so it
        // will be told: it must be on the medium first.
        files::sync(folder).map_err(io)?;
        Ok(engine)
    }

    fn open_one(&self) -> sled::Result<&Open> {
        self.open
            .as_ref()
            .ok_or_else(|| sled::Error::Unsupported("the database is closed".to_owned()))
    }

    fn db(&self) -> sled::Result<&sled::Db> {
        self.open_one().map(|open| &open.db)
    }

    /// Whether the database in this folder is this one.
    ///
    /// # Errors
    /// The disk's own; where there is none at all too.
    pub fn stands_in(&self, folder: &Path) -> std::io::Result<bool> {
        let own = self.file.metadata()?;
        let there = std::fs::metadata(folder.join(DATABASE_FILE))?;
        Ok((own.dev(), own.ino()) == (there.dev(), there.ino()))
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read it.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, EngineError> {
        guarded(|| self.db()?.get(key)).map_err(Failure::into_engine_error)
    }

    /// At most `limit` records from `first` on, in the order of their keys.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read them.
    pub fn scan(&self, first: &[u8], limit: usize) -> Result<Vec<(IVec, IVec)>, EngineError> {
        guarded(|| self.db()?.range(first..).take(limit).collect())
            .map_err(Failure::into_engine_error)
    }

    /// The same, and no more after the one that fills `bytes`.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read them.
    pub fn scan_bytes(
        &self,
        first: &[u8],
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<(IVec, IVec)>, EngineError> {
        let mut size = 0;
        let in_time = move |record: &sled::Result<(IVec, IVec)>| {
            let before = size;
            size += record
                .as_ref()
                .map_or(0, |(key, value)| key.len() + value.len());
            before < bytes
        };
        guarded(|| {
            self.db()?
                .range(first..)
                .take(limit)
                .take_while(in_time)
                .collect()
        })
        .map_err(Failure::into_engine_error)
    }

    /// At most `limit` records from `first` on whose keys begin with `prefix`.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read them.
    pub fn scan_within(
        &self,
        prefix: &[u8],
        first: &[u8],
        limit: usize,
    ) -> Result<Vec<(IVec, IVec)>, EngineError> {
        let inside = |record: &sled::Result<(IVec, IVec)>| {
            record
                .as_ref()
                .map_or(true, |(key, _)| key.starts_with(prefix))
        };
        guarded(|| {
            self.db()?
                .range(first..)
                .take_while(inside)
                .take(limit)
                .collect()
        })
        .map_err(Failure::into_engine_error)
    }

    /// At most `limit` records between `first` and `last`, these included, from
    /// `last` on backwards.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read them.
    pub fn scan_back(
        &self,
        first: &[u8],
        last: &[u8],
        limit: usize,
    ) -> Result<Vec<(IVec, IVec)>, EngineError> {
        if first > last {
            return Ok(Vec::new());
        }
        guarded(|| self.db()?.range(first..=last).rev().take(limit).collect())
            .map_err(Failure::into_engine_error)
    }

    /// Whether nothing was ever written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        guarded(|| Ok(self.db()?.is_empty())).unwrap_or(false)
    }

    /// Applies a batch as a whole and makes it durable: when this returns, it
    /// is on the medium.
    ///
    /// # Errors
    /// [`EngineError`]; whether the batch was kept is then unknown, and the
    /// database answers nothing reliable until it is opened again.
    pub fn commit(&self, batch: sled::Batch) -> Result<(), EngineError> {
        guarded(|| {
            let open = self.open_one()?;
            open.lookout.commit(&open.db, batch)
        })
        .map_err(Failure::into_engine_error)?;
        self.file
            .sync_data()
            .map_err(|error| EngineError(format!("the disk did not sync: {error}")))
    }
}

impl Drop for Engine {
    /// Closes the database, so that it can be opened again. Over a disk that
    /// fails sled's own drop panics.
    fn drop(&mut self) {
        let open = self.open.take();
        let _ = guarded(|| {
            drop(open);
            Ok(())
        });
    }
}

/// How late sled's own threads may wake where nobody calls them. Each of its
/// seven would wake once a second to see that there is nothing to do.
const SLACK: Duration = Duration::from_secs(60);

/// While it lives, threads that begin here let their timers be late by
/// [`SLACK`], for good: the kernel lets a thread inherit that
/// (`PR_SET_TIMERSLACK`, prctl(2)). Whatever wakes a thread by a call is not
/// late.
struct Patience {
    before: u64,
}

impl Patience {
    /// None where the system does not let it be, and then nothing is lost but
    /// some wake-ups.
    fn begin() -> Option<Self> {
        let before = u64::try_from(prctl::get_timerslack().ok()?).ok()?;
        let slack = u64::try_from(SLACK.as_nanos()).ok()?;
        prctl::set_timerslack(slack).ok()?;
        Some(Self { before })
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        let _ = prctl::set_timerslack(self.before);
    }
}

/// How a guarded call failed.
pub(super) enum Failure {
    Sled(sled::Error),
    Panic(String),
}

impl Failure {
    fn into_engine_error(self) -> EngineError {
        EngineError(match self {
            Self::Sled(error) => error.to_string(),
            Self::Panic(text) => format!("sled panicked: {text}"),
        })
    }
}

pub(super) fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure::Sled(error)),
        Err(panic) => Err(Failure::Panic(panic_text(&*panic))),
    }
}

/// What a panic said, if it said it in words.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "it gave no reason".to_owned()
    }
}

fn open_error(folder: &Path, failure: Failure) -> OpenError {
    let path = folder.to_owned();
    match failure {
        Failure::Sled(sled::Error::Io(error)) if is_lock_refusal(&error) => OpenError::InUse(path),
        Failure::Sled(sled::Error::Io(error)) => OpenError::Io(path, error.to_string()),
        Failure::Sled(error) => OpenError::Damaged(path, error.to_string()),
        Failure::Panic(text) => OpenError::Damaged(path, text),
    }
}

/// sled wraps a refused lock in an error of kind `Other` whose text is all
/// there is to go by.
fn is_lock_refusal(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock
        || error.to_string().contains("could not acquire lock")
}
