//! When a token next needs something. Pure arithmetic over what is stored, so
//! that the same token gives the same moment wherever it is asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::failure::UpstreamMeaning;
use super::ids::LeadId;
use super::token::{TokenState, TokenStatus};

/// Instagram refreshes no token that is younger
/// (<https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token>).
pub const REFRESH_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long before its end a token that could not be refreshed is worth a
/// warning.
pub const WARNING: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long after a login its short-lived token is exchanged again: the login
/// itself tried three times just before.
const FIRST_EXCHANGE: Duration = Duration::from_secs(30);

/// The longest wait between two exchanges of a short-lived token, which has
/// one hour.
const LONGEST_EXCHANGE_WAIT: Duration = Duration::from_secs(10 * 60);

/// How long after a first failed refresh the second is tried.
const FIRST_REFRESH_WAIT: Duration = Duration::from_secs(15 * 60);

/// The longest wait between two refreshes that fail: at least fourteen tries
/// remain after the latest moment at which the first one is due.
const LONGEST_REFRESH_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Over how long the first refreshes of imported tokens are spread. Nobody
/// tells how old they are, so they are due soon after they can be refreshed.
const IMPORT_SPREAD: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// How often a profile is read for its own sake, where the site wants that.
pub const PROFILE_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the keeper of the tokens remembers about one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upkeep {
    /// Tries that failed since the last one that went well.
    pub failures: u32,
    /// What the newest of them meant.
    pub last_failure: Option<UpstreamMeaning>,
    /// When the next try is due, where it is not for the schedule to say:
    /// after a failure, and after an import.
    pub next_try: Option<Timestamp>,
    /// When the profile is read for its own sake, where the site wants that.
    pub profile_due: Option<Timestamp>,
}

impl Upkeep {
    /// For a token that was imported at `now`.
    #[must_use]
    pub fn of_import(now: Timestamp, lead: &LeadId) -> Self {
        Self {
            next_try: Some(now.plus(REFRESH_AGE).plus(spread(lead, IMPORT_SPREAD))),
            ..Self::default()
        }
    }

    /// After one more failed try, which is repeated after `wait`.
    #[must_use]
    pub fn failed(self, meaning: UpstreamMeaning, now: Timestamp, wait: Duration) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            last_failure: Some(meaning),
            next_try: Some(now.plus(wait)),
            ..self
        }
    }

    /// When a new token is to be had for this one, if it is alive.
    #[must_use]
    pub fn renewal_time(&self, status: &TokenStatus, lead: &LeadId) -> Option<Timestamp> {
        match status.state {
            TokenState::Expired | TokenState::Revoked => None,
            TokenState::ShortLived => Some(
                self.next_try
                    .unwrap_or_else(|| status.refreshed_time.plus(FIRST_EXCHANGE)),
            ),
            TokenState::LongLived | TokenState::Expiring => {
                Some(self.next_try.unwrap_or_else(|| refresh_time(status, lead)))
            }
        }
    }

    /// When the keeper must look at the token next, whatever for; never, once
    /// it has ended.
    #[must_use]
    pub fn due(&self, status: &TokenStatus, lead: &LeadId) -> Option<Timestamp> {
        let renewal = self.renewal_time(status, lead)?;
        let milestone = match status.state {
            TokenState::LongLived => status.warning_time(),
            _ => status.expire_time,
        };
        let soonest = renewal.min(milestone);
        Some(self.profile_due.map_or(soonest, |due| soonest.min(due)))
    }
}

/// How long to wait after the `failures`-th failed try in a row.
#[must_use]
pub fn wait_after(state: TokenState, failures: u32, lead: &LeadId) -> Duration {
    let (first, longest) = match state {
        TokenState::ShortLived => (FIRST_EXCHANGE, LONGEST_EXCHANGE_WAIT),
        _ => (FIRST_REFRESH_WAIT, LONGEST_REFRESH_WAIT),
    };
    let doublings = failures.saturating_sub(1).min(16);
    let wait = first.saturating_mul(1 << doublings).min(longest);
    // Those that failed together must not all come back together.
    wait - spread(lead, wait / 4)
}

/// Between a half and three quarters of the token's life, by the lead's id:
/// day 30 to 45 of 60. Tokens of one minute are so due over 15 days, and each
/// has 15 more for tries that fail.
fn refresh_time(status: &TokenStatus, lead: &LeadId) -> Timestamp {
    let life = status.expire_time.since(status.refreshed_time);
    let age = (life / 2 + spread(lead, life / 4)).max(REFRESH_AGE);
    status.refreshed_time.plus(age)
}

/// A part of `width` that is always the same for one lead and evenly spread
/// over many.
#[must_use]
pub fn spread(lead: &LeadId, width: Duration) -> Duration {
    let (high, low) = lead.halves();
    let share = u128::from(mixed(high ^ mixed(low)));
    let micros = (share * width.as_micros()) >> 64;
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

/// The finalizer of `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014): ids
/// that follow one another end up far apart.
const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn lead(number: u128) -> LeadId {
        LeadId::new(Uuid::from_u128(number))
    }

    fn status(state: TokenState, life: Duration) -> TokenStatus {
        TokenStatus {
            state,
            scopes: std::collections::BTreeSet::new(),
            expire_time: NOW.plus(life),
            refreshed_time: NOW,
            end: None,
        }
    }

    fn age(due: Option<Timestamp>) -> Duration {
        due.unwrap().since(NOW)
    }

    #[test]
    fn tokens_of_one_minute_are_due_over_fifteen_days_and_evenly() {
        let status = status(TokenState::LongLived, 60 * DAY);
        let mut days = [0; 60];
        for number in 0..10_000 {
            let age = age(Upkeep::default().due(&status, &lead(number)));
            assert!((30 * DAY..45 * DAY).contains(&age), "{age:?}");
            days[age.as_secs() as usize / 86_400] += 1;
        }
        assert!(days[30..45].iter().all(|count| (550..800).contains(count)));
    }

    #[test]
    fn imported_tokens_are_due_soon_and_none_before_a_day() {
        let status = status(TokenState::LongLived, 60 * DAY);
        for number in 0..1_000 {
            let upkeep = Upkeep::of_import(NOW, &lead(number));
            let age = age(upkeep.due(&status, &lead(number)));
            assert!((DAY..5 * DAY).contains(&age), "{age:?}");
        }
    }

    #[test]
    fn no_token_is_refreshed_before_it_is_a_day_old_however_short_its_life() {
        for hours in [1, 24, 36, 48, 200] {
            let status = status(TokenState::LongLived, Duration::from_secs(hours * 3600));
            for number in 0..100 {
                let time = Upkeep::default().renewal_time(&status, &lead(number));
                assert!(age(time) >= REFRESH_AGE);
            }
        }
    }

    #[test]
    fn a_warning_and_the_end_are_due_whatever_the_next_try_is() {
        let later = Upkeep {
            next_try: Some(NOW.plus(70 * DAY)),
            ..Upkeep::default()
        };
        let long = status(TokenState::LongLived, 60 * DAY);
        assert_eq!(age(later.due(&long, &lead(1))), 53 * DAY);
        let expiring = status(TokenState::Expiring, 60 * DAY);
        assert_eq!(age(later.due(&expiring, &lead(1))), 60 * DAY);
    }

    #[test]
    fn nothing_is_due_of_a_token_that_has_ended() {
        for state in [TokenState::Expired, TokenState::Revoked] {
            assert_eq!(Upkeep::default().due(&status(state, DAY), &lead(1)), None);
        }
    }

    #[test]
    fn waits_grow_to_their_most_and_never_overflow() {
        let hour = |failures| wait_after(TokenState::ShortLived, failures, &lead(3));
        assert!(hour(1) <= FIRST_EXCHANGE && hour(1) > FIRST_EXCHANGE / 2);
        assert!(hour(u32::MAX) <= LONGEST_EXCHANGE_WAIT);
        let day = |failures| wait_after(TokenState::LongLived, failures, &lead(3));
        assert!(day(1) < day(2) && day(2) < day(3));
        assert!(day(u32::MAX) <= LONGEST_REFRESH_WAIT && day(u32::MAX) >= DAY / 2);
    }
}
