//! Reads secrets from files that nobody else may read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::{Uid, User, geteuid};
use zeroize::Zeroizing;

use super::problem::Problem;
use crate::domain::secret::Secret;

/// Bytes of a secret's file. The largest, a key ring of 64 keys, has 4 KiB.
const MAX_BYTES: u64 = 64 * 1024;

/// The variable in which systemd names the folder of a unit's credentials
/// (systemd.exec(5), `LoadCredential=`).
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file that must belong to the daemon's user, or root, alone.
    File(PathBuf),
    /// A credential of systemd's by its whole path; systemd guards it.
    Credential(PathBuf),
}

impl SecretSource {
    /// The credential `name` of this unit.
    pub(super) fn credential(name: &str, folder: Option<&Path>) -> Result<Self, Problem> {
        let is_file_name = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
        if !is_file_name {
            return Err(Problem::new(
                "",
                "is not the name of a credential",
                "Give the name that stands before the colon in the unit's `LoadCredential=`.",
            ));
        }
        let folder = folder.ok_or_else(|| {
            Problem::new(
                "",
                "needs systemd, which did not start this program with credentials",
                format!(
                    "Add `LoadCredential={name}:/path/to/file` to the unit, or name a file here instead."
                ),
            )
        })?;
        Ok(Self::Credential(folder.join(name)))
    }

    /// The file, or the credential if it is in the folder of this unit's: what
    /// `%d/token` in a unit becomes on a command line.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        let folder = credentials_directory();
        if folder.is_some_and(|folder| path.parent() == Some(&*folder)) {
            Self::Credential(path)
        } else {
            Self::File(path)
        }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Credential(path) => path,
        }
    }

    /// The text, without white space at its end: editors and `echo` add a
    /// line end that is not part of the secret.
    ///
    /// # Errors
    /// Says what is wrong with the file and what to do, without a place.
    pub fn read(&self) -> Result<Secret, Problem> {
        let path = self.path();
        let shown = path.display();
        let file = open(path).map_err(|error| unreadable(path, &error))?;
        let about = file.metadata().map_err(|error| unreadable(path, &error))?;
        if !about.is_file() {
            return Err(Problem::new(
                "",
                format!("names {shown}, which is not a file"),
                "Name the file that holds the secret and nothing else.",
            ));
        }
        if matches!(self, Self::File(_))
            && let Some((what, what_to_do)) =
                exposure(path, about.mode(), about.uid(), geteuid().as_raw())
        {
            return Err(Problem::new("", what, what_to_do));
        }
        let text = contents(file).map_err(|error| unreadable(path, &error))?;
        if text.expose().is_empty() {
            return Err(Problem::new(
                "",
                format!("names {shown}, which is empty"),
                "Put the secret into the file.",
            ));
        }
        Ok(text)
    }
}

/// The folder of this unit's credentials, if systemd gave it one.
pub(super) fn credentials_directory() -> Option<PathBuf> {
    std::env::var_os(CREDENTIALS_DIRECTORY).map(PathBuf::from)
}

/// Opens without waiting: a named pipe would otherwise hold the start.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)
}

fn contents(file: File) -> io::Result<Secret> {
    // Sized ahead, so that growing leaves no copy behind in freed memory.
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES as usize + 1));
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it has more than {MAX_BYTES} bytes"),
        ));
    }
    Ok(Secret::from(text.trim_end()))
}

/// Whom a secret of this mode and owner is shown to, if to anybody but `me`.
/// Root's files are accepted: root reads everything anyway.
fn exposure(path: &Path, mode: u32, owner: u32, me: u32) -> Option<(String, String)> {
    let path = path.display();
    if mode & 0o077 != 0 {
        return Some((
            format!(
                "names {path}, which others can read (mode {:04o})",
                mode & 0o7777
            ),
            format!("Run `chmod 0600 {path}`, and change the secret if others may have seen it."),
        ));
    }
    if owner != me && owner != 0 && me != 0 {
        return Some((
            format!("names {path}, which belongs to {}", user_name(owner)),
            format!("Run `chown {} {path}`.", user_name(me)),
        ));
    }
    None
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let me = user_name(geteuid().as_raw());
    let path = path.display();
    let (what, what_to_do) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("names {path}, which does not exist"),
            format!(
                "Make the file: `install -m 0600 -o {me} /dev/null {path}`, then put the secret into it."
            ),
        ),
        io::ErrorKind::PermissionDenied => (
            format!("names {path}, which {me} may not read"),
            format!("Run `chown {me} {path}` and let {me} enter the folders above it."),
        ),
        _ => (
            format!("names {path}, which cannot be read: {error}"),
            "Name a text file that holds the secret and nothing else.".to_owned(),
        ),
    };
    Problem::new("", what, what_to_do)
}

/// The user's name, or the number where there is none.
pub(super) fn user_name(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, SecretSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, SecretSource::File(path))
    }

    #[test]
    fn a_line_end_is_not_part_of_the_secret() {
        let (_folder, source) = file("hunter2\r\n", 0o600);
        assert_eq!(source.read().unwrap().expose(), "hunter2");
    }

    #[test]
    fn a_file_that_the_owner_may_only_read_is_as_good() {
        let (_folder, source) = file("hunter2", 0o400);
        assert!(source.read().is_ok());
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused_with_the_command_that_helps() {
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let (_folder, source) = file("hunter2", mode);
            let problem = source.read().unwrap_err();
            assert!(problem.what.contains("others can read"), "{problem}");
            assert!(problem.what_to_do.contains("chmod 0600"), "{problem}");
            assert!(!problem.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn a_secret_of_another_user_is_refused_unless_that_is_root() {
        let path = Path::new("/etc/leadtap/keys");
        let (what, what_to_do) = exposure(path, 0o100_600, 4_000_001, 4_000_002).unwrap();
        assert!(what.contains("belongs to 4000001"), "{what}");
        assert!(what_to_do.contains("chown 4000002"), "{what_to_do}");
        assert_eq!(exposure(path, 0o100_400, 0, 4_000_002), None);
    }

    #[test]
    fn an_empty_file_is_no_secret() {
        let (_folder, source) = file("\n", 0o600);
        assert!(source.read().unwrap_err().what.contains("is empty"));
    }

    #[test]
    fn a_missing_file_comes_with_the_command_that_makes_it() {
        let problem = SecretSource::File("/nowhere/at/all".into())
            .read()
            .unwrap_err();
        assert!(problem.what.contains("does not exist"), "{problem}");
        assert!(problem.what_to_do.contains("install -m 0600"), "{problem}");
    }

    #[test]
    fn a_folder_is_no_secret() {
        let problem = SecretSource::File("/".into()).read().unwrap_err();
        assert!(problem.what.contains("not a file"), "{problem}");
    }

    #[test]
    fn a_named_pipe_does_not_hold_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let problem = SecretSource::File(path).read().unwrap_err();
        assert!(problem.what.contains("not a file"), "{problem}");
    }

    #[test]
    fn a_file_of_the_wrong_kind_is_not_read_to_its_end() {
        let (_folder, source) = file(&"x".repeat(70_000), 0o600);
        assert!(source.read().unwrap_err().what.contains("65536 bytes"));
    }

    #[test]
    fn a_credential_is_read_whatever_its_mode_because_systemd_guards_it() {
        let (folder, _) = file("hunter2", 0o440);
        let source = SecretSource::credential("secret", Some(folder.path())).unwrap();
        assert_eq!(source.read().unwrap().expose(), "hunter2");
    }

    #[test]
    fn a_credential_without_systemd_names_the_line_for_the_unit() {
        let problem = SecretSource::credential("keys", None).unwrap_err();
        assert!(problem.what_to_do.contains("LoadCredential=keys:"));
    }

    #[test]
    fn a_credential_cannot_lead_out_of_its_folder() {
        for name in ["../shadow", "..", ""] {
            assert!(SecretSource::credential(name, Some(Path::new("/run"))).is_err());
        }
    }
}
