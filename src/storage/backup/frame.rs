//! Sealing a backup piece by piece, so that the whole never is in memory.

use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use ring::digest::{Digest, SHA256, digest};

/// Bytes of a frame before they are sealed, at most. One is closed with the
/// record that makes it [`FULL_BYTES`], and no record is larger than the rest:
/// what comes from outside has its limits, of some kilobytes.
pub const MOST_BYTES: usize = 1024 * 1024;

/// A frame is closed at this many bytes.
pub const FULL_BYTES: usize = MOST_BYTES / 4;

/// Bytes in front of a sealed frame: its length, and whether it is the last.
pub const PREFIX: usize = 5;

/// Seals or opens the frames of one backup, in their order.
pub struct Frames {
    key: LessSafeKey,
    /// Of the header: binds every frame to its backup.
    header: Digest,
    number: u64,
}

/// The frame is not what was sealed in this place.
#[derive(Debug)]
pub struct Altered;

impl Frames {
    /// From the first frame on.
    pub fn new(key: LessSafeKey, header: &[u8]) -> Self {
        Self {
            key,
            header: digest(&SHA256, header),
            number: 0,
        }
    }

    /// The next frame as it stands in the file.
    ///
    /// # Errors
    /// [`Altered`] when it is larger than any frame may be.
    pub fn seal(&mut self, mut plain: Vec<u8>, last: bool) -> Result<Vec<u8>, Altered> {
        if plain.len() > MOST_BYTES {
            return Err(Altered);
        }
        let nonce = self.nonce(last);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(self.header.as_ref()), &mut plain)
            .map_err(|_| Altered)?;
        let length = u32::try_from(plain.len()).map_err(|_| Altered)?;
        let mut frame = Vec::with_capacity(PREFIX + plain.len());
        frame.extend_from_slice(&length.to_be_bytes());
        frame.push(u8::from(last));
        frame.append(&mut plain);
        Ok(frame)
    }

    /// Opens the next frame.
    ///
    /// # Errors
    /// [`Altered`].
    pub fn open(&mut self, mut sealed: Vec<u8>, last: bool) -> Result<Vec<u8>, Altered> {
        let nonce = self.nonce(last);
        let length = self
            .key
            .open_in_place(nonce, Aad::from(self.header.as_ref()), &mut sealed)
            .map_err(|_| Altered)?
            .len();
        sealed.truncate(length);
        Ok(sealed)
    }

    /// Never the same twice under one key: the key is the backup's own, and
    /// each frame has its number.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().rev().zip(self.number.to_le_bytes()) {
            *to = from;
        }
        nonce[0] = u8::from(last);
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}
