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
//!
//! | file | what it holds |
//! |---|---|
//! | `turn` | one look at what is new for a webhook |
//! | `replay` | what was given up, and is wanted after all |
//! | `message` | what is sent |
//! | `schedule` | when what failed is tried again |
//! | `status` | what callers ask for |
//! | `recent` | the same for whoever looks again and again |

mod message;
mod recent;
mod replay;
mod schedule;
mod status;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::Sites;
use super::busy::Busy;
use super::pause::pause;
use crate::domain::clock::Clock;
use crate::domain::site::SiteId;
use crate::domain::webhook::Webhook;
use crate::metrics::WebhookMetrics;
use crate::storage::{Store, StoreError};
use crate::webhook::Sender;

use recent::Recent;
pub use status::{Blocked, COUNTED, LetterPage, LetterQuery, Status, WebhookError, Which};
use turn::Turn;

/// How often it looks at most: while there is work, and after something was
/// written. A webhook costs three reads of the store each time.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often it looks while nothing is written and nothing waits to be tried
/// again: a clock that was put forward is noticed by then.
const LONGEST_INTERVAL: Duration = Duration::from_secs(15);

/// What there is to do after a look.
enum Left {
    /// Nothing, until something is written.
    Nothing,
    /// More to deliver, or something to be tried again.
    Something,
}

/// Delivers what happened.
#[derive(Clone)]
pub struct Webhooks {
    store: Store,
    sender: Sender,
    clock: Arc<dyn Clock>,
    metrics: WebhookMetrics,
    recent: Recent,
}

impl Webhooks {
    /// Over this store.
    #[must_use]
    pub fn new(store: Store, sender: Sender, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            sender,
            clock,
            metrics: WebhookMetrics::default(),
            recent: Recent::default(),
        }
    }

    /// What became of the deliveries.
    #[must_use]
    pub fn metrics(&self) -> &WebhookMetrics {
        &self.metrics
    }

    /// Delivers to the webhooks of all sites, for ever. A slow one holds up no
    /// other. One that was taken out of the configuration keeps its place.
    pub async fn deliver_for_ever(self, sites: Sites) {
        let busy = Busy::default();
        let mut written = self.store.written();
        let more = Arc::new(Notify::new());
        loop {
            for site in sites.all().iter() {
                for webhook in &site.webhooks {
                    let which = (site.id.clone(), webhook.name.clone());
                    let Some(busy) = busy.begin(which) else {
                        continue;
                    };
                    let (this, site, webhook) =
                        (self.clone(), site.id.clone(), Arc::clone(webhook));
                    let (more, sites) = (Arc::clone(&more), sites.clone());
                    tokio::spawn(async move {
                        match this.look(&sites, &site, &webhook).await {
                            Ok(Left::Nothing) => {}
                            Ok(Left::Something) => more.notify_one(),
                            Err(error) => {
                                // The store says in the log what is wrong with it.
                                tracing::debug!(site.id = %site, webhook.name = %webhook.name, %error, "nothing could be delivered");
                                more.notify_one();
                            }
                        }
                        drop(busy);
                    });
                }
            }
            tokio::select! {
                () = pause(&mut written, INTERVAL, LONGEST_INTERVAL) => {}
                () = async { more.notified().await; sleep(INTERVAL).await } => {}
            }
        }
    }

    /// Delivers some of what there is for one webhook: what is to be replayed
    /// first, since it is older.
    async fn look(
        &self,
        sites: &Sites,
        site: &SiteId,
        webhook: &Arc<Webhook>,
    ) -> Result<Left, StoreError> {
        let turn = Turn {
            of: self,
            sites,
            site,
            webhook,
        };
        let Some(mut state) = self.store.webhook_state(site, &webhook.name).await? else {
            tracing::info!(site.id = %site, webhook.name = %webhook.name, "the webhook begins with what happens from now on");
            turn.begin(None).await?;
            return Ok(Left::Something);
        };
        turn.replay(&mut state).await?;
        turn.go_on(state).await
    }
}
