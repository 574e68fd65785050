//! Taking away what has expired.

use std::time::Duration;

use super::Transaction;
use crate::domain::clock::Timestamp;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, StoredAuthorization};
use crate::storage::{pack, pending, read};

/// How much longer a login is kept that has left its pack. One that is being
/// finished must not be swept from under it, and whoever comes late hears that
/// it expired rather than that it never was.
pub const GRACE: Duration = Duration::from_secs(600);

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Packs of logins that began and were never finished.
    pub packs: usize,
    /// Logins that had left their pack.
    pub authorizations: usize,
    /// Changes of leads that were too old.
    pub changes: usize,
    /// Whether there may be more to take away.
    pub more: bool,
}

impl Transaction<'_> {
    /// Takes away what expired before `now`, at most `limit` records of each
    /// kind, looking at logins from `cursor` on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sweep(
        &mut self,
        now: Timestamp,
        limit: usize,
        cursor: &mut Vec<u8>,
    ) -> Result<SweepReport, StoreError> {
        let packs = self.sweep_packs(now, limit)?;
        let (authorizations, more) = self.sweep_authorizations(now, limit, cursor)?;
        let changes = self.sweep_changes(now, limit)?;
        Ok(SweepReport {
            packs,
            authorizations,
            changes,
            more: more || packs == limit || changes == limit,
        })
    }

    fn sweep_packs(&mut self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let expired = pending::lock(self.pending).expired_packs(now, limit);
        for (site, number) in &expired {
            let key = keys::pack(site, *number);
            if let Some(pack) = self.get(&key)? {
                // What cannot be read is left out: one damaged pack must not keep all others.
                let entries = pack::entries(&pack).unwrap_or_default();
                let states = entries.into_iter().map(|entry| entry.state);
                let gone = states.map(|state| (site.clone(), state));
                self.published.gone_states.extend(gone);
            }
            self.remove(key)?;
            self.published.gone_packs.push((site.clone(), *number));
        }
        Ok(expired.len())
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
