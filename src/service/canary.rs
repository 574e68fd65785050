//! Looks at Instagram's authorization window a few times a day, so that a
//! change at Meta's is in the log and the metrics before shoppers complain.
//!
//! What the window answers has no contract. So it is compared with what it
//! answered before: another shape is reported once, and is then the one that
//! the next looks are compared with. A window that turns the site's app away is
//! reported for as long as it does.

use std::sync::Arc;
use std::time::Duration;

use super::{Sites, random};
use crate::domain::clock::Clock;
use crate::domain::failure::UpstreamFailure;
use crate::domain::site::{Canary as Wanted, Site};
use crate::domain::window::{SeenWindow, Window, WindowKind};
use crate::instagram::{AuthorizationUrl, Instagram};
use crate::metrics::{CanaryMetrics, CanaryOutcome};
use crate::storage::Store;

/// How long after the start the first look is. A daemon that is restarted in a
/// loop must not look each time.
const FIRST: Duration = Duration::from_secs(2 * 60);

/// How long between two looks: four a day, or five.
const BETWEEN: Duration = Duration::from_secs(5 * 60 * 60);

/// What chance adds to either, at most, so that not all daemons look at once.
const JITTER: Duration = Duration::from_secs(60 * 60);

/// How long between the looks of two sites.
const APART: Duration = Duration::from_secs(5);

/// Looks at the windows of all sites. Clones share everything.
#[derive(Clone)]
pub struct Canary {
    instagram: Instagram,
    store: Store,
    clock: Arc<dyn Clock>,
    metrics: CanaryMetrics,
}

impl Canary {
    /// Over this Instagram; what was seen is remembered beside this store.
    #[must_use]
    pub fn new(instagram: Instagram, store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            instagram,
            store,
            clock,
            metrics: CanaryMetrics::default(),
        }
    }

    /// What became of the looks.
    #[must_use]
    pub fn metrics(&self) -> &CanaryMetrics {
        &self.metrics
    }

    /// What was last seen of a site's window, if anything ever was.
    #[must_use]
    pub fn seen(&self, site: &Site) -> Option<SeenWindow> {
        self.store.notes().window(&site.id)
    }

    /// How long after the start of a daemon the first look is, chance included.
    #[must_use]
    pub fn first_wait() -> Duration {
        FIRST + random::up_to(JITTER / 6)
    }

    /// Looks at the windows of all sites that want it, for ever, for the first
    /// time after `first`.
    pub async fn look_for_ever(self, sites: Sites, first: Duration) {
        tokio::time::sleep(first).await;
        loop {
            for site in sites.all().iter() {
                if site.canary == Wanted::On {
                    self.look(site).await;
                    tokio::time::sleep(APART).await;
                }
            }
            tokio::time::sleep(BETWEEN + random::up_to(JITTER)).await;
        }
    }

    /// Looks at a site's window once.
    pub async fn look(&self, site: &Site) -> CanaryOutcome {
        let outcome = match self.ask(site).await {
            Ok(window) => self.compare(site, window).await,
            Err(failure) => {
                tracing::warn!(
                    site.id = %site.id,
                    upstream.meaning = ?failure.meaning,
                    upstream.message = failure.message,
                    "Instagram's authorization window could not be looked at"
                );
                CanaryOutcome::Unreachable
            }
        };
        self.metrics.count(&site.id, outcome);
        outcome
    }

    async fn ask(&self, site: &Site) -> Result<Window, UpstreamFailure> {
        // Of no login: nobody could come back with it. Without randomness any word will do.
        let state = random::state().unwrap_or_else(|| "leadtap".into());
        let request = AuthorizationUrl {
            redirect_uri: site.redirect_uris.first().map_or("", String::as_str),
            scopes: &site.scopes,
            state: &state,
            force_reauth: false,
        };
        let look = self.instagram.look_at_window(&site.app, &request).await?;
        Ok(look.window)
    }

    async fn compare(&self, site: &Site, window: Window) -> CanaryOutcome {
        let before = self.seen(site);
        let look_time = self.clock.now();
        let changed = before.as_ref().is_some_and(|seen| seen.window != window);
        let change_time = match &before {
            Some(_) if changed => Some(look_time),
            seen => seen.as_ref().and_then(|seen| seen.change_time),
        };
        if let Some(seen) = before.filter(|_| changed) {
            tracing::warn!(
                site.id = %site.id,
                window.before = seen.window.shape,
                window.now = window.shape,
                "Instagram's authorization window answers in another shape than before: try a login, and see docs/operations.md"
            );
        }
        if window.kind == WindowKind::Opens {
            tracing::debug!(site.id = %site.id, window.now = window.shape, "the authorization window opens");
        } else {
            tracing::error!(
                site.id = %site.id,
                window.now = window.shape,
                "Instagram's authorization window does not open for this site: {}; compare the app id and redirect_uris with Meta's dashboard",
                window.kind.words()
            );
        }
        let opens = window.kind == WindowKind::Opens;
        let seen = SeenWindow {
            window,
            look_time,
            change_time,
        };
        self.store.notes().saw_window(&site.id, seen).await;
        match (changed, opens) {
            (true, _) => CanaryOutcome::Changed,
            (false, true) => CanaryOutcome::Opens,
            (false, false) => CanaryOutcome::Closed,
        }
    }
}
