//! Takes expired logins away in the background.

use std::sync::Arc;
use std::time::Duration;

use super::pause::pause;
use crate::domain::clock::Clock;
use crate::storage::{Store, SweepReport};

/// How often it looks. Expired logins count against a site's most until then.
pub const INTERVAL: Duration = Duration::from_secs(5);

/// How often it looks while nothing is written and nothing was swept.
const IDLE_INTERVAL: Duration = Duration::from_secs(15);

/// Records of each kind in one sweep: about ten milliseconds of the
/// committer's time.
pub const LIMIT: usize = 500;

/// Sweeps at one time, so that a backlog does not crowd out the logins.
const SWEEPS_AT_ONCE: usize = 20;

/// Sweeps for ever. A store that is out of service is left alone until it is
/// back.
pub async fn run(store: Store, clock: Arc<dyn Clock>) {
    let mut written = store.written();
    let mut cursor = Vec::new();
    loop {
        let mut wait = IDLE_INTERVAL;
        for _ in 0..SWEEPS_AT_ONCE {
            match store
                .sweep(clock.now(), LIMIT, std::mem::take(&mut cursor))
                .await
            {
                Ok((report, moved)) => {
                    cursor = moved;
                    if log(report) {
                        wait = INTERVAL;
                    }
                    if !report.more {
                        break;
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "nothing could be swept");
                    break;
                }
            }
        }
        pause(&mut written, INTERVAL, wait).await;
    }
}

/// Tells whether there was something.
fn log(report: SweepReport) -> bool {
    let swept = [
        report.begun,
        report.authorizations,
        report.changes,
        report.visits,
        report.letters,
    ];
    let found = swept.iter().any(|count| *count > 0);
    if found {
        tracing::debug!(
            sweep.begun = report.begun,
            sweep.authorizations = report.authorizations,
            sweep.changes = report.changes,
            sweep.visits = report.visits,
            sweep.letters = report.letters,
            "what expired was taken away"
        );
    }
    found
}
