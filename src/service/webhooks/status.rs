//! What callers ask about webhooks, and want done.

use std::sync::Arc;

use super::Webhooks;
use crate::domain::change::{Change, ChangeNumber};
use crate::domain::site::Site;
use crate::domain::webhook::{Trying, Webhook, WebhookName, WebhookState};
use crate::storage::{Changes, LetterCounts, ListedLetter, StoreError};

/// Up to where changes and letters are counted: some milliseconds.
pub const COUNTED: usize = 10_000;

/// How far one webhook has come.
#[derive(Clone, Debug)]
pub struct Status {
    /// Which.
    pub webhook: Arc<Webhook>,
    /// What is kept of it; none where it has not begun.
    pub state: Option<WebhookState>,
    /// The change that is in the way of others, and about which lead.
    pub blocked: Option<Blocked>,
    /// Changes that wait, counted up to [`COUNTED`].
    pub pending: usize,
    /// What it gave up, counted up to [`COUNTED`].
    pub letters: LetterCounts,
}

/// A change that failed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The change.
    pub change: Change,
    /// How it failed.
    pub trying: Trying,
}

/// Which dead letters.
#[derive(Clone, Debug)]
pub struct LetterQuery {
    /// Of this webhook.
    pub webhook: WebhookName,
    /// Behind that of this change.
    pub after: Option<ChangeNumber>,
    /// How many at most.
    pub limit: usize,
}

/// Some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterPage {
    /// The oldest change first.
    pub letters: Vec<ListedLetter>,
    /// Where the next page begins; none after the last one.
    pub next: Option<ChangeNumber>,
}

/// What is to be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The letter about this change.
    One(ChangeNumber),
    /// All of them.
    All,
}

/// Why something about a webhook cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// The site has none of that name.
    NoWebhook,
    /// It has no such dead letter.
    NoLetter,
    /// The store could not read or keep it.
    Store(StoreError),
}

impl From<StoreError> for WebhookError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Webhooks {
    /// How far each of a site's webhooks has come.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn statuses(&self, site: &Site) -> Result<Vec<Status>, StoreError> {
        let mut statuses = Vec::with_capacity(site.webhooks.len());
        for webhook in &site.webhooks {
            statuses.push(self.status(site, webhook).await?.0);
        }
        Ok(statuses)
    }

    /// How far one has come, and how much was counted to know it.
    pub(super) async fn status(
        &self,
        site: &Site,
        webhook: &Arc<Webhook>,
    ) -> Result<(Status, usize), StoreError> {
        let state = self.store.webhook_state(&site.id, &webhook.name).await?;
        let newest = *self.store.follow_changes(&site.id).borrow();
        let changes = match &state {
            None => Changes::Next(Vec::new()),
            Some(state) => {
                let after = self
                    .store
                    .changes(&site.id, state.position, newest, COUNTED);
                after.await?
            }
        };
        // Where some are forgotten, it begins anew within a second.
        let changes = match changes {
            Changes::Next(changes) => changes,
            Changes::Forgotten => Vec::new(),
        };
        let is_told = |change: &&Change| webhook.events.contains(&change.kind);
        let blocked = changes.iter().find_map(|change| {
            let trying = state.as_ref()?.trying?;
            let change = *change;
            (trying.number == change.position.number).then_some(Blocked { change, trying })
        });
        let letters = self.store.count_letters(&site.id, &webhook.name, COUNTED);
        let letters = letters.await?;
        let counted = changes.len() + letters.dead + letters.replaying;
        let status = Status {
            webhook: Arc::clone(webhook),
            blocked,
            pending: changes.iter().filter(is_told).count(),
            letters,
            state,
        };
        Ok((status, counted))
    }

    /// A page of what a webhook gave up.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn letters(
        &self,
        site: &Site,
        query: LetterQuery,
    ) -> Result<LetterPage, WebhookError> {
        check(site, &query.webhook)?;
        let looked_at = query.limit.saturating_add(1);
        let mut letters = self
            .store
            .dead_letters(&site.id, &query.webhook, query.after, looked_at)
            .await?;
        let more = letters.len() > query.limit;
        letters.truncate(query.limit);
        let last = letters.last().map(|last| last.letter.position.number);
        Ok(LetterPage {
            letters,
            next: last.filter(|_| more),
        })
    }

    /// Puts dead letters up for replay. Tells how many did not wait already.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn replay(
        &self,
        site: &Site,
        webhook: &WebhookName,
        which: Which,
    ) -> Result<usize, WebhookError> {
        check(site, webhook)?;
        match which {
            Which::All => Ok(self.store.replay_all(&site.id, webhook).await?),
            Which::One(number) => {
                let new = self.store.replay(&site.id, webhook, number).await?;
                new.map(usize::from).ok_or(WebhookError::NoLetter)
            }
        }
    }
}

/// Whether the site has such a webhook.
fn check(site: &Site, name: &WebhookName) -> Result<(), WebhookError> {
    let has = site.webhooks.iter().any(|webhook| webhook.name == *name);
    has.then_some(()).ok_or(WebhookError::NoWebhook)
}
