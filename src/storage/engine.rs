//! sled, held by the hand.
//!
//! What was measured of sled 0.34.7 and is answered here: its flush ends in
//! `sync_file_range`, which does not make anything durable, so every flush is
//! followed by a sync of the file itself; and where its files are damaged it
//! panics, so every call is made behind a guard that turns a panic into an
//! error.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use sled::IVec;

use super::error::{EngineError, OpenError};

/// An open sled database.
pub struct Engine {
    db: sled::Db,
    /// The same file that sled writes: syncing any descriptor of a file syncs
    /// all of its data (fdatasync(2)).
    file: File,
    folder: PathBuf,
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
        let db = guarded(|| config.open()).map_err(|error| open_error(folder, error))?;
        let file = File::open(folder.join("db")).map_err(io)?;
        let engine = Self {
            db,
            file,
            folder: folder.to_owned(),
        };
        engine.sync_folder().map_err(io)?;
        Ok(engine)
    }

    /// Makes the files themselves durable, not only what is in them
    /// (fsync(2): the entry in the folder needs a sync of its own).
    fn sync_folder(&self) -> std::io::Result<()> {
        File::open(&self.folder)?.sync_all()?;
        match self.folder.parent() {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read it.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, EngineError> {
        guarded(|| self.db.get(key)).map_err(Failure::into_engine_error)
    }

    /// At most `limit` records from `first` on, in the order of their keys.
    ///
    /// # Errors
    /// [`EngineError`] when sled cannot read them.
    pub fn scan(&self, first: &[u8], limit: usize) -> Result<Vec<(IVec, IVec)>, EngineError> {
        guarded(|| self.db.range(first..).take(limit).collect()).map_err(Failure::into_engine_error)
    }

    /// Whether nothing was ever written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        guarded(|| Ok(self.db.is_empty())).unwrap_or(false)
    }

    /// Applies a batch as a whole and makes it durable: when this returns, it
    /// is on the medium.
    ///
    /// # Errors
    /// [`EngineError`]; whether the batch was kept is then unknown, and the
    /// database answers nothing reliable until it is opened again.
    pub fn commit(&self, batch: sled::Batch) -> Result<(), EngineError> {
        guarded(|| {
            self.db.apply_batch(batch)?;
            self.db.flush()
        })
        .map_err(Failure::into_engine_error)?;
        self.file
            .sync_data()
            .map_err(|error| EngineError(format!("the disk did not sync: {error}")))
    }

    /// Closes the database, so that it can be opened again.
    pub fn close(self) {
        // After a disk fault sled's own drop may panic over the same fault.
        let _ = guarded(|| {
            drop(self);
            Ok(())
        });
    }
}

/// How a guarded call failed.
enum Failure {
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

fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
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
