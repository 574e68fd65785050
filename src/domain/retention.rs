//! How long a lead is kept that nobody logs in to.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::clock::Timestamp;

/// Seconds in a day.
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// After how many days without a login a lead is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPeriod(u16);

impl RetentionPeriod {
    /// As many days as there may be: ten years are as good as for ever.
    pub const DAYS: RangeInclusive<u64> = 1..=3650;

    /// So many days, if that is within [`Self::DAYS`].
    #[must_use]
    pub fn of_days(days: u64) -> Option<Self> {
        let days = Some(days).filter(|days| Self::DAYS.contains(days))?;
        u16::try_from(days).ok().map(Self)
    }

    /// The days.
    #[must_use]
    pub const fn days(self) -> u16 {
        self.0
    }

    /// A lead is due at `now` if its newest login, or its creation where
    /// nobody ever logged in, is not after this moment.
    #[must_use]
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        now.minus(Duration::from_secs(DAY_SECONDS * u64::from(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_day_to_ten_years() {
        for days in [0, 3651, 65_537, u64::MAX] {
            assert_eq!(RetentionPeriod::of_days(days), None, "{days}");
        }
        for days in [1, 60, 3650] {
            let period = RetentionPeriod::of_days(days).unwrap();
            assert_eq!(u64::from(period.days()), days);
        }
    }

    #[test]
    fn a_lead_is_due_to_the_microsecond() {
        let period = RetentionPeriod::of_days(2).unwrap();
        let login = Timestamp::from_micros(1_790_000_000_000_000);
        let due = login.plus(Duration::from_secs(2 * DAY_SECONDS));
        assert_eq!(period.cutoff(due), login);
        assert!(login > period.cutoff(due.minus(Duration::from_micros(1))));
    }
}
