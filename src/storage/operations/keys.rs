//! The key ring, and what it has sealed.

use std::collections::BTreeMap;

use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keyring::KeyId;
use crate::storage::keys::{self, Kind};
use crate::storage::store::Store;
use crate::storage::{read, seal, sealed};

/// Records looked at in one go: some milliseconds of a thread that may wait
/// for the disk.
const COUNTED_AT_ONCE: usize = 1000;

/// How many records each key has sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyUse {
    /// By the key's name, of keys that the ring lacks too.
    pub records: BTreeMap<KeyId, u64>,
    /// Records that cannot be read, so that nothing is known of them.
    pub unreadable: u64,
}

impl Store {
    /// The names of the keys, the one that seals last.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyId> {
        self.shared.sealer.ring().ids().collect()
    }

    /// Counts what each key has sealed, a thousand records at a time, while
    /// the store goes on changing. Nothing is sealed with another key than the
    /// newest, so of any other key there can be fewer by now, and never more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn key_use(&self) -> Result<KeyUse, StoreError> {
        let mut counted = KeyUse::default();
        if let Some(id) = self.read(|_, engine| key_of_check(engine)).await? {
            counted.records.insert(id, 1);
        }
        for kind in Kind::ALL {
            if sealed::in_records_of(kind).is_none() {
                continue;
            }
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
