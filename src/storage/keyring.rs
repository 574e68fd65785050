//! The keys that seal what is on disk. They live apart from the store.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::domain::secret::Secret;

/// Bytes of one key: AES-256.
const KEY_BYTES: usize = 32;

/// Keys in one ring, so that a wrong file is noticed early.
const MAX_KEYS: usize = 64;

/// A key's name, stored beside everything that it sealed. Random, so that two
/// rings made on two machines do not claim the same name for different keys.
pub type KeyId = u32;

/// The keys that can open what is on disk, and the one that seals anew.
pub struct KeyRing {
    /// In the order of the file; never empty.
    keys: Vec<(KeyId, LessSafeKey)>,
}

impl KeyRing {
    /// Reads a ring: one key a line, `ID BASE64`, the id as 8 hexadecimal
    /// digits. The last line's key seals; all of them open. Empty lines and
    /// lines that begin with `#` mean nothing.
    ///
    /// # Errors
    /// [`KeyRingError`] names the line, never what is in it.
    pub fn parse(text: &Secret) -> Result<Self, KeyRingError> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(text.expose().lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, key) = parse_line(line).ok_or(KeyRingError::Line(number))?;
            if keys.iter().any(|(other, _)| *other == id) {
                return Err(KeyRingError::Twice(number));
            }
            keys.push((id, key));
            if keys.len() > MAX_KEYS {
                return Err(KeyRingError::TooMany);
            }
        }
        if keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        Ok(Self { keys })
    }

    /// The text of a new ring with one random key.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Secret, KeyRingError> {
        let line = new_line(random_id()?)?;
        Ok(Secret::new(format!(
            "# leadtap key ring: one key a line, the last one seals. Keep a copy apart from the store's backups.\n{}",
            line.expose()
        )))
    }

    /// A key that both rings have under one name, and that is not the same.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub(super) fn differing(&self, other: &Self) -> Result<Option<KeyId>, KeyRingError> {
        for (id, key) in &self.keys {
            if let Some(theirs) = other.get(*id)
                && !are_equal(key, theirs)?
            {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }

    /// Whether it has as many keys as a ring may have.
    pub(super) fn is_full(&self) -> bool {
        self.keys.len() >= MAX_KEYS
    }

    /// The names of all keys, in the order of the file: the last one seals.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys.iter().map(|(id, _)| *id)
    }

    /// The name of the key that seals from now on.
    pub fn newest(&self) -> Option<KeyId> {
        self.sealing().map(|(id, _)| id)
    }

    /// The key that seals from now on.
    pub(super) fn sealing(&self) -> Option<(KeyId, &LessSafeKey)> {
        self.keys.last().map(|(id, key)| (*id, key))
    }

    /// The key of that name.
    pub(super) fn get(&self, id: KeyId) -> Option<&LessSafeKey> {
        let mut keys = self.keys.iter();
        keys.find(|(other, _)| *other == id).map(|(_, key)| key)
    }
}

/// Whether what the one seals the other opens: keys tell nothing else.
fn are_equal(one: &LessSafeKey, other: &LessSafeKey) -> Result<bool, KeyRingError> {
    let mut nonce = [0; NONCE_LEN];
    let filled = SystemRandom::new().fill(&mut nonce);
    filled.map_err(|_| KeyRingError::NoRandom)?;
    let nonce = || Nonce::assume_unique_for_key(nonce);
    let mut sealed = Vec::new();
    let is_sealed = one.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed);
    let opened = other.open_in_place(nonce(), Aad::empty(), &mut sealed);
    Ok(is_sealed.is_ok() && opened.is_ok())
}

/// A name for a new key.
pub(super) fn random_id() -> Result<KeyId, KeyRingError> {
    let mut id = [0; 4];
    let filled = SystemRandom::new().fill(&mut id);
    filled.map_err(|_| KeyRingError::NoRandom)?;
    Ok(KeyId::from_be_bytes(id))
}

/// The line of a new key under this name.
pub(super) fn new_line(id: KeyId) -> Result<Secret, KeyRingError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let filled = SystemRandom::new().fill(&mut *key);
    filled.map_err(|_| KeyRingError::NoRandom)?;
    let key = Zeroizing::new(BASE64.encode(*key));
    Ok(Secret::new(format!("{id:08x} {}\n", *key)))
}

/// The name of the key in this line; none where there is none.
pub(super) fn id_of(line: &str) -> Option<KeyId> {
    parse_line(line.trim()).map(|(id, _)| id)
}

fn parse_line(line: &str) -> Option<(KeyId, LessSafeKey)> {
    let (id, key) = line.split_once(' ')?;
    let id = (id.len() == 8).then(|| u32::from_str_radix(id, 16).ok())??;
    let key = Zeroizing::new(BASE64.decode(key.trim()).ok()?);
    let key = UnboundKey::new(&AES_256_GCM, &key).ok()?;
    Some((id, LessSafeKey::new(key)))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys)", self.keys.len())
    }
}

/// Why a text is not a key ring. Never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRingError {
    /// There is no key in it.
    Empty,
    /// That line is not `ID BASE64`.
    Line(usize),
    /// That line's id stands in an earlier line too.
    Twice(usize),
    /// More keys than anybody needs.
    TooMany,
    /// The operating system gave no random bytes.
    NoRandom,
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(
                "the key ring holds no key: put the right file in place, or make a new ring with `leadtap keys create FILE` if there is no store yet",
            ),
            Self::Line(number) => write!(
                f,
                "line {number} of the key ring is not an id of 8 hexadecimal digits, a space and 32 bytes in base64: restore the file from its copy"
            ),
            Self::Twice(number) => write!(
                f,
                "the id in line {number} of the key ring stands in an earlier line too: remove the line that does not belong"
            ),
            Self::TooMany => {
                write!(f, "the key ring holds more than {MAX_KEYS} keys: is it the right file?")
            }
            Self::NoRandom => f.write_str("the operating system gave no random bytes: try again"),
        }
    }
}

impl std::error::Error for KeyRingError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_ring_can_be_read_back() {
        let text = KeyRing::generate().unwrap();
        let ring = KeyRing::parse(&text).unwrap();
        assert!(ring.sealing().is_some());
    }

    #[test]
    fn the_last_key_seals_and_the_earlier_ones_still_open() {
        let old = KeyRing::generate().unwrap();
        let new = KeyRing::generate().unwrap();
        let both = Secret::new(format!("{}{}", old.expose(), new.expose()));
        let (old, new) = (KeyRing::parse(&old).unwrap(), KeyRing::parse(&new).unwrap());
        let both = KeyRing::parse(&both).unwrap();
        let sealing = |ring: &KeyRing| ring.sealing().unwrap().0;
        assert_eq!(sealing(&both), sealing(&new));
        assert!(both.get(sealing(&old)).is_some());
    }

    #[test]
    fn another_key_under_the_same_name_is_told() {
        let text = KeyRing::generate().unwrap();
        let same = KeyRing::parse(&text).unwrap();
        let ring = KeyRing::parse(&text).unwrap();
        assert_eq!(ring.differing(&same), Ok(None));
        let id = ring.newest().unwrap();
        let other = KeyRing::parse(&new_line(id).unwrap()).unwrap();
        assert_eq!(ring.differing(&other), Ok(Some(id)));
        let stranger = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
        assert_eq!(ring.differing(&stranger), Ok(None));
    }

    #[test]
    fn a_broken_line_is_named_but_not_repeated() {
        let error = KeyRing::parse(&Secret::from("# x\n\n00000001 c2hvcnQ=\n")).unwrap_err();
        assert_eq!(error, KeyRingError::Line(3));
        assert!(!error.to_string().contains("c2hvcnQ"));
    }

    #[test]
    fn an_empty_ring_is_refused() {
        assert_eq!(
            KeyRing::parse(&Secret::from("# nothing\n")).unwrap_err(),
            KeyRingError::Empty
        );
    }
}
