//! Frees a commit that sled would let wait for ever.
//!
//! sled 0.34.7 writes a batch in two parts on threads of its own. Where the
//! write of the first part fails last, it notes the error and wakes nobody
//! (`Log::exit_reservation`), and a flush that waits for it already never hears
//! of it. Every other flush finds the error at once and wakes all who wait: one
//! is made here, while a commit waits for a database that has failed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a commit waits for nothing, at most. A look takes microseconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Stack of the thread, which does little.
const STACK_BYTES: usize = 512 * 1024;

/// Whoever applies a batch waits here for the flushes of other databases, and
/// not for sled's own lock, which all databases share: a flush that waits holds
/// that one, and the one that frees it could not pass a writer in the queue.
static BATCHES: RwLock<()> = RwLock::new(());

/// Looks after the commits of one database.
pub struct Lookout {
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    /// A commit is under way.
    waits: AtomicBool,
    /// The thread looks; otherwise it sleeps until it is woken.
    looks: AtomicBool,
    ended: AtomicBool,
}

impl Lookout {
    /// Begins to look after a database that was opened with this configuration.
    ///
    /// # Errors
    /// The system's, where there can be no more threads.
    pub fn begin(config: sled::Config, db: sled::Db) -> std::io::Result<Self> {
        let seen = Arc::new(Seen::default());
        let thread = std::thread::Builder::new()
            .name("lookout".to_owned())
            .stack_size(STACK_BYTES)
            .spawn({
                let seen = Arc::clone(&seen);
                move || look(&seen, &config, &db)
            })?;
        Ok(Self {
            seen,
            thread: Some(thread),
        })
    }

    /// Applies a batch and flushes it.
    ///
    /// # Errors
    /// sled's.
    pub fn commit(&self, db: &sled::Db, batch: sled::Batch) -> sled::Result<()> {
        {
            let _alone = BATCHES.write().unwrap_or_else(PoisonError::into_inner);
            db.apply_batch(batch)?;
        }
        let _beside_others = BATCHES.read().unwrap_or_else(PoisonError::into_inner);
        let _watched = self.watched();
        db.flush().map(drop)
    }

    fn watched(&self) -> Watched<'_> {
        self.seen.waits.store(true, Ordering::SeqCst);
        if !self.seen.looks.swap(true, Ordering::SeqCst) {
            self.wake();
        }
        Watched(&self.seen)
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Lookout {
    /// The thread has the database open: it must be gone before that can close.
    fn drop(&mut self) {
        self.seen.ended.store(true, Ordering::SeqCst);
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A commit that is under way, also where sled panics.
struct Watched<'a>(&'a Seen);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.0.waits.store(false, Ordering::SeqCst);
    }
}

/// Sleeps while nobody commits, so that an idle daemon stays idle.
fn look(seen: &Seen, config: &sled::Config, db: &sled::Db) {
    while !seen.ended.load(Ordering::SeqCst) {
        if !seen.looks.load(Ordering::SeqCst) {
            std::thread::park();
            continue;
        }
        std::thread::park_timeout(LOOK_EVERY);
        if !seen.waits.load(Ordering::SeqCst) {
            seen.looks.store(false, Ordering::SeqCst);
            // One that began in between saw it look, and woke nobody.
            if seen.waits.load(Ordering::SeqCst) {
                seen.looks.store(true, Ordering::SeqCst);
            }
        } else if config.global_error().is_err() {
            // Its own answer is that error.
            let _ = super::engine::guarded(|| db.flush());
        }
    }
}
