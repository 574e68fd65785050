//! What stands at the beginning of a backup.

use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::read::ReadError;
use crate::domain::clock::Timestamp;
use crate::domain::secret::Secret;
use crate::storage::format::FORMAT;
use crate::storage::seal::{Place, Purpose, SealError, Sealer};

/// How every backup begins.
const MAGIC: &[u8; 15] = b"leadtap-backup\n";

/// The version that this release writes: the store's form, because an older
/// release can read the frames and not what is in them.
const VERSION: u8 = FORMAT;

/// Where the backup's own key opens.
const KEY_PLACE: Place<'static> = Place {
    site: None,
    record: b"backup",
    purpose: Purpose::BackupKey,
};

/// The header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When the backup was begun.
    pub create_time: Timestamp,
    /// The release that made it.
    pub release: String,
    /// The backup's own key, sealed with the key ring's newest.
    sealed_key: Vec<u8>,
}

impl Header {
    /// A header and the key that it holds.
    ///
    /// # Errors
    /// When there is no key to seal with, or no randomness.
    pub fn new(create_time: Timestamp, sealer: &Sealer) -> Result<(Self, LessSafeKey), SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new()
            .fill(&mut *bytes)
            .map_err(|_| SealError::NoRandom)?;
        let text = Secret::new(BASE64.encode(*bytes));
        let header = Self {
            create_time,
            release: env!("CARGO_PKG_VERSION").to_owned(),
            sealed_key: sealer.seal(&text, &KEY_PLACE)?,
        };
        Ok((header, key(&*bytes)?))
    }

    /// The backup's own key.
    ///
    /// # Errors
    /// [`SealError::KeyMissing`] when the ring lacks the one that sealed it.
    pub fn key(&self, sealer: &Sealer) -> Result<LessSafeKey, SealError> {
        let text = sealer.open(&self.sealed_key, &KEY_PLACE)?;
        let bytes = BASE64.decode(text.expose());
        key(&Zeroizing::new(bytes.map_err(|_| SealError::Altered)?))
    }

    /// Its bytes, as they stand in the file.
    ///
    /// # Errors
    /// None that a header of ours causes.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        let body = postcard::to_stdvec(self).map_err(|_| SealError::Altered)?;
        let length = u16::try_from(body.len()).map_err(|_| SealError::Altered)?;
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Reads one, and gives its bytes too.
    ///
    /// # Errors
    /// [`ReadError`]: no backup, one of a newer release, or cut off.
    pub fn read(from: &mut impl Read) -> Result<(Self, Vec<u8>), ReadError> {
        let mut bytes = vec![0; MAGIC.len() + 3];
        from.read_exact(&mut bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => ReadError::NoBackup,
                kind => ReadError::Io(kind, error.to_string()),
            })?;
        let [magic @ .., version, high, low] = bytes.as_slice() else {
            return Err(ReadError::NoBackup);
        };
        if magic != MAGIC {
            return Err(ReadError::NoBackup);
        }
        if *version > VERSION {
            return Err(ReadError::Newer);
        }
        let mut body = vec![0; usize::from(u16::from_be_bytes([*high, *low]))];
        from.read_exact(&mut body)?;
        let header = postcard::from_bytes(&body).map_err(|_| ReadError::Altered)?;
        bytes.append(&mut body);
        Ok((header, bytes))
    }
}

fn key(bytes: &[u8]) -> Result<LessSafeKey, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::Altered)?;
    Ok(LessSafeKey::new(key))
}
