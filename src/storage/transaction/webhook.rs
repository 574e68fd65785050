//! How far webhooks have come.

use super::Transaction;
use crate::domain::site::SiteId;
use crate::domain::webhook::{WebhookName, WebhookState};
use crate::storage::error::StoreError;
use crate::storage::{keys, record};

impl Transaction<'_> {
    /// Keeps how far a webhook has come.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn keep_webhook_state(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        state: &WebhookState,
    ) -> Result<(), StoreError> {
        let value = record::encode(state)?;
        self.put(keys::webhook_cursor(site, webhook), value)
    }
}
