//! Reading typed records out of the engine.

use std::sync::Mutex;

use sled::IVec;

use super::engine::Engine;
use super::error::StoreError;
use super::keys::{self, Kind};
use super::pending::{self, PendingIndex};
use super::record::{self, RecordError, StoredAuthorization};
use super::seal::Sealer;
use super::state::LoginState;
use crate::domain::authorization::Authorization;
use crate::domain::ids::StateHash;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;

/// Records fetched at once while all of a kind are looked through.
const RECORDS_AT_ONCE: usize = 256;

/// A login, wherever it is kept.
///
/// # Errors
/// When it cannot be read or opened.
pub fn authorization(
    engine: &Engine,
    sealer: &Sealer,
    index: &Mutex<PendingIndex>,
    site: &SiteId,
    state: &LoginState,
) -> Result<Option<Authorization>, StoreError> {
    let hash = state.hash();
    // The place first: it goes only after the record has come.
    let place = pending::lock(index).find(site, &hash);
    if let Some(value) = engine.get(&keys::authorization(site, &hash))? {
        return open_authorization(&value, sealer, site, &hash).map(Some);
    }
    place.map(|place| place.read(site, state)).transpose()
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

/// Shows every record of one kind of a site: the key's own part, and the value.
///
/// # Errors
/// When the store cannot be read.
pub fn each_of(
    engine: &Engine,
    site: &SiteId,
    kind: Kind,
    mut look: impl FnMut(&[u8], &[u8]),
) -> Result<(), StoreError> {
    let prefix = keys::all(site, kind);
    let mut from = prefix.clone();
    loop {
        let records = engine.scan_within(&prefix, &from, RECORDS_AT_ONCE)?;
        for (key, value) in &records {
            look(key.get(prefix.len()..).unwrap_or_default(), value);
        }
        match records.last() {
            Some((last, _)) if records.len() == RECORDS_AT_ONCE => {
                from = keys::next(last.to_vec());
            }
            _ => return Ok(()),
        }
    }
}
