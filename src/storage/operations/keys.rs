//! The key ring, what it has sealed, and sealing that anew.

use std::collections::BTreeMap;

use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keyring::{KeyId, KeyRing, KeyRingError};
use crate::storage::keys::{self, Kind};
use crate::storage::store::Store;
use crate::storage::transaction::Resealed;
use crate::storage::{read, seal, sealed};

/// Records looked at in one go: some milliseconds of a thread that may wait
/// for the disk.
const COUNTED_AT_ONCE: usize = 1000;

/// Records walked through between two batches: at most two milliseconds of the
/// committer's time, which logins wait for.
const RESEALED_AT_ONCE: usize = 200;

/// How many records each key has sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyUse {
    /// By the key's name, of keys that the ring lacks too.
    pub records: BTreeMap<KeyId, u64>,
    /// Records that cannot be read, so that nothing is known of them.
    pub unreadable: u64,
}

/// A walk through everything that is sealed.
#[derive(Debug)]
pub struct Walk {
    /// Records that there were when it began.
    pub total: u64,
    /// The kinds that are left, the one at hand last.
    kinds: Vec<Kind>,
    cursor: Vec<u8>,
}

impl Store {
    /// The names of the keys, the one that seals last.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyId> {
        self.shared.sealer.ring().ids().collect()
    }

    /// A key that `ring` has under the name of another one of this store's.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn key_that_differs(&self, ring: &KeyRing) -> Result<Option<KeyId>, KeyRingError> {
        self.shared.sealer.ring().differing(ring)
    }

    /// From now on opens and seals with this ring. It is on the medium
    /// already: what is sealed must never wait for its key to be kept.
    pub fn install_keys(&self, ring: KeyRing) {
        self.shared.sealer.install(ring);
    }

    /// Counts what each key has sealed, a thousand records at a time, while
    /// the store goes on changing. Of a key that is not the newest there can
    /// be fewer by the end of it, and never more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn key_use(&self) -> Result<KeyUse, StoreError> {
        // Whatever may have been sealed before now is in the store after this.
        self.write(|_| Ok(())).await?;
        let mut counted = KeyUse::default();
        if let Some(id) = self.read(|_, engine| key_of_check(engine)).await? {
            counted.records.insert(id, 1);
        }
        for kind in sealed::kinds() {
            let mut cursor = Vec::new();
            loop {
                let step = self.read(move |_, engine| {
                    let counted = count(engine, kind, &mut cursor)?;
                    Ok((counted, cursor))
                });
                let (some, moved) = step.await?;
                counted.add(&some);
                if moved.is_empty() {
                    break;
                }
                cursor = moved;
            }
        }
        Ok(counted)
    }

    /// Begins to seal everything with the newest key. Until the walk has come
    /// to its end, the store remembers that it began.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn begin_resealing(&self) -> Result<Walk, StoreError> {
        let total = self.write(|transaction| {
            let total = transaction.begin_resealing()?;
            Ok(total)
        });
        Ok(Walk {
            total: total.await?,
            kinds: sealed::kinds().rev().collect(),
            cursor: Vec::new(),
        })
    }

    /// Walks a bounded step on; none after the last one.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn reseal_some(&self, walk: &mut Walk) -> Result<Option<Resealed>, StoreError> {
        let Some(&kind) = walk.kinds.last() else {
            self.write(|transaction| {
                transaction.end_resealing()?;
                Ok(())
            })
            .await?;
            return Ok(None);
        };
        let mut cursor = std::mem::take(&mut walk.cursor);
        let step = self.write(move |transaction| {
            let done = transaction.reseal(kind, &mut cursor, RESEALED_AT_ONCE)?;
            Ok((done, cursor))
        });
        let (done, moved) = step.await?;
        if moved.is_empty() {
            walk.kinds.pop();
        }
        walk.cursor = moved;
        Ok(Some(done))
    }

    /// Whether a walk began and never came to its end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn resealing_is_unfinished(&self) -> Result<bool, StoreError> {
        self.read(|_, engine| Ok(engine.get(keys::RESEALING)?.is_some()))
            .await
    }
}

impl KeyUse {
    fn add(&mut self, more: &Self) {
        for (id, records) in &more.records {
            *self.records.entry(*id).or_default() += records;
        }
        self.unreadable += more.unreadable;
    }
}

/// The key of the text that tells a wrong key ring.
fn key_of_check(engine: &Engine) -> Result<Option<KeyId>, StoreError> {
    let sealed = engine.get(keys::KEY_CHECK)?;
    Ok(sealed.and_then(|sealed| seal::key_of(&sealed)))
}

fn count(engine: &Engine, kind: Kind, cursor: &mut Vec<u8>) -> Result<KeyUse, StoreError> {
    let mut counted = KeyUse::default();
    let Some(sealed) = sealed::in_records_of(kind) else {
        return Ok(counted);
    };
    for (_, _, value) in read::records_of(engine, kind, cursor, COUNTED_AT_ONCE)? {
        match sealed.key_of(&value) {
            Ok(Some(id)) => *counted.records.entry(id).or_default() += 1,
            Ok(None) => {}
            Err(_) => counted.unreadable += 1,
        }
    }
    Ok(counted)
}
