//! `leadtap lead export`

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tonic::{Status, Streaming};
use tonic_types::StatusExt;

use super::client::{self, ClientArgs};
use super::exit::{CommandError, Exit};
use crate::grpc::pb;
use crate::grpc::pb::lead_service_client::LeadServiceClient;

/// How often progress is shown.
const PROGRESS: Duration = Duration::from_millis(200);

/// The FILE that is none.
const STANDARD_OUTPUT: &str = "-";

/// Export leads into a file
///
/// Writes FILE.part and renames it when it is whole. An export that broke off goes on where it
/// stopped when the same command is run again within three days. The file can be read by you
/// alone: it holds people's data. Where FILE is `-` all of it goes to standard output, without
/// progress, and cannot be gone on with. Needs a caller with the permission `leads`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead export leads.csv\n  \
    leadtap lead export leads.jsonl --format jsonl --filter 'create_time >= \"2026-11-01\"'\n  \
    leadtap lead export for-excel.csv --byte-order-mark --force\n  \
    leadtap lead export - --format jsonl | jq -r .instagram.username")]
pub(super) struct Export {
    /// Where to; `-` is standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// As what
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Which leads; docs/leads.md has the grammar
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true
    )]
    filter: String,

    /// Begin a CSV with the mark by which Excel knows UTF-8
    #[arg(long)]
    byte_order_mark: bool,

    /// Replace FILE if it is there
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    client: ClientArgs,
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
enum Format {
    /// For spreadsheets
    #[default]
    Csv,
    /// For programs: one JSON document a line
    Jsonl,
}

/// What is known of a file that is not whole.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    filter: String,
    format: Format,
    byte_order_mark: bool,
    /// Where the daemon goes on.
    cursor: String,
    /// Bytes of the file up to there.
    bytes: u64,
    leads: u64,
    /// Leads that the daemon could not read.
    #[serde(default)]
    unreadable: u64,
}

impl Progress {
    /// Puts it in the place of an older one. The filter may name a person, and
    /// the cursor goes on with an export, so it is for its owner alone.
    fn write(&self, note: &Path) -> io::Result<()> {
        let next = with_ending(note, ".next");
        // One that was left over may have another mode.
        let _ = std::fs::remove_file(&next);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&next)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        std::fs::rename(next, note)
    }
}

impl Export {
    pub(super) fn run(self) -> Result<(), CommandError> {
        if self.file == Path::new(STANDARD_OUTPUT) {
            return self.print(&mut io::stdout().lock());
        }
        let shown = io::stderr().is_terminal();
        let done = self.write(shown)?;
        // Where standard error is gone, the file still tells.
        let _ = writeln!(
            io::stderr(),
            "{} leads in {}",
            done.leads,
            self.file.display()
        );
        let _ = io::stderr().write_all(missing(done.unreadable).as_bytes());
        Ok(())
    }

    /// Whatever breaks off begins anew: nobody knows how much of it was read.
    fn print(&self, out: &mut impl Write) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            let request = self.request(&self.beginning());
            let mut chunks = service.export_leads(request).await?.into_inner();
            let mut unreadable = 0;
            while let Some(chunk) = chunks.message().await? {
                out.write_all(&chunk.chunk)?;
                unreadable += u64::try_from(chunk.unreadable).unwrap_or(0);
            }
            out.flush()?;
            let _ = io::stderr().write_all(missing(unreadable).as_bytes());
            Ok(())
        })
    }

    fn write(&self, shown: bool) -> Result<Progress, CommandError> {
        if self.file.exists() && !self.force {
            return Err(CommandError::new(
                Exit::CannotCreate,
                format!("{} is there already.", self.file.display()),
                "Name another file, or say --force to replace it.",
            ));
        }
        let part = with_ending(&self.file, ".part");
        let note = with_ending(&self.file, ".part.progress");
        let mut progress = self.progress(&note, &part);
        let target = self.client.target(client::environment)?;
        let file = client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            let answer = service.export_leads(self.request(&progress)).await;
            let answer = match answer {
                // What was begun cannot be gone on with: after three days, or with another key ring.
                Err(status) if !progress.cursor.is_empty() && is_of_the_cursor(&status) => {
                    progress = self.beginning();
                    service.export_leads(self.request(&progress)).await
                }
                answer => answer,
            };
            let chunks = answer?.into_inner();
            let mut file = open(&part, progress.bytes)?;
            receive(chunks, &mut file, &note, &mut progress, shown).await?;
            Ok(file)
        })?;
        file.sync_all()?;
        std::fs::rename(&part, &self.file)?;
        let _ = std::fs::remove_file(&note);
        Ok(progress)
    }

    fn request(&self, progress: &Progress) -> pb::ExportLeadsRequest {
        pb::ExportLeadsRequest {
            filter: self.filter.clone(),
            format: match self.format {
                Format::Csv => pb::ExportFormat::Csv.into(),
                Format::Jsonl => pb::ExportFormat::JsonLines.into(),
            },
            byte_order_mark: self.byte_order_mark,
            cursor: progress.cursor.clone(),
        }
    }

    /// Where an earlier run of the same command stopped; otherwise the
    /// beginning.
    fn progress(&self, note: &Path, part: &Path) -> Progress {
        let beginning = self.beginning();
        let written = std::fs::metadata(part).map_or(0, |part| part.len());
        let found = std::fs::read(note).ok();
        let found: Option<Progress> = found.and_then(|note| serde_json::from_slice(&note).ok());
        found
            .filter(|found| {
                found.filter == beginning.filter
                    && found.format == beginning.format
                    && found.byte_order_mark == beginning.byte_order_mark
                    && found.bytes <= written
            })
            .unwrap_or(beginning)
    }

    fn beginning(&self) -> Progress {
        Progress {
            filter: self.filter.clone(),
            format: self.format,
            byte_order_mark: self.byte_order_mark,
            cursor: String::new(),
            bytes: 0,
            leads: 0,
            unreadable: 0,
        }
    }
}

/// The line about what a file lacks; empty where it is whole.
fn missing(unreadable: u64) -> String {
    if unreadable == 0 {
        return String::new();
    }
    format!(
        "warning: {unreadable} leads are missing, because the daemon cannot read them. Its log names them, and so does `leadtap verify` while it is stopped.\n"
    )
}

fn is_of_the_cursor(status: &Status) -> bool {
    status
        .get_details_error_info()
        .is_some_and(|info| info.reason == "PAGE_TOKEN_INVALID")
}

/// Writes each chunk, and then how far it is: whatever stops it in between, the
/// note tells of bytes that are there.
async fn receive(
    mut chunks: Streaming<pb::ExportLeadsResponse>,
    file: &mut File,
    note: &Path,
    progress: &mut Progress,
    shown: bool,
) -> Result<(), CommandError> {
    let mut last = None;
    while let Some(chunk) = chunks.message().await? {
        file.write_all(&chunk.chunk)?;
        progress.bytes += chunk.chunk.len() as u64;
        progress.leads += u64::try_from(chunk.leads).unwrap_or(0);
        progress.unreadable += u64::try_from(chunk.unreadable).unwrap_or(0);
        progress.cursor = chunk.cursor;
        progress.write(note)?;
        if shown && last.is_none_or(|last: Instant| last.elapsed() >= PROGRESS) {
            last = Some(Instant::now());
            let _ = write!(io::stderr(), "\r{} leads", progress.leads);
        }
    }
    if shown {
        let _ = write!(io::stderr(), "\r");
    }
    Ok(())
}

/// The unfinished file, of so many bytes.
fn open(part: &Path, bytes: u64) -> Result<File, CommandError> {
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(part);
    let mut file = opened.map_err(|error| {
        CommandError::new(
            Exit::CannotCreate,
            format!("{} cannot be written: {error}.", part.display()),
            "Name a file in a folder that you may write to.",
        )
    })?;
    file.set_len(bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_lacks_leads_says_so() {
        assert_eq!(missing(0), "");
        assert!(missing(2).starts_with("warning: 2 leads are missing"));
    }

    #[test]
    fn the_note_of_an_unfinished_export_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("leads.csv.part.progress");
        let left_over = with_ending(&note, ".next");
        std::fs::write(&left_over, "").unwrap();
        let open_to_all = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&left_over, open_to_all).unwrap();
        let progress = Progress {
            filter: "email = \"mira@shop.example\"".to_owned(),
            format: Format::Csv,
            byte_order_mark: false,
            cursor: "cursor".to_owned(),
            bytes: 7,
            leads: 1,
            unreadable: 0,
        };
        for _ in 0..2 {
            progress.write(&note).unwrap();
            let mode = std::fs::metadata(&note).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let read: Progress = serde_json::from_slice(&std::fs::read(&note).unwrap()).unwrap();
        assert_eq!(read, progress);
    }
}
