//! What values look like: one byte of version, then postcard.
//!
//! The current version's shape is the structs below (for a lead, the domain's
//! own). When one changes, its old shape is kept under a name with its version
//! and converted on reading ([`Record::migrate`]), so that a later release reads
//! an older store; a record is written anew when it changes for another reason.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;

use super::seal::{Place, Purpose, SealError, Sealer};
use crate::domain::authorization::{Authorization, AuthorizationRequest, Decline, Stage};
use crate::domain::change::{Change, ChangeKind, ChangeNumber, ChangePosition};
use crate::domain::clock::Timestamp;
use crate::domain::deletion::Deletion;
use crate::domain::erasure::Erasure;
use crate::domain::failure::LoginFailure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::token::{Token, TokenStatus};
use crate::domain::upkeep::Upkeep;
use crate::domain::visits::Visits;
use crate::domain::webhook::{DeadLetter, WebhookState};

/// A kind of value.
pub trait Record: Serialize + DeserializeOwned {
    /// The version that this release writes. Raising it raises
    /// [`FORMAT`](super::format::FORMAT) too.
    const VERSION: u8;

    /// The value that an older version's bytes mean, without the version in
    /// front. A kind that had one overrides this: for each old version a
    /// struct of its shape, read and converted.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], which is right where there was none.
    fn migrate(version: u8, body: &[u8]) -> Result<Self, RecordError> {
        let _ = (version, body);
        Err(RecordError::Malformed)
    }
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
        Some((version, body)) => R::migrate(*version, body),
        None => Err(RecordError::Malformed),
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

/// A change of a lead at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredChange {
    /// One that can be read.
    Kept {
        lead: LeadId,
        kind: ChangeKind,
        time: Timestamp,
        revision: u64,
        /// When the lead's login before this one was, where this was a login: it
        /// is from there that the lead moved in the order of logins.
        login_before: Option<Timestamp>,
    },
    /// The newest of those that were taken away. Only the first of a site's
    /// changes can be this.
    Forgotten {
        /// Of the position after it.
        check: u64,
    },
}

impl Record for StoredChange {
    const VERSION: u8 = 1;
}

impl StoredChange {
    /// As others read it; none where it is forgotten.
    #[must_use]
    pub fn change(&self, number: ChangeNumber) -> Option<Change> {
        let position = self.position(number);
        match *self {
            Self::Kept {
                lead,
                kind,
                time,
                revision,
                ..
            } => Some(Change {
                position,
                lead,
                kind,
                time,
                revision,
            }),
            Self::Forgotten { .. } => None,
        }
    }

    /// The position of whoever has read up to this change.
    #[must_use]
    pub fn position(&self, number: ChangeNumber) -> ChangePosition {
        let check = match *self {
            Self::Kept {
                lead,
                time,
                revision,
                ..
            } => {
                let (_, random) = lead.as_bytes().split_at(8);
                let random = random.try_into().map_or(0, u64::from_be_bytes);
                random ^ time.as_micros().cast_unsigned() ^ revision.rotate_left(48)
            }
            Self::Forgotten { check } => check,
        };
        ChangePosition { number, check }
    }
}

/// A kind of value in which something is sealed, to the record's own part of
/// its key.
pub trait HoldsSealed: Record {
    /// What it is sealed for.
    const PURPOSE: Purpose;

    /// The sealed text, if there is one in this record.
    fn sealed(&mut self) -> Option<&mut Vec<u8>>;
}

/// Where what is sealed in a record of this kind opens.
fn place<'a, R: HoldsSealed>(site: &'a SiteId, own: &'a [u8]) -> Place<'a> {
    Place {
        site: Some(site),
        record: own,
        purpose: R::PURPOSE,
    }
}

impl Record for WebhookState {
    const VERSION: u8 = 1;
}

impl Record for DeadLetter {
    const VERSION: u8 = 1;
}

impl Record for Deletion {
    const VERSION: u8 = 1;
}

impl Record for Erasure {
    const VERSION: u8 = 1;
}

impl Record for Visits {
    const VERSION: u8 = 1;
}

/// A token at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredToken {
    /// When and what, in plain.
    pub status: TokenStatus,
    /// What its keeper remembers.
    pub upkeep: Upkeep,
    /// Counts the tokens and changes of one lead, from 1; 0 where no lead has
    /// it yet.
    pub revision: u64,
    /// Under which time it stands among those that are due.
    pub due: Option<Timestamp>,
    /// The token itself.
    pub sealed: Vec<u8>,
}

impl Record for StoredToken {
    const VERSION: u8 = 1;
}

impl HoldsSealed for StoredToken {
    const PURPOSE: Purpose = Purpose::LeadToken;

    fn sealed(&mut self) -> Option<&mut Vec<u8>> {
        Some(&mut self.sealed)
    }
}

impl StoredToken {
    /// Seals a lead's token, as its `revision`-th.
    ///
    /// # Errors
    /// [`SealError::NoRandom`].
    pub fn seal(
        token: &Token,
        revision: u64,
        sealer: &Sealer,
        site: &SiteId,
        lead: &LeadId,
    ) -> Result<Self, SealError> {
        Ok(Self {
            revision,
            due: token.upkeep.due(&token.status, lead),
            ..Self::sealed_at(&place::<Self>(site, lead.as_bytes()), token, sealer)?
        })
    }

    fn sealed_at(place: &Place<'_>, token: &Token, sealer: &Sealer) -> Result<Self, SealError> {
        Ok(Self {
            status: token.status.clone(),
            upkeep: token.upkeep.clone(),
            revision: 0,
            due: None,
            sealed: sealer.seal(&token.secret, place)?,
        })
    }

    /// Opens a lead's token again.
    ///
    /// # Errors
    /// [`SealError`] when it is not what was sealed there.
    pub fn open(self, sealer: &Sealer, site: &SiteId, lead: &LeadId) -> Result<Token, SealError> {
        self.opened_at(&place::<Self>(site, lead.as_bytes()), sealer)
    }

    fn opened_at(self, place: &Place<'_>, sealer: &Sealer) -> Result<Token, SealError> {
        Ok(Token {
            secret: sealer.open(&self.sealed, place)?,
            status: self.status,
            upkeep: self.upkeep,
        })
    }
}

/// A login at rest. One that is still `Pending` and unchanged since its start
/// is in the journal instead.
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

impl HoldsSealed for StoredAuthorization {
    const PURPOSE: Purpose = Purpose::AuthorizationToken;

    fn sealed(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.stage {
            StoredStage::Exchanged(token) => Some(&mut token.sealed),
            StoredStage::Pending
            | StoredStage::CodeSent
            | StoredStage::Completed { .. }
            | StoredStage::Declined(_)
            | StoredStage::Failed(_) => None,
        }
    }
}

impl StoredAuthorization {
    /// The lead that it ended in, if it did.
    #[must_use]
    pub const fn lead(&self) -> Option<LeadId> {
        match self.stage {
            StoredStage::Completed { lead_id, .. } => Some(lead_id),
            _ => None,
        }
    }

    /// Whether it says anything about the person.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.request != self.request.clone().without_person()
    }

    /// The same login without what it says about the person.
    #[must_use]
    pub fn without_person(mut self) -> Self {
        self.request = self.request.without_person();
        self
    }

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
            Stage::Exchanged(token) => StoredStage::Exchanged(StoredToken::sealed_at(
                &place::<Self>(site, &state.0),
                token,
                sealer,
            )?),
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
            StoredStage::Exchanged(token) => {
                Stage::Exchanged(token.opened_at(&place::<Self>(site, &state.0), sealer)?)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A record whose first version had no second field.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Grown {
        name: String,
        visits: u32,
    }

    #[derive(Serialize, Deserialize)]
    struct GrownV1 {
        name: String,
    }

    impl Record for GrownV1 {
        const VERSION: u8 = 1;
    }

    impl Record for Grown {
        const VERSION: u8 = 2;

        fn migrate(version: u8, body: &[u8]) -> Result<Self, RecordError> {
            match version {
                1 => postcard::from_bytes(body)
                    .map(|GrownV1 { name }| Self { name, visits: 0 })
                    .map_err(|_| RecordError::Malformed),
                _ => Err(RecordError::Malformed),
            }
        }
    }

    #[test]
    fn an_older_record_is_read_as_what_it_means_now() {
        let name = "atelier".to_owned();
        let old = encode(&GrownV1 { name: name.clone() }).unwrap();
        let now = Grown { name, visits: 0 };
        assert_eq!(decode::<Grown>(&old), Ok(now));
    }

    #[test]
    fn a_newer_record_is_told_from_a_damaged_one() {
        let new = encode(&Grown {
            name: "atelier".to_owned(),
            visits: 3,
        });
        let new = new.unwrap();
        let older_release = decode::<GrownV1>(&new).map(|_| ());
        assert_eq!(older_release, Err(RecordError::Newer(2)));
        let never_was = [&[0], &new[1..]].concat();
        assert_eq!(decode::<Grown>(&never_was), Err(RecordError::Malformed));
        assert_eq!(decode::<Grown>(&[]), Err(RecordError::Malformed));
    }
}
