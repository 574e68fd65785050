//! The steps of a login, checked and written as one.

use std::sync::Arc;

use super::Transaction;
use crate::domain::authorization::{Authorization, Stage};
use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::ids::LeadId;
use crate::domain::lead::{Lead, Login};
use crate::domain::site::SiteId;
use crate::domain::token::Token;
use crate::storage::error::StoreError;
use crate::storage::journal::Entry;
use crate::storage::keys;
use crate::storage::pending;
use crate::storage::read;
use crate::storage::record::{self, StoredAuthorization};
use crate::storage::state::LoginState;

/// A login that may now become a lead.
#[derive(Debug)]
pub struct Completion {
    /// Which login.
    pub state: LoginState,
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
    /// [`StoreError::TooManyPending`] when `most` logins of the site are under
    /// way, [`StoreError::TooManyPendingOfCaller`] when the caller's own most
    /// are.
    pub fn start(&mut self, entry: Entry, most: usize) -> Result<(), StoreError> {
        let (site, caller) = (&entry.site, &entry.caller);
        let index = pending::lock(self.pending);
        let of_site = self.begun_of.get(site).copied().unwrap_or(0);
        let of_caller = self.begun_by.get(&caller.name).copied().unwrap_or(0);
        // The narrower one first: it says more to whoever is refused.
        if index.count_of(site, caller) + of_caller >= caller.max_pending_authorizations {
            return Err(StoreError::TooManyPendingOfCaller);
        }
        if index.count(site) + of_site >= most {
            return Err(StoreError::TooManyPending);
        }
        drop(index);
        self.begun_of.insert(site.clone(), of_site + 1);
        self.begun_by.insert(caller.name.clone(), of_caller + 1);
        self.begun.push(entry);
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
        state: &LoginState,
        next: &Authorization,
    ) -> Result<(), StoreError> {
        let now = self
            .authorization(site, state)?
            .ok_or(StoreError::Conflict)?;
        let follows = now.revision.checked_add(1) == Some(next.revision);
        if !follows || !now.stage.may_become(&next.stage) {
            return Err(StoreError::Conflict);
        }
        let hash = state.hash();
        let stored = StoredAuthorization::seal(next, self.sealer, site, &hash)?;
        self.put(keys::authorization(site, &hash), record::encode(&stored)?)?;
        self.published.gone_states.push((site.clone(), hash));
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
            mut login,
            token,
            new_lead_id,
        } = completion;
        login.time = self.login_time(login.time);
        let known = self.lead_of_profile(site, &login.profile)?;
        let new_lead = known.is_none();
        let lead_id = known.as_ref().map_or(new_lead_id, |lead| lead.id);

        self.advance(
            site,
            &state,
            &authorization.at(Stage::Completed { lead_id, new_lead }),
        )?;
        self.keep_token(site, &lead_id, &token)?;
        let kind = if new_lead {
            ChangeKind::Created
        } else {
            ChangeKind::LoggedIn
        };
        let change = LeadChange::new(kind, login.time);
        let after = match known.clone() {
            Some(lead) => lead.logged_in(login),
            None => Lead::created_by(login, lead_id),
        };
        let lead = self.keep_lead(site, known.as_ref(), after, change)?;
        Ok(CompletedLogin { lead, new_lead })
    }

    fn authorization(
        &self,
        site: &SiteId,
        state: &LoginState,
    ) -> Result<Option<Authorization>, StoreError> {
        let hash = state.hash();
        match self.changes.get(&keys::authorization(site, &hash)) {
            Some(Some(value)) => {
                read::open_authorization(value, self.sealer, site, &hash).map(Some)
            }
            Some(None) => Ok(None),
            None => read::authorization(self.engine, self.sealer, self.pending, site, state),
        }
    }
}
