//! A token's life after the login: looked after, handed out, imported.
//!
//! | file | what it holds |
//! |---|---|
//! | `keeper` | looks at what is due, for ever |
//! | `attend` | one token that is due |
//! | `renew` | a new token for an old one, and what is kept of it |
//! | `pace` | how fast, by site |
//! | `census` | counts the tokens now and then |
//! | `access`, `import`, `list` | what callers ask for |
//! | `port` | Instagram, as far as all this needs it |

mod access;
mod attend;
mod census;
mod error;
mod import;
mod keeper;
mod list;
mod metrics;
mod pace;
mod port;
mod renew;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::circuit::{Circuits, Host};
use super::turns::Turns;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::instagram::Metered;
use crate::storage::Store;
use pace::Paces;

pub use error::TokenError;
pub use list::{TokenPage, TokenQuery};
pub use metrics::{TokenCounts, TokenMetrics};
pub use port::{Answer, TokenPort};

/// The use cases around tokens, and their keeper. Clones share everything.
#[derive(Clone)]
pub struct Tokens {
    store: Store,
    port: Arc<dyn TokenPort>,
    clock: Arc<dyn Clock>,
    /// One at a time for each lead's token.
    turns: Turns<LeadId>,
    paces: Paces,
    /// Shared with the logins: what one finds out holds for the other.
    circuits: Circuits,
    metrics: Arc<TokenMetrics>,
    /// Work on tokens, whether or not anybody still waits for it: what
    /// Instagram answers must be kept.
    under_way: TaskTracker,
    stopping: Arc<AtomicBool>,
}

impl Tokens {
    /// Over this store and this Instagram.
    #[must_use]
    pub fn new(
        store: Store,
        port: Arc<dyn TokenPort>,
        circuits: Circuits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            port,
            clock,
            turns: Turns::default(),
            paces: Paces::default(),
            circuits,
            metrics: Arc::default(),
            under_way: TaskTracker::new(),
            stopping: Arc::default(),
        }
    }

    /// When the keeper looks at the next of a site's tokens; none where there
    /// is nothing to do, or the store does not say.
    pub async fn next_renewal(&self, site: &SiteId) -> Option<Timestamp> {
        let first = self.store.first_due_tokens(site, 1).await.ok()?;
        first.first().map(|(due, _)| *due)
    }

    /// What was done and what there is.
    #[must_use]
    pub fn metrics(&self) -> &TokenMetrics {
        &self.metrics
    }

    /// Begins nothing more, and waits until what is under way is kept.
    pub async fn finished(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.under_way.close();
        self.under_way.wait().await;
    }

    /// Whether the site may make a call now.
    ///
    /// # Errors
    /// How long it waits, and why, while it may not.
    fn leave(&self, site: &SiteId) -> Result<(), UpstreamFailure> {
        let now = self.clock.now();
        let waits = |meaning, message: &str, wait| UpstreamFailure {
            meaning,
            message: message.to_owned(),
            fbtrace_id: String::new(),
            retry_after: Some(wait),
            usage_percent: 0,
        };
        if let Err(wait) = self.paces.room(site, now) {
            let why = "it said so to another call, so it was not asked";
            return Err(waits(UpstreamMeaning::Throttled, why, wait));
        }
        if let Err(open) = self.circuits.admit(site, &[Host::Graph]) {
            self.paces.hold(site, open.retry_after, now);
            let why = "it has not answered for some time, so it was not asked";
            return Err(waits(UpstreamMeaning::Unavailable, why, open.retry_after));
        }
        Ok(())
    }

    /// Takes note of how a call ended: for the logins too, and for the site's
    /// pace. Tells how long the site pauses where it is throttled.
    fn heard<T>(
        &self,
        site: &SiteId,
        outcome: &Result<Metered<T>, UpstreamFailure>,
    ) -> Option<Duration> {
        self.circuits.observe(site, Host::Graph, outcome);
        let (paces, now) = (&self.paces, self.clock.now());
        let (usage, failure) = match outcome {
            Ok(answer) => (answer.usage_percent, None),
            Err(failure) => (failure.usage_percent, Some(failure)),
        };
        match failure.map(|failure| (failure.meaning, failure.retry_after)) {
            Some((UpstreamMeaning::Throttled, asked)) => {
                return Some(paces.throttled(site, asked, now));
            }
            Some((meaning, _)) if meaning.is_passing() => paces.troubled(site, usage, now),
            _ => paces.answered(site, usage, now),
        }
        None
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
