//! Reading typed records out of the engine.

use std::sync::Mutex;

use sled::IVec;

use super::engine::Engine;
use super::error::StoreError;
use super::keys::{self, Kind};
use super::pack;
use super::pending::{self, PendingIndex};
use super::record::{self, RecordError, StoredAuthorization};
use super::seal::Sealer;
use crate::domain::authorization::Authorization;
use crate::domain::ids::StateHash;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;

/// Records fetched at once by [`index_packs`].
const PACKS_AT_ONCE: usize = 256;

/// A login, wherever it is kept.
///
/// # Errors
/// When it cannot be read or opened.
pub fn authorization(
    engine: &Engine,
    sealer: &Sealer,
    index: &Mutex<PendingIndex>,
    site: &SiteId,
    state: &StateHash,
) -> Result<Option<Authorization>, StoreError> {
    // The slot first: it goes only after the record has come.
    let slot = pending::lock(index).find(site, state);
    if let Some(value) = engine.get(&keys::authorization(site, state))? {
        return open_authorization(&value, sealer, site, state).map(Some);
    }
    let Some(slot) = slot else { return Ok(None) };
    let Some(value) = engine.get(&keys::pack(site, slot.pack))? else {
        return Ok(None);
    };
    let packed = pack::at(&value, slot.offset)?;
    if packed.state != *state {
        return Err(StoreError::Record(RecordError::Malformed));
    }
    Ok(Some(packed.authorization()?))
}

/// A login out of its own record.
///
/// # Errors
/// When it cannot be decoded or opened.
pub fn open_authorization(
    value: &[u8],
    sealer: &Sealer,
    site: &SiteId,
    state: &StateHash,
) -> Result<Authorization, StoreError> {
    let stored: StoredAuthorization = record::decode(value)?;
    Ok(stored.open(sealer, site, state)?)
}

/// The lead under this key.
///
/// # Errors
/// When it cannot be read.
pub fn lead(engine: &Engine, key: &[u8]) -> Result<Option<Lead>, StoreError> {
    match engine.get(key)? {
        Some(value) => Ok(Some(record::decode(&value)?)),
        None => Ok(None),
    }
}

/// At most `limit` records of one kind, of all sites, from `cursor` on. An
/// empty cursor is the beginning. The cursor is moved on, and is empty again
/// after the last record.
///
/// # Errors
/// When the store cannot be read.
pub fn records_of(
    engine: &Engine,
    kind: Kind,
    cursor: &mut Vec<u8>,
    limit: usize,
) -> Result<Vec<(SiteId, Vec<u8>, IVec)>, StoreError> {
    let mut found = Vec::new();
    let mut from = if cursor.is_empty() {
        keys::FIRST_OF_SITES.to_vec()
    } else {
        cursor.clone()
    };
    while found.len() < limit {
        let Some((key, _)) = engine.scan(&from, 1)?.into_iter().next() else {
            cursor.clear();
            return Ok(found);
        };
        let Some((site, at, _)) = keys::parse(&key) else {
            return Err(StoreError::Record(RecordError::Malformed));
        };
        if at < kind {
            from = keys::all(&site, kind);
            continue;
        }
        if at > kind {
            from = keys::after(&site);
            continue;
        }
        let prefix = keys::all(&site, kind);
        let mut last = None;
        for (key, value) in engine.scan_within(&prefix, &from, limit - found.len())? {
            last = Some(key.to_vec());
            found.push((site.clone(), key.to_vec(), value));
        }
        from = match last {
            Some(key) if found.len() == limit => keys::next(key),
            _ => keys::after(&site),
        };
    }
    *cursor = from;
    Ok(found)
}

/// Makes the index of pending logins anew.
///
/// # Errors
/// When the store cannot be read.
pub fn index_packs(engine: &Engine) -> Result<PendingIndex, StoreError> {
    let mut index = PendingIndex::default();
    let mut cursor = Vec::new();
    loop {
        let packs = records_of(engine, Kind::Pack, &mut cursor, PACKS_AT_ONCE)?;
        for (site, key, value) in packs {
            let Some((_, _, number)) = keys::parse(&key) else {
                continue;
            };
            let Ok(number) = number.try_into().map(u64::from_be_bytes) else {
                return Err(StoreError::Record(RecordError::Malformed));
            };
            for entry in pack::entries(&value)? {
                index.insert_pack(&site, number, entry.expire_time);
                // One that has moved on has a record of its own.
                if engine
                    .get(&keys::authorization(&site, &entry.state))?
                    .is_none()
                {
                    let slot = pending::Slot {
                        pack: number,
                        offset: entry.offset,
                    };
                    index.insert(&site, entry.state, slot);
                }
            }
        }
        if cursor.is_empty() {
            return Ok(index);
        }
    }
}
