//! Looking up leads, listing them and writing to them.

mod cursor;
pub mod export;
pub mod filter;
pub mod idle;
mod list;
#[cfg(test)]
mod scale_tests;
mod statistics;
mod streams;
pub mod watch;

use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::update::LeadUpdate;
use crate::storage::{LeadKey, Store, StoreError, Updated};

use streams::Seats;

pub use list::{ListError, ListQuery, Page};

/// The use cases around leads.
#[derive(Clone)]
pub struct Leads {
    store: Store,
    watchers: Seats,
    exports: Seats,
}

impl Leads {
    /// Over this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            watchers: Seats::new(watch::WATCHERS_A_SITE),
            exports: Seats::new(export::EXPORTS_A_SITE),
        }
    }

    /// The lead of that key on this site, if there is one.
    ///
    /// # Errors
    /// When the store cannot read it.
    pub async fn get(&self, site: &SiteId, key: LeadKey) -> Result<Option<Arc<Lead>>, StoreError> {
        self.store.lead(site, key).await
    }

    /// Writes new values to a lead, if its tag is still this one; an empty tag
    /// is every one.
    ///
    /// # Errors
    /// When the store cannot keep it.
    pub async fn update(
        &self,
        site: &SiteId,
        id: LeadId,
        etag: String,
        update: LeadUpdate,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        self.store.update_lead(site, id, etag, update, now).await
    }
}
