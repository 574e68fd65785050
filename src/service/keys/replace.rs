//! Taking over a ring that somebody changed behind the daemon.

use std::fmt;

use super::Keys;
use crate::storage::{KeyFile, KeyId, KeyRing, StoreError};

/// Why a ring is not taken over. The running one stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RingRefused {
    /// It lacks the key that seals.
    LacksSealing(KeyId),
    /// It lacks a key that records are sealed with.
    LacksUsed(KeyId, u64),
    /// It has another key under the name of one that is in use.
    Differs(KeyId),
    /// Records cannot be read, so that nobody knows what they are sealed with.
    Unreadable(u64),
    /// The store could not be read.
    Store(StoreError),
    /// The operating system gave no random bytes.
    NoRandom,
}

impl fmt::Display for RingRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LacksSealing(id) => write!(f, "lacks the key {id:08x}, which seals"),
            Self::LacksUsed(id, records) => {
                write!(
                    f,
                    "lacks the key {id:08x}, which {records} records are sealed with"
                )
            }
            Self::Differs(id) => write!(f, "has another key under the name {id:08x}"),
            Self::Unreadable(records) => write!(
                f,
                "lacks a key, and {records} records cannot be read to see what they are sealed with"
            ),
            Self::Store(error) => write!(f, "cannot be held against the store: {error}"),
            Self::NoRandom => f.write_str("cannot be compared: there are no random bytes"),
        }
    }
}

impl Keys {
    /// Takes over this ring, which is kept in this file from now on: every
    /// record that opens now must open with it too.
    ///
    /// # Errors
    /// [`RingRefused`]; nothing has changed then.
    pub async fn replace(&self, file: KeyFile, ring: KeyRing) -> Result<(), RingRefused> {
        let mut kept_in = self.file.lock().await;
        let running = self.store.keys();
        let differs = self.store.key_that_differs(&ring);
        if let Some(id) = differs.map_err(|_| RingRefused::NoRandom)? {
            return Err(RingRefused::Differs(id));
        }
        let new: Vec<KeyId> = ring.ids().collect();
        // The newest key may seal something at any moment, whatever is counted.
        if let Some(id) = running.last().filter(|id| !new.contains(id)) {
            return Err(RingRefused::LacksSealing(*id));
        }
        if running.iter().any(|id| !new.contains(id)) {
            self.spares_what_is_sealed(&new).await?;
        }
        self.store.install_keys(ring);
        *kept_in = file;
        if running != new {
            tracing::info!(keys = new.len(), "the key ring was read again");
        }
        Ok(())
    }

    /// Whether the keys that are not among these have sealed nothing.
    async fn spares_what_is_sealed(&self, new: &[KeyId]) -> Result<(), RingRefused> {
        let used = self.store.key_use().await.map_err(RingRefused::Store)?;
        if used.unreadable > 0 {
            return Err(RingRefused::Unreadable(used.unreadable));
        }
        let lost = used.records.into_iter().find(|(id, records)| {
            // One that the running ring lacks too is no worse off.
            *records > 0 && !new.contains(id) && self.store.keys().contains(id)
        });
        match lost {
            Some((id, records)) => Err(RingRefused::LacksUsed(id, records)),
            None => Ok(()),
        }
    }
}
