//! The store as the rest of leadtap sees it: typed operations, each of which
//! is on the medium when it returns.

use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwapOption;
use tokio::sync::{oneshot, watch};

use super::cache::LeadCache;
use super::committer::{Committer, Job, QUEUE_CAPACITY};
use super::engine::Engine;
use super::error::{OpenError, StoreError};
use super::keyring::KeyRing;
use super::keys;
use super::opening::{self, Opened};
use super::pack::Entry;
use super::pending::{self, PendingIndex};
use super::read;
use super::seal::Sealer;
use super::transaction::{CompletedLogin, Completion, SweepReport, Transaction};
use crate::domain::authorization::Authorization;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::{Site, SiteId};

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
    pub health: watch::Sender<Health>,
}

impl Shared {
    /// Puts a store that was opened again in place of the one that failed.
    /// What memory knew may be more than what was kept, so it is forgotten.
    pub fn install(&self, opened: Opened) {
        *pending::lock(&self.pending) = opened.pending;
        self.cache.clear();
        self.engine.store(Some(Arc::new(opened.engine)));
    }
}

/// An open store. Clones share it; [`Store::close`] ends it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
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
        let shared = Arc::new(Shared {
            engine: ArcSwapOption::from_pointee(opened.engine),
            pending: Mutex::new(opened.pending),
            cache: LeadCache::new(options.lead_cache),
            health: watch::Sender::new(Health::Serving),
            options,
            sealer,
        });
        let (queue, jobs) = sync_channel(QUEUE_CAPACITY);
        let committer = Committer::new(Arc::clone(&shared), jobs, opened.ledger);
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

    /// Keeps a login that begins.
    ///
    /// # Errors
    /// [`StoreError::TooManyPending`] when the site has its most under way.
    pub async fn start(
        &self,
        site: &Site,
        state: StateHash,
        authorization: &Authorization,
    ) -> Result<(), StoreError> {
        let entry = Entry::new(state, authorization)?;
        let (id, most) = (site.id.clone(), site.max_pending_authorizations);
        self.write(move |transaction| transaction.start(&id, entry, most))
            .await
    }

    /// Reads a login; none if there is none of that state on this site.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn authorization(
        &self,
        site: &SiteId,
        state: StateHash,
    ) -> Result<Option<Authorization>, StoreError> {
        let site = site.clone();
        self.read(move |shared, engine| {
            read::authorization(engine, &shared.sealer, &shared.pending, &site, &state)
        })
        .await
    }

    /// Moves a login on, if nobody else did since it was read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn advance(
        &self,
        site: &SiteId,
        state: StateHash,
        next: Authorization,
    ) -> Result<(), StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.advance(&site, &state, &next))
            .await
    }

    /// Creates or updates the lead, keeps the token and completes the login in
    /// one step.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`], [`StoreError::Conflict`].
    pub async fn complete(
        &self,
        site: &SiteId,
        completion: Completion,
    ) -> Result<CompletedLogin, StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.complete(&site, completion))
            .await
    }

    /// Reads a lead; none if this site has none by that key.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn lead(&self, site: &SiteId, key: LeadKey) -> Result<Option<Arc<Lead>>, StoreError> {
        if let LeadKey::Id(id) = &key
            && let Some(lead) = self.shared.cache.get(site, id)
        {
            return Ok(Some(lead));
        }
        let site = site.clone();
        self.read(move |shared, engine| shared.read_lead(engine, &site, &key))
            .await
    }

    /// Takes away what expired, at most `limit` records of each kind. `cursor`
    /// is where the last sweep ended, and is given back moved on.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn sweep(
        &self,
        now: Timestamp,
        limit: usize,
        mut cursor: Vec<u8>,
    ) -> Result<(SweepReport, Vec<u8>), StoreError> {
        self.write(move |transaction| {
            let report = transaction.sweep(now, limit, &mut cursor)?;
            Ok((report, cursor))
        })
        .await
    }

    /// How many logins of a site are pending.
    #[must_use]
    pub fn pending_authorizations(&self, site: &SiteId) -> usize {
        pending::lock(&self.shared.pending).count(site)
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
        }
    }

    /// Hands an operation to the committer and waits until it is durable.
    async fn write<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Write(Box::new(move |transaction| {
            let result = operation(transaction);
            Box::new(move |kept| {
                // Whoever asked may have given up.
                let _ = answer.send(kept.and(result));
            })
        }));
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Unavailable,
        })?;
        answered.await.unwrap_or(Err(StoreError::Unavailable))
    }

    /// Reads off the runtime: a page that is not in memory blocks on the disk.
    async fn read<T: Send + 'static>(
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

impl Shared {
    fn read_lead(
        &self,
        engine: &Engine,
        site: &SiteId,
        key: &LeadKey,
    ) -> Result<Option<Arc<Lead>>, StoreError> {
        let pointer = match key {
            LeadKey::Id(id) => return self.load_lead(engine, site, &keys::lead(site, id)),
            LeadKey::UserId(id) => keys::user_id(site, id),
            LeadKey::ScopedId(id) => keys::scoped_id(site, id),
        };
        match engine.get(&pointer)? {
            Some(id) => self.load_lead(engine, site, &keys::lead_of(site, &id)),
            None => Ok(None),
        }
    }

    fn load_lead(
        &self,
        engine: &Engine,
        site: &SiteId,
        key: &[u8],
    ) -> Result<Option<Arc<Lead>>, StoreError> {
        let Some(lead) = read::lead(engine, key)? else {
            return Ok(None);
        };
        let lead = Arc::new(lead);
        self.cache.put(site, &lead);
        Ok(Some(lead))
    }
}
