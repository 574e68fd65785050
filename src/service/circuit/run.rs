//! Calls in a row that brought no answer.

use std::time::Duration;

use super::{CLOSED_TO_CALLS, FORGETS_AFTER, OPENS_AFTER, OPENS_AFTER_FAILURES};
use crate::domain::clock::Timestamp;

/// What a call has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Opened,
    Closed,
}

/// One row of failures, without an answer between them.
#[derive(Debug, Default)]
pub(super) struct Run {
    failures: u32,
    /// The first and the newest of them.
    between: Option<(Timestamp, Timestamp)>,
    /// While it is open: since when nobody has tried.
    left_alone: Option<Timestamp>,
}

impl Run {
    pub(super) const fn is_open(&self) -> bool {
        self.left_alone.is_some()
    }

    /// How long no call may be made, if so.
    pub(super) fn wait(&self, now: Timestamp) -> Option<Duration> {
        let since = self.left_alone?;
        // A clock that was put back must not lengthen the wait: it is over then.
        if now < since {
            return None;
        }
        let left = CLOSED_TO_CALLS.saturating_sub(now.since(since));
        (!left.is_zero()).then_some(left)
    }

    /// Somebody may try: the others go on waiting.
    pub(super) fn tries(&mut self, now: Timestamp) {
        if self.is_open() {
            self.left_alone = Some(now);
        }
    }

    pub(super) fn failed(&mut self, now: Timestamp) -> Option<Change> {
        let (first, newest) = self.between.unwrap_or((now, now));
        // After a jump of the clock, either way, nothing is known of the time between.
        let goes_on = now >= newest && now.since(newest) <= FORGETS_AFTER;
        if self.is_open() {
            self.left_alone = Some(now);
        } else if !goes_on {
            *self = Self::default();
        }
        let first = if goes_on { first } else { now };
        self.failures = self.failures.saturating_add(1);
        self.between = Some((first, now));
        let sustained = self.failures >= OPENS_AFTER_FAILURES && now.since(first) >= OPENS_AFTER;
        (sustained && !self.is_open()).then(|| {
            self.left_alone = Some(now);
            Change::Opened
        })
    }
}
