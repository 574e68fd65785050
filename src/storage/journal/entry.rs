//! One login in a frame.
//!
//! ```text
//! [checksum: 4] [length of the rest: 4] [length of name: 1] [name of site] [state's hash: 32] [expire time: 8] [sealed request]
//! ```
//!
//! The request is sealed with the key of its state ([`LoginState`]), to what
//! stands before it.

use std::sync::Arc;

use crate::domain::authorization::{Authorization, AuthorizationRequest};
use crate::domain::caller::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::StateHash;
use crate::domain::site::SiteId;
use crate::storage::record::RecordError;
use crate::storage::state::LoginState;

/// Bytes in front of what the checksum covers.
const HEAD: usize = 4 + 4;

/// Bytes of a login beside its request and the name of its site.
const FIXED: usize = 1 + 32 + 8;

/// A login that begins, ready to be written.
#[derive(Debug)]
pub struct Entry {
    /// Whose it is.
    pub site: SiteId,
    /// What it is known by.
    pub state: StateHash,
    /// After this moment it is over.
    pub expire_time: Timestamp,
    /// Who began it. It is not written.
    pub caller: Arc<Caller>,
    body: Vec<u8>,
}

impl Entry {
    /// Encodes a login that begins.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], which no login of ours causes.
    pub fn new(
        site: &SiteId,
        caller: &Arc<Caller>,
        state: &LoginState,
        authorization: &Authorization,
    ) -> Result<Self, RecordError> {
        let name = site.as_str().as_bytes();
        // A site's name has 1 to 63 bytes.
        let length = u8::try_from(name.len()).map_err(|_| RecordError::Malformed)?;
        let mut body = Vec::with_capacity(FIXED + name.len() + 256);
        body.push(length);
        body.extend_from_slice(name);
        body.extend_from_slice(&state.hash().0);
        body.extend_from_slice(&authorization.expire_time.as_micros().to_be_bytes());
        let mut request = postcard::to_extend(&authorization.request, Vec::new())
            .map_err(|_| RecordError::Malformed)?;
        state.seal(&body, &mut request)?;
        body.extend_from_slice(&request);
        Ok(Self {
            site: site.clone(),
            state: state.hash(),
            expire_time: authorization.expire_time,
            caller: Arc::clone(caller),
            body,
        })
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn length(&self) -> usize {
        HEAD + self.body.len()
    }

    /// Puts it at the end of `bytes`.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&crc32fast::hash(&self.body).to_be_bytes());
        let length = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&self.body);
    }
}

/// A login as it stands in a segment.
#[derive(Clone, Debug)]
pub struct Begun<'a> {
    /// Whose it is.
    pub site: SiteId,
    /// What it is known by.
    pub state: StateHash,
    /// After this moment it is over.
    pub expire_time: Timestamp,
    /// Bytes that it takes.
    pub length: usize,
    beside: &'a [u8],
    request: &'a [u8],
}

impl<'a> Begun<'a> {
    /// The login at the beginning of `bytes`.
    ///
    /// # Errors
    /// [`RecordError::Malformed`] when it is not what was written.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RecordError> {
        parse(bytes).ok_or(RecordError::Malformed)
    }

    /// The login itself, to whoever has its state.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], which no login of ours causes.
    pub fn authorization(&self, state: &LoginState) -> Result<Authorization, RecordError> {
        let request = state.open(self.beside, self.request)?;
        let request: AuthorizationRequest =
            postcard::from_bytes(&request).map_err(|_| RecordError::Malformed)?;
        Ok(Authorization::begin(request, self.expire_time))
    }
}

fn parse(bytes: &[u8]) -> Option<Begun<'_>> {
    let (checksum, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let body = rest.get(..length)?;
    if crc32fast::hash(body) != u32::from_be_bytes(*checksum) {
        return None;
    }
    let (&name, rest) = body.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(name))?;
    let (state, rest) = rest.split_first_chunk()?;
    let (expire_time, request) = rest.split_first_chunk()?;
    Some(Begun {
        site: std::str::from_utf8(name).ok()?.parse().ok()?,
        state: StateHash(*state),
        expire_time: Timestamp::from_micros(i64::from_be_bytes(*expire_time)),
        length: HEAD + length,
        beside: body.get(..body.len().checked_sub(request.len())?)?,
        request,
    })
}
