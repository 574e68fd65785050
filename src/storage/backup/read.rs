//! Reading a backup.

use std::fmt;
use std::io::{self, Read};

use super::entry::{self, Account, Entry};
use super::frame::{Frames, MOST_BYTES, PREFIX};
use super::header::Header;
use crate::storage::keyring::KeyId;
use crate::storage::seal::{SealError, Sealer};

/// Bytes that sealing adds to a frame, with room.
const SEALED_MORE: usize = 64;

/// Why a file cannot be read as a backup. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The disk's own: what kind of error, and its words.
    Io(io::ErrorKind, String),
    /// It is something else.
    NoBackup,
    /// A newer release made it.
    Newer,
    /// Its end is missing.
    CutOff,
    /// It is not what was written.
    Altered,
    /// The key ring lacks the key that it was sealed with.
    KeyMissing(KeyId),
    /// The key ring has another key of that name, or the header was changed.
    WrongKey,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_, error) => write!(f, "the backup cannot be read: {error}"),
            Self::NoBackup => f.write_str(
                "this file is no backup that `leadtap backup` made: name another one",
            ),
            Self::Newer => f.write_str(
                "a newer release of leadtap made this backup: install that release, then restore",
            ),
            Self::CutOff => f.write_str(
                "the end of the backup is missing: it was cut off while it was made or copied; use another copy or an earlier backup",
            ),
            Self::Altered => f.write_str(
                "the backup is not what was written: a part of it was changed, lost or moved; use another copy or an earlier backup",
            ),
            Self::KeyMissing(id) => write!(
                f,
                "the backup is sealed with key {id:08x}, which the key ring does not hold: put the key ring of that time in place. The backup itself is not damaged"
            ),
            Self::WrongKey => f.write_str(
                "the key ring does not open the backup: it holds another key under the name of the one that sealed it, or the beginning of the file was changed. Put the key ring of that time in place, or use another copy",
            ),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            kind => Self::Io(kind, error.to_string()),
        }
    }
}

impl From<SealError> for ReadError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::KeyMissing(id) => Self::KeyMissing(id),
            SealError::Altered | SealError::NoRandom => Self::WrongKey,
        }
    }
}

/// Reads a backup from its beginning to its end.
pub struct BackupReader<R> {
    from: R,
    frames: Frames,
    header: Header,
}

impl<R: Read> BackupReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn new(mut from: R, sealer: &Sealer) -> Result<Self, ReadError> {
        let (header, bytes) = Header::read(&mut from)?;
        let frames = Frames::new(header.key(sealer)?, &bytes);
        Ok(Self {
            from,
            frames,
            header,
        })
    }

    /// What stands at the beginning.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Hands every record to `take`, in the order of the file: the later of
    /// two with one key counts, and none means that it is gone. Gives the
    /// account at the end.
    ///
    /// # Errors
    /// [`ReadError`], or what `take` says. What was handed out before is worth
    /// nothing then.
    pub fn read_all<E: From<ReadError>>(
        mut self,
        mut take: impl FnMut(Vec<u8>, Option<Vec<u8>>) -> Result<(), E>,
    ) -> Result<Account, E> {
        loop {
            let (plain, last) = self.frame()?;
            let mut rest = plain.as_slice();
            while !rest.is_empty() {
                match entry::read(&mut rest).ok_or(ReadError::Altered)? {
                    Entry::Put(key, value) => take(key, Some(value))?,
                    Entry::Remove(key) => take(key, None)?,
                    Entry::End(account) if last && rest.is_empty() => {
                        self.nothing_more()?;
                        return Ok(account);
                    }
                    Entry::End(_) => return Err(ReadError::Altered.into()),
                }
            }
            if last {
                return Err(ReadError::Altered.into());
            }
        }
    }

    fn frame(&mut self) -> Result<(Vec<u8>, bool), ReadError> {
        let mut prefix = [0; PREFIX];
        self.from.read_exact(&mut prefix)?;
        let [length @ .., last] = prefix;
        let length = u32::from_be_bytes(length) as usize;
        if length > MOST_BYTES + SEALED_MORE || last > 1 {
            return Err(ReadError::Altered);
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let plain = self.frames.open(sealed, last == 1);
        Ok((plain.map_err(|_| ReadError::Altered)?, last == 1))
    }

    fn nothing_more(&mut self) -> Result<(), ReadError> {
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(ReadError::Altered),
        }
    }
}
