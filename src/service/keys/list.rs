//! What keys there are.

use super::Keys;
use crate::storage::{KeyId, StoreError};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Whatever is sealed from now on is sealed with it.
    Seals,
    /// It opens what it sealed earlier.
    Opens,
    /// The ring lacks it.
    Missing,
}

/// One key, as an operator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its name.
    pub id: KeyId,
    /// What it is for.
    pub state: KeyState,
    /// Records that are sealed with it.
    pub sealed_records: u64,
}

/// All keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyList {
    /// In the order of the ring, then those that are missing there.
    pub keys: Vec<ListedKey>,
    /// Records of which nothing is known.
    pub unreadable: u64,
}

impl Keys {
    /// What there is, and what each key has sealed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self) -> Result<KeyList, StoreError> {
        let mut used = self.store.key_use().await?;
        let ring = self.store.keys();
        let newest = ring.last().copied();
        let mut listed: Vec<ListedKey> = ring
            .into_iter()
            .map(|id| ListedKey {
                id,
                state: if Some(id) == newest {
                    KeyState::Seals
                } else {
                    KeyState::Opens
                },
                sealed_records: used.records.remove(&id).unwrap_or(0),
            })
            .collect();
        // What is left belongs to no key of the ring.
        listed.extend(
            used.records
                .into_iter()
                .map(|(id, sealed_records)| ListedKey {
                    id,
                    state: KeyState::Missing,
                    sealed_records,
                }),
        );
        Ok(KeyList {
            keys: listed,
            unreadable: used.unreadable,
        })
    }
}
