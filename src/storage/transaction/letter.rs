//! Dead letters: what webhooks gave up, and which of it waits to be replayed.
//!
//! A letter that waits stays a dead letter, with a mark beside it, until it is
//! delivered: a daemon that is killed in between has lost neither.

use std::time::Duration;

use super::Transaction;
use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, WebhookName};
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::RecordError;
use crate::storage::{read, record};

/// How long a dead letter is kept: as long as the change itself.
const DEAD_LETTERS_KEPT: Duration = super::change::CHANGES_KEPT;

impl Transaction<'_> {
    /// Keeps a change that a webhook gave up, or what was wrong with it last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn keep_dead_letter(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        letter: &DeadLetter,
    ) -> Result<(), StoreError> {
        let key = keys::dead_letter(site, webhook, letter.position.number);
        self.put(key, record::encode(letter)?)
    }

    /// Marks a dead letter to be replayed. Tells whether it was not marked
    /// before; none where there is no such letter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn mark_for_replay(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        number: ChangeNumber,
    ) -> Result<Option<bool>, StoreError> {
        if self
            .get(&keys::dead_letter(site, webhook, number))?
            .is_none()
        {
            return Ok(None);
        }
        let mark = keys::replay(site, webhook, number);
        let is_new = self.get(&mark)?.is_none();
        self.put(mark, Vec::new())?;
        Ok(Some(is_new))
    }

    /// Takes back that a dead letter is to be replayed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unmark(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        number: ChangeNumber,
    ) -> Result<(), StoreError> {
        self.remove(keys::replay(site, webhook, number))
    }

    /// Takes a dead letter away with its mark: it was delivered, or there is
    /// nothing to be sent of it any more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn forget_dead_letter(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        number: ChangeNumber,
    ) -> Result<(), StoreError> {
        self.unmark(site, webhook, number)?;
        self.remove(keys::dead_letter(site, webhook, number))
    }

    /// Takes away dead letters that are too old, at most `limit` of all
    /// webhooks, also of those that are in no configuration any more; tells how
    /// many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn sweep_letters(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let (mut swept, mut cursor) = (0, Vec::new());
        while swept < limit {
            let first = read::records_of(self.engine, Kind::DeadLetter, &mut cursor, 1)?;
            let Some((site, key, _)) = first.into_iter().next() else {
                break;
            };
            let (webhook, _) = keys::parse(&key)
                .and_then(|(_, _, own)| keys::parse_letter(own))
                .ok_or(StoreError::Record(RecordError::Malformed))?;
            swept += self.sweep_letters_of(&site, &webhook, now, limit - swept)?;
            cursor = keys::after_webhook(keys::dead_letters(&site, &webhook));
        }
        Ok(swept)
    }

    /// The oldest stand first, so the first one that stays ends it.
    fn sweep_letters_of(
        &mut self,
        site: &SiteId,
        webhook: &WebhookName,
        now: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let prefix = keys::dead_letters(site, webhook);
        let mut swept = 0;
        for (key, _) in self.engine.scan_within(&prefix, &prefix, limit)? {
            // An earlier operation of this batch may have changed it.
            let Some(value) = self.get(&key)? else {
                continue;
            };
            // What cannot be read is left for the check of the store to report.
            let Ok(letter) = record::decode::<DeadLetter>(&value) else {
                break;
            };
            if now.since(letter.give_up_time) < DEAD_LETTERS_KEPT {
                break;
            }
            self.forget_dead_letter(site, webhook, letter.position.number)?;
            swept += 1;
        }
        Ok(swept)
    }
}
