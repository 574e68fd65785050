//! What values look like: one byte of version, then postcard.
//!
//! The current version's shape is the structs below (for a lead, the domain's
//! own). When one changes, its old shape is kept under a name with its version
//! and converted on reading, so that a later release reads an older store.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;

use super::seal::{Place, Purpose, SealError, Sealer};
use crate::domain::authorization::{Authorization, AuthorizationRequest, Decline, Stage};
use crate::domain::clock::Timestamp;
use crate::domain::failure::LoginFailure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::token::{Token, TokenStatus};

/// A kind of value.
pub trait Record: Serialize + DeserializeOwned {
    /// The version that this release writes.
    const VERSION: u8;
}

/// The bytes of a value.
///
/// # Errors
/// [`RecordError::Malformed`], which no value of ours causes.
pub fn encode<R: Record>(record: &R) -> Result<Vec<u8>, RecordError> {
    postcard::to_extend(record, vec![R::VERSION]).map_err(|_| RecordError::Malformed)
}

/// The value of these bytes.
///
/// # Errors
/// [`RecordError`] when a newer release wrote them, or they are damaged.
pub fn decode<R: Record>(bytes: &[u8]) -> Result<R, RecordError> {
    match bytes.split_first() {
        Some((version, body)) if *version == R::VERSION => {
            postcard::from_bytes(body).map_err(|_| RecordError::Malformed)
        }
        Some((version, _)) if *version > R::VERSION => Err(RecordError::Newer(*version)),
        _ => Err(RecordError::Malformed),
    }
}

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// A newer release wrote it, in this version.
    Newer(u8),
    /// It is damaged.
    Malformed,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(version) => write!(
                f,
                "a record has version {version}, which a newer release of leadtap wrote: install that release again"
            ),
            Self::Malformed => f.write_str("a record is not what was written"),
        }
    }
}

impl std::error::Error for RecordError {}

impl Record for Lead {
    const VERSION: u8 = 1;
}

/// A token at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredToken {
    /// When and what, in plain.
    pub status: TokenStatus,
    /// The token itself.
    pub sealed: Vec<u8>,
}

impl Record for StoredToken {
    const VERSION: u8 = 1;
}

impl StoredToken {
    /// Seals a lead's token.
    ///
    /// # Errors
    /// [`SealError::NoRandom`].
    pub fn seal(
        token: &Token,
        sealer: &Sealer,
        site: &SiteId,
        lead: &LeadId,
    ) -> Result<Self, SealError> {
        let place = Place {
            site: Some(site),
            record: lead.as_bytes(),
            purpose: Purpose::LeadToken,
        };
        Ok(Self {
            status: token.status.clone(),
            sealed: sealer.seal(&token.secret, &place)?,
        })
    }
}

/// A login at rest. One that is still `Pending` and unchanged since its start
/// is in a pack instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAuthorization {
    /// After this moment it is over.
    pub expire_time: Timestamp,
    revision: u32,
    request: AuthorizationRequest,
    stage: StoredStage,
}

impl Record for StoredAuthorization {
    const VERSION: u8 = 1;
}

/// [`Stage`] with the token sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredStage {
    Pending,
    CodeSent,
    Exchanged(StoredToken),
    Completed { lead_id: LeadId, new_lead: bool },
    Declined(Decline),
    Failed(LoginFailure),
}

fn token_place<'a>(site: &'a SiteId, state: &'a StateHash) -> Place<'a> {
    Place {
        site: Some(site),
        record: &state.0,
        purpose: Purpose::AuthorizationToken,
    }
}

impl StoredAuthorization {
    /// Seals what is secret in a login.
    ///
    /// # Errors
    /// [`SealError::NoRandom`].
    pub fn seal(
        authorization: &Authorization,
        sealer: &Sealer,
        site: &SiteId,
        state: &StateHash,
    ) -> Result<Self, SealError> {
        let stage = match &authorization.stage {
            Stage::Pending => StoredStage::Pending,
            Stage::CodeSent => StoredStage::CodeSent,
            Stage::Exchanged(token) => StoredStage::Exchanged(StoredToken {
                status: token.status.clone(),
                sealed: sealer.seal(&token.secret, &token_place(site, state))?,
            }),
            Stage::Completed { lead_id, new_lead } => StoredStage::Completed {
                lead_id: *lead_id,
                new_lead: *new_lead,
            },
            Stage::Declined(decline) => StoredStage::Declined(decline.clone()),
            Stage::Failed(failure) => StoredStage::Failed(failure.clone()),
        };
        Ok(Self {
            expire_time: authorization.expire_time,
            revision: authorization.revision,
            request: authorization.request.clone(),
            stage,
        })
    }

    /// Opens it again.
    ///
    /// # Errors
    /// [`SealError`] when the token is not what was sealed here.
    pub fn open(
        self,
        sealer: &Sealer,
        site: &SiteId,
        state: &StateHash,
    ) -> Result<Authorization, SealError> {
        let stage = match self.stage {
            StoredStage::Pending => Stage::Pending,
            StoredStage::CodeSent => Stage::CodeSent,
            StoredStage::Exchanged(token) => Stage::Exchanged(Token {
                secret: sealer.open(&token.sealed, &token_place(site, state))?,
                status: token.status,
            }),
            StoredStage::Completed { lead_id, new_lead } => Stage::Completed { lead_id, new_lead },
            StoredStage::Declined(decline) => Stage::Declined(decline),
            StoredStage::Failed(failure) => Stage::Failed(failure),
        };
        Ok(Authorization {
            request: self.request,
            expire_time: self.expire_time,
            stage,
            revision: self.revision,
        })
    }
}
