//! What Meta asked to be deleted, and what became of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::IdError;

/// The code by which a person, and Meta, ask what became of a deletion: 128
/// bits that nobody guesses, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfirmationCode([u8; 16]);

impl ConfirmationCode {
    /// Of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ConfirmationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ConfirmationCode {
    type Err = IdError;

    /// In small or capital letters.
    fn from_str(text: &str) -> Result<Self, IdError> {
        const ERROR: IdError = IdError("must be 32 hexadecimal digits");
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ERROR);
        }
        let code = u128::from_str_radix(text, 16).map_err(|_| ERROR)?;
        Ok(Self(code.to_be_bytes()))
    }
}

/// A deletion that was asked for and carried out. It holds nothing of the
/// person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// When Meta signed the request.
    pub issue_time: Timestamp,
    /// When it was carried out.
    pub complete_time: Timestamp,
    /// Leads that were erased: none where nothing was held.
    pub leads: u32,
    /// Access tokens that went with them.
    pub tokens: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_shown_and_in_capitals() {
        let code = ConfirmationCode::new([0x0f; 16]);
        let text = code.to_string();
        assert_eq!(text, "0f".repeat(16));
        assert_eq!(text.parse(), Ok(code));
        assert_eq!(text.to_uppercase().parse(), Ok(code));
        for wrong in ["", "0f", &"+f".repeat(16), &"zz".repeat(16)] {
            assert!(wrong.parse::<ConfirmationCode>().is_err(), "{wrong}");
        }
    }
}
