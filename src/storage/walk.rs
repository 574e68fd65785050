//! A walk through the whole store that goes on while the store changes, and
//! ends at one batch.
//!
//! It reads off the committer's thread, so it holds up no login. The committer
//! notes the key of whatever it changes in the meantime; those are read again
//! at the end, and the last few of them between two batches. Who follows a walk
//! and keeps the newest value of each key has the store as it was at that batch.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sled::IVec;
use tokio::task::JoinHandle;

use super::committer::Then;
use super::engine::Engine;
use super::error::StoreError;
use super::keys::{self, Kind};
use super::ledger::Ledger;
use super::store::Store;

/// Records and bytes read at once, at most.
const STEP_RECORDS: usize = 4000;
const STEP_BYTES: usize = 256 * 1024;

/// Changed records that are read between two batches, at most: a millisecond
/// or two in which no login is kept.
const LAST_RECORDS: usize = 200;

/// Keys noted while a walk goes on, at most: 50 MB or so. A walk that is too
/// slow for its shop ends here, and not the memory.
const MOST_CHANGED: usize = 400_000;

/// A record as it is now; none where it is gone.
pub type Found = (IVec, Option<IVec>);

/// Records that are being read.
type Reading = JoinHandle<Result<Vec<(IVec, IVec)>, StoreError>>;

/// Which kinds of records a walk visits.
pub type Wanted = fn(Kind) -> bool;

/// Why a walk does not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkError {
    /// Another one is under way.
    Busy,
    /// The store changed faster than it was followed.
    TooSlow,
    /// A second database could not be written or is not the same.
    Copy(String),
    /// The store cannot be read, or failed meanwhile.
    Store(StoreError),
}

impl From<StoreError> for WalkError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Where the committer notes what it changes.
#[derive(Default)]
pub struct Follower(Mutex<Weak<Changed>>);

impl Follower {
    /// Takes note of what a batch has changed. It is in the database already:
    /// whoever reads these keys from now on finds it.
    pub fn note<'a>(&self, keys: impl Iterator<Item = &'a Vec<u8>>) {
        if let Some(changed) = self.lock().upgrade() {
            changed.note(keys);
        }
    }

    /// Ends a walk: what it has read may not have been kept.
    pub fn end(&self) {
        if let Some(changed) = self.lock().upgrade() {
            *changed.lock() = Noted::Ended;
        }
    }

    fn begin(&self, wanted: Wanted) -> Option<Arc<Changed>> {
        let mut current = self.lock();
        if current.strong_count() > 0 {
            return None;
        }
        let changed = Arc::new(Changed {
            wanted,
            noted: Mutex::new(Noted::Keys(BTreeSet::new())),
        });
        *current = Arc::downgrade(&changed);
        Some(changed)
    }

    fn lock(&self) -> MutexGuard<'_, Weak<Changed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What changed since a walk began.
struct Changed {
    wanted: Wanted,
    noted: Mutex<Noted>,
}

enum Noted {
    Keys(BTreeSet<Vec<u8>>),
    TooMany,
    Ended,
}

impl Changed {
    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<'a>(&self, keys: impl Iterator<Item = &'a Vec<u8>>) {
        let mut noted = self.lock();
        if let Noted::Keys(known) = &mut *noted {
            known.extend(keys.filter(|key| self.wants(key)).cloned());
            if known.len() > MOST_CHANGED {
                *noted = Noted::TooMany;
            }
        }
    }

    fn wants(&self, key: &[u8]) -> bool {
        keys::kind(key).is_some_and(self.wanted)
    }

    /// Gives up at most `limit` keys; tells how many are left.
    fn take(&self, limit: usize) -> Result<(Vec<Vec<u8>>, usize), WalkError> {
        match &mut *self.lock() {
            Noted::Keys(keys) => {
                let taken = std::iter::from_fn(|| keys.pop_first()).take(limit);
                let taken = taken.collect();
                Ok((taken, keys.len()))
            }
            Noted::TooMany => Err(WalkError::TooSlow),
            Noted::Ended => Err(WalkError::Store(StoreError::Unavailable)),
        }
    }

    fn len(&self) -> usize {
        match &*self.lock() {
            Noted::Keys(keys) => keys.len(),
            // The next one who takes hears of it.
            Noted::TooMany | Noted::Ended => usize::MAX,
        }
    }
}

/// A walk that is under way. Dropped, it ends without a trace.
pub struct Walk {
    store: Store,
    changed: Arc<Changed>,
    /// The next records are read while whoever follows has the last ones; none
    /// where everything was read once.
    ahead: Option<Reading>,
}

/// What the last step of a walk may do to the store.
pub struct Ending {
    /// The records that changed since they were read.
    pub records: Vec<Found>,
    /// The account of the batch at which the walk ends.
    pub ledger: Ledger,
}

impl Walk {
    /// Begins a walk over these kinds of records.
    ///
    /// # Errors
    /// [`WalkError::Busy`] while there is another one.
    pub fn begin(store: &Store, wanted: Wanted) -> Result<Self, WalkError> {
        let changed = store.shared.follower.begin(wanted).ok_or(WalkError::Busy)?;
        Ok(Self {
            store: store.clone(),
            changed,
            ahead: Some(read_on(store.clone(), keys::FIRST_OF_SITES.to_vec())),
        })
    }

    /// The next records; none when it is time to [`Walk::end`].
    ///
    /// # Errors
    /// [`WalkError`]; it is over then.
    pub async fn next(&mut self) -> Result<Option<Vec<Found>>, WalkError> {
        if let Some(ahead) = self.ahead.take() {
            return self.take(ahead).await.map(Some);
        }
        if self.changed.len() <= LAST_RECORDS {
            return Ok(None);
        }
        self.read_changed().await.map(Some)
    }

    async fn read_changed(&self) -> Result<Vec<Found>, WalkError> {
        let mut found = Vec::new();
        let mut bytes = 0;
        while found.len() < STEP_RECORDS && bytes < STEP_BYTES {
            let (keys, _) = self.changed.take(LAST_RECORDS)?;
            if keys.is_empty() {
                break;
            }
            let read = move |engine: &Engine| read_again(engine, keys);
            let some = self.store.read(move |_, engine| read(engine)).await?;
            bytes += some.iter().map(bytes_of).sum::<usize>();
            found.extend(some);
        }
        Ok(found)
    }

    async fn take(&mut self, ahead: Reading) -> Result<Vec<Found>, WalkError> {
        // Asked first, so that a walk that is over says so at once.
        self.changed.take(0)?;
        let found = ahead.await.unwrap_or(Err(StoreError::Unavailable))?;
        let last = found.last().map(|(key, _)| keys::next(key.to_vec()));
        self.ahead = last.map(|from| read_on(self.store.clone(), from));
        let wanted = found.into_iter().filter(|(key, _)| self.changed.wants(key));
        Ok(wanted.map(|(key, value)| (key, Some(value))).collect())
    }

    /// Ends the walk between two batches: `last` runs on the committer's thread
    /// and must be quick.
    ///
    /// # Errors
    /// [`WalkError`]; nothing was done then.
    pub async fn end<T: Send + 'static>(
        self,
        last: impl FnOnce(&Engine, Ending) -> (T, Then) + Send + 'static,
    ) -> Result<T, WalkError> {
        let changed = Arc::clone(&self.changed);
        let ended = self.store.between_batches(move |engine, ledger| {
            let records = changed
                .take(usize::MAX)
                .and_then(|(keys, _)| Ok(read_again(engine, keys)?));
            match records {
                Ok(records) => {
                    let ledger = ledger.clone();
                    let (done, then) = last(engine, Ending { records, ledger });
                    (Ok(done), then)
                }
                Err(error) => (Err(error), Then::GoOn),
            }
        });
        ended.await?
    }
}

/// Begins to read from a key on.
fn read_on(store: Store, from: Vec<u8>) -> Reading {
    let scan = move |engine: &Engine| Ok(engine.scan_bytes(&from, STEP_RECORDS, STEP_BYTES)?);
    tokio::spawn(async move { store.read(move |_, engine| scan(engine)).await })
}

fn bytes_of((key, value): &Found) -> usize {
    key.len() + value.as_ref().map_or(0, |value| value.len())
}

fn read_again(engine: &Engine, keys: Vec<Vec<u8>>) -> Result<Vec<Found>, StoreError> {
    let read = |key: Vec<u8>| {
        let value = engine.get(&key)?;
        Ok((key.into(), value))
    };
    keys.into_iter().map(read).collect()
}
