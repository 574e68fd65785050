//! `leadtap backup`

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tempfile::NamedTempFile;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs, Target};
use super::exit::{CommandError, Exit};
use super::output::Output;
use super::progress::{Progress, Unit};
use crate::domain::clock::{Clock, SystemClock};
use crate::grpc::pb;
use crate::grpc::pb::admin_service_client::AdminServiceClient;

/// How the files of a folder of backups begin and end; between them is the
/// time, so that names sort by age.
const NAME_BEGINS: &str = "leadtap-";
const NAME_ENDS: &str = ".backup";

/// Make a backup of the running daemon's store
///
/// Writes one file of mode 0600, sealed with the daemon's key ring: keep a copy of the key ring in
/// another place, for without it nobody reads the backup. The daemon goes on serving meanwhile.
/// FILE appears only when it is whole, and an existing one is left alone unless you say --force.
///
/// Where FILE is a folder, the backup gets a name with the time in it, and --keep removes the oldest
/// ones of that form. Needs a caller with the permission `admin`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap backup /var/lib/leadtap/backups --keep 14\n  \
    leadtap backup ./before-the-upgrade.backup\n  \
    leadtap backup ./nightly.backup --force --output json")]
pub(super) struct Backup {
    /// The file to make, or a folder that exists
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,
    /// In a folder: keep this many backups, the newest ones, and remove the others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

/// What was written.
struct Written {
    bytes: u64,
    records: u64,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        self.print(&mut output)
    }

    fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let folder = self.file.is_dir().then(|| self.file.clone());
        if self.keep.is_some() && folder.is_none() {
            return Err(CommandError::new(
                Exit::Usage,
                format!(
                    "--keep needs a folder, and {} is none.",
                    self.file.display()
                ),
                "Name an existing folder instead of a file: `install -d -m 0700 FOLDER`.",
            ));
        }
        let file = match &folder {
            Some(folder) => folder.join(name_now()),
            None => self.file.clone(),
        };
        if !self.force && file.exists() {
            return Err(exists(&file));
        }
        let target = self.client.target(client::environment)?;
        let mut draft = draft(&file)?;
        let written = client::run(receive(&target, draft.as_file_mut()))?;
        put_in_place(draft, &file, self.force)?;
        let removed = match (&folder, self.keep) {
            (Some(folder), Some(keep)) => remove_old(folder, keep as usize, &file)?,
            _ => Vec::new(),
        };
        let shown = file.display().to_string();
        output.result(
            |_| human(&shown, &written, removed.len()),
            || {
                json!({
                    "file": shown,
                    "bytes": written.bytes,
                    "records": written.records,
                    "removed": removed,
                })
            },
        )
    }
}

fn human(file: &str, written: &Written, removed: usize) -> String {
    let mebibytes = written.bytes / (1024 * 1024);
    let mut text = format!(
        "Backed up {} records in {file} ({mebibytes} MiB). It opens with the key ring of today alone.\n",
        written.records
    );
    if removed > 0 {
        text += &format!("Older backups removed: {removed}.\n");
    }
    text
}

/// `leadtap-20261125T031500Z.backup`
fn name_now() -> String {
    let now = jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or_default();
    format!("{NAME_BEGINS}{}{NAME_ENDS}", now.strftime("%Y%m%dT%H%M%SZ"))
}

/// A file beside the one to be, for its owner alone.
fn draft(file: &Path) -> Result<NamedTempFile, CommandError> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new()
        .prefix(".leadtap-backup-")
        .tempfile_in(folder)
        .map_err(|error| refused(file, &error))
}

/// Receives the whole backup.
async fn receive(target: &Target, file: &mut File) -> Result<Written, CommandError> {
    let mut progress = Progress::standard("Backing up", Unit::Records);
    let mut client = AdminServiceClient::new(target.connect().await?);
    let mut chunks = client
        .create_backup(pb::CreateBackupRequest {})
        .await?
        .into_inner();
    let mut written = Written {
        bytes: 0,
        records: 0,
    };
    let mut whole = false;
    while let Some(chunk) = chunks.message().await? {
        file.write_all(&chunk.data)?;
        written.bytes += chunk.data.len() as u64;
        written.records = chunk.records;
        whole = chunk.last;
        progress.at(chunk.records, chunk.expected_records);
    }
    if whole {
        return Ok(written);
    }
    Err(CommandError::new(
        Exit::TryAgain,
        "The backup ended before it was whole; nothing of it was kept.",
        "See whether the daemon was stopped, and run the same again.",
    ))
}

/// Gives the file its name, once its bytes are on the medium.
fn put_in_place(draft: NamedTempFile, file: &Path, force: bool) -> Result<(), CommandError> {
    draft.as_file().sync_all()?;
    let placed = if force {
        draft.persist(file)
    } else {
        draft.persist_noclobber(file)
    };
    placed.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => refused(file, &error.error),
    })?;
    match file.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all()?,
        _ => File::open(".")?.sync_all()?,
    }
    Ok(())
}

/// Removes all but the newest backups of a folder; other files are not
/// touched. The `new` one is the newest whatever its name says: a clock may
/// have been set back.
fn remove_old(folder: &Path, keep: usize, new: &Path) -> Result<Vec<String>, CommandError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && is_a_backups(&name)
            && Some(name.as_ref()) != new.file_name()
        {
            names.push(name);
        }
    }
    names.sort();
    names.truncate((names.len() + 1).saturating_sub(keep));
    for name in &names {
        std::fs::remove_file(folder.join(name))?;
    }
    Ok(names)
}

/// Whether a file of that name was made by this command in a folder.
fn is_a_backups(name: &str) -> bool {
    let time = name
        .strip_prefix(NAME_BEGINS)
        .and_then(|rest| rest.strip_suffix(NAME_ENDS));
    time.is_some_and(|time| {
        time.len() == "20261125T031500Z".len()
            && time.bytes().zip(0..).all(|(byte, at)| match at {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    })
}

fn exists(file: &Path) -> CommandError {
    CommandError::new(
        Exit::CannotCreate,
        format!("{} exists, and was left alone.", file.display()),
        "Name another file, or say --force to replace it.",
    )
}

fn refused(file: &Path, error: &io::Error) -> CommandError {
    CommandError::new(
        Exit::CannotCreate,
        format!("{} cannot be written: {error}.", file.display()),
        "Name a folder that exists and that this user may write to: `install -d -m 0700 FOLDER`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backups_of_a_folder_are_removed_and_the_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "leadtap-20261123T030000Z.backup",
            "leadtap-20261124T030000Z.backup",
            "leadtap-20261125T030000Z.backup",
            "leadtap-before-upgrade.backup",
            "notes.txt",
        ];
        for name in names {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let new = folder.path().join(names[2]);
        assert_eq!(remove_old(folder.path(), 2, &new).unwrap(), names[..1]);
        for name in &names[1..] {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert!(remove_old(folder.path(), 2, &new).unwrap().is_empty());
    }

    #[test]
    fn a_backup_that_was_just_made_stays_although_the_clock_was_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let names = [20, 24, 25].map(|day| format!("leadtap-202611{day}T030000Z.backup"));
        for name in &names {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let new = folder.path().join(&names[0]);
        assert_eq!(remove_old(folder.path(), 2, &new).unwrap(), names[1..2]);
        assert_eq!(remove_old(folder.path(), 1, &new).unwrap(), names[2..]);
        assert!(new.exists());
    }

    #[test]
    fn a_name_of_now_is_one_of_a_backup() {
        let name = name_now();
        assert!(is_a_backups(&name), "{name}");
    }
}
