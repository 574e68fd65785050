//! One login, from the button to the lead.

mod budget;
mod complete;
mod count;
mod exchange;
mod start;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::circuit::Circuits;
use super::turns::Turns;
use crate::domain::clock::Clock;
use crate::domain::ids::StateHash;
use crate::instagram::Instagram;
use crate::metrics::LoginMetrics;
use crate::storage::Store;

pub use complete::{Complete, Completed};
pub use start::{Start, Started};

/// The use cases of a login page. Clones share everything.
#[derive(Clone)]
pub struct Login {
    store: Store,
    instagram: Instagram,
    clock: Arc<dyn Clock>,
    turns: Turns<StateHash>,
    circuits: Circuits,
    metrics: LoginMetrics,
    /// Logins that are being finished, whether or not their caller still waits.
    under_way: TaskTracker,
}

impl Login {
    /// Over this store and this Instagram. Whoever else calls it for the same
    /// sites shares the circuits.
    #[must_use]
    pub fn new(
        store: Store,
        instagram: Instagram,
        circuits: Circuits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            instagram,
            circuits,
            metrics: LoginMetrics::default(),
            clock,
            turns: Turns::default(),
            under_way: TaskTracker::new(),
        }
    }

    /// How far the logins came.
    #[must_use]
    pub fn metrics(&self) -> &LoginMetrics {
        &self.metrics
    }

    /// Waits until no login is being finished. A code that went to Instagram
    /// and whose answer nobody waits for is lost.
    pub async fn finished(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }
}
