//! How far webhooks have come, and what they gave up.

use std::time::Duration;

use super::Transaction;
use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, WebhookName, WebhookState};
use crate::storage::error::StoreError;
use crate::storage::{keys, record};

/// How long a dead letter is kept: as long as the change itself.
const DEAD_LETTERS_KEPT: Duration = super::change::CHANGES_KEPT;

/// Dead letters that may go where one comes: with two, they cannot pile up.
const SWEPT: usize = 2;

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

    /// Keeps a change that a webhook gave up; the oldest ones go for it when
    /// their time is over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn keep_dead_letter(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        letter: &DeadLetter,
    ) -> Result<(), StoreError> {
        let prefix = keys::dead_letters(site, webhook);
        for (key, value) in self.engine.scan_within(&prefix, &prefix, SWEPT)? {
            let old: DeadLetter = record::decode(&value)?;
            if letter.give_up_time.since(old.give_up_time) >= DEAD_LETTERS_KEPT {
                self.remove(key.to_vec())?;
            }
        }
        let key = keys::dead_letter(site, webhook, letter.position.number);
        self.put(key, record::encode(letter)?)
    }
}
