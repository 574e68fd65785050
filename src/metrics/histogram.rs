//! Bounds of histograms, and how time goes into one.

use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;

/// From a lead in the cache to the longest that a call may take.
pub(super) const CALLS: [f64; 13] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0, 60.0,
];

/// From one fast disk's sync to a disk that everything waits for.
const FLUSHES: [f64; 11] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0,
];

/// Writes of one batch: from one alone to the most that there can be.
const BATCHES: [f64; 6] = [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0];

/// From a sandbox on this machine to the longest that a call waits.
const UPSTREAM: [f64; 9] = [0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 8.0];

pub(super) fn of_calls() -> Histogram {
    Histogram::new(CALLS)
}

pub(super) fn of_flushes() -> Histogram {
    Histogram::new(FLUSHES)
}

pub(super) fn of_batches() -> Histogram {
    Histogram::new(BATCHES)
}

pub(super) fn of_upstream() -> Histogram {
    Histogram::new(UPSTREAM)
}

/// The time since `begun`, in seconds.
pub(super) fn observe_since(histogram: &Histogram, begun: Instant) {
    observe(histogram, begun.elapsed());
}

pub(super) fn observe(histogram: &Histogram, time: Duration) {
    histogram.observe(time.as_secs_f64());
}
