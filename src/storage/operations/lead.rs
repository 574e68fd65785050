//! Leads.

use std::sync::Arc;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::update::LeadUpdate;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::store::{LeadKey, Shared, Store};
use crate::storage::transaction::Updated;
use crate::storage::{keys, read};

impl Store {
    /// Reads a lead; none if this site has none by that key.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn lead(&self, site: &SiteId, key: LeadKey) -> Result<Option<Arc<Lead>>, StoreError> {
        if let LeadKey::Id(id) = &key
            && let Some(lead) = self.shared.cache.get(site, id)
        {
            return Ok(Some(lead));
        }
        let site = site.clone();
        self.read(move |shared, engine| shared.read_lead(engine, &site, &key))
            .await
    }
}

impl Store {
    /// What the completed logins of a lead, which are kept for some hours, say
    /// about the person.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn logins_of_lead(
        &self,
        site: &SiteId,
        id: LeadId,
    ) -> Result<Vec<AuthorizationRequest>, StoreError> {
        let mut logins = Vec::new();
        for (state, _) in self.traces(site, [id].into()).await? {
            // It may be swept away in between.
            let login = self.finished_login(site, state).await?;
            logins.extend(login.map(|login| login.request));
        }
        logins.sort_by_key(|login| login.create_time);
        Ok(logins)
    }

    /// Writes new values to a lead, if its tag is still this one; an empty tag
    /// is every one.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub async fn update_lead(
        &self,
        site: &SiteId,
        id: LeadId,
        etag: String,
        update: LeadUpdate,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.update_lead(&site, &id, &etag, update, now))
            .await
    }
}

impl Shared {
    fn read_lead(
        &self,
        engine: &Engine,
        site: &SiteId,
        key: &LeadKey,
    ) -> Result<Option<Arc<Lead>>, StoreError> {
        let pointer = match key {
            LeadKey::Id(id) => return self.load_lead(engine, site, &keys::lead(site, id)),
            LeadKey::UserId(id) => keys::user_id(site, id),
            LeadKey::ScopedId(id) => keys::scoped_id(site, id),
        };
        match engine.get(&pointer)? {
            Some(id) => self.load_lead(engine, site, &keys::lead_of(site, &id)),
            None => Ok(None),
        }
    }

    fn load_lead(
        &self,
        engine: &Engine,
        site: &SiteId,
        key: &[u8],
    ) -> Result<Option<Arc<Lead>>, StoreError> {
        let ticket = self.cache.ticket();
        let Some(lead) = read::lead(engine, key)? else {
            return Ok(None);
        };
        let lead = Arc::new(lead);
        self.cache.put_read(ticket, site, &lead);
        Ok(Some(lead))
    }
}
