//! A store that is out of service: until it can be opened again, or for good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::error::OpenError;
use super::journal::Journal;
use super::ledger::Ledger;
use super::opening::{self, Opened};
use super::store::{Health, Shared};
use super::witness::Witness;

/// How often a store that failed is tried again.
const REOPEN_INTERVAL: Duration = Duration::from_millis(500);

/// How long a store that failed waits for its readers to let go of it.
const READERS_LEAVE: Duration = Duration::from_secs(5);

/// Whether there is one, and what is known of it.
pub struct Outage {
    shared: Arc<Shared>,
    /// When the store failed or was last tried, while it is not back.
    since: Option<Instant>,
    /// Whether what can be read of it may be missing on the medium, and no
    /// mark beside it says so yet.
    in_doubt: bool,
}

impl Outage {
    /// The store serves.
    pub const fn none(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            since: None,
            in_doubt: false,
        }
    }

    /// How long to wait before the store is tried again; none while it serves.
    pub fn until_next_try(&self) -> Option<Duration> {
        self.since
            .map(|since| REOPEN_INTERVAL.saturating_sub(since.elapsed()))
    }

    /// Takes the store out of service for good: it holds less, or other
    /// things, than were acknowledged, and must not be served in silence.
    pub fn condemn(&self, how: &str) {
        self.shared.follower.end();
        self.shared.metrics.failed();
        let error = OpenError::Damaged(self.shared.options.path.clone(), how.to_owned());
        tracing::error!(%error, "the store is taken out of service");
        self.shared
            .health
            .send_replace(Health::Damaged(error.to_string()));
        self.close(self.shared.engine.swap(None));
        self.shared.cache.clear();
    }

    /// Takes the store out of service until it can be opened again. A full
    /// disk sticks in sled, even after there is room, until that is done.
    /// Gives back what is to be closed.
    #[must_use]
    pub fn begin(&mut self, how: &str) -> Option<Arc<Engine>> {
        tracing::error!(
            error = how,
            "the store failed: nothing is acknowledged until it is back"
        );
        self.shared
            .health
            .send_replace(Health::Unavailable(how.to_owned()));
        self.shared.metrics.failed();
        self.since = Some(Instant::now());
        self.in_doubt = true;
        self.shared.follower.end();
        self.shared.engine.swap(None)
    }

    /// Opens the store again, if it can be, and lets it serve: where the
    /// committer goes on from.
    pub fn try_to_end(&mut self, acknowledged: Witness) -> Option<(Ledger, Journal)> {
        self.since = Some(Instant::now());
        match self.open(acknowledged) {
            Ok(opened) => {
                let Opened {
                    engine,
                    ledger,
                    journal,
                    pending,
                } = opened;
                self.shared.install(engine, pending, ledger.sequence);
                self.since = None;
                self.shared.health.send_replace(Health::Serving);
                tracing::info!("the store is back");
                Some((ledger, journal))
            }
            Err(error) => {
                let now = Health::Unavailable(error.to_string());
                let before = self.shared.health.send_replace(now.clone());
                // Once for each reason, not twice a second.
                if before != now {
                    tracing::error!(%error, "the store is not back");
                }
                None
            }
        }
    }

    fn open(&mut self, acknowledged: Witness) -> Result<Opened, OpenError> {
        let path = &self.shared.options.path;
        if self.in_doubt && opening::mark_unsynced(path).is_ok() {
            self.in_doubt = false;
        }
        opening::probe(path)?;
        if self.in_doubt {
            opening::mark_unsynced(path)
                .map_err(|error| OpenError::Io(path.clone(), error.to_string()))?;
            self.in_doubt = false;
        }
        opening::open(
            &self.shared.options,
            &self.shared.sealer,
            Some(acknowledged),
        )
    }

    /// Closes sled. It lets go of its lock only when nobody reads any more,
    /// and when its own helper threads have noticed.
    pub fn close(&self, engine: Option<Arc<Engine>>) {
        let Some(mut engine) = engine else { return };
        let deadline = Instant::now() + READERS_LEAVE;
        let in_time = || {
            std::thread::sleep(Duration::from_millis(1));
            Instant::now() < deadline
        };
        loop {
            match Arc::try_unwrap(engine) {
                Ok(engine) => break drop(engine),
                Err(still_read) if in_time() => engine = still_read,
                Err(_) => return,
            }
        }
        while opening::is_locked(&self.shared.options.path) && in_time() {}
    }
}
