//! Everything that is sealed in the store, so that it can be walked through:
//! to count what a key has sealed.

use super::keyring::KeyId;
use super::keys::Kind;
use super::record::{self, HoldsSealed, RecordError, StoredAuthorization, StoredToken};
use super::seal;

/// How to handle what is sealed in records of one kind.
#[derive(Clone, Copy)]
pub struct SealedIn {
    key_of: fn(&[u8]) -> Result<Option<KeyId>, RecordError>,
}

/// What is sealed in records of this kind. A new kind has to say so here, or
/// it does not compile.
#[must_use]
pub fn in_records_of(kind: Kind) -> Option<SealedIn> {
    match kind {
        Kind::Authorization => Some(SealedIn::by::<StoredAuthorization>()),
        Kind::Token => Some(SealedIn::by::<StoredToken>()),
        Kind::Change
        | Kind::Erasure
        | Kind::Lead
        | Kind::LoginOrder
        | Kind::ScopedId
        | Kind::TokenDue
        | Kind::UserId => None,
    }
}

impl SealedIn {
    fn by<R: HoldsSealed>() -> Self {
        Self {
            key_of: |value| {
                let mut record: R = record::decode(value)?;
                match record.sealed() {
                    Some(sealed) => seal::key_of(sealed).map(Some).ok_or(RecordError::Malformed),
                    None => Ok(None),
                }
            },
        }
    }

    /// The key that the record with this value is sealed with; none where
    /// nothing in it is sealed.
    ///
    /// # Errors
    /// When it is no such record.
    pub fn key_of(&self, value: &[u8]) -> Result<Option<KeyId>, RecordError> {
        (self.key_of)(value)
    }
}
