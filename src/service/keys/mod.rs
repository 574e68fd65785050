//! The keys that seal what is on disk: listed, added, rotated, retired.

mod list;
mod replace;
mod ring;
mod rotation;

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::storage::{KeyFile, Store};

pub use list::{KeyList, KeyState, ListedKey};
pub use replace::RingRefused;
pub use ring::KeysError;
pub use rotation::Progress;

/// The use cases of whoever looks after the keys. Clones share everything.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    /// Held while the ring is changed: one change rests on the one before.
    file: Arc<tokio::sync::Mutex<KeyFile>>,
    rotation: Arc<Mutex<Option<watch::Receiver<Progress>>>>,
}

impl Keys {
    /// Of this store, whose ring is kept in this file.
    #[must_use]
    pub fn new(store: Store, file: KeyFile) -> Self {
        Self {
            store,
            file: Arc::new(tokio::sync::Mutex::new(file)),
            rotation: Arc::default(),
        }
    }
}
