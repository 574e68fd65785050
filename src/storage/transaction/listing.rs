//! Where a listing of leads begins.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Transaction;
use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;

/// How much later than it was a login may be written down. A clock that was
/// set back by more than this is believed all the same.
const LONGEST_PUSH: Duration = Duration::from_secs(60);

/// The moment at which a listing began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingStart {
    /// Every login that was there already is this old at least, and every one
    /// that comes is younger.
    pub time: Timestamp,
    /// The first change that comes has this number at least.
    pub changes: ChangeNumber,
}

impl Transaction<'_> {
    /// Draws the line between what is there and what comes. A listing in the
    /// order of newest logins goes up to this line; a lead that logs in while
    /// it is listed crosses the line, and is found by its change.
    ///
    /// It is drawn between two writes: no login is under way that would be
    /// kept after it with a time before it.
    #[must_use]
    pub fn start_listing(&self, now: Timestamp) -> ListingStart {
        self.horizon.fetch_max(now.as_micros(), Ordering::SeqCst);
        ListingStart {
            time: now,
            changes: ChangeNumber {
                sequence: self.ledger.sequence,
                index: self.lead_changes,
            },
        }
    }

    /// The time of a login that is kept now: its own, or right after the line
    /// that was drawn while it waited for its turn.
    pub(super) fn login_time(&self, time: Timestamp) -> Timestamp {
        let line = Timestamp::from_micros(self.horizon.load(Ordering::SeqCst));
        if time <= line && line.since(time) < LONGEST_PUSH {
            line.plus(Duration::from_micros(1))
        } else {
            time
        }
    }
}
