//! Changing the ring while the daemon runs.

use super::Keys;
use crate::storage::{KeyFile, KeyFileError, KeyId, KeyRing, StoreError};

/// Why the ring stays as it is.
#[derive(Debug)]
pub enum KeysError {
    /// The ring has no such key.
    NotFound,
    /// It is the key that seals.
    Seals,
    /// Records are sealed with it, or nobody knows with what.
    InUse {
        /// Records that are sealed with it.
        records: u64,
        /// Records that cannot be read.
        unreadable: u64,
    },
    /// The file could not be changed.
    File(KeyFileError),
    /// The store could not be read.
    Store(StoreError),
    /// A fault of our own; the log has it.
    Internal,
}

impl From<StoreError> for KeysError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Keys {
    /// Adds a new key to the ring, in its file first. Whatever is sealed from
    /// then on is sealed with it. Gives its name.
    ///
    /// # Errors
    /// [`KeysError::File`].
    pub async fn add(&self) -> Result<KeyId, KeysError> {
        let file = self.file.lock().await;
        let ring = self.change(&file, KeyFile::add).await?;
        let newest = ring.newest().ok_or(KeysError::Internal)?;
        self.store.install_keys(ring);
        tracing::info!(
            key.id = format!("{newest:08x}"),
            "a key was added and seals from now on"
        );
        Ok(newest)
    }

    /// Takes a key out of the ring and its file, if nothing is sealed with it.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn retire(&self, id: KeyId) -> Result<(), KeysError> {
        let file = self.file.lock().await;
        let ring = self.store.keys();
        if !ring.contains(&id) {
            return Err(KeysError::NotFound);
        }
        if ring.last() == Some(&id) {
            return Err(KeysError::Seals);
        }
        // Only the newest key seals, so what is counted as none stays none.
        let used = self.store.key_use().await?;
        let records = used.records.get(&id).copied().unwrap_or(0);
        if records > 0 || used.unreadable > 0 {
            return Err(KeysError::InUse {
                records,
                unreadable: used.unreadable,
            });
        }
        let ring = self
            .change(&file, move |file, known| file.remove(known, id))
            .await?;
        self.store.install_keys(ring);
        tracing::info!(key.id = format!("{id:08x}"), "a key was retired");
        Ok(())
    }

    /// Changes the file on a thread that may wait for the disk.
    async fn change(
        &self,
        file: &KeyFile,
        change: impl FnOnce(&KeyFile, &[KeyId]) -> Result<KeyRing, KeyFileError> + Send + 'static,
    ) -> Result<KeyRing, KeysError> {
        let (file, known) = (file.clone(), self.store.keys());
        tokio::task::spawn_blocking(move || change(&file, &known))
            .await
            .map_err(|_| KeysError::Internal)?
            .map_err(KeysError::File)
    }
}
