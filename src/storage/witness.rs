//! A small file beside the store that remembers how far it had come.
//!
//! sled can open with its newest records missing and not say so. The witness
//! is written after the sync, at most once a second and at a clean stop, so it
//! is never ahead of what is on the medium: a store that opens with a lower
//! sequence has lost something.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The most of a witness file that is read: it has about 60 bytes.
const MAX_BYTES: u64 = 1024;

/// Which store, and how far it had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The store's random id.
    pub store_id: u128,
    /// A batch that was on the medium.
    pub sequence: u64,
}

/// The file.
#[derive(Debug)]
pub struct WitnessFile {
    path: PathBuf,
}

impl WitnessFile {
    /// The witness of the store in this folder.
    #[must_use]
    pub fn beside(folder: &Path) -> Self {
        Self {
            path: folder.join("witness"),
        }
    }

    /// Reads it; none if there is no file, or none that says anything. It is
    /// replaced by renaming, so a torn one is not to be expected, and an
    /// unreadable one is no proof that something is lost.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self) -> io::Result<Option<Witness>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Replaces it. What replaces it is synced first, so that a power cut
    /// leaves a whole one: this, or the one before, which is true as well.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, witness: Witness) -> io::Result<()> {
        let next = self.path.with_extension("next");
        let mut file = File::create(&next)?;
        writeln!(
            file,
            "leadtap-witness 1 {:032x} {}",
            witness.store_id, witness.sequence
        )?;
        file.sync_data()?;
        std::fs::rename(&next, &self.path)
    }
}

fn parse(text: &str) -> Option<Witness> {
    let mut words = text.split_whitespace();
    let header = (words.next()?, words.next()?);
    if header != ("leadtap-witness", "1") {
        return None;
    }
    Some(Witness {
        store_id: u128::from_str_radix(words.next()?, 16).ok()?,
        sequence: words.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = WitnessFile::beside(folder.path());
        assert_eq!(file.read().unwrap(), None);
        let witness = Witness {
            store_id: 7 << 100,
            sequence: 42,
        };
        file.write(witness).unwrap();
        assert_eq!(file.read().unwrap(), Some(witness));
    }

    #[test]
    fn a_torn_witness_is_no_witness() {
        for text in [
            "",
            "leadtap-witness 1 00",
            "leadtap-witness 2 00 1",
            "\u{1}",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
