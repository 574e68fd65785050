//! The steps of a login, checked and written as one.

use std::sync::Arc;

use super::Transaction;
use crate::domain::authorization::{Authorization, Stage};
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::{Lead, Login};
use crate::domain::site::SiteId;
use crate::domain::token::Token;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::pack::Entry;
use crate::storage::pending;
use crate::storage::read;
use crate::storage::record::{self, RecordError, StoredAuthorization, StoredToken};

/// A login that may now become a lead.
#[derive(Debug)]
pub struct Completion {
    /// Which login.
    pub state: StateHash,
    /// The login as it was read, at `Exchanged`.
    pub authorization: Authorization,
    /// What it brings to the lead.
    pub login: Login,
    /// The token to keep for the lead.
    pub token: Token,
    /// The id of the lead, if it turns out to be a new one.
    pub new_lead_id: LeadId,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedLogin {
    /// The lead as it is now.
    pub lead: Arc<Lead>,
    /// Whether this login created it.
    pub new_lead: bool,
}

impl Transaction<'_> {
    /// Puts a login at its beginning.
    ///
    /// # Errors
    /// [`StoreError::TooManyPending`] when `most` logins are under way.
    pub fn start(&mut self, site: &SiteId, entry: Entry, most: usize) -> Result<(), StoreError> {
        let waiting = self.beginning.get(site).map_or(0, Vec::len);
        if pending::lock(self.pending).count(site) + waiting >= most {
            return Err(StoreError::TooManyPending);
        }
        self.beginning.entry(site.clone()).or_default().push(entry);
        Ok(())
    }

    /// Moves a login on, if it still stands where it stood when `next` was
    /// made from it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it does not, or when its life has no such
    /// step.
    pub fn advance(
        &mut self,
        site: &SiteId,
        state: &StateHash,
        next: &Authorization,
    ) -> Result<(), StoreError> {
        let now = self
            .authorization(site, state)?
            .ok_or(StoreError::Conflict)?;
        let follows = now.revision.checked_add(1) == Some(next.revision);
        if !follows || !now.stage.may_become(&next.stage) {
            return Err(StoreError::Conflict);
        }
        let stored = StoredAuthorization::seal(next, self.sealer, site, state)?;
        self.put(keys::authorization(site, state), record::encode(&stored)?)?;
        self.published.gone_states.push((site.clone(), *state));
        Ok(())
    }

    /// Creates or updates the lead, keeps the token and completes the login:
    /// all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`] when the two ids of the profile belong
    /// to two leads; [`StoreError::Conflict`] as for [`Transaction::advance`].
    pub fn complete(
        &mut self,
        site: &SiteId,
        completion: Completion,
    ) -> Result<CompletedLogin, StoreError> {
        let Completion {
            state,
            authorization,
            login,
            token,
            new_lead_id,
        } = completion;
        let known = self.known_lead(site, &login)?;
        let new_lead = known.is_none();
        let lead_id = known.as_ref().map_or(new_lead_id, |lead| lead.id);

        // First what can be refused, then what cannot.
        let stored_token = StoredToken::seal(&token, self.sealer, site, &lead_id)?;
        self.advance(
            site,
            &state,
            &authorization.at(Stage::Completed { lead_id, new_lead }),
        )?;
        let lead = match known {
            Some(lead) => {
                self.forget_ids(site, &lead)?;
                lead.logged_in(login)
            }
            None => Lead::created_by(login, lead_id),
        };
        self.put(keys::token(site, &lead_id), record::encode(&stored_token)?)?;
        self.put(keys::lead(site, &lead_id), record::encode(&lead)?)?;
        self.point_ids(site, &lead)?;
        let lead = Arc::new(lead);
        self.published.leads.push((site.clone(), Arc::clone(&lead)));
        Ok(CompletedLogin { lead, new_lead })
    }

    fn authorization(
        &self,
        site: &SiteId,
        state: &StateHash,
    ) -> Result<Option<Authorization>, StoreError> {
        let key = keys::authorization(site, state);
        match self.changes.get(&key) {
            Some(Some(value)) => {
                read::open_authorization(value, self.sealer, site, state).map(Some)
            }
            Some(None) => Ok(None),
            None => read::authorization(self.engine, self.sealer, self.pending, site, state),
        }
    }

    /// The lead that either of the profile's ids belongs to.
    fn known_lead(&self, site: &SiteId, login: &Login) -> Result<Option<Lead>, StoreError> {
        let profile = &login.profile;
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

    /// An id that no longer belongs to a lead must not lead to it.
    fn forget_ids(&mut self, site: &SiteId, lead: &Lead) -> Result<(), StoreError> {
        self.remove(keys::scoped_id(site, &lead.instagram.id))?;
        match &lead.instagram.user_id {
            Some(id) => self.remove(keys::user_id(site, id)),
            None => Ok(()),
        }
    }

    fn point_ids(&mut self, site: &SiteId, lead: &Lead) -> Result<(), StoreError> {
        let id = lead.id.as_bytes().to_vec();
        if let Some(user_id) = &lead.instagram.user_id {
            self.put(keys::user_id(site, user_id), id.clone())?;
        }
        self.put(keys::scoped_id(site, &lead.instagram.id), id)
    }
}
