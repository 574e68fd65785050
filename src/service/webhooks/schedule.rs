//! When a delivery that failed is tried again, and for how long.

use std::time::Duration;

use crate::domain::clock::Timestamp;

/// How long each failure in turn makes wait; the last one for all that follow.
const WAITS: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    LONGEST_WAIT,
];

/// The longest wait, also of what a receiver asks for: more would leave a
/// change few chances within its day.
const LONGEST_WAIT: Duration = Duration::from_secs(3 * 60 * 60);

/// A change that is older is given up.
pub(super) const GIVEN_UP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// But not before it was tried so often: after a long outage much is old that
/// was never tried.
const ATTEMPTS_AT_LEAST: u32 = 3;

/// How long to wait after so many failures.
pub(super) fn wait(attempts: u32, asked: Option<Duration>) -> Duration {
    let place = attempts.saturating_sub(1) as usize;
    let ours = WAITS.get(place).copied().unwrap_or(LONGEST_WAIT);
    asked.map_or(ours, |asked| ours.max(asked.min(LONGEST_WAIT)))
}

/// Whether a change that failed so often is given up now.
pub(super) fn is_given_up(change: Timestamp, attempts: u32, now: Timestamp) -> bool {
    attempts >= ATTEMPTS_AT_LEAST && now.since(change) >= GIVEN_UP_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_a_receiver_can_ask_for_longer_ones_within_reason() {
        let second = Duration::from_secs(1);
        assert_eq!(wait(1, None), 5 * second);
        assert_eq!(wait(1, Some(second)), 5 * second);
        assert_eq!(wait(1, Some(60 * second)), 60 * second);
        assert_eq!(wait(1, Some(Duration::MAX)), LONGEST_WAIT);
        assert_eq!(wait(u32::MAX, None), LONGEST_WAIT);
        assert!(WAITS.is_sorted());
    }

    #[test]
    fn nothing_is_given_up_within_a_day_or_on_a_whim() {
        let then = Timestamp::from_micros(0);
        let day = then.plus(GIVEN_UP_AFTER);
        assert!(!is_given_up(then, 100, then.plus(GIVEN_UP_AFTER / 2)));
        assert!(!is_given_up(then, 2, day));
        assert!(is_given_up(then, 3, day));
    }
}
