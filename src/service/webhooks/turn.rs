//! One look at what is new for a webhook.

use std::sync::Arc;

use super::{Left, Webhooks, message, schedule};
use crate::domain::change::{Change, ChangePosition};
use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, DeliveryFailure, Trying, Webhook, WebhookState};
use crate::metrics::WebhookOutcome;
use crate::service::Sites;
use crate::storage::{Changes, StoreError};
use crate::webhook::{Failed, Message};
use tracing::Instrument;

/// Changes read at once.
pub(super) const READ_AT_ONCE: usize = 128;

/// One webhook whose turn it is.
pub(super) struct Turn<'a> {
    pub(super) of: &'a Webhooks,
    pub(super) sites: &'a Sites,
    pub(super) site: &'a SiteId,
    pub(super) webhook: &'a Arc<Webhook>,
}

/// What came of one change.
enum Came {
    /// The next one may go.
    On,
    /// It failed, and the others wait behind it.
    Waits,
}

impl Turn<'_> {
    /// Delivers some of what is new.
    pub(super) async fn go_on(&self, mut state: WebhookState) -> Result<Left, StoreError> {
        let (store, site) = (&self.of.store, self.site);
        let newest = *store.follow_changes(site).borrow();
        let changes = store
            .changes(site, state.position, newest, READ_AT_ONCE)
            .await?;
        let Changes::Next(changes) = changes else {
            tracing::warn!(site.id = %site, webhook.name = %self.webhook.name, "changes were taken away before the webhook was told, after 30 days, or the store is an older copy: it goes on with what happens from now on, and its program must read all leads anew");
            self.begin(Some(state)).await?;
            return Ok(Left::Something);
        };
        let mut left = match changes.len() == READ_AT_ONCE {
            true => Left::Something,
            false => Left::Nothing,
        };
        let before = state.position;
        let mut kept = before;
        for change in &changes {
            if !self.is_as_configured() {
                left = Left::Something;
                break;
            }
            if matches!(self.step(&mut state, &mut kept, change).await?, Came::Waits) {
                left = Left::Something;
                break;
            }
        }
        // What was not for it needs no writing down one by one.
        if state.position != kept {
            self.keep(&state, None).await?;
        }
        Ok(left)
    }

    /// Whether the webhook is still configured like this. Asked before each
    /// delivery: one that was taken out, or got another URL, secret or choice
    /// of events, gets nothing more by the old ones.
    pub(super) fn is_as_configured(&self) -> bool {
        self.sites.holds_webhook(self.webhook)
    }

    /// Goes on with what happens from now on: for a webhook that knows of
    /// nothing yet, and for one that missed something.
    pub(super) async fn begin(&self, missed: Option<WebhookState>) -> Result<(), StoreError> {
        let newest = *self.of.store.follow_changes(self.site).borrow();
        let position = self.of.store.newest_change(self.site, newest).await?;
        let state = WebhookState {
            position,
            missed_time: missed.as_ref().map(|_| self.of.clock.now()),
            success_time: missed.and_then(|state| state.success_time),
            trying: None,
        };
        self.keep(&state, None).await
    }

    async fn step(
        &self,
        state: &mut WebhookState,
        kept: &mut ChangePosition,
        change: &Change,
    ) -> Result<Came, StoreError> {
        let trying = state
            .trying
            .filter(|trying| trying.number == change.position.number);
        if trying.is_some_and(|trying| self.of.clock.now() < trying.next_time) {
            return Ok(Came::Waits);
        }
        let about = message::About::from(change);
        let outcome = match self.webhook.events.contains(&change.kind) {
            true => self.send(&about).await?,
            false => None,
        };
        let Some(outcome) = outcome else {
            state.position = change.position;
            state.trying = None;
            return Ok(Came::On);
        };
        let now = self.of.clock.now();
        let mut given_up = None;
        match outcome {
            Ok(()) => state.success_time = Some(now),
            Err(failed) => {
                let trying = tried(trying, change, failed, now);
                self.log(change, &trying);
                if !schedule::is_given_up(change.time, trying.attempts, now) {
                    state.trying = Some(trying);
                    self.keep(state, None).await?;
                    *kept = state.position;
                    return Ok(Came::Waits);
                }
                given_up = Some(dead_letter(change, failed.failure, now));
            }
        }
        state.position = change.position;
        state.trying = None;
        self.keep(state, given_up).await?;
        *kept = state.position;
        Ok(Came::On)
    }

    /// Sends what there is to say about a change now; none where that is
    /// nothing.
    pub(super) async fn send(
        &self,
        about: &message::About,
    ) -> Result<Option<Result<(), Failed>>, StoreError> {
        let now = self.of.clock.now();
        let body = message::body(&self.of.store, self.site, about, now).await?;
        let Some(body) = body else {
            return Ok(None);
        };
        let message = Message {
            id: message::id(self.site, &self.webhook.name, about.position),
            time: now,
            body,
        };
        let span = tracing::debug_span!(
            "deliver", otel.kind = "client", site.id = %self.site, webhook.name = %self.webhook.name
        );
        let delivery = self.of.sender.deliver(self.webhook, &message);
        let outcome = delivery.instrument(span).await;
        self.count(match outcome {
            Ok(()) => WebhookOutcome::Delivered,
            Err(_) => WebhookOutcome::Failed,
        });
        Ok(Some(outcome))
    }

    async fn keep(
        &self,
        state: &WebhookState,
        given_up: Option<DeadLetter>,
    ) -> Result<(), StoreError> {
        if let Some(letter) = &given_up {
            self.count(WebhookOutcome::GivenUp);
            tracing::error!(site.id = %self.site, webhook.name = %self.webhook.name, lead.id = %letter.lead, failure = %letter.failure, "a change was given up after a day: `leadtap webhook replay` delivers it after all");
        }
        let store = &self.of.store;
        store
            .keep_webhook_state(self.site, &self.webhook.name, state.clone(), given_up)
            .await
    }

    fn count(&self, outcome: WebhookOutcome) {
        let webhook = self.webhook.name.as_str();
        self.of.metrics.count(self.site, webhook, outcome);
    }

    /// Says once for each change that it failed, and the rest to whoever debugs.
    fn log(&self, change: &Change, trying: &Trying) {
        let (site, webhook) = (self.site, &self.webhook.name);
        if trying.attempts == 1 {
            tracing::warn!(site.id = %site, webhook.name = %webhook, lead.id = %change.lead, failure = %trying.failure, "a delivery failed and is tried again for a day");
        } else {
            tracing::debug!(site.id = %site, webhook.name = %webhook, lead.id = %change.lead, failure = %trying.failure, attempts = trying.attempts, "a delivery failed again");
        }
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
