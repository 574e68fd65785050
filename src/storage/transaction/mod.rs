//! One batch in the making: what its operations read and write.
//!
//! All operations run on the committer's thread, one after the other, so a
//! check and the write that rests on it cannot be torn apart. Each sees what
//! those before it in the same batch did.

mod change;
mod deletion;
mod erasure;
mod lead;
mod letter;
mod listing;
mod login;
mod reseal;
mod sweep;
mod token;
mod visits;
mod webhook;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use super::engine::Engine;
use super::error::{EngineError, StoreError};
use super::journal::Entry;
use super::keys;
use super::ledger::Ledger;
use super::pending::PendingIndex;
use super::record;
use super::seal::Sealer;
use super::verify::Verifier;
use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;

pub use deletion::DeletionRequest;
pub use erasure::Erased;
pub use lead::Updated;
pub use login::{CompletedLogin, Completion};
pub use reseal::Resealed;
pub use sweep::SweepReport;
pub use token::{Import, Imported, TokenChange};

/// Changes to publish in memory once the batch is on the medium.
#[derive(Default)]
pub struct Published {
    /// For the list beside the store; they are there before the batch is.
    pub erased: Vec<(LeadId, Timestamp)>,
    pub leads: Vec<(SiteId, Arc<Lead>)>,
    pub changes: Vec<(SiteId, ChangeNumber)>,
    /// Logins that have moved on.
    pub gone_states: Vec<(SiteId, StateHash)>,
    /// Frames of the journal are not needed up to this batch.
    pub gone_until: Option<u64>,
}

/// How one change is taken back.
struct Undo {
    key: Vec<u8>,
    /// What the key's value was.
    value: Option<Vec<u8>>,
    /// What this batch had made of the key before, if anything.
    change: Option<Option<Vec<u8>>>,
}

/// A batch in the making.
pub struct Transaction<'a> {
    engine: &'a Engine,
    sealer: &'a Sealer,
    pending: &'a Mutex<PendingIndex>,
    ledger: Ledger,
    verifier: Option<&'a mut Verifier>,
    /// A read that failed: what an operation did before it must not be kept.
    failed: OnceCell<EngineError>,
    changes: HashMap<Vec<u8>, Option<Vec<u8>>>,
    /// The changes of the operation at hand, to be taken back if it fails.
    undo: Vec<Undo>,
    begun: Vec<Entry>,
    /// How many of them are of each site.
    begun_of: HashMap<SiteId, usize>,
    /// How many of them each caller began, by its name.
    begun_by: HashMap<String, usize>,
    published: Published,
    /// The newest moment from which a listing of leads goes backwards.
    horizon: &'a AtomicI64,
    /// Changes of leads in this batch, those taken back included.
    lead_changes: u32,
}

/// A finished batch.
pub struct Finished {
    /// For the journal.
    pub begun: Vec<Entry>,
    /// For the database, if anything changes there.
    pub batch: Option<sled::Batch>,
    /// What the batch changes in the database, its ledger apart.
    pub changed: HashMap<Vec<u8>, Option<Vec<u8>>>,
    pub ledger: Ledger,
    pub published: Published,
}

impl<'a> Transaction<'a> {
    /// Begins the batch after the one that `ledger` tells of.
    pub fn begin(
        engine: &'a Engine,
        sealer: &'a Sealer,
        pending: &'a Mutex<PendingIndex>,
        horizon: &'a AtomicI64,
        mut ledger: Ledger,
        verifier: Option<&'a mut Verifier>,
    ) -> Self {
        ledger.sequence = ledger.sequence.saturating_add(1);
        Self {
            engine,
            sealer,
            pending,
            ledger,
            verifier,
            failed: OnceCell::new(),
            changes: HashMap::new(),
            undo: Vec::new(),
            begun: Vec::new(),
            begun_of: HashMap::new(),
            begun_by: HashMap::new(),
            published: Published::default(),
            horizon,
            lead_changes: 0,
        }
    }

    /// Does one operation: all of it, or nothing where it fails.
    ///
    /// # Errors
    /// The operation's own.
    pub fn operation<T>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.undo.clear();
        let published = self.published.lengths();
        let result = operation(self);
        if result.is_err() {
            while let Some(undo) = self.undo.pop() {
                self.take_back(undo);
            }
            self.published.truncate(published);
        }
        result
    }

    fn take_back(&mut self, undo: Undo) {
        let now = self.changes.get(&undo.key).cloned().flatten();
        self.account(&undo.key, now.as_deref(), undo.value.as_deref());
        match undo.change {
            Some(change) => self.changes.insert(undo.key, change),
            None => self.changes.remove(&undo.key),
        };
    }

    /// Takes note of a lead that this operation erases, for the list beside the
    /// store, so that no restore brings it back. Whatever erases a lead calls
    /// this.
    pub(super) fn remember_erasure(&mut self, lead: &LeadId, time: Timestamp) {
        self.published.erased.push((*lead, time));
    }

    /// Whether no operation has changed anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.begun.is_empty() && !self.changes_database()
    }

    fn changes_database(&self) -> bool {
        !self.changes.is_empty() || self.published.gone_until.is_some()
    }

    /// Turns the operations into one batch, ledger included.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn finish(mut self) -> Result<Finished, StoreError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if !self.begun.is_empty() {
            self.ledger.begun.newest = self.ledger.sequence;
        }
        Ok(Finished {
            batch: self.batch()?,
            begun: self.begun,
            changed: self.changes,
            ledger: self.ledger,
            published: self.published,
        })
    }

    fn batch(&mut self) -> Result<Option<sled::Batch>, StoreError> {
        if !self.changes_database() {
            return Ok(None);
        }
        self.ledger.database = self.ledger.sequence;
        let mut batch = sled::Batch::default();
        for (key, value) in &self.changes {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        batch.insert(keys::LEDGER, record::encode(&self.ledger)?);
        Ok(Some(batch))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => match self.engine.get(key) {
                Ok(value) => Ok(value.map(|value| value.to_vec())),
                Err(error) => {
                    // The first one is the one that matters.
                    let _ = self.failed.set(error.clone());
                    Err(error.into())
                }
            },
        }
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StoreError> {
        self.change(key, Some(value))
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) -> Result<(), StoreError> {
        self.change(key, None)
    }

    fn change(&mut self, key: Vec<u8>, new: Option<Vec<u8>>) -> Result<(), StoreError> {
        let old = self.get(&key)?;
        self.account(&key, old.as_deref(), new.as_deref());
        let change = self.changes.insert(key.clone(), new);
        self.undo.push(Undo {
            key,
            value: old,
            change,
        });
        Ok(())
    }

    /// Makes the ledger, and a check that is under way, know of a change.
    fn account(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if let Some(old) = old {
            self.ledger.remove(key, old);
        }
        if let Some(new) = new {
            self.ledger.add(key, new);
        }
        if let Some(verifier) = &mut self.verifier {
            verifier.changes(key, old, new);
        }
    }
}

impl Published {
    /// How much each list holds, in the order of the fields.
    fn lengths(&self) -> [usize; 4] {
        [
            self.erased.len(),
            self.leads.len(),
            self.changes.len(),
            self.gone_states.len(),
        ]
    }

    /// Forgets what came after these lengths.
    fn truncate(&mut self, [erased, leads, changes, states]: [usize; 4]) {
        self.erased.truncate(erased);
        self.leads.truncate(leads);
        self.changes.truncate(changes);
        self.gone_states.truncate(states);
    }
}
