//! Files that a command makes: never over another one, and down to the medium.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, fchown};
use std::path::Path;

use nix::unistd::{Gid, Uid};

/// Who may do what with a new file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    /// Its permission bits.
    pub(super) mode: u32,
    /// Whom it is given to; nobody keeps it the maker's.
    pub(super) owner: Option<(Uid, Gid)>,
}

impl Rights {
    /// The maker's alone.
    pub(super) const PRIVATE: Self = Self {
        mode: 0o600,
        owner: None,
    };
}

/// Writes a file that was not there, and that nobody has seen before it has
/// its owner. What could not be written whole is not left behind.
pub(super) fn write(path: &Path, text: &str, rights: Rights) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let written = rights
        .apply(&file)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        // The first error says more than one of removing could.
        let _ = std::fs::remove_file(path);
    }
    written
}

impl Rights {
    fn apply(self, file: &File) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        if let Some((user, group)) = self.owner {
            fchown(file, Some(user.as_raw()), Some(group.as_raw()))?;
        }
        // Said once more, because the process's umask has a say in the making.
        file.set_permissions(std::fs::Permissions::from_mode(self.mode))
    }
}

/// A new file's name is on the medium only once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
