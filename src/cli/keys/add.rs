//! `leadtap keys add`

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::{CommandError, Exit};
use super::super::output::{Output, harmless};
use crate::grpc::pb;
use crate::storage::{KeyFile, KeyFileError};

/// Add a new key, which seals from then on
///
/// The daemon adds it to the file of its key ring and uses it at once. Copy the ring afterwards:
/// without its newest key nobody can open what it seals. Then seal what there is with it by `leadtap
/// keys rotate`.
///
/// With --file the key is added to a file and no daemon is called: for a ring that systemd hands to
/// the daemon as a credential, or that the daemon's user may not write. The daemon takes it at its
/// next start.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap keys add\n  \
    leadtap keys add --file /etc/leadtap/keys/ring && systemctl restart leadtap")]
pub(super) struct Add {
    /// Change this file instead of calling the daemon
    #[arg(long, value_name = "FILE", conflicts_with_all = ["socket", "address", "token_file"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Add {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        match &self.file {
            Some(file) => add_to(file, &mut output),
            None => self.ask_the_daemon(&mut output),
        }
    }

    fn ask_the_daemon(&self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let added = client::run(async {
            let mut admin = super::admin(&self.client).await?;
            Ok(admin.add_key(pb::AddKeyRequest {}).await?.into_inner())
        })?;
        let key = harmless(&added.key_id);
        output.result(
            |_| format!("Added the key {key}, which seals from now on. Copy the key ring, then run `leadtap keys rotate`.\n"),
            || json!({ "key_id": added.key_id }),
        )
    }
}

fn add_to(file: &Path, output: &mut Output<'_>) -> Result<(), CommandError> {
    let ring = KeyFile::File(file.to_owned())
        .add(&[])
        .map_err(|error| refused(file, &error))?;
    let key = ring
        .newest()
        .map(|id| format!("{id:08x}"))
        .unwrap_or_default();
    let shown = file.display();
    output.result(
        |_| format!("Added the key {key} to {shown}. Copy the file; the daemon takes it at its next start.\n"),
        || json!({ "key_id": key, "file": file }),
    )
}

fn refused(file: &Path, error: &KeyFileError) -> CommandError {
    let shown = file.display();
    match error {
        KeyFileError::Io(error) if error.kind() == io::ErrorKind::NotFound => CommandError::new(
            Exit::NotFound,
            format!("There is no {shown}."),
            "Name the file of the key ring; a first one is made by `leadtap keys create`.",
        ),
        KeyFileError::Io(error) => CommandError::new(
            Exit::CannotCreate,
            format!("{shown} could not be changed: {error}."),
            "Run this as the user who may write the file and its folder, for example root.",
        ),
        error => CommandError::new(
            Exit::BadData,
            format!("{shown} was not changed: {error}."),
            "Name the file of the key ring.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::arguments::Format;
    use super::*;
    use crate::storage::KeyRing;

    fn add(file: &Path) -> Result<String, CommandError> {
        let mut result = Vec::new();
        add_to(
            file,
            &mut Output::into(&mut result, io::sink(), Format::Human),
        )?;
        Ok(String::from_utf8(result).unwrap())
    }

    #[test]
    fn a_key_is_added_to_a_file_without_a_daemon() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), KeyRing::generate().unwrap().expose()).unwrap();
        let said = add(file.path()).unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let newest = text.lines().last().unwrap();
        let (id, key) = newest.split_once(' ').unwrap();
        assert!(said.contains(id) && !said.contains(key), "{said}");
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn what_is_no_key_ring_stays_as_it_is() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "precious").unwrap();
        assert_eq!(add(file.path()).unwrap_err().exit, Exit::BadData);
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "precious");
        let missing = add(Path::new("/nowhere/keys")).unwrap_err();
        assert_eq!(missing.exit, Exit::NotFound);
    }
}
