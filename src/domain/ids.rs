//! The names by which things are found.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::Timestamp;
use super::limits;

/// Bits of an id after its 48 of time (RFC 9562 section 5.7).
const RANDOM_BITS: u32 = 80;

/// The last millisecond that 48 bits hold.
const MAX_MILLIS: u64 = (1 << 48) - 1;

/// A lead's own id: a UUID version 7, so that ids sort by creation time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LeadId(Uuid);

impl LeadId {
    /// Takes a UUID as a lead's id.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Before every other id.
    pub const FIRST: Self = Self(Uuid::nil());

    /// After every other id.
    pub const LAST: Self = Self(Uuid::max());

    /// Before every id that is made in the millisecond of this moment.
    #[must_use]
    pub fn first_of(time: Timestamp) -> Self {
        let millis = u64::try_from(time.as_micros().div_euclid(1000)).unwrap_or(0);
        let millis = u128::from(millis.min(MAX_MILLIS));
        Self(Uuid::from_u128(millis << RANDOM_BITS))
    }

    /// After every id that is made in the millisecond of this moment.
    #[must_use]
    pub fn last_of(time: Timestamp) -> Self {
        let below = u128::MAX >> (u128::BITS - RANDOM_BITS);
        Self(Uuid::from_u128(Self::first_of(time).0.as_u128() | below))
    }

    /// The 16 bytes, in the order in which they sort.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id as two numbers.
    #[must_use]
    pub const fn halves(&self) -> (u64, u64) {
        self.0.as_u64_pair()
    }
}

impl fmt::Display for LeadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for LeadId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 36 {
            return Err(IdError("must be a UUID in its 36-character form"));
        }
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| IdError("must be a UUID in its 36-character form"))
    }
}

/// SHA-256 of a `state`: what the store knows an authorization by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StateHash(pub [u8; 32]);

/// SHA-256 of the secret in the shopper's cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BrowserBindingHash(pub [u8; 32]);

/// Declares an id that Instagram gives out: decimal digits, kept as text
/// because it can be larger than any integer type.
macro_rules! instagram_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(String);

        impl $name {
            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                digits(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

instagram_id! {
    /// Field `id` of `/me`: differs from app to app.
    InstagramScopedId
}

instagram_id! {
    /// Field `user_id` of `/me`: the professional account's own id.
    InstagramUserId
}

fn digits(text: &str) -> Result<String, IdError> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits && (1..=limits::INSTAGRAM_ID_DIGITS).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(IdError("must be 1 to 32 decimal digits"))
    }
}

/// What sites and webhooks are called in the configuration: 1 to 63 of
/// `a-z 0-9 -`.
pub(super) fn name(text: &str) -> Result<Arc<str>, IdError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=limits::NAME_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.into())
    } else {
        Err(IdError("must be 1 to 63 characters of a-z, 0-9 and -"))
    }
}

/// Why a text is not an id. Prints the rule that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdError(pub(crate) &'static str);

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for IdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_beyond_any_integer_stays_as_it_is() {
        let id: InstagramUserId = "98765432109876543210987654321098".parse().unwrap();
        assert_eq!(id.to_string(), "98765432109876543210987654321098");
    }

    #[test]
    fn what_is_not_digits_is_no_instagram_id() {
        for text in ["", "-1", "1e3", "１２", "123456789012345678901234567890123"] {
            assert!(text.parse::<InstagramScopedId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_lead_id_has_one_spelling() {
        let text = "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10";
        assert_eq!(text.parse::<LeadId>().unwrap().to_string(), text);
        assert!(
            "0192f1c87b7e7d4c9a510b5a3f7f2a10"
                .parse::<LeadId>()
                .is_err()
        );
    }
}
