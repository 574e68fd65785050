//! How many leads came and how many logins there were, by quarters of an hour.
//!
//! A quarter of an hour, because days begin at one of them in every time zone
//! that is in use (IANA's, from UTC-12 to UTC+14, Nepal's UTC+5:45 included).

use std::ops::AddAssign;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// How long a quarter of an hour is.
pub const QUARTER: Duration = Duration::from_secs(15 * 60);

const QUARTER_MICROS: i64 = 15 * 60 * 1_000_000;

/// A quarter of an hour, by how many have passed since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter(i64);

impl Quarter {
    /// The one that this moment is in.
    #[must_use]
    pub const fn of(time: Timestamp) -> Self {
        Self(time.as_micros().div_euclid(QUARTER_MICROS))
    }

    /// The one of this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// How many passed since 1970 before it.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Whether it begins at this very moment.
    #[must_use]
    pub const fn begins_at(time: Timestamp) -> bool {
        time.as_micros().rem_euclid(QUARTER_MICROS) == 0
    }
}

/// What happened in some stretch of time. It tells of nobody in particular,
/// and an erasure takes nothing away from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visits {
    /// Leads that came about, by a first login or an import.
    pub new_leads: u64,
    /// Logins that were completed, first ones included.
    pub logins: u64,
}

impl AddAssign for Visits {
    fn add_assign(&mut self, more: Self) {
        self.new_leads = self.new_leads.saturating_add(more.new_leads);
        self.logins = self.logins.saturating_add(more.logins);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_quarter_that_began_before_it() {
        let begins = Timestamp::from_micros(1_790_000_100_000_000);
        assert!(Quarter::begins_at(begins));
        let last = begins.plus(QUARTER).minus(Duration::from_micros(1));
        assert_eq!(Quarter::of(last), Quarter::of(begins));
        assert!(!Quarter::begins_at(last));
        assert!(Quarter::of(begins.plus(QUARTER)) > Quarter::of(begins));
        assert_eq!(Quarter::of(Timestamp::from_micros(-1)), Quarter::new(-1));
    }
}
