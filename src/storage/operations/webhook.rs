//! How far webhooks have come.

use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, WebhookName, WebhookState};
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record;
use crate::storage::store::Store;

impl Store {
    /// How far a webhook has come; none where it never began.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn webhook_state(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
    ) -> Result<Option<WebhookState>, StoreError> {
        let key = keys::webhook_cursor(site, webhook);
        self.read(move |_, engine| {
            let found = engine.get(&key)?;
            Ok(found.map(|value| record::decode(&value)).transpose()?)
        })
        .await
    }

    /// Keeps how far a webhook has come, and in the same step what it gave up
    /// to get there.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_webhook_state(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        state: WebhookState,
        given_up: Option<DeadLetter>,
    ) -> Result<(), StoreError> {
        let (site, webhook) = (site.clone(), webhook.clone());
        self.write(move |transaction| {
            if let Some(letter) = given_up {
                transaction.keep_dead_letter(&site, &webhook, &letter)?;
            }
            transaction.keep_webhook_state(&site, &webhook, &state)
        })
        .await
    }
}
