//! Looking after the store while it serves.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::storage::{Backup, Compaction, Store, WalkError};

/// The use cases of whoever looks after the store. Clones share everything.
#[derive(Clone)]
pub struct Maintenance {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Maintenance {
    /// Over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Begins a backup.
    ///
    /// # Errors
    /// [`WalkError::Busy`] while another walk goes through the store.
    pub async fn backup(&self) -> Result<Backup, WalkError> {
        Backup::begin(&self.store, self.clock.now()).await
    }

    /// The backup that began was taken to its end.
    pub async fn backed_up(&self) {
        self.store.notes().backed_up(self.clock.now()).await;
    }

    /// Begins to write the database anew.
    ///
    /// # Errors
    /// [`WalkError::Busy`] while another walk goes through the store;
    /// [`WalkError::Copy`] where there is no room for a second database.
    pub async fn compact(&self) -> Result<Compaction, WalkError> {
        Compaction::begin(&self.store).await
    }
}
