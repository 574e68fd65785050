//! Logins that began in the same commit, packed in one record.
//!
//! Most of what is written is logins that begin, and most of those are never
//! looked at again. One record for a commit's worth of them costs a fraction
//! of one record each (`docs/performance.md`). A login leaves its pack when it
//! moves on, by getting a record of its own; the pack goes when its last login
//! has expired.
//!
//! ```text
//! [version] then for each login: [state's hash: 32] [expire time: 8] [length: 2] [request]
//! ```

use super::record::RecordError;
use crate::domain::authorization::{Authorization, AuthorizationRequest};
use crate::domain::clock::Timestamp;
use crate::domain::ids::StateHash;

/// The version that this release writes.
const VERSION: u8 = 1;

/// A pack is closed when it has grown to this many bytes. sled writes whole
/// pages of up to 16 records anew from time to time, and puts what is over
/// 128 KiB in a file of its own, with a sync of its own.
const FULL_BYTES: usize = 7 * 1024;

/// Bytes in front of a request.
const HEADER: usize = 32 + 8 + 2;

/// A login that begins, ready to be packed.
#[derive(Debug)]
pub struct Entry {
    /// What it is known by.
    pub state: StateHash,
    /// After this moment it is over.
    pub expire_time: Timestamp,
    request: Vec<u8>,
}

impl Entry {
    /// Encodes a login that begins.
    ///
    /// # Errors
    /// [`RecordError::Malformed`] when it is larger than any that passes the
    /// limits of a request.
    pub fn new(state: StateHash, authorization: &Authorization) -> Result<Self, RecordError> {
        let request =
            postcard::to_stdvec(&authorization.request).map_err(|_| RecordError::Malformed)?;
        if u16::try_from(request.len()).is_err() {
            return Err(RecordError::Malformed);
        }
        Ok(Self {
            state,
            expire_time: authorization.expire_time,
            request,
        })
    }
}

/// A pack that is being filled.
#[derive(Debug)]
pub struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = Vec::with_capacity(FULL_BYTES + FULL_BYTES / 4);
        bytes.push(VERSION);
        Self { bytes }
    }

    /// Puts a login in and tells where it stands.
    pub fn push(&mut self, entry: &Entry) -> u32 {
        let offset = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        // `Entry::new` holds the length to 16 bits.
        let length = u16::try_from(entry.request.len()).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&entry.state.0);
        self.bytes
            .extend_from_slice(&entry.expire_time.as_micros().to_be_bytes());
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(&entry.request);
        offset
    }

    /// Whether the next login belongs in another pack.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES
    }

    /// The record.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// One login as it stands in a pack.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    /// What it is known by.
    pub state: StateHash,
    /// After this moment it is over.
    pub expire_time: Timestamp,
    /// Where it stands.
    pub offset: u32,
    request: &'a [u8],
}

impl Packed<'_> {
    /// The login itself.
    ///
    /// # Errors
    /// [`RecordError::Malformed`] when it is damaged.
    pub fn authorization(&self) -> Result<Authorization, RecordError> {
        let request: AuthorizationRequest =
            postcard::from_bytes(self.request).map_err(|_| RecordError::Malformed)?;
        Ok(Authorization::begin(request, self.expire_time))
    }
}

/// All logins of a pack.
///
/// # Errors
/// [`RecordError`] when a newer release wrote it, or it is damaged.
pub fn entries(pack: &[u8]) -> Result<Vec<Packed<'_>>, RecordError> {
    match pack.first() {
        Some(&VERSION) => {}
        Some(&version) if version > VERSION => return Err(RecordError::Newer(version)),
        _ => return Err(RecordError::Malformed),
    }
    let mut entries = Vec::new();
    let mut offset = 1;
    while offset < pack.len() {
        let entry = at(
            pack,
            u32::try_from(offset).map_err(|_| RecordError::Malformed)?,
        )?;
        offset += HEADER + entry.request.len();
        entries.push(entry);
    }
    Ok(entries)
}

/// The login at this place of a pack.
///
/// # Errors
/// [`RecordError::Malformed`] when there is none.
pub fn at(pack: &[u8], offset: u32) -> Result<Packed<'_>, RecordError> {
    parse_at(pack, offset).ok_or(RecordError::Malformed)
}

fn parse_at(pack: &[u8], offset: u32) -> Option<Packed<'_>> {
    let rest = pack.get(usize::try_from(offset).ok()?..)?;
    let (state, rest) = rest.split_first_chunk()?;
    let (expire_time, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let request = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    Some(Packed {
        state: StateHash(*state),
        expire_time: Timestamp::from_micros(i64::from_be_bytes(*expire_time)),
        offset,
        request,
    })
}
