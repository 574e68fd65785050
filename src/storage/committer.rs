//! The one thread that writes.
//!
//! It takes what is waiting, applies it as one batch, makes that durable, and
//! only then answers everyone in it. Many tasks that each flush sled hang for
//! ever from eight writers on; one committer does not, and shares one sync of
//! the disk among all who wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::engine::{Engine, panic_text};
use super::error::StoreError;
use super::journal::{Head, Journal};
use super::ledger::Ledger;
use super::outage::Outage;
use super::pending;
use super::store::Shared;
use super::transaction::{Finished, Transaction};
use super::verify::{Progress, Verifier};
use super::witness::{Witness, WitnessFile};

/// Writes that may wait. More are refused at once, so that a slow disk makes
/// callers try again instead of filling the memory.
pub const QUEUE_CAPACITY: usize = 8192;

/// Writes in one batch.
const MAX_BATCH: usize = 1024;

/// How long a batch waits for company when there is some already. Measured:
/// 0.1 to 0.15 ms serve the throughput; one alone never waits.
const COMPANY: Duration = Duration::from_micros(120);

/// How often the witness is written at most.
const WITNESS_INTERVAL: Duration = Duration::from_secs(1);

/// Records looked at between two batches by the check of the store: about
/// half a millisecond.
const VERIFY_STEP: usize = 200;

/// How often the check makes a step while there is other work.
const VERIFY_INTERVAL: Duration = Duration::from_millis(20);

/// How long the thread sleeps when nothing is owed.
const NOTHING_DUE: Duration = Duration::from_secs(3600);

/// A write: reads and changes the batch, and gives back what to do when the
/// batch is on the medium, or is known not to be kept.
pub type Write = Box<dyn FnOnce(&mut Transaction<'_>) -> Answer + Send>;

/// Runs between two batches, with the account of the batch before.
pub type Act = Box<dyn FnOnce(&Engine, &Ledger) -> Then + Send>;

/// What comes after something that ran between two batches.
pub enum Then {
    /// The next batch.
    GoOn,
    /// This engine serves in place of the other. It holds the same.
    Serve(Arc<Engine>),
    /// The store is opened anew, for this reason.
    Fail(String),
}

/// Answers one writer.
pub type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What the committer is told.
pub enum Job {
    /// Do this write.
    Write(Write),
    /// Do this when what came before it is on the medium.
    Between(Act),
    /// A read of this engine failed: it may not be fit to serve. By the time
    /// that this is heard, another one may serve in its place.
    Suspect(Weak<Engine>),
    /// Finish what is waiting, close the store and end.
    Stop,
}

/// The thread's own state.
pub struct Committer {
    shared: Arc<Shared>,
    queue: Receiver<Job>,
    ledger: Ledger,
    journal: Journal,
    witness: WitnessFile,
    /// The sequence that the witness file holds.
    witnessed: u64,
    last_witness: Instant,
    verifier: Option<Verifier>,
    last_step: Instant,
    /// The engine that a reader met an error of.
    suspected: Weak<Engine>,
    outage: Outage,
}

impl Committer {
    /// A committer for a store that is open, at the batch that `ledger` tells
    /// of, and goes on in `journal`.
    pub fn new(
        shared: Arc<Shared>,
        queue: Receiver<Job>,
        ledger: Ledger,
        journal: Journal,
    ) -> Self {
        let now = Instant::now();
        Self {
            witness: WitnessFile::beside(&shared.options.path),
            outage: Outage::none(Arc::clone(&shared)),
            shared,
            queue,
            witnessed: 0,
            last_witness: now,
            ledger,
            journal,
            verifier: Some(Verifier::new()),
            last_step: now,
            suspected: Weak::new(),
        }
    }

    /// Runs until it is told to stop, or nobody is left to tell it.
    pub fn run(mut self) {
        let mut writes = Vec::with_capacity(MAX_BATCH);
        loop {
            let (next, idle) = match self.queue.recv_timeout(self.patience()) {
                Ok(Job::Write(write)) => {
                    writes.push(write);
                    (self.gather(&mut writes), false)
                }
                Ok(job) => (Some(job), false),
                Err(RecvTimeoutError::Disconnected) => (Some(Job::Stop), false),
                Err(RecvTimeoutError::Timeout) => (None, true),
            };
            if !writes.is_empty() {
                self.commit(&mut writes);
            }
            match next {
                Some(Job::Stop) => return self.close(),
                Some(Job::Between(act)) => self.act(act),
                Some(Job::Suspect(engine)) => self.suspected = engine,
                // A batch takes all writes in front of another job.
                Some(Job::Write(write)) => writes.push(write),
                None => {}
            }
            self.between_batches(idle);
        }
    }

    /// How long it may sleep before something else is due.
    fn patience(&self) -> Duration {
        if let Some(wait) = self.outage.until_next_try() {
            wait
        } else if self.verifier.is_some() {
            Duration::ZERO
        } else if self.witnessed < self.ledger.sequence {
            WITNESS_INTERVAL.saturating_sub(self.last_witness.elapsed())
        } else {
            NOTHING_DUE
        }
    }

    /// Takes what else is waiting; where there is company, waits for more. Gives
    /// back what is to be done after the batch.
    fn gather(&mut self, writes: &mut Vec<Write>) -> Option<Job> {
        let deadline = Instant::now() + COMPANY;
        while writes.len() < MAX_BATCH {
            let job = match self.queue.try_recv() {
                Ok(job) => job,
                Err(_) if writes.len() == 1 => return None,
                Err(_) => match self
                    .queue
                    .recv_timeout(deadline.saturating_duration_since(Instant::now()))
                {
                    Ok(job) => job,
                    Err(_) => return None,
                },
            };
            match job {
                Job::Write(write) => writes.push(write),
                job => return Some(job),
            }
        }
        None
    }

    /// Does what was asked to be done between two batches. Whoever asked hears
    /// that it was not where the store is out of service.
    fn act(&mut self, act: Act) {
        let Some(engine) = self.shared.engine.load_full() else {
            return;
        };
        let ledger = &self.ledger;
        let done = catch_unwind(AssertUnwindSafe(|| act(&engine, ledger)));
        drop(engine);
        match done {
            Ok(Then::GoOn) | Err(_) => {}
            Ok(Then::Serve(next)) => {
                self.shared.engine.store(Some(next));
                // What was seen of the other one says nothing of this one.
                self.verifier = Some(Verifier::new());
            }
            Ok(Then::Fail(how)) => {
                let failed = self.fail(&how);
                self.outage.close(failed);
            }
        }
    }

    /// Commits one batch and answers everyone in it.
    fn commit(&mut self, writes: &mut Vec<Write>) {
        self.shared.metrics.taken(writes.len());
        let Some(engine) = self.shared.engine.load_full() else {
            // Dropping a write answers it: its caller hears that nothing was kept.
            return writes.clear();
        };
        let mut answers = Vec::with_capacity(writes.len());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.apply(&engine, writes, &mut answers)
        }));
        drop(engine);
        let failure = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure),
            Err(panic) => Some(panic_text(&*panic)),
        };
        // Out of service first: whoever is answered must not find in sled's
        // memory what the disk may not have.
        let failed_engine = failure.as_deref().and_then(|how| self.fail(how));
        let result = match failure {
            Some(_) => Err(StoreError::Unavailable),
            None => Ok(()),
        };
        for answer in answers {
            answer(result.clone());
        }
        // After a panic some were not reached; dropping them answers them.
        writes.clear();
        self.outage.close(failed_engine);
    }

    fn apply(
        &mut self,
        engine: &Engine,
        writes: &mut Vec<Write>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), String> {
        let mut transaction = Transaction::begin(
            engine,
            &self.shared.sealer,
            &self.shared.pending,
            &self.shared.listing_horizon,
            self.ledger.clone(),
            self.verifier.as_mut(),
        );
        let size = writes.len();
        answers.extend(writes.drain(..).map(|write| write(&mut transaction)));
        if transaction.is_empty() {
            return Ok(());
        }
        self.shared.metrics.batch(size);
        let finished = transaction.finish().map_err(|error| error.to_string())?;
        self.keep(engine, finished)
    }

    /// Puts a batch on the medium, and then lets readers see it. The journal
    /// comes first: its frame tells of the database as it is before this batch,
    /// and the ledger that goes into the database tells of the frame.
    fn keep(&mut self, engine: &Engine, finished: Finished) -> Result<(), String> {
        let Finished {
            begun,
            batch,
            changed,
            ledger,
            published,
        } = finished;
        let mut frame = None;
        if !begun.is_empty() {
            let head = Head {
                store_id: ledger.store_id,
                sequence: ledger.sequence,
                previous: self.ledger.begun.newest,
                database: self.ledger.database,
            };
            let begin = Instant::now();
            let appended = self.journal.append(&head, &begun);
            frame = Some(appended.map_err(|error| format!("the begun logins: {error}"))?);
            self.shared.metrics.journal_flushed(begin.elapsed());
        }
        // First the list: no erasure may be in the store that a restore does not know of.
        self.shared
            .erased
            .append(&published.erased)
            .map_err(|error| format!("the list of erased leads: {error}"))?;
        if let Some(batch) = batch {
            let begin = Instant::now();
            engine.commit(batch).map_err(|error| error.0)?;
            self.shared.metrics.database_flushed(begin.elapsed());
            self.shared.follower.note(changed.keys());
        }
        self.ledger = ledger;
        let mut index = pending::lock(&self.shared.pending);
        if let Some(frame) = frame {
            index.insert_all(frame, &begun);
        }
        for (site, state) in &published.gone_states {
            index.remove(site, state);
        }
        let gone = published
            .gone_until
            .map(|until| index.remove_segments(until));
        drop(index);
        for (site, lead) in &published.leads {
            self.shared.cache.put(site, lead);
        }
        for (lead, _) in &published.erased {
            self.shared.cache.forget(lead);
        }
        self.shared
            .feed
            .publish(self.ledger.sequence, &published.changes);
        self.shared.written.send_replace(());
        self.journal.remove(&gone.unwrap_or_default());
        Ok(())
    }

    /// What is owed besides batches, a little of it.
    fn between_batches(&mut self, idle: bool) {
        if self.is_suspected() {
            let failed = self.fail("a read failed");
            self.outage.close(failed);
        }
        if let Some(wait) = self.outage.until_next_try() {
            if wait.is_zero() {
                self.reopen();
            }
            return;
        }
        if self.witnessed < self.ledger.sequence && self.last_witness.elapsed() >= WITNESS_INTERVAL
        {
            self.write_witness();
        }
        if self.verifier.is_some() && (idle || self.last_step.elapsed() >= VERIFY_INTERVAL) {
            self.verify_a_little();
        }
    }

    /// Whether a read failed of the engine that serves now.
    fn is_suspected(&mut self) -> bool {
        let suspected = std::mem::take(&mut self.suspected);
        let now = self.shared.engine.load();
        now.as_ref()
            .is_some_and(|now| std::ptr::eq(Arc::as_ptr(now), suspected.as_ptr()))
    }

    fn write_witness(&mut self) {
        self.last_witness = Instant::now();
        let sequence = self.ledger.sequence;
        match self.witness.write(Witness {
            store_id: self.ledger.store_id,
            sequence,
        }) {
            Ok(()) => self.witnessed = sequence,
            Err(error) => tracing::warn!(%error, "the witness file could not be written"),
        }
    }

    fn verify_a_little(&mut self) {
        self.last_step = Instant::now();
        let (Some(verifier), Some(engine)) = (&mut self.verifier, self.shared.engine.load_full())
        else {
            return;
        };
        let progress = verifier.step(&engine, &self.ledger, VERIFY_STEP);
        drop(engine);
        match progress {
            Ok(Progress::More) => {}
            Ok(Progress::Done(None)) => {
                self.verifier = None;
                tracing::info!(
                    store.sequence = self.ledger.sequence,
                    "the store holds all that it should"
                );
            }
            Ok(Progress::Done(Some(difference))) => self.condemn(&difference.to_string()),
            Err(error) => {
                let failed = self.fail(&error.0);
                self.outage.close(failed);
            }
        }
    }

    /// The verifier looked at an engine that is given up.
    fn condemn(&mut self, how: &str) {
        self.verifier = None;
        self.outage.condemn(how);
    }

    /// Gives back what is to be closed.
    #[must_use]
    fn fail(&mut self, how: &str) -> Option<Arc<Engine>> {
        self.verifier = None;
        self.outage.begin(how)
    }

    fn reopen(&mut self) {
        let acknowledged = Witness {
            store_id: self.ledger.store_id,
            sequence: self.ledger.sequence,
        };
        if let Some((ledger, journal)) = self.outage.try_to_end(acknowledged) {
            self.ledger = ledger;
            self.journal = journal;
            self.verifier = Some(Verifier::new());
        }
    }

    fn close(mut self) {
        if self.outage.until_next_try().is_none() && self.witnessed < self.ledger.sequence {
            self.write_witness();
        }
        self.outage.close(self.shared.engine.swap(None));
    }
}
