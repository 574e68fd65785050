//! `leadtap keys create`

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::exit::{CommandError, Exit};
use super::super::new_file::{self, Rights};
use super::super::output::Output;
use crate::storage::KeyRing;

/// Make a new key ring
///
/// Writes a file of mode 0600 with one random key, and never over an existing file: whoever loses
/// the keys loses the tokens in the store. Keep a copy apart from the store's backups. Run it as the
/// daemon's user, who must be able to read the file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    sudo -u leadtap leadtap keys create /etc/leadtap/keys/ring\n  \
    leadtap keys create ./keys && systemd-creds encrypt ./keys /etc/credstore.encrypted/keys")]
pub(super) struct Create {
    /// The file to make; its folder must exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

impl Create {
    pub(super) fn run(self) -> Result<(), CommandError> {
        self.print(&mut Output::standard(self.output.output))
    }

    fn print(&self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let ring = KeyRing::generate()
            .map_err(|error| CommandError::new(Exit::Fault, format!("{error}."), ""))?;
        new_file::write(&self.file, ring.expose(), Rights::PRIVATE)
            .map_err(|error| refused(&self.file, &error))?;
        let file = self.file.display().to_string();
        output.result(
            |_| format!("Made {file}. Keep a copy of it apart from the store's backups.\n"),
            || json!({ "file": file }),
        )
    }
}

fn refused(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    let (message, what_to_do) = match error.kind() {
        io::ErrorKind::AlreadyExists => (
            format!("{shown} exists, and a key ring is never overwritten."),
            "Use the existing one, or name another file.",
        ),
        io::ErrorKind::NotFound => (
            format!("The folder of {shown} does not exist."),
            "Make it first: `install -d -m 0755 FOLDER`.",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("This user may not write {shown}."),
            "Run this as root, then give the file to the daemon's user with `chown`.",
        ),
        _ => (
            format!("{shown} could not be written: {error}."),
            "Look at the disk, or choose another place.",
        ),
    };
    CommandError::new(Exit::CannotCreate, message, what_to_do)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::super::arguments::Format;
    use super::*;
    use crate::config::{KeySource, keys};

    fn create(file: &Path) -> Result<String, CommandError> {
        let create = Create {
            file: file.to_owned(),
            output: OutputArgs {
                output: Format::Human,
            },
        };
        let mut result = Vec::new();
        create.print(&mut Output::into(&mut result, io::sink(), Format::Human))?;
        Ok(String::from_utf8(result).unwrap())
    }

    #[test]
    fn a_new_key_ring_is_for_its_owner_alone_and_can_be_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let said = create(&file).unwrap();
        assert!(said.contains("Keep a copy"), "{said}");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        keys::read(&KeySource::File(file)).unwrap();
    }

    #[test]
    fn two_key_rings_are_not_alike() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("1"), folder.path().join("2"));
        create(&one).unwrap();
        create(&other).unwrap();
        assert_ne!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap());
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "precious").unwrap();
        let error = create(file.path()).unwrap_err();
        assert_eq!(error.exit, Exit::CannotCreate);
        assert!(
            error.message.contains("never overwritten"),
            "{}",
            error.message
        );
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "precious");
    }

    #[test]
    fn a_missing_folder_is_told() {
        let error = create(Path::new("/nowhere/at/all/keys")).unwrap_err();
        assert!(error.message.contains("folder of"), "{}", error.message);
    }
}
