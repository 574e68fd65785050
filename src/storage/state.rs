//! What a login's `state` is to the store: a hash to find it by, and a key.
//!
//! The store keeps the hash alone. What a login was begun with (where the shop
//! wants to go on, campaign, consent) stands in the journal under the key, and
//! the journal is never rewritten: so nobody reads it there but whoever brings
//! the `state` itself, which is the browser that comes back from Instagram.
//! What the journal still holds of somebody who was erased is not readable, by
//! the daemon neither.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::hmac;
use zeroize::Zeroizing;

use super::record::RecordError;
use crate::domain::ids::StateHash;
use crate::domain::secret::Secret;

/// Keeps the key apart from the hash, which the store knows.
const KEY_PURPOSE: &[u8] = b"leadtap begun login";

/// A login's `state`.
#[derive(Clone)]
pub struct LoginState {
    hash: StateHash,
    key: Zeroizing<[u8; 32]>,
}

impl LoginState {
    /// Of the `state` as it is in the URL.
    #[must_use]
    pub fn of(state: &Secret) -> Self {
        let state = state.expose().as_bytes();
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, state), KEY_PURPOSE);
        Self {
            hash: StateHash(bytes(digest(&SHA256, state).as_ref())),
            key: Zeroizing::new(bytes(key.as_ref())),
        }
    }

    /// A state that has this hash, for tests that want their own.
    #[cfg(test)]
    #[must_use]
    pub fn with_hash(hash: [u8; 32]) -> Self {
        Self {
            hash: StateHash(hash),
            key: Zeroizing::new(hash),
        }
    }

    /// What the store finds the login by.
    #[must_use]
    pub const fn hash(&self) -> StateHash {
        self.hash
    }

    /// Seals what a login was begun with, to what stands in plain beside it.
    ///
    /// The nonce is zero: a state is random and begins one login, so its key
    /// seals one text.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], which no login of ours causes.
    pub(super) fn seal(&self, beside: &[u8], text: &mut Vec<u8>) -> Result<(), RecordError> {
        self.cipher()?
            .seal_in_place_append_tag(nonce(), Aad::from(beside), text)
            .map_err(|_| RecordError::Malformed)
    }

    /// Opens it again.
    ///
    /// # Errors
    /// [`RecordError::Malformed`] when it is not what was sealed there.
    pub(super) fn open(
        &self,
        beside: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, RecordError> {
        let mut text = Zeroizing::new(sealed.to_vec());
        let opened = self
            .cipher()?
            .open_in_place(nonce(), Aad::from(beside), &mut text)
            .map_err(|_| RecordError::Malformed)?
            .len();
        text.truncate(opened);
        Ok(text)
    }

    fn cipher(&self) -> Result<LessSafeKey, RecordError> {
        let key = UnboundKey::new(&AES_256_GCM, self.key.as_slice());
        key.map(LessSafeKey::new)
            .map_err(|_| RecordError::Malformed)
    }
}

/// It tells the hash and not the key.
impl fmt::Debug for LoginState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LoginState").field(&self.hash).finish()
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; ring::aead::NONCE_LEN])
}

/// A hash of 32 bytes.
fn bytes(hash: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_state_beside_the_same_text_alone() {
        let state = LoginState::of(&Secret::from("a-state"));
        let mut text = b"campaign".to_vec();
        state.seal(b"shop", &mut text).unwrap();
        assert_eq!(*state.open(b"shop", &text).unwrap(), b"campaign");
        assert!(state.open(b"other", &text).is_err());
        let another = LoginState::of(&Secret::from("another-state"));
        assert!(another.open(b"shop", &text).is_err());
        text[0] ^= 1;
        assert!(state.open(b"shop", &text).is_err());
    }

    #[test]
    fn neither_the_state_nor_its_key_follows_from_what_is_kept_or_printed() {
        let state = LoginState::of(&Secret::from("a-state"));
        assert_ne!(state.hash().0, *state.key);
        let printed = format!("{state:?}");
        assert!(!printed.contains("a-state"));
        assert!(!printed.contains(&format!("{:?}", *state.key)));
    }
}
