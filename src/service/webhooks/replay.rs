//! What a webhook gave up, and somebody wants delivered after all.
//!
//! Each letter is tried once: whoever asked looks at what came of it. It stays
//! a dead letter until it is delivered, so a daemon that is killed meanwhile
//! sends it again under the same id.

use super::message::About;
use super::turn::{READ_AT_ONCE, Turn};
use crate::domain::webhook::{DeadLetter, WebhookState};
use crate::storage::{Behind, StoreError};

impl Turn<'_> {
    /// Delivers some of what waits to be replayed, the oldest change first.
    pub(super) async fn replay(&self, state: &mut WebhookState) -> Result<(), StoreError> {
        let (store, name) = (&self.of.store, &self.webhook.name);
        let mut put_back = Vec::new();
        for letter in store.replays(self.site, name, READ_AT_ONCE).await? {
            if !self.is_as_configured() {
                return Ok(());
            }
            // It was behind one that failed, and waits no longer.
            if put_back.contains(&letter.lead) {
                continue;
            }
            match self.send(&About::from(&letter)).await? {
                Some(Err(failed)) => {
                    let behind = match failed.failure.is_of_message() {
                        true => Behind::OfLead(letter.lead),
                        false => Behind::All,
                    };
                    put_back.push(letter.lead);
                    let letter = DeadLetter {
                        failure: failed.failure,
                        ..letter
                    };
                    tracing::warn!(site.id = %self.site, webhook.name = %name, lead.id = %letter.lead, failure = %letter.failure, "a dead letter was replayed and failed again");
                    store
                        .put_letter_back(self.site, name, letter, behind)
                        .await?;
                    if behind == Behind::All {
                        return Ok(());
                    }
                }
                sent => {
                    if sent.is_some() {
                        state.success_time = Some(self.of.clock.now());
                    }
                    let number = letter.position.number;
                    store
                        .settle_letter(self.site, name, number, state.clone())
                        .await?;
                }
            }
        }
        Ok(())
    }
}
