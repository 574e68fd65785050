//! Taking away what has expired.

use std::time::Duration;

use super::Transaction;
use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError, StoredAuthorization};
use crate::storage::{pending, read};

/// How much longer a login is kept that has moved on. One that is being
/// finished must not be swept from under it, and whoever comes late hears that
/// it expired rather than that it never was.
pub const GRACE: Duration = Duration::from_secs(600);

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Logins that began and were never finished.
    pub begun: usize,
    /// Logins that had moved on.
    pub authorizations: usize,
    /// Changes of leads that were too old.
    pub changes: usize,
    /// Counts of leads and logins that were too old.
    pub visits: usize,
    /// Dead letters that were too old.
    pub letters: usize,
    /// Whether there may be more to take away.
    pub more: bool,
}

impl Transaction<'_> {
    /// Takes away what expired before `now`, at most `limit` logins of each
    /// kind, looking at those that moved on from `cursor` on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sweep(
        &mut self,
        now: Timestamp,
        limit: usize,
        cursor: &mut Vec<u8>,
    ) -> Result<SweepReport, StoreError> {
        let (authorizations, more) = self.sweep_authorizations(now, limit, cursor)?;
        let changes = self.sweep_sites(limit, |transaction, site, left| {
            transaction.sweep_changes_of(site, now, left)
        })?;
        let visits = self.sweep_sites(limit, |transaction, site, _| {
            transaction.sweep_visits_of(site, now)
        })?;
        let letters = self.sweep_letters(now, limit)?;
        let begun = self.sweep_begun(now, limit);
        Ok(SweepReport {
            begun,
            authorizations,
            changes,
            visits,
            letters,
            more: more || [begun, changes, letters].contains(&limit),
        })
    }

    /// Sweeps one site after the other until `limit` records of all of them
    /// are gone; tells how many.
    fn sweep_sites(
        &mut self,
        limit: usize,
        mut sweep: impl FnMut(&mut Self, &SiteId, usize) -> Result<usize, StoreError>,
    ) -> Result<usize, StoreError> {
        let mut swept = 0;
        let mut from = keys::FIRST_OF_SITES.to_vec();
        while swept < limit {
            let Some((key, _)) = self.engine.scan(&from, 1)?.into_iter().next() else {
                break;
            };
            let (site, _, _) =
                keys::parse(&key).ok_or(StoreError::Record(RecordError::Malformed))?;
            swept += sweep(self, &site, limit - swept)?;
            from = keys::after(&site);
        }
        Ok(swept)
    }

    /// A login that expired is forgotten in memory; what it takes in the
    /// journal goes with its segment.
    fn sweep_begun(&mut self, now: Timestamp, limit: usize) -> usize {
        let mut index = pending::lock(self.pending);
        let expired = index.remove_expired(now, limit);
        let unneeded = index.unneeded();
        if let Some(until) = unneeded.filter(|until| *until > self.ledger.begun.gone) {
            self.ledger.begun.gone = until;
            self.published.gone_until = Some(until);
        }
        expired
    }

    fn sweep_authorizations(
        &mut self,
        now: Timestamp,
        limit: usize,
        cursor: &mut Vec<u8>,
    ) -> Result<(usize, bool), StoreError> {
        let mut swept = 0;
        let found = read::records_of(self.engine, Kind::Authorization, cursor, limit)?;
        let more = found.len() == limit;
        for (_, key, _) in found {
            // An earlier operation of this batch may have changed it.
            let Some(value) = self.get(&key)? else {
                continue;
            };
            // What cannot be read is left for the check of the store to report.
            let stored = record::decode::<StoredAuthorization>(&value);
            if stored.is_ok_and(|stored| now >= stored.expire_time.plus(GRACE)) {
                self.remove(key)?;
                swept += 1;
            }
        }
        Ok((swept, more))
    }
}
