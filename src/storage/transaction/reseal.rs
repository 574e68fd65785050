//! Sealing anew, with the newest key, what another one sealed.

use super::Transaction;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::opening;
use crate::storage::{read, seal, sealed};

/// What a part of a walk did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Records that were looked at.
    pub seen: u64,
    /// Those of them that were sealed anew.
    pub changed: u64,
    /// Those of them that do not open, and stay as they are.
    pub failed: u64,
}

impl Transaction<'_> {
    /// Begins a walk: leaves the mark that one is under way, and seals the
    /// known text anew. Gives the number of records to walk through.
    ///
    /// # Errors
    /// When the known text does not open, or the store cannot be read.
    pub fn begin_resealing(&mut self) -> Result<u64, StoreError> {
        self.put(keys::RESEALING.to_vec(), Vec::new())?;
        if let Some(check) = self.get(keys::KEY_CHECK)?
            && seal::key_of(&check) != self.sealer.ring().newest()
        {
            let place = &opening::KEY_CHECK_PLACE;
            let known = self.sealer.open(&check, place)?;
            let anew = self.sealer.seal(&known, place)?;
            self.put(keys::KEY_CHECK.to_vec(), anew)?;
        }
        Ok(sealed::kinds()
            .map(|kind| self.ledger.tally(kind).count)
            .sum())
    }

    /// Walks through at most `limit` records of one kind from `cursor` on.
    ///
    /// What does not open is told in the log and left: one altered record must
    /// not keep all others from a new key.
    ///
    /// # Errors
    /// When the store cannot be read, or nothing can be sealed.
    pub fn reseal(
        &mut self,
        kind: Kind,
        cursor: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Resealed, StoreError> {
        let mut done = Resealed::default();
        let Some(sealed) = sealed::in_records_of(kind) else {
            return Ok(done);
        };
        let newest = self.sealer.ring().newest();
        for (site, key, _) in read::records_of(self.engine, kind, cursor, limit)? {
            // An earlier operation of this batch may have changed it.
            let Some(value) = self.get(&key)? else {
                continue;
            };
            done.seen += 1;
            let Some((_, _, own)) = keys::parse(&key) else {
                continue;
            };
            match sealed.key_of(&value) {
                Ok(None) => continue,
                Ok(used) if used == newest => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(site.id = %site, record.kind = ?kind, %error, "a record cannot be sealed anew");
                    done.failed += 1;
                    continue;
                }
            }
            match sealed.again(self.sealer, &site, own, &value) {
                Ok(value) => {
                    self.put(key, value)?;
                    done.changed += 1;
                }
                Err(error) if error.is_of_this_record() => done.failed += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Ends a walk that came to its end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn end_resealing(&mut self) -> Result<(), StoreError> {
        self.remove(keys::RESEALING.to_vec())
    }
}
