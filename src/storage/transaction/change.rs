//! The log of what happened to leads.

use std::time::Duration;

use super::Transaction;
use crate::domain::change::{ChangeNumber, LeadChange};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError, StoredChange};

/// How long a change can be read. Who follows and was away for longer must
/// list all leads anew.
pub const CHANGES_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Transaction<'_> {
    /// Writes down that a lead changed. [`Transaction::keep_lead`] does it for
    /// every lead that is kept; whoever takes one away does it by itself.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn note_change(
        &mut self,
        site: &SiteId,
        lead: LeadId,
        revision: u64,
        change: LeadChange,
        login_before: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let number = ChangeNumber {
            sequence: self.ledger.sequence,
            index: self.lead_changes,
        };
        self.lead_changes = self.lead_changes.saturating_add(1);
        let stored = StoredChange::Kept {
            lead,
            kind: change.kind,
            time: change.time,
            revision,
            login_before,
        };
        self.put(keys::change(site, number), record::encode(&stored)?)?;
        self.published.changes.push((site.clone(), number));
        Ok(())
    }

    /// Takes away changes of a site that are too old, at most `limit`; tells how
    /// many. The newest of them stays behind as a mark of where the log begins
    /// now, so that whoever has not read it can be told.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn sweep_changes_of(
        &mut self,
        site: &SiteId,
        now: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let prefix = keys::all(site, Kind::Change);
        let mut swept = 0;
        let mut mark = None;
        // One more than may go: the mark of an earlier sweep does not count.
        for (key, _) in self.engine.scan_within(&prefix, &prefix, limit + 1)? {
            // An earlier operation of this batch may have changed it.
            let Some(value) = self.get(&key)? else {
                continue;
            };
            // What cannot be read is left for the check of the store to report.
            let Ok(stored) = record::decode::<StoredChange>(&value) else {
                break;
            };
            match stored {
                StoredChange::Forgotten { .. } => {}
                StoredChange::Kept { time, .. } => {
                    if swept == limit || now.since(time) < CHANGES_KEPT {
                        break;
                    }
                    swept += 1;
                }
            }
            let number = change_number(&key)?;
            if let Some((before, _)) = mark.replace((key, stored.position(number).check)) {
                self.remove(before.to_vec())?;
            }
        }
        if let Some((key, check)) = mark.filter(|_| swept > 0) {
            let forgotten = StoredChange::Forgotten { check };
            self.put(key.to_vec(), record::encode(&forgotten)?)?;
        }
        Ok(swept)
    }
}

fn change_number(key: &[u8]) -> Result<ChangeNumber, StoreError> {
    keys::parse(key)
        .and_then(|(_, _, own)| keys::change_number(own))
        .ok_or(StoreError::Record(RecordError::Malformed))
}
