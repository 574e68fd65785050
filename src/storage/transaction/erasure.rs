//! Erasing a lead, and what its logins still say about the person.

use super::Transaction;
use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::clock::Timestamp;
use crate::domain::erasure::Erasure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record::{self, StoredAuthorization};

/// What an erasure found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The lead that is no more.
    pub lead_id: LeadId,
    /// When it was erased, and why.
    pub erasure: Erasure,
    /// Whether it was erased earlier, so that there was nothing to do now.
    pub earlier: bool,
    /// Whether a token went with it.
    pub token: bool,
}

impl Transaction<'_> {
    /// Erases a lead: its record, everything that points to it, its token. A
    /// tombstone is left, so that nothing can write the lead or its token
    /// again, and the log of changes says that it is gone. None if this site has no such lead and never erased one.
    ///
    /// Whatever else is kept about a lead is taken away here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn erase_lead(
        &mut self,
        site: &SiteId,
        lead_id: &LeadId,
        erasure: Erasure,
    ) -> Result<Option<Erased>, StoreError> {
        let tombstone = keys::erasure(site, lead_id);
        if let Some(earlier) = self.get(&tombstone)? {
            return Ok(Some(Erased {
                lead_id: *lead_id,
                erasure: record::decode(&earlier)?,
                earlier: true,
                token: false,
            }));
        }
        let key = keys::lead(site, lead_id);
        let Some(lead) = self.get(&key)? else {
            return Ok(None);
        };
        let lead: Lead = record::decode(&lead)?;
        self.forget_pointers(site, &lead)?;
        let token = self.forget_token(site, lead_id)?;
        self.remove(key)?;
        self.put(tombstone, record::encode(&erasure)?)?;
        let change = LeadChange::new(ChangeKind::Erased, erasure.time);
        let revision = lead.revision.saturating_add(1);
        self.note_change(site, *lead_id, revision, change, None)?;
        self.remember_erasure(lead_id, erasure.time);
        Ok(Some(Erased {
            lead_id: *lead_id,
            erasure,
            earlier: false,
            token,
        }))
    }

    /// Erases a lead, unless somebody logged in to it after `cutoff`. None where
    /// it is spared, or there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn erase_idle_lead(
        &mut self,
        site: &SiteId,
        lead_id: &LeadId,
        cutoff: Timestamp,
        erasure: Erasure,
    ) -> Result<Option<Erased>, StoreError> {
        let Some(lead) = self.get(&keys::lead(site, lead_id))? else {
            return Ok(None);
        };
        let lead: Lead = record::decode(&lead)?;
        if lead.last_login_time > cutoff {
            return Ok(None);
        }
        self.erase_lead(site, lead_id, erasure)
    }

    /// Takes out of a login what it says about the person. A later completion
    /// of it hears that the lead is gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn forget_trace(&mut self, site: &SiteId, login: &StateHash) -> Result<(), StoreError> {
        let key = keys::authorization(site, login);
        let Some(value) = self.get(&key)? else {
            return Ok(());
        };
        let stored: StoredAuthorization = record::decode(&value)?;
        self.put(key, record::encode(&stored.without_person())?)
    }

    /// Refuses to write about a lead that was erased in the meantime.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was.
    pub(super) fn check_not_erased(&self, site: &SiteId, lead: &LeadId) -> Result<(), StoreError> {
        match self.get(&keys::erasure(site, lead))? {
            Some(_) => Err(StoreError::Conflict),
            None => Ok(()),
        }
    }
}
