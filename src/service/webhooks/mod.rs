//! Tells the shops' own programs what happened to their leads.
//!
//! Each webhook follows the log of changes with a cursor of its own, which is
//! kept after every delivery: a daemon that is killed sends the newest one
//! again, under the same id, and nothing is left out. One change is delivered
//! after the other, so the order is that of the log. One that fails is tried
//! again for a day and then given up; the others wait behind it.
//!
//! No message is ever stored. It is made of the lead as it is when it is sent,
//! so nothing is left of whom was erased in between.

mod message;
mod schedule;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::Sites;
use crate::domain::change::{Change, ChangePosition};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::site::SiteId;
use crate::domain::webhook::{
    DeadLetter, DeliveryFailure, Trying, Webhook, WebhookName, WebhookState,
};
use crate::storage::{Changes, Store, StoreError};
use crate::webhook::{Failed, Message, Sender};

/// How often it looks. An idle webhook costs two reads of the store each time.
const INTERVAL: Duration = Duration::from_secs(1);

/// Changes read at once.
const READ_AT_ONCE: usize = 128;

/// The webhooks that are being served at the moment.
type Busy = Arc<Mutex<HashSet<(SiteId, WebhookName)>>>;

/// Until it is dropped, nobody else serves the webhook.
struct BusyWith(Busy, (SiteId, WebhookName));

impl BusyWith {
    fn begin(busy: &Busy, site: &SiteId, webhook: &Webhook) -> Option<Self> {
        let which = (site.clone(), webhook.name.clone());
        let mut all = busy.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(which.clone())
            .then(|| Self(Arc::clone(busy), which))
    }
}

impl Drop for BusyWith {
    fn drop(&mut self) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.1);
    }
}

/// Delivers what happened.
#[derive(Clone)]
pub struct Webhooks {
    store: Store,
    sender: Sender,
    clock: Arc<dyn Clock>,
}

/// What came of one change.
enum Came {
    /// The next one may go.
    On,
    /// It failed, and the others wait behind it.
    Waits,
}

impl Webhooks {
    /// Over this store.
    #[must_use]
    pub fn new(store: Store, sender: Sender, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            sender,
            clock,
        }
    }

    /// Delivers to the webhooks of all sites, for ever. A slow one holds up no
    /// other. One that was taken out of the configuration keeps its place.
    pub async fn deliver_for_ever(self, sites: Sites) {
        let busy = Busy::default();
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            for site in sites.all().iter() {
                for webhook in &site.webhooks {
                    let Some(busy) = BusyWith::begin(&busy, &site.id, webhook) else {
                        continue;
                    };
                    let (this, site, webhook) =
                        (self.clone(), site.id.clone(), Arc::clone(webhook));
                    tokio::spawn(async move {
                        if let Err(error) = this.turn(&site, &webhook).await {
                            // The store says in the log what is wrong with it.
                            tracing::debug!(site.id = %site, webhook.name = %webhook.name, %error, "nothing could be delivered");
                        }
                        drop(busy);
                    });
                }
            }
        }
    }

    /// Delivers some of what is new.
    async fn turn(&self, site: &SiteId, webhook: &Webhook) -> Result<(), StoreError> {
        let Some(mut state) = self.store.webhook_state(site, &webhook.name).await? else {
            tracing::info!(site.id = %site, webhook.name = %webhook.name, "the webhook begins with what happens from now on");
            return self.begin(site, webhook).await;
        };
        let newest = *self.store.follow_changes(site).borrow();
        let changes = self
            .store
            .changes(site, state.position, newest, READ_AT_ONCE);
        let changes = match changes.await? {
            Changes::Next(changes) => changes,
            Changes::Forgotten => {
                tracing::warn!(site.id = %site, webhook.name = %webhook.name, "the webhook was away for longer than changes are kept, or the store is an older copy: it goes on with what happens from now on, and the shop must list all leads anew");
                return self.begin(site, webhook).await;
            }
        };
        let before = state.position;
        let mut kept = before;
        for change in &changes {
            if matches!(
                self.step(site, webhook, &mut state, &mut kept, change)
                    .await?,
                Came::Waits
            ) {
                break;
            }
        }
        // What was not for it needs no writing down one by one.
        if state.position != kept {
            self.keep(site, webhook, &state, None).await?;
        }
        Ok(())
    }

    /// The position of a webhook that knows of nothing yet.
    async fn begin(&self, site: &SiteId, webhook: &Webhook) -> Result<(), StoreError> {
        let newest = *self.store.follow_changes(site).borrow();
        let state = WebhookState {
            position: self.store.newest_change(site, newest).await?,
            success_time: None,
            trying: None,
        };
        self.keep(site, webhook, &state, None).await
    }

    async fn step(
        &self,
        site: &SiteId,
        webhook: &Webhook,
        state: &mut WebhookState,
        kept: &mut ChangePosition,
        change: &Change,
    ) -> Result<Came, StoreError> {
        let trying = state
            .trying
            .filter(|trying| trying.number == change.position.number);
        if trying.is_some_and(|trying| self.clock.now() < trying.next_time) {
            return Ok(Came::Waits);
        }
        let body = match webhook.events.contains(&change.kind) {
            true => message::body(&self.store, site, change, self.clock.now()).await?,
            false => None,
        };
        let Some(body) = body else {
            state.position = change.position;
            state.trying = None;
            return Ok(Came::On);
        };
        let message = Message {
            id: message::id(site, &webhook.name, change.position),
            time: self.clock.now(),
            body,
        };
        let outcome = self.sender.deliver(webhook, &message).await;
        let now = self.clock.now();
        let mut given_up = None;
        match outcome {
            Ok(()) => state.success_time = Some(now),
            Err(failed) => {
                let trying = tried(trying, change, failed, now);
                log(site, webhook, change, &trying);
                if !schedule::is_given_up(change.time, trying.attempts, now) {
                    state.trying = Some(trying);
                    self.keep(site, webhook, state, None).await?;
                    *kept = state.position;
                    return Ok(Came::Waits);
                }
                given_up = Some(dead_letter(change, failed.failure, now));
            }
        }
        state.position = change.position;
        state.trying = None;
        self.keep(site, webhook, state, given_up).await?;
        *kept = state.position;
        Ok(Came::On)
    }

    async fn keep(
        &self,
        site: &SiteId,
        webhook: &Webhook,
        state: &WebhookState,
        given_up: Option<DeadLetter>,
    ) -> Result<(), StoreError> {
        if let Some(letter) = &given_up {
            tracing::error!(site.id = %site, webhook.name = %webhook.name, lead.id = %letter.lead, failure = %letter.failure, "a change was given up after a day");
        }
        let state = state.clone();
        self.store
            .keep_webhook_state(site, &webhook.name, state, given_up)
            .await
    }
}

fn tried(before: Option<Trying>, change: &Change, failed: Failed, now: Timestamp) -> Trying {
    let attempts = before.map_or(0, |before| before.attempts).saturating_add(1);
    Trying {
        number: change.position.number,
        attempts,
        next_time: now.plus(schedule::wait(attempts, failed.retry_after)),
        failure: failed.failure,
    }
}

fn dead_letter(change: &Change, failure: DeliveryFailure, now: Timestamp) -> DeadLetter {
    DeadLetter {
        position: change.position,
        lead: change.lead,
        kind: change.kind,
        time: change.time,
        give_up_time: now,
        failure,
    }
}

/// Says once for each change that it failed, and the rest to whoever debugs.
fn log(site: &SiteId, webhook: &Webhook, change: &Change, trying: &Trying) {
    if trying.attempts == 1 {
        tracing::warn!(site.id = %site, webhook.name = %webhook.name, lead.id = %change.lead, failure = %trying.failure, "a delivery failed and is tried again for a day");
    } else {
        tracing::debug!(site.id = %site, webhook.name = %webhook.name, lead.id = %change.lead, failure = %trying.failure, attempts = trying.attempts, "a delivery failed again");
    }
}
