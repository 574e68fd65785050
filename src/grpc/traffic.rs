//! What callers and sites have going on, against what they may.
//!
//! Every call passes here, so it costs a few nanoseconds: counters, no locks.
//! A reload of the configuration begins to count anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::domain::allowance::Allowance;
use crate::domain::clock::Timestamp;

/// The time over which starts are counted.
const MINUTE: i64 = 60_000_000_000;

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One caller's.
    Caller,
    /// That of all callers of a site together.
    Site,
    /// That of all who ask what needs no caller.
    Anybody,
}

/// Counts what one caller, or one site, has going on.
#[derive(Debug)]
pub struct Meter {
    whose: Whose,
    allowance: Allowance,
    in_flight: AtomicUsize,
    /// When the starts so far will all have been earned, in nanoseconds since
    /// 1970: the generic cell rate algorithm (ITU-T I.371), which needs one
    /// number and no list of times.
    earned: AtomicI64,
}

impl Meter {
    /// One at zero.
    #[must_use]
    pub const fn new(whose: Whose, allowance: Allowance) -> Self {
        Self {
            whose,
            allowance,
            in_flight: AtomicUsize::new(0),
            earned: AtomicI64::new(0),
        }
    }

    fn enter(&self) -> Result<(), Whose> {
        if self.in_flight.fetch_add(1, Ordering::Relaxed) < self.allowance.calls_in_flight {
            return Ok(());
        }
        self.leave();
        Err(self.whose)
    }

    fn leave(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a start; or tells how long to wait for the next one.
    fn start(&self, now: Timestamp) -> Result<(), (Whose, Duration)> {
        let now = now.as_micros().saturating_mul(1_000);
        let cost = MINUTE / i64::from(self.allowance.starts_per_minute.max(1));
        let earn = |earned: i64| {
            // Further ahead than a minute is where only a clock that went back can have left it.
            let went_back = earned.saturating_sub(now) > MINUTE;
            let from = if went_back { now } else { earned.max(now) };
            let earned = from.saturating_add(cost);
            (earned.saturating_sub(now) <= MINUTE).then_some(earned)
        };
        let counted = self
            .earned
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn);
        counted.map(drop).map_err(|earned| {
            let wait = earned.saturating_add(cost).saturating_sub(now) - MINUTE;
            (self.whose, Duration::from_nanos(wait.unsigned_abs()))
        })
    }
}

/// The meters that a caller's calls run through.
#[derive(Debug)]
pub struct Traffic {
    own: Meter,
    site: Option<Arc<Meter>>,
}

impl Traffic {
    /// A caller's, beside that of its site.
    #[must_use]
    pub const fn of_caller(allowance: Allowance, site: Arc<Meter>) -> Self {
        Self {
            own: Meter::new(Whose::Caller, allowance),
            site: Some(site),
        }
    }

    /// That of everybody who needs no caller.
    #[must_use]
    pub const fn of_anybody(calls_in_flight: usize) -> Self {
        let allowance = Allowance {
            calls_in_flight,
            starts_per_minute: 0,
        };
        Self {
            own: Meter::new(Whose::Anybody, allowance),
            site: None,
        }
    }

    /// Counts a call until what this gives is dropped.
    ///
    /// # Errors
    /// Whose limit it would break.
    pub fn enter(self: &Arc<Self>) -> Result<InFlight, Whose> {
        self.own.enter()?;
        if let Some(site) = &self.site
            && let Err(whose) = site.enter()
        {
            self.own.leave();
            return Err(whose);
        }
        Ok(InFlight(Arc::clone(self)))
    }

    /// Counts a login that begins.
    ///
    /// # Errors
    /// Whose limit it would break, and how long to wait.
    pub fn start(&self, now: Timestamp) -> Result<(), (Whose, Duration)> {
        // A caller that floods is refused here already, and takes nothing from
        // the others of its site.
        self.own.start(now)?;
        self.site.as_ref().map_or(Ok(()), |site| site.start(now))
    }
}

/// One call in flight, until it is dropped.
#[derive(Debug)]
pub struct InFlight(Arc<Traffic>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.own.leave();
        if let Some(site) = &self.0.site {
            site.leave();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: Duration = Duration::from_secs(3600);

    fn allowance(calls_in_flight: usize, starts_per_minute: u32) -> Allowance {
        Allowance {
            calls_in_flight,
            starts_per_minute,
        }
    }

    fn caller(own: Allowance, site: &Arc<Meter>) -> Arc<Traffic> {
        Arc::new(Traffic::of_caller(own, Arc::clone(site)))
    }

    fn site(allowance: Allowance) -> Arc<Meter> {
        Arc::new(Meter::new(Whose::Site, allowance))
    }

    #[test]
    fn a_call_counts_until_it_is_over_for_its_caller_and_its_site() {
        let site = site(allowance(3, 1));
        let (one, other) = (
            caller(allowance(2, 1), &site),
            caller(allowance(2, 1), &site),
        );
        let first = one.enter().unwrap();
        let _second = one.enter().unwrap();
        assert_eq!(one.enter().unwrap_err(), Whose::Caller);
        let _third = other.enter().unwrap();
        assert_eq!(other.enter().unwrap_err(), Whose::Site);
        drop(first);
        // Who was refused has not been counted.
        let _fourth = other.enter().unwrap();
        assert_eq!(one.enter().unwrap_err(), Whose::Site);
    }

    #[test]
    fn a_minutes_starts_may_come_at_once_and_then_one_after_the_other() {
        let traffic = caller(allowance(1, 60), &site(allowance(1, 1_000)));
        let mut now = Timestamp::from_micros(1_700_000_000_000_000);
        for _ in 0..60 {
            traffic.start(now).unwrap();
        }
        assert_eq!(traffic.start(now), Err((Whose::Caller, SECOND)));
        now = now.plus(SECOND / 2);
        assert_eq!(traffic.start(now), Err((Whose::Caller, SECOND / 2)));
        now = now.plus(SECOND / 2);
        traffic.start(now).unwrap();
        assert!(traffic.start(now).is_err());
        // A minute of rest earns a whole minute's starts, and no more.
        now = now.plus(HOUR);
        for _ in 0..60 {
            traffic.start(now).unwrap();
        }
        assert!(traffic.start(now).is_err());
    }

    #[test]
    fn the_callers_of_a_site_share_its_starts() {
        let site = site(allowance(1, 3));
        let one = caller(allowance(1, 2), &site);
        let other = caller(allowance(1, 2), &site);
        let now = Timestamp::from_micros(1);
        one.start(now).unwrap();
        one.start(now).unwrap();
        assert_eq!(one.start(now).unwrap_err().0, Whose::Caller);
        other.start(now).unwrap();
        assert_eq!(other.start(now).unwrap_err().0, Whose::Site);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_lock_anybody_out() {
        let traffic = caller(allowance(1, 2), &site(allowance(1, 1_000)));
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let later = now.plus(HOUR);
        traffic.start(later).unwrap();
        traffic.start(later).unwrap();
        assert!(traffic.start(later).is_err());
        traffic.start(now).unwrap();
        traffic.start(now).unwrap();
        assert!(traffic.start(now).is_err());
    }

    #[test]
    fn starts_from_many_threads_are_all_counted() {
        let traffic = caller(allowance(1, 1_000), &site(allowance(1, 100_000)));
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let begun = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let work = || (0..500).filter(|_| traffic.start(now).is_ok()).count();
                    scope.spawn(work)
                })
                .collect();
            threads
                .into_iter()
                .map(|one| one.join().unwrap())
                .sum::<usize>()
        });
        assert_eq!(begun, 1_000);
    }
}
