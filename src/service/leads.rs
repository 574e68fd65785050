//! Looking up leads.

use std::sync::Arc;

use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::{LeadKey, Store, StoreError};

/// The use cases around leads.
#[derive(Clone)]
pub struct Leads {
    store: Store,
}

impl Leads {
    /// Over this store.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// The lead of that key on this site, if there is one.
    ///
    /// # Errors
    /// When the store cannot read it.
    pub async fn get(&self, site: &SiteId, key: LeadKey) -> Result<Option<Arc<Lead>>, StoreError> {
        self.store.lead(site, key).await
    }
}
