//! Leaves Instagram alone while it does not answer.
//!
//! Without it each shopper would wait for every time-out in turn, and a code,
//! which works once, would be spent on an answer that does not come. Of each
//! site, because it is the site's app that Instagram knows and may shut out.
//!
//! ```text
//!            OPENS_AFTER_FAILURES in OPENS_AFTER, nothing between them
//!   closed ──────────────────────────────────────────────────────────▶ open
//!     ▲                                                                 │ CLOSED_TO_CALLS
//!     │ an answer, whatever it says                                     ▼
//!     └──────────────────────────────────────────────────── one caller may try
//! ```
//!
//! The wait begins anew with each that tries, so at most one call is risked in
//! that time.

mod run;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use run::{Change, Run};

use crate::domain::clock::Clock;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::site::SiteId;

/// Calls without an answer, one after the other, before none is made any more.
/// Two or three shoppers: fewer could be one bad connection.
pub const OPENS_AFTER_FAILURES: u32 = 10;

/// How long they must go on for. A restart at Instagram's is over by then, and
/// ten shoppers in one second are not *sustained*.
pub const OPENS_AFTER: Duration = Duration::from_secs(10);

/// How long after a failure the next one is another story. A shop with a login
/// an hour would else be shut out for what happened yesterday.
pub const FORGETS_AFTER: Duration = Duration::from_secs(60);

/// How long no call is made before one may try: what a shopper at most waits
/// longer than Instagram's trouble lasts.
pub const CLOSED_TO_CALLS: Duration = Duration::from_secs(15);

/// Which of Instagram's hosts a call goes to: one can fail without the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// Exchanges codes.
    Api,
    /// Long-lived tokens and profiles.
    Graph,
}

/// No call is made at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// When the next one may try.
    pub retry_after: Duration,
}

/// The circuits of all sites. Clones share them.
#[derive(Clone)]
pub struct Circuits {
    clock: Arc<dyn Clock>,
    /// As many as there are sites, twice.
    runs: Arc<Mutex<HashMap<(SiteId, Host), Run>>>,
}

impl Circuits {
    /// All closed: calls may be made.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            runs: Arc::default(),
        }
    }

    /// Asks, before anything is changed, whether calls to these hosts may be
    /// made. Whoever gets leave makes the calls, and [observes](Self::observe)
    /// each.
    ///
    /// # Errors
    /// [`Open`] while one of the hosts does not answer.
    pub fn admit(&self, site: &SiteId, hosts: &[Host]) -> Result<(), Open> {
        let now = self.clock.now();
        let mut runs = self.lock();
        let keys = || hosts.iter().map(|host| (site.clone(), *host));
        let waits = keys().filter_map(|key| runs.get(&key)?.wait(now));
        if let Some(retry_after) = waits.max() {
            return Err(Open { retry_after });
        }
        for key in keys() {
            if let Some(run) = runs.get_mut(&key) {
                run.tries(now);
            }
        }
        Ok(())
    }

    /// Whether one of the hosts is left alone on this site's behalf.
    #[must_use]
    pub fn is_open(&self, site: &SiteId) -> bool {
        let runs = self.lock();
        let mut hosts = [Host::Api, Host::Graph].into_iter();
        hosts.any(|host| runs.get(&(site.clone(), host)).is_some_and(Run::is_open))
    }

    /// Takes note of how a call ended.
    pub fn observe<T>(&self, site: &SiteId, host: Host, outcome: &Result<T, UpstreamFailure>) {
        let now = self.clock.now();
        let failed = matches!(outcome, Err(failure) if is_silence(failure.meaning));
        let change = {
            let mut runs = self.lock();
            if failed {
                runs.entry((site.clone(), host)).or_default().failed(now)
            } else if runs
                .remove(&(site.clone(), host))
                .is_some_and(|run| run.is_open())
            {
                Some(Change::Closed)
            } else {
                None
            }
        };
        match change {
            Some(Change::Opened) => tracing::error!(
                site.id = %site,
                upstream.host = ?host,
                "Instagram does not answer: it is left alone, and tried again every 15 seconds"
            ),
            Some(Change::Closed) => {
                tracing::info!(site.id = %site, upstream.host = ?host, "Instagram answers again");
            }
            None => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(SiteId, Host), Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a failure says that Instagram does not work. A refusal is an
/// answer, and so is throttling: the app is spoken to.
const fn is_silence(meaning: UpstreamMeaning) -> bool {
    matches!(
        meaning,
        UpstreamMeaning::NotSent
            | UpstreamMeaning::NoAnswer
            | UpstreamMeaning::Unavailable
            | UpstreamMeaning::Unreadable
    )
}

#[cfg(test)]
mod tests;
