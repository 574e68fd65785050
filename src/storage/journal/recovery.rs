//! Reading the log when the store opens.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Begun;
use super::frame::{self, Found};
use super::writer::Appended;
use crate::storage::engine::Engine;
use crate::storage::error::OpenError;
use crate::storage::keys;
use crate::storage::ledger::Ledger;
use crate::storage::pending::PendingIndex;
use crate::storage::record::RecordError;

/// Whether there is any segment.
///
/// # Errors
/// The disk's own.
pub fn has_segments(path: &Path) -> io::Result<bool> {
    segments(&super::folder(path)).map(|found| !found.is_empty())
}

/// Reads the log: makes the index of pending logins, and the ledger tell of
/// the newest batch. `ledger` is the one of the database.
///
/// # Errors
/// [`OpenError`] when something of what was acknowledged is missing or not
/// what was written, or when a newer release wrote it.
pub fn recover(
    path: &Path,
    engine: &Engine,
    ledger: &mut Ledger,
) -> Result<PendingIndex, OpenError> {
    let mut recovery = Recovery {
        path,
        engine,
        store_id: ledger.store_id,
        newest: ledger.begun.gone,
        database: 0,
        index: PendingIndex::default(),
    };
    let io = |error: io::Error| OpenError::Io(path.to_owned(), error.to_string());
    for (first, file) in segments(&super::folder(path)).map_err(io)? {
        recovery.segment(first, &file)?;
    }
    if recovery.newest < ledger.begun.newest {
        return Err(older(path, recovery.newest, ledger.begun.newest));
    }
    if ledger.sequence < recovery.database {
        return Err(older(path, ledger.sequence, recovery.database));
    }
    ledger.begun.newest = recovery.newest;
    ledger.sequence = ledger.sequence.max(recovery.newest);
    Ok(recovery.index)
}

fn older(path: &Path, sequence: u64, witnessed: u64) -> OpenError {
    OpenError::Older {
        path: path.to_owned(),
        sequence,
        witnessed,
    }
}

/// The segments by age.
fn segments(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Some(first) = entry.file_name().to_str().and_then(super::first_of) {
            found.push((first, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

struct Recovery<'a> {
    path: &'a Path,
    engine: &'a Engine,
    store_id: u128,
    /// The batch of the newest frame so far.
    newest: u64,
    /// The newest batch of the database that a frame tells of.
    database: u64,
    index: PendingIndex,
}

impl Recovery<'_> {
    fn segment(&mut self, first: u64, path: &Path) -> Result<(), OpenError> {
        let mut bytes = Vec::new();
        let file = File::open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes).map(|_| Arc::new(file)))
            .map_err(|error| self.io(&error))?;
        if let Some(version) = frame::newer_version(&bytes) {
            return Err(OpenError::Newer(RecordError::Newer(version)));
        }
        let (mut at, mut is_needed) = (0, first > self.newest);
        while let Some(found) = frame::find(&bytes, at) {
            at = found.end();
            // One that is not needed any more, in a file that could not be removed.
            if found.head.sequence > self.newest {
                self.frame(first, &file, &found)?;
                is_needed = true;
            }
        }
        if !is_needed {
            std::fs::remove_file(path).map_err(|error| self.io(&error))?;
        }
        Ok(())
    }

    fn frame(
        &mut self,
        segment: u64,
        file: &Arc<File>,
        found: &Found<'_>,
    ) -> Result<(), OpenError> {
        let head = &found.head;
        if head.store_id != self.store_id {
            return Err(OpenError::ForeignPending(self.path.to_owned()));
        }
        if head.previous != self.newest {
            return Err(self.damaged(&format!(
                "begun logins are missing between batch {} and batch {}",
                self.newest, head.sequence
            )));
        }
        self.newest = head.sequence;
        self.database = self.database.max(head.database);
        let mut place = Appended {
            segment,
            file: Arc::clone(file),
            sequence: head.sequence,
            offset: found.at as u64,
        };
        let mut rest = found.logins;
        while !rest.is_empty() {
            let begun = Begun::parse(rest).map_err(|error| self.damaged(&error.to_string()))?;
            self.index.place(&place);
            if !self.has_moved_on(&begun)? {
                let login = (begun.state, begun.expire_time);
                self.index
                    .insert(&place, &begun.site, login, begun.length, None);
            }
            place.offset += begun.length as u64;
            rest = rest.get(begun.length..).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether the login has a record of its own.
    fn has_moved_on(&self, begun: &Begun<'_>) -> Result<bool, OpenError> {
        let record = self
            .engine
            .get(&keys::authorization(&begun.site, &begun.state));
        match record {
            Ok(record) => Ok(record.is_some()),
            Err(error) => Err(self.damaged(&error.0)),
        }
    }

    fn damaged(&self, how: &str) -> OpenError {
        OpenError::Damaged(self.path.to_owned(), how.to_owned())
    }

    fn io(&self, error: &io::Error) -> OpenError {
        OpenError::Io(self.path.to_owned(), error.to_string())
    }
}
