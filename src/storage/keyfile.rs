//! The file that a key ring is kept in, and changing it so that no moment of
//! it loses a key.

use std::fmt;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::keyring::{self, KeyId, KeyRing, KeyRingError};
use crate::domain::secret::Secret;

/// Bytes of a ring's file: 64 keys have 4 KiB, and comments some more.
const MAX_BYTES: u64 = 64 * 1024;

/// What the name of the file in the making ends in.
const IN_THE_MAKING: &str = "new";

/// A key ring's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// One that can be changed.
    File(PathBuf),
    /// One that somebody else looks after, such as a credential of systemd's.
    ReadOnly,
}

impl KeyFile {
    /// Puts a new key at the end, where it seals. When this returns, the file
    /// is on the medium. `known` are keys that must be in it already.
    ///
    /// # Errors
    /// [`KeyFileError`]; the file is then as it was.
    pub fn add(&self, known: &[KeyId]) -> Result<KeyRing, KeyFileError> {
        self.change(known, |text, ring| {
            if ring.is_full() {
                return Err(KeyFileError::Full);
            }
            let mut id = keyring::random_id()?;
            while ring.get(id).is_some() {
                id = keyring::random_id()?;
            }
            let line = keyring::new_line(id)?;
            let end = if text.ends_with('\n') { "" } else { "\n" };
            Ok(Secret::new(format!("{text}{end}{}", line.expose())))
        })
    }

    /// Takes a key out. Whether anything is still sealed with it is the
    /// caller's to know.
    ///
    /// # Errors
    /// [`KeyFileError`]; the file is then as it was.
    pub fn remove(&self, known: &[KeyId], id: KeyId) -> Result<KeyRing, KeyFileError> {
        self.change(known, |text, _| {
            // Sized ahead, so that growing leaves no copy behind in freed memory.
            let mut rest = Zeroizing::new(String::with_capacity(text.len() + 1));
            for line in text.lines().filter(|line| keyring::id_of(line) != Some(id)) {
                rest.push_str(line);
                rest.push('\n');
            }
            Ok(Secret::from(rest.as_str()))
        })
    }

    fn change(
        &self,
        known: &[KeyId],
        change: impl FnOnce(&str, &KeyRing) -> Result<Secret, KeyFileError>,
    ) -> Result<KeyRing, KeyFileError> {
        let Self::File(path) = self else {
            return Err(KeyFileError::ReadOnly);
        };
        // A link stays a link: what it leads to is replaced.
        let path = std::fs::canonicalize(path)?;
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let folder = File::open(folder)?;
        // Two at once, such as the daemon and a command, must not lose one's key.
        folder.lock()?;
        let old = File::open(&path)?;
        let about = old.metadata()?;
        let text = read(old)?;
        let ring = KeyRing::parse(&text)?;
        if let Some(lost) = known.iter().find(|id| ring.get(**id).is_none()) {
            return Err(KeyFileError::Changed(*lost));
        }
        let text = change(text.expose(), &ring)?;
        let ring = KeyRing::parse(&text)?;
        replace(&path, &text, about.mode(), (about.uid(), about.gid()))?;
        folder.sync_all()?;
        Ok(ring)
    }
}

fn read(file: File) -> io::Result<Secret> {
    // Sized ahead, so that growing leaves no copy behind in freed memory.
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES as usize + 1));
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is too large",
        ));
    }
    Ok(Secret::from(text.as_str()))
}

/// Puts a file with this text in place of the one at `path`, in one step, with
/// the same mode and owner.
fn replace(path: &Path, text: &Secret, mode: u32, (uid, gid): (u32, u32)) -> io::Result<()> {
    let new = path.with_added_extension(IN_THE_MAKING);
    // Left over from a crash; nobody else makes one while the folder is locked.
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        let about = file.metadata()?;
        if (about.uid(), about.gid()) != (uid, gid) {
            fchown(&file, Some(uid), Some(gid))?;
        }
        file.set_permissions(Permissions::from_mode(mode & 0o7777))?;
        file.write_all(text.expose().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    })();
    if written.is_err() {
        // The first error says more than one of removing could.
        let _ = std::fs::remove_file(&new);
    }
    written
}

/// Why the file was not changed.
#[derive(Debug)]
pub enum KeyFileError {
    /// It is not this program's to change.
    ReadOnly,
    /// It lacks this key, which is in use.
    Changed(KeyId),
    /// What is in it is no ring, or no random bytes were to be had.
    Ring(KeyRingError),
    /// There are as many keys as there may be.
    Full,
    /// It cannot be read or written.
    Io(io::Error),
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("the key ring is not this program's to change"),
            Self::Changed(id) => write!(
                f,
                "the key ring's file lacks the key {id:08x}, which is in use: put the right file back"
            ),
            Self::Ring(error) => error.fmt(f),
            Self::Full => f.write_str("the key ring is full: retire a key first"),
            Self::Io(error) => write!(f, "the key ring's file cannot be changed: {error}"),
        }
    }
}

impl std::error::Error for KeyFileError {}

impl From<KeyRingError> for KeyFileError {
    fn from(error: KeyRingError) -> Self {
        Self::Ring(error)
    }
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring_file() -> (tempfile::TempDir, PathBuf, KeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, KeyRing::generate().unwrap().expose()).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        (folder, path.clone(), KeyFile::File(path))
    }

    fn ids(path: &Path) -> Vec<KeyId> {
        let text = Secret::new(std::fs::read_to_string(path).unwrap());
        KeyRing::parse(&text).unwrap().ids().collect()
    }

    #[test]
    fn a_key_that_is_added_seals_and_the_file_keeps_its_mode() {
        let (folder, path, file) = ring_file();
        let before = ids(&path);
        let ring = file.add(&before).unwrap();
        assert_eq!(ids(&path), ring.ids().collect::<Vec<_>>());
        assert_eq!(ids(&path)[..1], before);
        let mode = std::fs::metadata(&path).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o400);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_is_removed_takes_no_other_line_with_it() {
        let (_folder, path, file) = ring_file();
        let first = ids(&path)[0];
        let newest = file.add(&[]).unwrap().newest().unwrap();
        file.remove(&[first, newest], first).unwrap();
        assert_eq!(ids(&path), [newest]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# leadtap key ring"), "{text}");
    }

    #[test]
    fn the_last_key_cannot_be_removed() {
        let (_folder, path, file) = ring_file();
        let only = ids(&path);
        assert!(file.remove(&only, only[0]).is_err());
        assert_eq!(ids(&path), only);
    }

    #[test]
    fn a_file_that_lacks_a_key_in_use_is_left_alone() {
        let (_folder, path, file) = ring_file();
        let before = ids(&path);
        let lost = before[0].wrapping_add(1);
        assert!(matches!(file.add(&[lost]), Err(KeyFileError::Changed(id)) if id == lost));
        assert_eq!(ids(&path), before);
    }

    #[test]
    fn a_ring_has_at_most_its_number_of_keys() {
        let (_folder, path, file) = ring_file();
        while file.add(&[]).is_ok() {}
        assert!(matches!(file.add(&[]), Err(KeyFileError::Full)));
        assert_eq!(ids(&path).len(), 64);
    }

    #[test]
    fn what_a_crash_left_in_the_making_does_not_stand_in_the_way() {
        let (_folder, path, file) = ring_file();
        std::fs::write(path.with_added_extension(IN_THE_MAKING), "half").unwrap();
        file.add(&[]).unwrap();
        assert_eq!(ids(&path).len(), 2);
    }

    #[test]
    fn two_at_once_lose_no_key() {
        let (_folder, path, file) = ring_file();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5).for_each(|_| drop(file.add(&[]).unwrap())));
            }
        });
        assert_eq!(ids(&path).len(), 21);
    }
}
