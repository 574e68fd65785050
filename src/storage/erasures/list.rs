//! The list, as the daemon goes on with it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::leads::ErasedLeads;
use super::text::{self, Line, Place};
use super::{FILE, MAX_BYTES, hash};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::storage::files;

/// The list, open for more.
#[derive(Debug)]
pub struct ErasedList {
    path: PathBuf,
    /// Whether a restore can read it: one that is damaged vouches for nothing.
    whole: bool,
    tail: Mutex<Tail>,
}

/// Where the next line goes.
#[derive(Debug)]
struct Tail {
    file: File,
    /// Bytes that are on the medium. What comes after them was never
    /// acknowledged.
    kept: u64,
}

impl ErasedList {
    /// Opens the list in this folder, or begins one. Beside a `new_store` a
    /// copy of a list does not know who was erased since it was made; beside
    /// the store that it was copied with it does.
    ///
    /// What a crash left half written is cut off, and what is too old goes. A
    /// list that cannot be understood is left as it is, and said so in the
    /// log: a restore needs it, and a login does not.
    ///
    /// # Errors
    /// The disk's own.
    pub fn open(folder: &Path, new_store: bool) -> io::Result<Self> {
        let path = folder.join(FILE);
        let file = match at_its_end(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => begin(&path)?,
            Err(error) => return Err(error),
        };
        let mut tail = at_the_end_of(file)?;
        let read = ErasedLeads::read(&path);
        let whole = read.is_ok();
        match read {
            Ok(mut leads) => {
                let is_at_home = leads.is_at_home();
                if leads.forget_old() || !is_at_home {
                    if !is_at_home && new_store {
                        leads.was_away_until(now(&path)?);
                    }
                    replace(&path, &leads)?;
                    tail = at_the_end_of(at_its_end(&path)?)?;
                }
            }
            Err(error) => tracing::error!(
                %error,
                file = %path.display(),
                "the list of erased leads cannot be understood: a restore will refuse it"
            ),
        }
        Ok(Self {
            path,
            whole,
            tail: Mutex::new(tail),
        })
    }

    /// Adds leads that are being erased. They are on the medium when this
    /// returns.
    ///
    /// # Errors
    /// The disk's own; none of them stands there then.
    pub fn append(&self, erased: &[(LeadId, Timestamp)]) -> io::Result<()> {
        if erased.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for (lead, time) in erased {
            Line::Erased(hash(lead), *time).write(&mut text);
        }
        self.push(&text)
    }

    /// Writes down that every erasure until this moment stands here. For a copy
    /// alone: this list knows it anyway. Blocks on the disk.
    pub fn knows_all_until(&self, moment: Timestamp) {
        if !self.whole {
            return;
        }
        let mut text = String::new();
        Line::Until(moment).write(&mut text);
        if let Err(error) = self.push(&text) {
            tracing::warn!(
                %error,
                file = %self.path.display(),
                "until when the list of erased leads is complete could not be written down"
            );
        }
    }

    /// The same of this very moment.
    pub fn knows_all_until_now(&self) {
        if let Ok(now) = now(&self.path) {
            self.knows_all_until(now);
        }
    }

    fn push(&self, text: &str) -> io::Result<()> {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = tail.kept;
        // An earlier one may have failed half way.
        tail.file.set_len(kept)?;
        tail.file.write_all(text.as_bytes())?;
        tail.file.sync_all()?;
        tail.kept = kept + text.len() as u64;
        Ok(())
    }
}

/// Begins a list that knows of every erasure from now on.
fn begin(path: &Path) -> io::Result<File> {
    replace(path, &ErasedLeads::since(now(path)?))?;
    at_its_end(path)
}

/// By the clock of the file system, which is the only one at hand down here.
fn now(path: &Path) -> io::Result<Timestamp> {
    let next = path.with_extension("next");
    let now = files::modified(&File::create(&next)?)?;
    std::fs::remove_file(&next)?;
    Ok(now)
}

fn at_its_end(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

fn at_the_end_of(mut file: File) -> io::Result<Tail> {
    let kept = match whole_lines(&file)? {
        Whole::Until(end) => {
            file.set_len(end)?;
            end
        }
        // Left as it is, and what comes after it stands apart.
        Whole::ButItsEnd(length) => {
            file.write_all(b"\n")?;
            length + 1
        }
    };
    // A line of an earlier process may be in the kernel's memory only.
    file.sync_all()?;
    Ok(Tail { file, kept })
}

/// Puts a list in the place of another, of which nothing is lost if this ends
/// half way.
pub(super) fn replace(path: &Path, leads: &ErasedLeads) -> io::Result<()> {
    let next = path.with_extension("next");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&next)?;
    let text = leads.text(Place::of(&file)?);
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&next, path)?;
    files::sync_folder_of(path)
}

/// How much of a list was written whole.
enum Whole {
    /// So many bytes; a crash cut off what comes after them.
    Until(u64),
    /// All of these, and then the end of the last line was damaged.
    ButItsEnd(u64),
}

fn whole_lines(file: &File) -> io::Result<Whole> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let end = end.map_or(0, |end| end + 1);
    let rest = bytes.get(end..).unwrap_or_default();
    Ok(if text::is_whole_but_its_end(rest) {
        Whole::ButItsEnd(bytes.len() as u64)
    } else {
        Whole::Until(end as u64)
    })
}
