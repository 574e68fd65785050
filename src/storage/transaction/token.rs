//! Tokens, sealed to the lead that they belong to, and the index of those
//! that are due.

use std::sync::Arc;

use super::Transaction;
use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::{InstagramProfile, Lead};
use crate::domain::site::SiteId;
use crate::domain::token::Token;
use crate::domain::upkeep::Upkeep;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record::{self, RecordError, StoredToken};

/// What became of a lead's token.
#[derive(Clone, Debug)]
pub struct TokenChange {
    /// Whose.
    pub lead_id: LeadId,
    /// The revision of the token that it was made from.
    pub revision: u64,
    /// The token as it is now.
    pub token: Token,
    /// The account as Instagram describes it now, if it was asked.
    pub profile: Option<InstagramProfile>,
    /// When.
    pub time: Timestamp,
}

/// A token from Meta's dashboard.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whose it is.
    pub profile: InstagramProfile,
    /// The token.
    pub token: Token,
    /// When it was imported.
    pub time: Timestamp,
    /// The id of the lead, if it turns out to be a new one.
    pub new_lead_id: LeadId,
}

/// What became of an imported token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Whose it is.
    pub lead_id: LeadId,
    /// Whether the lead was created for it.
    pub new_lead: bool,
}

impl Transaction<'_> {
    /// Keeps a lead's token in place of the one before, and its place among
    /// those that are due. Whatever changes a token ends here; what the lead
    /// says of it is the caller's to keep.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lead was erased; when it cannot be
    /// sealed, or the store cannot be read.
    pub(in crate::storage) fn keep_token(
        &mut self,
        site: &SiteId,
        lead: &LeadId,
        token: &Token,
    ) -> Result<(), StoreError> {
        self.check_not_erased(site, lead)?;
        let before = self.stored_token(site, lead)?;
        let (revision, was_due) = before.map_or((0, None), |before| (before.revision, before.due));
        let stored = StoredToken::seal(token, revision.saturating_add(1), self.sealer, site, lead)?;
        self.put(keys::token(site, lead), record::encode(&stored)?)?;
        self.move_due(site, lead, was_due, stored.due)
    }

    /// Takes a lead's token away, with all that points to it. Tells whether
    /// there was one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn forget_token(
        &mut self,
        site: &SiteId,
        lead: &LeadId,
    ) -> Result<bool, StoreError> {
        let due = self.stored_token(site, lead)?.and_then(|token| token.due);
        self.move_due(site, lead, due, None)?;
        let key = keys::token(site, lead);
        let held = self.get(&key)?.is_some();
        self.remove(key)?;
        Ok(held)
    }

    /// Keeps what became of a token, and on its lead what is to be said of it,
    /// unless the token changed in between: a login that came first counts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it did, or the lead is gone.
    pub fn change_token(&mut self, site: &SiteId, change: TokenChange) -> Result<(), StoreError> {
        let TokenChange {
            lead_id,
            revision,
            token,
            profile,
            time,
        } = change;
        let now = self.stored_token(site, &lead_id)?;
        if now.is_none_or(|now| now.revision != revision) {
            return Err(StoreError::Conflict);
        }
        let lead = self.get(&keys::lead(site, &lead_id))?;
        let before: Lead = record::decode(&lead.ok_or(StoreError::Conflict)?)?;
        self.keep_token(site, &lead_id, &token)?;
        let profile = match profile {
            Some(profile) if self.is_of_lead(site, &profile, &lead_id)? => Some(profile),
            _ => None,
        };
        let described = match profile {
            Some(profile) => before.clone().with_profile(profile),
            None => before.clone(),
        };
        let is_described_anew = !described.instagram.says_the_same_as(&before.instagram);
        // What only the keeper wants to know is no change of the lead.
        let is_changed = before.token.as_ref() != Some(&token.status);
        if !is_changed && !is_described_anew {
            return self.keep_fetched_time(site, &before, described);
        }
        let after = described.with_token(token.status);
        let what = if is_changed {
            ChangeKind::TokenChanged
        } else {
            ChangeKind::Updated
        };
        let what = LeadChange::new(what, time);
        self.keep_lead(site, Some(&before), after, what).map(drop)
    }

    /// Keeps when a lead's profile was read, where nothing else of it is new.
    /// That is no change: the tag stays, so that whoever read the lead before
    /// may still write to it, and nobody is told.
    fn keep_fetched_time(
        &mut self,
        site: &SiteId,
        before: &Lead,
        after: Lead,
    ) -> Result<(), StoreError> {
        if after.instagram.fetched_time == before.instagram.fetched_time {
            return Ok(());
        }
        self.put(keys::lead(site, &after.id), record::encode(&after)?)?;
        let lead = (site.clone(), Arc::new(after));
        self.published.leads.push(lead);
        Ok(())
    }

    /// Keeps a token of an account, and makes a lead for it where there is
    /// none. Nobody logged in by it.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`] when the two ids of the profile belong
    /// to two leads.
    pub fn import_token(&mut self, site: &SiteId, import: Import) -> Result<Imported, StoreError> {
        let Import {
            profile,
            mut token,
            time,
            new_lead_id,
        } = import;
        let known = self.lead_of_profile(site, &profile)?;
        let new_lead = known.is_none();
        let lead_id = known.as_ref().map_or(new_lead_id, |lead| lead.id);
        token.upkeep = Upkeep::of_import(time, &lead_id);
        self.keep_token(site, &lead_id, &token)?;
        let (what, after) = match known.clone() {
            Some(lead) => (
                ChangeKind::TokenChanged,
                lead.with_token(token.status).with_profile(profile),
            ),
            None => (
                ChangeKind::Created,
                Lead::imported(profile, token.status, lead_id, time),
            ),
        };
        let what = LeadChange::new(what, time);
        self.keep_lead(site, known.as_ref(), after, what)?;
        Ok(Imported { lead_id, new_lead })
    }

    /// Looks at a token that is due and cannot be opened: puts it off until
    /// `until`, so that it does not stand before all others. One that is not
    /// there, or is due at another time, is taken off the list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn put_off_token(
        &mut self,
        site: &SiteId,
        lead: &LeadId,
        due: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let stored = self.stored_token(site, lead)?;
        let Some(mut stored) = stored.filter(|stored| stored.due == Some(due)) else {
            return self.move_due(site, lead, Some(due), None);
        };
        stored.upkeep.next_try = Some(until);
        stored.due = Some(until);
        stored.revision = stored.revision.saturating_add(1);
        self.put(keys::token(site, lead), record::encode(&stored)?)?;
        self.move_due(site, lead, Some(due), Some(until))
    }

    /// A token as it is stored. One that cannot be read counts as none: a new
    /// one takes its place, and the check of the store reports it.
    fn stored_token(
        &self,
        site: &SiteId,
        lead: &LeadId,
    ) -> Result<Option<StoredToken>, StoreError> {
        let value = self.get(&keys::token(site, lead))?;
        match value.map(|value| record::decode(&value)).transpose() {
            Err(RecordError::Malformed) => Ok(None),
            read => Ok(read?),
        }
    }

    fn move_due(
        &mut self,
        site: &SiteId,
        lead: &LeadId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        if let Some(from) = from
            && Some(from) != to
        {
            self.remove(keys::token_due(site, from, lead))?;
        }
        match to {
            Some(to) if Some(to) != from => self.put(keys::token_due(site, to, lead), Vec::new()),
            _ => Ok(()),
        }
    }

    /// Whether a profile is this lead's: Instagram's ids can change, and one
    /// that belongs to another lead by now must not be taken from it.
    fn is_of_lead(
        &self,
        site: &SiteId,
        profile: &InstagramProfile,
        lead: &LeadId,
    ) -> Result<bool, StoreError> {
        match self.lead_of_profile(site, profile) {
            Ok(owner) => Ok(owner.is_none_or(|owner| owner.id == *lead)),
            Err(StoreError::IdentityConflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
