//! Logins: begun, moved on, completed, swept away.

use std::sync::Arc;

use crate::domain::authorization::Authorization;
use crate::domain::caller::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::StateHash;
use crate::domain::site::{Site, SiteId};
use crate::storage::error::StoreError;
use crate::storage::journal::Entry;
use crate::storage::keys;
use crate::storage::share::Place;
use crate::storage::state::LoginState;
use crate::storage::store::Store;
use crate::storage::transaction::{CompletedLogin, Completion, SweepReport};
use crate::storage::{pending, read};

impl Store {
    /// Keeps a login that begins.
    ///
    /// # Errors
    /// [`StoreError::TooManyPending`] when the site has its most under way,
    /// [`StoreError::TooManyPendingOfCaller`] when the caller has,
    /// [`StoreError::SiteOverloaded`] when its share of the queue is full.
    pub async fn start(
        &self,
        site: &Site,
        caller: &Arc<Caller>,
        state: LoginState,
        authorization: &Authorization,
    ) -> Result<(), StoreError> {
        let place = Place::take(&site.beginning)?;
        let entry = Entry::new(&site.id, caller, &state, authorization)?;
        let most = site.max_pending_authorizations;
        self.write(move |transaction| {
            drop(place);
            transaction.start(entry, most)
        })
        .await
    }

    /// Reads a login; none if there is none of that state on this site.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn authorization(
        &self,
        site: &SiteId,
        state: LoginState,
    ) -> Result<Option<Authorization>, StoreError> {
        let site = site.clone();
        self.read(move |shared, engine| {
            read::authorization(engine, &shared.sealer, &shared.pending, &site, &state)
        })
        .await
    }

    /// Reads a login that has left its beginning behind, by what it is found
    /// by alone.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub(super) async fn finished_login(
        &self,
        site: &SiteId,
        state: StateHash,
    ) -> Result<Option<Authorization>, StoreError> {
        let site = site.clone();
        self.read(move |shared, engine| {
            let value = engine.get(&keys::authorization(&site, &state))?;
            let open =
                |value: &[u8]| read::open_authorization(value, &shared.sealer, &site, &state);
            value.as_deref().map(open).transpose()
        })
        .await
    }

    /// Moves a login on, if nobody else did since it was read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn advance(
        &self,
        site: &SiteId,
        state: LoginState,
        next: Authorization,
    ) -> Result<(), StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.advance(&site, &state, &next))
            .await
    }

    /// Creates or updates the lead, keeps the token and completes the login in
    /// one step.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`], [`StoreError::Conflict`].
    pub async fn complete(
        &self,
        site: &SiteId,
        completion: Completion,
    ) -> Result<CompletedLogin, StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.complete(&site, completion))
            .await
    }

    /// Takes away what expired, at most `limit` records of each kind. `cursor`
    /// is where the last sweep ended, and is given back moved on.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn sweep(
        &self,
        now: Timestamp,
        limit: usize,
        mut cursor: Vec<u8>,
    ) -> Result<(SweepReport, Vec<u8>), StoreError> {
        self.write(move |transaction| {
            let report = transaction.sweep(now, limit, &mut cursor)?;
            Ok((report, cursor))
        })
        .await
    }

    /// How many logins of a site are pending.
    #[must_use]
    pub fn pending_authorizations(&self, site: &SiteId) -> usize {
        pending::lock(&self.shared.pending).count(site)
    }
}
