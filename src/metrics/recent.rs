//! What happened within the last hour, by the minute.

use std::collections::{HashMap, VecDeque};

use super::login::LoginStep;
use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;

/// Minutes that are remembered: a quarter of one may be missing of the hour,
/// or too much.
const MINUTES: usize = 60;

const MICROS_OF_A_MINUTE: i64 = 60_000_000;

/// Steps of each site's logins, minute by minute. It holds a few words for
/// each minute in which there was a login, and nothing that is older than an
/// hour.
#[derive(Debug, Default)]
pub(super) struct Recent(HashMap<SiteId, VecDeque<Minute>>);

#[derive(Debug)]
struct Minute {
    /// Since 1970.
    number: i64,
    counts: Vec<(LoginStep, &'static str, u64)>,
}

impl Recent {
    pub(super) fn count(
        &mut self,
        site: &SiteId,
        step: LoginStep,
        reason: &'static str,
        now: Timestamp,
    ) {
        let number = minute(now);
        // Most of the time the site is known, and its name need not be copied.
        let minutes = match self.0.get_mut(site) {
            Some(minutes) => minutes,
            None => self.0.entry(site.clone()).or_default(),
        };
        if minutes.back().is_none_or(|last| last.number != number) {
            let counts = Vec::new();
            minutes.push_back(Minute { number, counts });
            if minutes.len() > MINUTES {
                minutes.pop_front();
            }
        }
        if let Some(last) = minutes.back_mut() {
            add(&mut last.counts, step, reason, 1);
        }
    }

    pub(super) fn last_hour(
        &self,
        site: &SiteId,
        now: Timestamp,
    ) -> Vec<(LoginStep, &'static str, u64)> {
        let mut sum = Vec::new();
        let now = minute(now);
        let within = |one: &&Minute| (0..MINUTES as i64).contains(&(now - one.number));
        for minute in self.0.get(site).into_iter().flatten().filter(within) {
            for (step, reason, count) in &minute.counts {
                add(&mut sum, *step, reason, *count);
            }
        }
        sum
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(MICROS_OF_A_MINUTE)
}

fn add(
    counts: &mut Vec<(LoginStep, &'static str, u64)>,
    step: LoginStep,
    reason: &'static str,
    more: u64,
) {
    let known = counts
        .iter_mut()
        .find(|(other, why, _)| *other == step && *why == reason);
    match known {
        Some((_, _, count)) => *count = count.saturating_add(more),
        None => counts.push((step, reason, more)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    #[test]
    fn what_is_older_than_an_hour_is_forgotten() {
        let (mut recent, site) = (Recent::default(), "shop".parse().unwrap());
        let minutes = |minutes: u64| NOW.plus(Duration::from_secs(60 * minutes));
        for minute in 0..200 {
            recent.count(&site, LoginStep::Started, "", minutes(minute));
            recent.count(&site, LoginStep::Started, "", minutes(minute));
        }
        recent.count(&site, LoginStep::Failed, "CODE_REFUSED", minutes(199));
        let hour = recent.last_hour(&site, minutes(199));
        assert!(hour.contains(&(LoginStep::Started, "", 120)), "{hour:?}");
        assert!(hour.contains(&(LoginStep::Failed, "CODE_REFUSED", 1)));
        let later = recent.last_hour(&site, minutes(199 + 59));
        assert!(later.contains(&(LoginStep::Started, "", 2)), "{later:?}");
        assert_eq!(recent.last_hour(&site, minutes(199 + 60)), []);
        assert_eq!(recent.last_hour(&"other".parse().unwrap(), NOW), []);
    }

    #[test]
    fn a_clock_that_is_put_back_does_no_harm() {
        let (mut recent, site) = (Recent::default(), "shop".parse().unwrap());
        recent.count(&site, LoginStep::Started, "", NOW);
        let before = NOW.minus(Duration::from_secs(600));
        recent.count(&site, LoginStep::Started, "", before);
        assert_eq!(
            recent.last_hour(&site, before),
            [(LoginStep::Started, "", 1)]
        );
    }
}
