//! `leadtap restore`

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::arguments::{ConfigArgs, OutputArgs};
use super::exit::{CommandError, Exit};
use super::offline;
use super::output::{Output, Style};
use super::progress::{Progress, Unit};
use crate::storage::{self, ReadError, RestoreError, RestoreReport};

/// Put a backup in the place of the store
///
/// Run it while the daemon is stopped, as the daemon's user. The folder must hold no store: an old
/// one is to be moved aside first, all but its file `erased`. The store is built beside its place and
/// held against the backup's own account of it; whatever goes wrong, nothing is put in place.
///
/// Whoever was erased since the backup was made is left out: the file `erased` in the store's folder
/// says who that is, or the one that --erased names. A copy of that file tells nothing of the time
/// after it was made; then nothing is restored unless you say --nobody-erased.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    sudo -u leadtap leadtap restore /var/lib/leadtap/backups/leadtap-20261125T031500Z.backup\n  \
    leadtap restore ./nightly.backup --config ./leadtap.toml --erased ./aside/erased\n  \
    leadtap restore ./nightly.backup --nobody-erased --output json")]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A list of erased leads, besides the one in the store's folder
    #[arg(long, value_name = "FILE")]
    erased: Option<PathBuf>,
    /// Nobody was erased in the time of which no list tells, or you erase whoever was again
    #[arg(long)]
    nobody_erased: bool,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Restore {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let (options, keys) = offline::store(&self.config)?;
        let request = storage::Restore {
            file: &self.file,
            options,
            keys,
            erased: self.erased.as_deref(),
            nobody_erased: self.nobody_erased,
        };
        let mut progress = Progress::standard("Restoring", Unit::Bytes);
        let restored = storage::restore(request, &mut |done, of| progress.at(done, of));
        drop(progress);
        let report = restored.map_err(failed)?;
        Output::standard(self.output.output).result(
            |style| human(&report, style),
            || {
                json!({
                    "backup_time": offline::time(report.create_time),
                    "records": report.records,
                    "leads": report.leads,
                    "erased": report.erased,
                    "erased_unknown": unknown(&report.on_word),
                    "wrong": report.wrong,
                    "findings": offline::lines(&report.findings),
                })
            },
        )
    }
}

fn human(report: &RestoreReport, style: Style) -> String {
    let mut text = format!(
        "Restored {} leads in {} records, as they were at {}.\n",
        report.leads,
        report.records,
        offline::time(report.create_time),
    );
    // Writing to a String cannot fail.
    if report.erased > 0 {
        let _ = writeln!(
            text,
            "Left out, because they were erased since: {}.",
            report.erased
        );
    }
    if !report.on_word.is_empty() {
        let _ = writeln!(
            text,
            "{}: no list says who was erased {}. Whoever was is back: erase them again.",
            style.notable("warning"),
            storage::Times(&report.on_word)
        );
    }
    if report.wrong > 0 {
        let _ = writeln!(
            text,
            "{}: {} records were damaged when the backup was made, or their key is missing:",
            style.notable("warning"),
            report.wrong
        );
        for finding in offline::lines(&report.findings) {
            let _ = writeln!(text, "  {finding}");
        }
    }
    text += "Start the daemon: `systemctl start leadtap`.\n";
    text
}

fn unknown(times: &[storage::Unknown]) -> Vec<Value> {
    let times = times.iter();
    times
        .map(|time| json!({ "from": offline::time(time.from), "to": time.to.map(offline::time) }))
        .collect()
}

fn failed(error: RestoreError) -> CommandError {
    if let RestoreError::Store(error) = error {
        return offline::failed(error);
    }
    let mut what_to_do = "";
    let exit = match &error {
        RestoreError::Backup(_, ReadError::Io(kind, _)) => {
            let (exit, helps) = unreadable(*kind);
            what_to_do = helps;
            exit
        }
        RestoreError::Backup(_, ReadError::KeyMissing(_) | ReadError::WrongKey) => {
            Exit::Configuration
        }
        RestoreError::Backup(..) | RestoreError::Account(_) => Exit::BadData,
        RestoreError::NotEmpty(..) => Exit::CannotCreate,
        RestoreError::ErasedUnknown(..) | RestoreError::Erased(_) => Exit::Usage,
        RestoreError::Store(_) => Exit::InputOutput,
    };
    CommandError::new(exit, offline::sentence(&error.to_string()), what_to_do)
}

/// The exit code for a backup that the system does not let be read, and what
/// helps.
const fn unreadable(kind: io::ErrorKind) -> (Exit, &'static str) {
    match kind {
        io::ErrorKind::NotFound => (Exit::NotFound, "Name a file that is there."),
        io::ErrorKind::PermissionDenied => (
            Exit::InputOutput,
            "Let this user read the file and every folder above it: `install -o leadtap -m 0600 FILE COPY` makes a copy that it may read.",
        ),
        io::ErrorKind::IsADirectory => (
            Exit::NotFound,
            "Name one file of that folder, usually the newest.",
        ),
        _ => (
            Exit::InputOutput,
            "Look at the disk that the backup is on (`dmesg`), and try another copy or an earlier backup.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_may_not_be_read_is_told_from_one_that_is_not_there() {
        let failing = |kind: io::ErrorKind| {
            let error = ReadError::Io(kind, kind.to_string());
            failed(RestoreError::Backup("/a.backup".into(), error))
        };
        assert_eq!(failing(io::ErrorKind::NotFound).exit, Exit::NotFound);
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::Other] {
            let told = failing(kind);
            assert_eq!(told.exit, Exit::InputOutput);
            assert!(!told.what_to_do.is_empty());
        }
    }
}
