//! Whether the machine's clock can be believed. Logins expire and tokens are
//! refreshed by it.

use std::path::Path;
use std::time::Duration;

use super::super::problem::Problem;
use crate::domain::clock::Timestamp;

/// 2026-01-01T00:00:00Z: leadtap is younger, so an earlier clock is wrong.
const LEADTAP_BEGAN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// How far ahead of the clock a file of the store may be: file systems round.
const TOLERANCE: Duration = Duration::from_secs(2);

/// Is there while systemd-timesyncd runs.
const TIMESYNC_FOLDER: &str = "/run/systemd/timesync";

/// Is in that folder once the clock was set from the network
/// (systemd-timesyncd.service(8)).
const TIMESYNC_DONE: &str = "synchronized";

/// What is wrong with `now`. `newest_change` is the store's.
pub(super) fn check(now: Timestamp, newest_change: Option<Timestamp>) -> Vec<Problem> {
    let wrong = wrong(now, newest_change);
    wrong
        .into_iter()
        .chain(unsynchronized(Path::new(TIMESYNC_FOLDER)))
        .collect()
}

fn wrong(now: Timestamp, newest_change: Option<Timestamp>) -> Option<Problem> {
    const SET: &str = "Set the clock: `timedatectl set-ntp true`.";
    if now < LEADTAP_BEGAN {
        return Some(Problem::new(
            "The clock",
            "stands before the year 2026",
            SET,
        ));
    }
    let ahead = newest_change?.since(now);
    (ahead > TOLERANCE).then(|| {
        Problem::new(
            "The clock",
            format!(
                "is at least {} s behind the store, which was changed later than now",
                ahead.as_secs()
            ),
            SET,
        )
    })
}

fn unsynchronized(folder: &Path) -> Option<Problem> {
    (folder.is_dir() && !folder.join(TIMESYNC_DONE).exists()).then(|| {
        Problem::new(
            "The clock",
            "was not yet set from the network since the machine started",
            "See `timedatectl timesync-status`; a firewall may block NTP (port 123, UDP).",
        )
        .as_warning()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_from_before_leadtap_is_wrong() {
        let problem = wrong(Timestamp::from_micros(0), None).unwrap();
        assert!(problem.what.contains("before the year 2026"), "{problem}");
    }

    #[test]
    fn a_clock_behind_the_stores_newest_change_is_wrong() {
        let later = LEADTAP_BEGAN.plus(Duration::from_secs(90));
        let problem = wrong(LEADTAP_BEGAN, Some(later)).unwrap();
        assert!(problem.what.contains("at least 90 s behind"), "{problem}");
    }

    #[test]
    fn a_clock_at_or_after_the_newest_change_is_fine() {
        assert_eq!(wrong(LEADTAP_BEGAN, None), None);
        assert_eq!(
            wrong(LEADTAP_BEGAN, Some(LEADTAP_BEGAN.plus(TOLERANCE))),
            None
        );
    }

    #[test]
    fn a_clock_that_waits_for_the_network_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unsynchronized(folder.path()).is_some());
        std::fs::write(folder.path().join(TIMESYNC_DONE), "").unwrap();
        assert_eq!(unsynchronized(folder.path()), None);
        assert_eq!(unsynchronized(&folder.path().join("nothing")), None);
    }
}
