//! A small file beside the store that remembers how far it had come.
//!
//! sled can open with its newest records missing and not say so. The witness
//! is written after the sync, at most once a second and at a clean stop, so it
//! is never ahead of what is on the medium: a store that opens with a lower
//! sequence has lost something. A checksum tells a witness that was damaged
//! from a store that was.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The most of a witness file that is read: it has about 60 bytes.
const MAX_BYTES: u64 = 1024;

const HEADER: &str = "leadtap-witness";
const VERSION: &str = "2";

/// The version without a checksum.
const UNCHECKED: &str = "1";

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
    /// replaced by renaming, so a torn one is not to be expected, and a damaged
    /// one is no proof that something is lost: the log says so, and the store
    /// itself tells what it can.
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
        let witness = parse(&String::from_utf8_lossy(&bytes));
        if witness.is_none() {
            tracing::error!(
                file = %self.path.display(),
                "the witness is damaged, and is made anew: look at the disk"
            );
        }
        Ok(witness)
    }

    /// Replaces it. What replaces it is synced first, so that a power cut
    /// leaves a whole one: this, or the one before, which is true as well.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, witness: Witness) -> io::Result<()> {
        let next = self.path.with_extension("next");
        let mut file = File::create(&next)?;
        let (store, sequence) = (witness.store_id, witness.sequence);
        let text = format!("{HEADER} {VERSION} {store:032x} {sequence}");
        writeln!(file, "{text} {:08x}", crc32fast::hash(text.as_bytes()))?;
        file.sync_data()?;
        std::fs::rename(&next, &self.path)
    }
}

fn parse(text: &str) -> Option<Witness> {
    let text = text.strip_suffix('\n')?;
    let words: Vec<&str> = text.split(' ').collect();
    let (store_id, sequence) = match words.as_slice() {
        [HEADER, UNCHECKED, store_id, sequence] => (store_id, sequence),
        [HEADER, VERSION, store_id, sequence, checksum] => {
            let (checked, _) = text.rsplit_once(' ')?;
            if *checksum != format!("{:08x}", crc32fast::hash(checked.as_bytes())) {
                return None;
            }
            (store_id, sequence)
        }
        _ => return None,
    };
    Some(Witness {
        store_id: u128::from_str_radix(store_id, 16).ok()?,
        sequence: sequence.parse().ok()?,
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
    fn a_flipped_bit_makes_it_none_and_never_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = WitnessFile::beside(folder.path());
        let witness = Witness {
            store_id: 7 << 100,
            sequence: 42,
        };
        file.write(witness).unwrap();
        let whole = std::fs::read(&file.path).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut broken = whole.clone();
                broken[at] ^= 1 << bit;
                std::fs::write(&file.path, broken).unwrap();
                assert_eq!(file.read().unwrap(), None, "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn one_of_an_earlier_release_has_no_checksum() {
        let text = format!("leadtap-witness 1 {:032x} 42\n", 7_u128 << 100);
        assert_eq!(parse(&text).map(|witness| witness.sequence), Some(42));
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
