//! How the daemon is, and how a site is: for whoever looks.

use std::sync::Arc;
use std::time::Duration;

use super::canary::Canary;
use super::circuit::Circuits;
use super::login::Login;
use super::patience::Patience;
use super::sites::Sites;
use super::tokens::{TokenCounts, Tokens};
use super::webhooks::{self, Webhooks};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::site::Site;
use crate::domain::window::SeenWindow;
use crate::metrics::{LastHour, StoreSnapshot};
use crate::storage::{Health, Store};

/// What the logins of the last hour are counted over.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What is looked at.
#[derive(Clone)]
pub struct Overview {
    /// The logins.
    pub login: Login,
    /// The tokens.
    pub tokens: Tokens,
    /// Who is told of what happens to leads.
    pub webhooks: Webhooks,
    /// Who looks at Instagram's window.
    pub canary: Canary,
    /// Whether Instagram is called.
    pub circuits: Circuits,
    /// The sites.
    pub sites: Sites,
    /// The store.
    pub store: Store,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// When the daemon began.
    pub begun: Timestamp,
    /// With the reads of a store that is slow.
    pub patience: Patience,
}

/// How the daemon is.
#[derive(Clone, Debug)]
pub struct DaemonReport {
    /// Now.
    pub time: Timestamp,
    /// When the daemon began.
    pub begun: Timestamp,
    /// How many sites are configured.
    pub sites: usize,
    /// Whether the store can keep what it is given.
    pub health: Health,
    /// How large the store is; none while it cannot say.
    pub store: Option<StoreSnapshot>,
    /// When a backup was last taken to its end, if that ever happened.
    pub last_backup: Option<Timestamp>,
}

/// How a site is.
#[derive(Clone, Debug)]
pub struct SiteReport {
    /// The beginning of the time that the logins are counted over.
    pub since: Timestamp,
    /// What became of its logins since then.
    pub logins: LastHour,
    /// Its tokens; none in the first moments after the start.
    pub tokens: Option<TokenCounts>,
    /// When the keeper looks at the next of them; none too while the store does
    /// not say.
    pub next_renewal: Option<Timestamp>,
    /// Whether Instagram is left alone, because it does not answer.
    pub is_instagram_silent: bool,
    /// Its webhooks; none while the store does not say.
    pub webhooks: Vec<webhooks::Status>,
    /// What was last seen of Instagram's window, if anything ever was.
    pub window: Option<SeenWindow>,
}

impl Overview {
    /// Looks at what is no site's.
    pub async fn daemon(&self) -> DaemonReport {
        let health = self.store.health().borrow().clone();
        // The thread that writes answers this. That it is busy says nothing of the reads.
        let account = Patience::default();
        let account = account.with(self.store.account());
        let store = match health {
            Health::Serving => account.await.flatten(),
            _ => None,
        };
        DaemonReport {
            time: self.clock.now(),
            begun: self.begun,
            sites: self.sites.all().len(),
            health,
            store,
            last_backup: self.store.notes().last_backup(),
        }
    }

    /// Looks at a site.
    pub async fn site(&self, site: &Site) -> SiteReport {
        let now = self.clock.now();
        let next_renewal = self.patience.with(self.tokens.next_renewal(&site.id));
        let next_renewal = next_renewal.await.flatten();
        let webhooks = self.patience.with(self.webhooks.recent_statuses(site));
        let webhooks = webhooks.await.and_then(Result::ok);
        SiteReport {
            since: now.minus(HOUR).max(self.begun),
            logins: self.login.metrics().last_hour(&site.id, now),
            tokens: self.tokens.metrics().counts(&site.id),
            next_renewal,
            is_instagram_silent: self.circuits.is_open(&site.id),
            webhooks: webhooks.unwrap_or_default(),
            window: self.canary.seen(site),
        }
    }
}
