//! The store as the rest of leadtap sees it: typed operations, each of which
//! is on the medium when it returns.

use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwapOption;
use tokio::sync::{oneshot, watch};
use tracing::Instrument;

use super::cache::LeadCache;
use super::committer::{Committer, Job, QUEUE_CAPACITY, Then};
use super::engine::Engine;
use super::erasures::ErasedList;
use super::error::{OpenError, StoreError};
use super::feed::Feed;
use super::format;
use super::keyring::KeyRing;
use super::ledger::Ledger;
use super::notes::Notes;
use super::opening;
use super::pending::{self, PendingIndex};
use super::seal::Sealer;
use super::transaction::Transaction;
use super::unreadable::Unreadable;
use super::walk::Follower;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId};
use crate::metrics::StoreMetrics;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds it and its witness. It is created where missing.
    pub path: PathBuf,
    /// Bytes of sled's own cache. sled's default of 1 GiB means 1.1 GB of
    /// memory at a million leads; 64 MiB means 240 MB and half the read rate.
    pub cache_bytes: u64,
    /// Decoded leads kept in memory, about 1 KB each.
    pub lead_cache: usize,
}

/// Whether the store can keep what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Serving,
    /// It cannot at the moment, for this reason, and is tried again.
    Unavailable(String),
    /// It holds less than it should, and serves nothing any more.
    Damaged(String),
}

/// What a lead is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadKey {
    /// Its own id.
    Id(LeadId),
    /// Instagram's account id.
    UserId(InstagramUserId),
    /// Instagram's app-scoped id.
    ScopedId(InstagramScopedId),
}

/// What the committer and the readers share.
pub struct Shared {
    pub options: Options,
    /// None while the store is out of service.
    pub engine: ArcSwapOption<Engine>,
    pub sealer: Sealer,
    pub pending: Mutex<PendingIndex>,
    pub cache: LeadCache,
    pub feed: Feed,
    pub erased: ErasedList,
    /// See [`Transaction::start_listing`].
    pub listing_horizon: AtomicI64,
    pub follower: Follower,
    /// Held by whoever has a second database beside the one that serves.
    pub copy_place: Arc<tokio::sync::Mutex<()>>,
    /// Told of each batch that was kept.
    pub written: watch::Sender<()>,
    pub metrics: StoreMetrics,
    pub unreadable: Unreadable,
    pub notes: Notes,
    pub health: watch::Sender<Health>,
}

impl Shared {
    /// Puts a store that was opened again in place of the one that failed.
    /// What memory knew may be more than what was kept, so it is forgotten.
    pub fn install(&self, engine: Engine, pending: PendingIndex, sequence: u64) {
        *pending::lock(&self.pending) = pending;
        self.cache.clear();
        self.engine.store(Some(Arc::new(engine)));
        self.feed.catch_up(sequence);
    }
}

/// An open store. Clones share it; [`Store::close`] ends it.
#[derive(Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
    queue: SyncSender<Job>,
    committer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Store {
    /// Opens or creates a store. Blocks while sled recovers.
    ///
    /// # Errors
    /// [`OpenError`], whose text says what to do.
    pub fn open(options: Options, keys: KeyRing) -> Result<Self, OpenError> {
        let sealer = Sealer::new(keys);
        let opened = opening::open(&options, &sealer, None)?;
        let path = options.path.clone();
        format::claim(&path, &opened.engine)?;
        let new_store = opened.ledger.sequence == 0;
        let erased = ErasedList::open(&path, new_store)
            .map_err(|error| OpenError::Io(path.clone(), error.to_string()))?;
        let shared = Arc::new(Shared {
            engine: ArcSwapOption::from_pointee(opened.engine),
            pending: Mutex::new(opened.pending),
            cache: LeadCache::new(options.lead_cache),
            feed: Feed::at(opened.ledger.sequence),
            erased,
            listing_horizon: AtomicI64::new(i64::MIN),
            follower: Follower::default(),
            copy_place: Arc::default(),
            written: watch::Sender::new(()),
            metrics: StoreMetrics::default(),
            unreadable: Unreadable::default(),
            notes: Notes::beside(&path),
            health: watch::Sender::new(Health::Serving),
            options,
            sealer,
        });
        let (queue, jobs) = sync_channel(QUEUE_CAPACITY);
        let committer = Committer::new(Arc::clone(&shared), jobs, opened.ledger, opened.journal);
        let committer = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || committer.run())
            .map_err(|error| OpenError::Io(path, error.to_string()))?;
        Ok(Self {
            shared,
            queue,
            committer: Arc::new(Mutex::new(Some(committer))),
        })
    }

    /// Tells whenever the store goes out of service or comes back.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.subscribe()
    }

    /// Tells whenever something was written. What is due is so because somebody
    /// wrote it down or because time passed: whoever looks for it now and then
    /// need not look in between.
    #[must_use]
    pub fn written(&self) -> watch::Receiver<()> {
        self.shared.written.subscribe()
    }

    /// What the committer does.
    #[must_use]
    pub fn metrics(&self) -> &StoreMetrics {
        &self.shared.metrics
    }

    /// What is remembered beside it.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.shared.notes
    }

    /// Finishes what is waiting and closes the store. Blocks until that is
    /// done; what comes afterwards is refused.
    pub fn close(&self) {
        // The queue may be full for a moment: this waits for its turn.
        let _ = self.queue.send(Job::Stop);
        let committer = self
            .committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(committer) = committer {
            let _ = committer.join();
            // A copy of the list that is made while no daemon runs is complete.
            self.shared.erased.knows_all_until_now();
        }
    }

    /// Writes down, for whoever copies the list of the erased beside a backup,
    /// that it is complete until this moment.
    pub(super) async fn erased_are_known_until(&self, moment: Timestamp) {
        let shared = Arc::clone(&self.shared);
        let written = move || shared.erased.knows_all_until(moment);
        // It says itself what went wrong, and a backup is worth as much without.
        let _ = tokio::task::spawn_blocking(written).await;
    }

    /// Hands an operation to the committer and waits until it is durable.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Write(Box::new(move |transaction| {
            let result = transaction.operation(operation);
            Box::new(move |kept| {
                // Whoever asked may have given up.
                let _ = answer.send(kept.and(result));
            })
        }));
        // First, because the committer may be quicker than this.
        self.shared.metrics.waits();
        self.queue.try_send(job).map_err(|error| {
            self.shared.metrics.taken(1);
            match error {
                TrySendError::Full(_) => StoreError::Overloaded,
                TrySendError::Disconnected(_) => StoreError::Unavailable,
            }
        })?;
        let span = tracing::debug_span!("store.write");
        let answered = answered.instrument(span).await;
        answered.unwrap_or(Err(StoreError::Unavailable))
    }

    /// Runs something on the committer's thread, between two batches, with the
    /// account of the batch before.
    pub(super) async fn between_batches<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Engine, &Ledger) -> (T, Then) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Between(Box::new(move |engine, ledger| {
            let (done, then) = act(engine, ledger);
            let _ = answer.send(done);
            then
        }));
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Unavailable,
        })?;
        answered.await.map_err(|_| StoreError::Unavailable)
    }

    /// Reads off the runtime: a page that is not in memory blocks on the disk.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Shared, &Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let read = tokio::task::spawn_blocking(move || {
            // Not before its turn has come: who waits must not hold up a closing.
            let engine = shared.engine.load_full().ok_or(StoreError::Unavailable)?;
            match operation(&shared, &engine) {
                Err(StoreError::Unavailable) => Ok(Err(Arc::downgrade(&engine))),
                result => result.map(Ok),
            }
        });
        match read.await.unwrap_or(Err(StoreError::Unavailable))? {
            Ok(found) => Ok(found),
            Err(suspect) => {
                // Best effort: the next read that fails says it again.
                let _ = self.queue.try_send(Job::Suspect(suspect));
                Err(StoreError::Unavailable)
            }
        }
    }
}
