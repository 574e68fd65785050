//! Counting leads and logins as they come.

use std::time::Duration;

use super::Transaction;
use crate::domain::clock::Timestamp;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::visits::{Quarter, Visits};
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError};

/// How long it is known how many came: a year and some weeks, so that a month
/// can be held against the same month of the year before.
pub const VISITS_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Counts of one site that one sweep takes away, at most. A site makes 96 a day,
/// and a sweep is seconds from the next.
const SWEPT_OF_A_SITE: usize = 64;

impl Transaction<'_> {
    /// Counts what the change from `before` to `after` was, if it was a new lead
    /// or a login.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn count_visit(
        &mut self,
        site: &SiteId,
        before: Option<&Lead>,
        after: &Lead,
        time: Timestamp,
    ) -> Result<(), StoreError> {
        let logins_before = before.map_or(0, |before| before.login_count);
        let visit = Visits {
            new_leads: before.is_none().into(),
            logins: after.login_count.saturating_sub(logins_before),
        };
        if visit == Visits::default() {
            return Ok(());
        }
        let key = keys::visits(site, Quarter::of(time));
        let known = self.get(&key)?;
        let known = known.map(|known| record::decode(&known)).transpose()?;
        let mut visits: Visits = known.unwrap_or_default();
        visits += visit;
        self.put(key, record::encode(&visits)?)
    }

    /// Takes away counts of a site that are too old; tells how many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn sweep_visits_of(
        &mut self,
        site: &SiteId,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let prefix = keys::all(site, Kind::Visits);
        let kept_from = Quarter::of(now.minus(VISITS_KEPT));
        let mut swept = 0;
        for (key, _) in self.engine.scan_within(&prefix, &prefix, SWEPT_OF_A_SITE)? {
            let quarter = keys::parse(&key)
                .and_then(|(_, _, own)| keys::parse_visits(own))
                .ok_or(StoreError::Record(RecordError::Malformed))?;
            if quarter >= kept_from {
                break;
            }
            self.remove(key.to_vec())?;
            swept += 1;
        }
        Ok(swept)
    }
}
