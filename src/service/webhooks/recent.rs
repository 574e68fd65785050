//! How the webhooks are, for whoever asks again and again: counting what waits
//! costs what it counts, so a large figure is kept for some seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Status, Webhooks};
use crate::domain::clock::Timestamp;
use crate::domain::site::{Site, SiteId};
use crate::domain::webhook::{Webhook, WebhookName};
use crate::storage::StoreError;

/// How long a large figure is told again. Much that waits does not go away in
/// this time.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// From how many changes and letters on it is large. Fewer are counted each
/// time, in a fraction of a millisecond.
const LARGE: usize = 500;

/// What was counted of each webhook, and when.
type Kept = HashMap<(SiteId, WebhookName), (Timestamp, Status)>;

/// Clones share it.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<Kept>>);

impl Recent {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted a moment ago of the webhook as it is configured now.
    fn get(&self, site: &Site, webhook: &Arc<Webhook>, now: Timestamp) -> Option<Status> {
        let kept = self.lock();
        let (time, status) = kept.get(&(site.id.clone(), webhook.name.clone()))?;
        // A clock that was put back makes nothing young again.
        let is_young = *time <= now && now.since(*time) < KEPT_FOR;
        (is_young && Arc::ptr_eq(&status.webhook, webhook)).then(|| status.clone())
    }

    fn keep(&self, site: &Site, status: &Status, now: Timestamp) {
        let mut kept = self.lock();
        kept.retain(|_, (time, _)| now.since(*time) < KEPT_FOR);
        let which = (site.id.clone(), status.webhook.name.clone());
        kept.insert(which, (now, status.clone()));
    }
}

impl Webhooks {
    /// How far each of a site's webhooks has come, or had a moment ago.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recent_statuses(&self, site: &Site) -> Result<Vec<Status>, StoreError> {
        let now = self.clock.now();
        let mut statuses = Vec::with_capacity(site.webhooks.len());
        for webhook in &site.webhooks {
            let status = match self.recent.get(site, webhook, now) {
                Some(status) => status,
                None => {
                    let (status, counted) = self.status(site, webhook).await?;
                    if counted >= LARGE {
                        self.recent.keep(site, &status, now);
                    }
                    status
                }
            };
            statuses.push(status);
        }
        Ok(statuses)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::change::{ChangeKind, ChangePosition};
    use crate::domain::clock::ManualClock;
    use crate::domain::ids::LeadId;
    use crate::domain::secret::Secret;
    use crate::domain::testing;
    use crate::domain::token::Token;
    use crate::domain::webhook::WebhookState;
    use crate::outbound::Outbound;
    use crate::storage::{Import, KeyRing, Options, Store};
    use crate::webhook::Sender;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    async fn lead(store: &Store, site: &Site, number: u64) {
        let import = Import {
            profile: testing::profile(&number.to_string(), NOW),
            token: Token::imported(Secret::from("token"), NOW),
            time: NOW,
            new_lead_id: LeadId::new(Uuid::from_u128(u128::from(number))),
        };
        store.import_token(&site.id, import).await.unwrap();
    }

    #[tokio::test]
    async fn little_is_counted_each_time_and_much_a_moment_ago() {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let options = Options {
            path: folder.path().to_owned(),
            cache_bytes: 64 << 20,
            lead_cache: 1_000,
        };
        let keys = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
        let store = Store::open(options, keys).unwrap();
        let mut site = testing::site("shop");
        let webhook = |url: &str| {
            Arc::new(Webhook {
                name: "crm".parse().unwrap(),
                url: url.to_owned(),
                secret: Secret::from("whsec_"),
                events: vec![ChangeKind::Created],
                allow_private_hosts: Vec::new(),
            })
        };
        site.webhooks = vec![webhook("https://one.example/")];
        let begun = WebhookState {
            position: ChangePosition::BEGINNING,
            success_time: None,
            trying: None,
            missed_time: None,
        };
        let name = &site.webhooks[0].name;
        let kept = store.keep_webhook_state(&site.id, name, begun, None).await;
        kept.unwrap();
        let clock = ManualClock::at(NOW);
        let sender = Sender::new(&Outbound::new().unwrap()).unwrap();
        let webhooks = Webhooks::new(store.clone(), sender, Arc::new(clock.clone()));
        let pending = async |site: &Site| {
            let statuses = webhooks.recent_statuses(site).await.unwrap();
            statuses[0].pending
        };

        for number in 1..=3 {
            lead(&store, &site, number).await;
            assert_eq!(pending(&site).await as u64, number);
        }
        let many = (4..=600).map(|number| lead(&store, &site, number));
        futures_util::future::join_all(many).await;
        assert_eq!(pending(&site).await, 600);
        lead(&store, &site, 601).await;
        assert_eq!(pending(&site).await, 600, "as it was a moment ago");
        // Whoever asks for the webhooks themselves is told what is.
        assert_eq!(webhooks.statuses(&site).await.unwrap()[0].pending, 601);
        clock.advance(KEPT_FOR);
        assert_eq!(pending(&site).await, 601);
        // What was counted of one that is configured anew is nobody's.
        lead(&store, &site, 602).await;
        site.webhooks = vec![webhook("https://two.example/")];
        assert_eq!(pending(&site).await, 602);
        store.close();
    }
}
