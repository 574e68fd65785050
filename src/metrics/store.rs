//! What the committer does.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::histogram::{observe, of_batches, of_flushes};
use super::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    part: &'static str,
}

/// What the committer does, and what waits for it. Clones share it.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    queue: Gauge,
    batches: Histogram,
    journal: Histogram,
    database: Histogram,
    flushes: Family<Labels, Histogram, fn() -> Histogram>,
    failures: Counter,
    unreadable: Gauge,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        let flushes: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(of_flushes);
        let of = |part| flushes.get_or_create_owned(&Labels { part });
        Self {
            queue: Gauge::default(),
            batches: of_batches(),
            journal: of("journal"),
            database: of("database"),
            flushes,
            failures: Counter::default(),
            unreadable: Gauge::default(),
        }
    }
}

impl StoreMetrics {
    /// A write begins to wait...
    pub fn waits(&self) {
        self.queue.inc();
    }

    /// ... and waits no longer.
    pub fn taken(&self, writes: usize) {
        self.queue.dec_by(i64::try_from(writes).unwrap_or(i64::MAX));
    }

    /// A batch of this many writes is about to be made durable.
    pub fn batch(&self, writes: usize) {
        self.batches.observe(writes as f64);
    }

    /// Begun logins were written and synced.
    pub fn journal_flushed(&self, time: Duration) {
        observe(&self.journal, time);
    }

    /// The database was written, flushed and synced.
    pub fn database_flushed(&self, time: Duration) {
        observe(&self.database, time);
    }

    /// The store went out of service.
    pub fn failed(&self) {
        self.failures.inc();
    }

    /// So many records were met that cannot be read.
    pub fn unreadable(&self, records: usize) {
        self.unreadable
            .set(i64::try_from(records).unwrap_or(i64::MAX));
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "store_queue",
            "Writes that wait for the disk",
            self.queue.clone(),
        );
        registry.add(
            "store_batch_writes",
            "Batches by how many writes each made durable at once",
            self.batches.clone(),
        );
        registry.add(
            "store_flush_duration_seconds",
            "Flushes of the journal of begun logins and of the database, and the time until each was on the medium",
            self.flushes.clone(),
        );
        registry.add(
            "store_failures",
            "Times that the store went out of service",
            self.failures.clone(),
        );
        registry.add(
            "store_unreadable_records",
            "Records that lists left out since the start, because they cannot be read",
            self.unreadable.clone(),
        );
    }
}
