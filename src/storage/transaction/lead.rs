//! Leads, as every operation keeps and finds them.

use std::sync::Arc;

use super::Transaction;
use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::{InstagramProfile, Lead};
use crate::domain::site::SiteId;
use crate::domain::update::{LeadUpdate, UpdateRefusal};
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record::{self, RecordError};

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    /// The lead as it is now.
    Done(Arc<Lead>),
    /// The site has no such lead.
    Missing,
    /// Somebody changed it since it was read.
    Stale,
    /// The new values do not go with what it has.
    Refused(UpdateRefusal),
}

impl Transaction<'_> {
    /// Writes new values to a lead, if its tag is still this one; an empty tag
    /// is every one. Nothing is written where nothing is new.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn update_lead(
        &mut self,
        site: &SiteId,
        id: &LeadId,
        etag: &str,
        update: LeadUpdate,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        let Some(before) = self.get(&keys::lead(site, id))? else {
            return Ok(Updated::Missing);
        };
        let before: Lead = record::decode(&before)?;
        if !etag.is_empty() && before.etag() != etag {
            return Ok(Updated::Stale);
        }
        let after = match update.apply(&before) {
            Ok(after) => after,
            Err(refusal) => return Ok(Updated::Refused(refusal)),
        };
        if after.revision == before.revision {
            return Ok(Updated::Done(Arc::new(after)));
        }
        let change = LeadChange::new(ChangeKind::Updated, now);
        self.keep_lead(site, Some(&before), after, change)
            .map(Updated::Done)
    }

    /// Keeps a lead in place of what it was before: the record, everything that
    /// points to it and what happened to it; and for readers once it is on the
    /// medium. Whatever changes a lead ends here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lead was erased; when the store cannot
    /// be read.
    pub(in crate::storage) fn keep_lead(
        &mut self,
        site: &SiteId,
        before: Option<&Lead>,
        after: Lead,
        change: LeadChange,
    ) -> Result<Arc<Lead>, StoreError> {
        self.check_not_erased(site, &after.id)?;
        // A refresh of a token leaves the pointers as they are, and is most of what happens.
        let is_found_elsewhere = before.is_none_or(|before| !is_found_alike(before, &after));
        if let Some(before) = before
            && is_found_elsewhere
        {
            self.forget_pointers(site, before)?;
        }
        self.put(keys::lead(site, &after.id), record::encode(&after)?)?;
        if is_found_elsewhere {
            self.point_to(site, &after)?;
        }
        let login_before = before
            .map(|before| before.last_login_time)
            .filter(|before| *before != after.last_login_time);
        self.note_change(site, after.id, after.revision, change, login_before)?;
        self.count_visit(site, before, &after, change.time)?;
        let after = Arc::new(after);
        self.published
            .leads
            .push((site.clone(), Arc::clone(&after)));
        Ok(after)
    }

    /// The lead that either of the profile's ids belongs to.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`] when they belong to two.
    pub(super) fn lead_of_profile(
        &self,
        site: &SiteId,
        profile: &InstagramProfile,
    ) -> Result<Option<Lead>, StoreError> {
        let by_scoped_id = self.get(&keys::scoped_id(site, &profile.id))?;
        let by_user_id = match &profile.user_id {
            Some(id) => self.get(&keys::user_id(site, id))?,
            None => None,
        };
        let id = match (by_scoped_id, by_user_id) {
            (Some(one), Some(other)) if one != other => return Err(StoreError::IdentityConflict),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Ok(None),
        };
        let lead = self.get(&keys::lead_of(site, &id))?;
        let lead = lead.ok_or(StoreError::Record(RecordError::Malformed))?;
        Ok(Some(record::decode(&lead)?))
    }

    /// Takes away everything that points to a lead as it was: an id that no
    /// longer belongs to it must not lead to it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn forget_pointers(&mut self, site: &SiteId, lead: &Lead) -> Result<(), StoreError> {
        self.remove(keys::login_order(site, lead.last_login_time, &lead.id))?;
        self.remove(keys::scoped_id(site, &lead.instagram.id))?;
        match &lead.instagram.user_id {
            Some(id) => self.remove(keys::user_id(site, id)),
            None => Ok(()),
        }
    }

    fn point_to(&mut self, site: &SiteId, lead: &Lead) -> Result<(), StoreError> {
        self.put(
            keys::login_order(site, lead.last_login_time, &lead.id),
            Vec::new(),
        )?;
        let id = lead.id.as_bytes().to_vec();
        if let Some(user_id) = &lead.instagram.user_id {
            self.put(keys::user_id(site, user_id), id.clone())?;
        }
        self.put(keys::scoped_id(site, &lead.instagram.id), id)
    }
}

/// Whether the same keys point to both.
fn is_found_alike(one: &Lead, other: &Lead) -> bool {
    let keys = |lead: &Lead| {
        let profile = &lead.instagram;
        (
            lead.last_login_time,
            profile.id.clone(),
            profile.user_id.clone(),
        )
    };
    keys(one) == keys(other)
}
