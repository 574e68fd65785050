//! Everything that is sealed in the store, so that it can be walked through:
//! to count what a key has sealed, and to seal it anew.

use super::error::StoreError;
use super::keyring::KeyId;
use super::keys::Kind;
use super::record::{self, HoldsSealed, RecordError, StoredAuthorization, StoredToken};
use super::seal::{self, Place, Purpose, Sealer};
use crate::domain::site::SiteId;

/// Gives a record's value with what is sealed in it sealed anew.
type SealAgain = fn(&Sealer, &Place<'_>, &[u8]) -> Result<Vec<u8>, StoreError>;

/// How to handle what is sealed in records of one kind.
#[derive(Clone, Copy)]
pub struct SealedIn {
    /// What it is sealed for.
    pub purpose: Purpose,
    key_of: fn(&[u8]) -> Result<Option<KeyId>, RecordError>,
    again: SealAgain,
}

/// What is sealed in records of this kind. A new kind has to say so here, or
/// it does not compile.
#[must_use]
pub fn in_records_of(kind: Kind) -> Option<SealedIn> {
    match kind {
        Kind::Authorization => Some(SealedIn::by::<StoredAuthorization>()),
        Kind::Token => Some(SealedIn::by::<StoredToken>()),
        Kind::Change
        | Kind::Deletion
        | Kind::Erasure
        | Kind::Lead
        | Kind::LoginOrder
        | Kind::ScopedId
        | Kind::TokenDue
        | Kind::UserId
        | Kind::Visits
        | Kind::Replay
        | Kind::DeadLetter
        | Kind::WebhookCursor => None,
    }
}

/// The kinds of records in which something is sealed.
pub fn kinds() -> impl DoubleEndedIterator<Item = Kind> {
    let holds = |kind: &Kind| in_records_of(*kind).is_some();
    Kind::ALL.into_iter().filter(holds)
}

impl SealedIn {
    fn by<R: HoldsSealed>() -> Self {
        Self {
            purpose: R::PURPOSE,
            key_of: |value| {
                let mut record: R = record::decode(value)?;
                match record.sealed() {
                    Some(sealed) => seal::key_of(sealed).map(Some).ok_or(RecordError::Malformed),
                    None => Ok(None),
                }
            },
            again: |sealer, place, value| {
                let mut record: R = record::decode(value)?;
                if let Some(sealed) = record.sealed() {
                    *sealed = sealer.seal(&sealer.open(sealed, place)?, place)?;
                }
                Ok(record::encode(&record)?)
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

    /// The value with what is sealed in it sealed anew. `own` is the record's
    /// part of its key.
    ///
    /// # Errors
    /// When it does not open, or cannot be sealed.
    pub fn again(
        &self,
        sealer: &Sealer,
        site: &SiteId,
        own: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let place = Place {
            site: Some(site),
            record: own,
            purpose: self.purpose,
        };
        (self.again)(sealer, &place, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_for_any_purpose_is_sealed_anew_by_a_rotation() {
        for purpose in Purpose::ALL {
            let has_home = kinds()
                .any(|kind| in_records_of(kind).is_some_and(|sealed| sealed.purpose == purpose));
            assert_eq!(has_home, purpose.is_in_records(), "{purpose:?}");
        }
    }
}
