//! Putting a backup in the place of a store.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::entry::Account;
use super::read::{BackupReader, ReadError};
use crate::domain::clock::Timestamp;
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::storage::engine::Engine;
use crate::storage::erasures::{self, ErasedLeads, ErasedListError, Unknown};
use crate::storage::error::{EngineError, OpenError, StoreError};
use crate::storage::examine::{Finding, examine};
use crate::storage::keyring::KeyRing;
use crate::storage::keys::{self, Kind};
use crate::storage::ledger::Ledger;
use crate::storage::opening::{self, Opened};
use crate::storage::read::records_of;
use crate::storage::record::{self, RecordError};
use crate::storage::seal::Sealer;
use crate::storage::store::Options;
use crate::storage::transaction::Transaction;
use crate::storage::{files, witness};

/// Where a store is built before it is put in place.
const BUILDING: &str = "restoring";

/// Bytes written between two syncs.
const BATCH_BYTES: usize = 2 * 1024 * 1024;

/// Leads looked at at once for those that were erased.
const LEADS_AT_ONCE: usize = 1000;

/// What is to be restored, and how.
pub struct Restore<'a> {
    /// The backup.
    pub file: &'a Path,
    /// Where the store will be.
    pub options: Options,
    /// The key ring of the time of the backup.
    pub keys: KeyRing,
    /// A list of erased leads besides the one in the store's folder.
    pub erased: Option<&'a Path>,
    /// Somebody says that nobody was erased in the times since the backup of
    /// which no list tells.
    pub nobody_erased: bool,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// When the backup was begun.
    pub create_time: Timestamp,
    /// Records in the store now.
    pub records: u64,
    /// Leads in the store now.
    pub leads: u64,
    /// Leads of the backup that were erased since, and left out.
    pub erased: u64,
    /// The times of which somebody's word alone says that nobody was erased.
    pub on_word: Vec<Unknown>,
    /// Records that were damaged already when the backup was made, or whose
    /// key is gone.
    pub wrong: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

/// Why nothing was restored. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// The backup cannot be read.
    Backup(PathBuf, ReadError),
    /// There is a store already, these parts of it.
    NotEmpty(PathBuf, Vec<&'static str>),
    /// Of these times since the backup nobody knows who was erased. The path is
    /// where a list was looked for.
    ErasedUnknown(PathBuf, Vec<Unknown>),
    /// The list of the erased cannot be used.
    Erased(ErasedListError),
    /// The records are not those that the backup tells of.
    Account(String),
    /// The new store cannot be written or read.
    Store(OpenError),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backup(file, error) => write!(f, "{}: {error}", file.display()),
            Self::NotEmpty(path, parts) => {
                let shown = path.display();
                let aside = new_name(path, "aside");
                write!(
                    f,
                    "there is a store in {shown} already, and nothing is restored over it. Stop leadtap and move it aside, all but the file `{}`: `cd {shown} && mkdir {aside} && mv {} {aside}`",
                    erasures::FILE,
                    parts.join(" ")
                )
            }
            Self::ErasedUnknown(path, unknown) => write!(
                f,
                "no list says who was erased {}, and whoever was must not come back: name the newest `{}` that there is, of the store's old folder or a copy, with --erased (looked at: {}). If you know that nobody was erased in that time, or erase whoever was again afterwards, say --nobody-erased",
                Times(unknown),
                erasures::FILE,
                path.display()
            ),
            Self::Erased(error) => error.fmt(f),
            Self::Account(difference) => write!(
                f,
                "the backup does not hold what it says ({difference}): use another copy or an earlier backup"
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RestoreError {}

/// A name that nothing has in this folder: this one, or with a number.
fn new_name(folder: &Path, name: &str) -> String {
    let numbered = (2..1000).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !folder.join(name).exists());
    free.unwrap_or_else(|| name.to_owned())
}

/// Times in words.
pub struct Times<'a>(pub &'a [Unknown]);

impl fmt::Display for Times<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |time: Timestamp| {
            let time = jiff::Timestamp::from_microsecond(time.as_micros());
            time.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ")
        };
        for (number, time) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(" and ")?;
            }
            match time.to {
                Some(to) => write!(f, "from {} to {}", shown(time.from), shown(to))?,
                None => write!(f, "after {}", shown(time.from))?,
            }
        }
        Ok(())
    }
}

/// Restores a backup: builds the store beside its place, holds it against the
/// backup's own account, leaves out whoever was erased since, and only then
/// puts it in place. Whatever fails, the place stays empty.
///
/// `progress` hears how many bytes of the file were read, and of how many.
///
/// # Errors
/// [`RestoreError`].
pub fn restore(
    request: Restore<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<RestoreReport, RestoreError> {
    let path = request.options.path.clone();
    let parts = opening::parts_of_a_store(&path);
    if !parts.is_empty() {
        return Err(RestoreError::NotEmpty(path, parts));
    }
    let sealer = Sealer::new(request.keys);
    let backup_error = |error| RestoreError::Backup(request.file.to_owned(), error);
    let file = File::open(request.file)
        .map_err(|error| backup_error(ReadError::Io(error.kind(), error.to_string())))?;
    let size = file.metadata().map_or(0, |about| about.len());
    let counted = Counted {
        from: BufReader::new(file),
        read: 0,
        size,
        progress,
    };
    let reader = BackupReader::new(counted, &sealer).map_err(backup_error)?;
    let create_time = reader.header().create_time;
    let (erased, on_word) =
        erased_since(create_time, &path, request.erased, request.nobody_erased)?;

    let mut building = Building::begin(&request.options, &sealer)?;
    let outcome = building.fill(reader, request.file, &sealer);
    let outcome = outcome.and_then(|(wrong, findings)| {
        let left_out = building.leave_out(&erased, &sealer)?;
        Ok(RestoreReport {
            create_time,
            records: building.opened.ledger.count_of(|_| true),
            leads: building.opened.ledger.tally(Kind::Lead).count,
            erased: left_out,
            on_word,
            wrong,
            findings,
        })
    });
    match outcome {
        Ok(report) => building.put_in_place(&path, &erased).map(|()| report),
        Err(error) => {
            building.give_up();
            Err(error)
        }
    }
}

/// Whoever was erased since the backup was made, as far as the lists say; and
/// the times of which only somebody's word does.
fn erased_since(
    create_time: Timestamp,
    path: &Path,
    named: Option<&Path>,
    nobody: bool,
) -> Result<(ErasedLeads, Vec<Unknown>), RestoreError> {
    let own = path.join(erasures::FILE);
    let mut lists: Option<ErasedLeads> = None;
    let there = own.exists().then_some(own.as_path());
    for list in there.into_iter().chain(named) {
        let list = ErasedLeads::read(list).map_err(RestoreError::Erased)?;
        match &mut lists {
            Some(lists) => lists.join(list),
            None => lists = Some(list),
        }
    }
    let mut known = lists.unwrap_or_else(|| ErasedLeads::since(create_time));
    let unknown = known.unknown_since(create_time);
    if !unknown.is_empty() && !nobody {
        return Err(RestoreError::ErasedUnknown(own, unknown));
    }
    for time in &unknown {
        known.vouch(time.from, time.to.unwrap_or(time.from));
    }
    Ok((known, unknown))
}

/// A store that is being built beside its place.
struct Building {
    folder: PathBuf,
    opened: Opened,
}

impl Building {
    fn begin(options: &Options, sealer: &Sealer) -> Result<Self, RestoreError> {
        let folder = options.path.join(BUILDING);
        let options = Options {
            path: folder.clone(),
            ..options.clone()
        };
        if opening::is_locked(&folder) {
            return Err(RestoreError::Store(OpenError::InUse(folder)));
        }
        if folder.exists() {
            // An earlier restore ended half way.
            std::fs::remove_dir_all(&folder).map_err(|error| io(&folder, &error))?;
        }
        let opened = opening::open(&options, sealer, None).map_err(RestoreError::Store)?;
        Ok(Self { folder, opened })
    }

    /// Writes all records and holds them against the account.
    fn fill(
        &mut self,
        reader: BackupReader<impl Read>,
        file: &Path,
        sealer: &Sealer,
    ) -> Result<(u64, Vec<Finding>), RestoreError> {
        let mut batch = Batch::default();
        let engine = &self.opened.engine;
        let account = reader
            .read_all(|key, value| -> Result<(), FillError> {
                if keys::parse(&key).is_none() {
                    return Err(ReadError::Newer.into());
                }
                Ok(batch.add(engine, key, value)?)
            })
            .and_then(|account| {
                batch.commit(engine)?;
                Ok(account)
            })
            .map_err(|error| match error {
                FillError::Backup(error) => RestoreError::Backup(file.to_owned(), error),
                FillError::Store(error) => self.failed(&error),
            })?;
        self.hold_against(&account, sealer)
    }

    fn hold_against(
        &mut self,
        account: &Account,
        sealer: &Sealer,
    ) -> Result<(u64, Vec<Finding>), RestoreError> {
        let looked = examine(&self.opened.engine, sealer, &mut |_| ());
        let (found, examined) = looked.map_err(|error| self.failed(&error))?;
        let ledger = Ledger::restored(
            self.opened.ledger.store_id,
            account.sequence,
            &account.kinds,
        );
        if let Some(difference) = ledger.difference(&found) {
            return Err(RestoreError::Account(difference.to_string()));
        }
        let mut batch = sled::Batch::default();
        let encoded = record::encode(&ledger).map_err(|error| self.unreadable(error.into()))?;
        batch.insert(keys::LEDGER, encoded);
        let committed = self.opened.engine.commit(batch);
        committed.map_err(|error| self.failed(&error))?;
        self.opened.ledger = ledger;
        Ok((examined.wrong, examined.findings))
    }

    /// Erases whoever was erased since; tells how many.
    fn leave_out(&mut self, erased: &ErasedLeads, sealer: &Sealer) -> Result<u64, RestoreError> {
        let mut cursor = Vec::new();
        let mut left_out = 0;
        while erased.len() > 0 {
            let found = records_of(&self.opened.engine, Kind::Lead, &mut cursor, LEADS_AT_ONCE);
            let found = found.map_err(|error| self.unreadable(error))?;
            let gone: Vec<_> = found
                .into_iter()
                .filter_map(|(site, key, _)| {
                    let (_, _, own) = keys::parse(&key)?;
                    let id = LeadId::new(uuid::Uuid::from_bytes(own.try_into().ok()?));
                    Some((site, id, erased.contains(&id)?))
                })
                .collect();
            left_out += gone.len() as u64;
            self.erase(&gone, sealer)?;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(left_out)
    }

    fn erase(
        &mut self,
        gone: &[(SiteId, LeadId, Timestamp)],
        sealer: &Sealer,
    ) -> Result<(), RestoreError> {
        if gone.is_empty() {
            return Ok(());
        }
        let Opened {
            engine,
            ledger,
            pending,
            ..
        } = &mut self.opened;
        let pending = std::sync::Mutex::new(std::mem::take(pending));
        let horizon = std::sync::atomic::AtomicI64::new(i64::MIN);
        let mut transaction =
            Transaction::begin(engine, sealer, &pending, &horizon, ledger.clone(), None);
        let erased = transaction.operation(|transaction| {
            gone.iter().try_for_each(|(site, lead, time)| {
                // The list does not say on whose word it was.
                let erasure = Erasure {
                    time: *time,
                    cause: ErasureCause::Shop,
                };
                transaction.erase_lead(site, lead, erasure).map(drop)
            })
        });
        let finished = erased.and_then(|()| transaction.finish());
        let finished = finished.map_err(|error| self.unreadable(error))?;
        if let Some(batch) = finished.batch {
            let committed = self.opened.engine.commit(batch);
            committed.map_err(|error| self.failed(&error))?;
        }
        self.opened.ledger = finished.ledger;
        Ok(())
    }

    /// Closes the store and moves it to its place, the witness last.
    fn put_in_place(self, path: &Path, erased: &ErasedLeads) -> Result<(), RestoreError> {
        let Self { folder, opened } = self;
        let witness = witness::Witness {
            store_id: opened.ledger.store_id,
            sequence: opened.ledger.sequence,
        };
        drop(opened);
        let placed = erased
            .write_to(path)
            .and_then(|()| witness::WitnessFile::beside(&folder).write(witness))
            .and_then(|()| opening::wait_until_closed(&folder))
            .and_then(|()| files::sync(&folder))
            .and_then(|()| opening::move_store(&folder, path))
            .and_then(|()| std::fs::remove_dir_all(&folder))
            .and_then(|()| files::sync_folder_of(&folder));
        placed.map_err(|error| io(path, &error))
    }

    fn give_up(self) {
        drop(self.opened);
        // It is in nobody's way: the next restore removes it.
        let _ = opening::wait_until_closed(&self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    fn failed(&self, error: &EngineError) -> RestoreError {
        RestoreError::Store(OpenError::Io(self.folder.clone(), error.0.clone()))
    }

    fn unreadable(&self, error: StoreError) -> RestoreError {
        RestoreError::Store(match error {
            StoreError::Record(error @ RecordError::Newer(_)) => OpenError::Newer(error),
            error => OpenError::Damaged(self.folder.clone(), error.to_string()),
        })
    }
}

fn io(path: &Path, error: &std::io::Error) -> RestoreError {
    RestoreError::Store(OpenError::Io(path.to_owned(), error.to_string()))
}

enum FillError {
    Backup(ReadError),
    Store(EngineError),
}

impl From<ReadError> for FillError {
    fn from(error: ReadError) -> Self {
        Self::Backup(error)
    }
}

impl From<EngineError> for FillError {
    fn from(error: EngineError) -> Self {
        Self::Store(error)
    }
}

/// Records that are written together.
#[derive(Default)]
struct Batch {
    batch: sled::Batch,
    bytes: usize,
}

impl Batch {
    fn add(
        &mut self,
        engine: &Engine,
        key: Vec<u8>,
        value: Option<Vec<u8>>,
    ) -> Result<(), EngineError> {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        match value {
            Some(value) => self.batch.insert(key, value),
            None => self.batch.remove(key),
        }
        if self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.commit(engine)
    }

    fn commit(&mut self, engine: &Engine) -> Result<(), EngineError> {
        self.bytes = 0;
        engine.commit(std::mem::take(&mut self.batch))
    }
}

/// Tells how much of a file was read.
struct Counted<'a, R> {
    from: R,
    read: u64,
    size: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(to)?;
        self.read += read as u64;
        (self.progress)(self.read, self.size);
        Ok(read)
    }
}
