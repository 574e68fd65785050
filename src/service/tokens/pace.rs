//! How fast each site's tokens are looked after. What Instagram says to one
//! token about the app's allowance holds for all tokens of the site, and for
//! no other site.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;

/// Calls at once for one site. A call takes some 300 ms, so ten thousand
/// tokens that are due together take six minutes.
pub const WIDTH: usize = 8;

/// From this usage of the app's allowance on, one call at a time: logins need
/// what is left.
const SLOW_PERCENT: u64 = 75;

/// From this usage on, none for a while.
const STOP_PERCENT: u64 = 95;

/// How long that while is. Instagram counts over an hour.
const STOP_PAUSE: Duration = Duration::from_secs(10 * 60);

/// How long a site pauses after it was throttled, where Instagram does not say.
const FIRST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The longest such pause: the hour over which Instagram counts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Calls in a row without an answer after which Instagram is taken to be out
/// of order, and left alone for a while.
const TROUBLES: u32 = 5;

/// How long the first such while is...
const FIRST_TROUBLE_PAUSE: Duration = Duration::from_secs(60);

/// ... and the longest.
const LONGEST_TROUBLE_PAUSE: Duration = Duration::from_secs(15 * 60);

/// The pace of every site. Clones share it. It begins anew with the daemon:
/// the first throttled call after a restart sets it again.
#[derive(Clone, Default)]
pub(super) struct Paces(Arc<Mutex<HashMap<SiteId, Pace>>>);

struct Pace {
    width: usize,
    paused_until: Timestamp,
    /// Throttled calls since the last one that was answered.
    throttled: u32,
    /// Calls without an answer since the last one that had one.
    troubles: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            width: WIDTH,
            paused_until: Timestamp::from_micros(i64::MIN),
            throttled: 0,
            troubles: 0,
        }
    }
}

impl Paces {
    /// How many calls a site may have under way.
    ///
    /// # Errors
    /// How long it has to wait, while it may have none.
    pub(super) fn room(&self, site: &SiteId, now: Timestamp) -> Result<usize, Duration> {
        match self.lock().get(site) {
            Some(pace) if pace.paused_until > now => Err(pace.paused_until.since(now)),
            Some(pace) => Ok(pace.width),
            None => Ok(WIDTH),
        }
    }

    /// A call was answered, with this usage of the app's allowance. A site
    /// that was slowed down comes back to its full pace step by step.
    pub(super) fn answered(&self, site: &SiteId, usage_percent: u64, now: Timestamp) {
        let mut paces = self.lock();
        let pace = paces.entry(site.clone()).or_default();
        pace.throttled = 0;
        pace.troubles = 0;
        pace.width = (2 * pace.width).min(WIDTH);
        pace.used(site, usage_percent, now);
    }

    /// A call was refused because the allowance is used up. Tells how long the
    /// site pauses.
    pub(super) fn throttled(
        &self,
        site: &SiteId,
        asked: Option<Duration>,
        now: Timestamp,
    ) -> Duration {
        let mut paces = self.lock();
        let pace = paces.entry(site.clone()).or_default();
        // Several calls that were under way together are one refusal.
        if pace.paused_until <= now {
            pace.throttled = pace.throttled.saturating_add(1);
        }
        pace.width = 1;
        let own = doubled(FIRST_PAUSE, pace.throttled, LONGEST_PAUSE);
        let wait = asked.unwrap_or(own);
        pace.pause(site, wait, now, "Instagram throttles the app");
        wait
    }

    /// A call had no answer, or an unusable one, with this usage.
    pub(super) fn troubled(&self, site: &SiteId, usage_percent: u64, now: Timestamp) {
        let mut paces = self.lock();
        let pace = paces.entry(site.clone()).or_default();
        pace.used(site, usage_percent, now);
        pace.troubles = pace.troubles.saturating_add(1);
        if let Some(more) = pace.troubles.checked_sub(TROUBLES) {
            pace.width = 1;
            let wait = doubled(
                FIRST_TROUBLE_PAUSE,
                more.saturating_add(1),
                LONGEST_TROUBLE_PAUSE,
            );
            pace.pause(site, wait, now, "Instagram does not answer");
        }
    }

    /// No call is made for this long, for a reason that is told elsewhere.
    pub(super) fn hold(&self, site: &SiteId, wait: Duration, now: Timestamp) {
        let mut paces = self.lock();
        let pace = paces.entry(site.clone()).or_default();
        pace.paused_until = pace.paused_until.max(now.plus(wait));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, Pace>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    /// Slows down where much of the app's allowance is used up.
    fn used(&mut self, site: &SiteId, percent: u64, now: Timestamp) {
        if percent >= SLOW_PERCENT {
            self.width = 1;
        }
        if percent >= STOP_PERCENT {
            let why = "the app's allowance is nearly used up";
            self.pause(site, STOP_PAUSE, now, why);
        }
    }

    fn pause(&mut self, site: &SiteId, wait: Duration, now: Timestamp, why: &str) {
        let until = now.plus(wait);
        if until > self.paused_until {
            self.paused_until = until;
            tracing::warn!(site.id = %site, pause.seconds = wait.as_secs(), "{why}: the site's tokens wait");
        }
    }
}

/// `first`, doubled for each of `times` beyond the first.
fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    let doublings = times.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn site(name: &str) -> SiteId {
        name.parse().unwrap()
    }

    #[test]
    fn a_throttled_site_waits_and_the_others_do_not() {
        let (paces, one, other) = (Paces::default(), site("one"), site("other"));
        let wait = paces.throttled(&one, Some(Duration::from_secs(1140)), NOW);
        assert_eq!(paces.room(&one, NOW), Err(wait));
        assert_eq!(paces.room(&other, NOW), Ok(WIDTH));
        // Then it begins with one call and comes back step by step.
        let later = NOW.plus(wait);
        for width in [1, 2, 4, 8, 8] {
            assert_eq!(paces.room(&one, later), Ok(width));
            paces.answered(&one, 0, later);
        }
    }

    #[test]
    fn pauses_that_instagram_does_not_measure_grow_to_an_hour() {
        let (paces, one) = (Paces::default(), site("one"));
        let mut now = NOW;
        for minutes in [5, 10, 20, 40, 60, 60] {
            let wait = paces.throttled(&one, None, now);
            assert_eq!(wait, Duration::from_secs(60 * minutes));
            // What was under way beside it does not count again.
            assert_eq!(paces.throttled(&one, None, now), wait);
            now = now.plus(wait);
        }
    }

    #[test]
    fn a_high_usage_slows_the_site_down_before_it_is_throttled() {
        let (paces, one) = (Paces::default(), site("one"));
        paces.answered(&one, 80, NOW);
        assert_eq!(paces.room(&one, NOW), Ok(1));
        paces.answered(&one, 97, NOW);
        assert_eq!(paces.room(&one, NOW), Err(STOP_PAUSE));
        // An answer that is of no use says so too.
        let other = site("other");
        paces.troubled(&other, 80, NOW);
        assert_eq!(paces.room(&other, NOW), Ok(1));
        paces.troubled(&other, 97, NOW);
        assert_eq!(paces.room(&other, NOW), Err(STOP_PAUSE));
    }

    #[test]
    fn one_call_without_an_answer_stops_nobody_and_five_in_a_row_do() {
        let (paces, one) = (Paces::default(), site("one"));
        for _ in 0..4 {
            paces.troubled(&one, 0, NOW);
        }
        assert_eq!(paces.room(&one, NOW), Ok(WIDTH));
        paces.troubled(&one, 0, NOW);
        assert_eq!(paces.room(&one, NOW), Err(FIRST_TROUBLE_PAUSE));
    }
}
