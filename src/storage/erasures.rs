//! The list of erased leads: a small file beside the store, which only grows.
//!
//! A backup is older than the erasures that come after it. The list outlives
//! the store, so that a restore can leave out whoever was erased since. It
//! holds nothing about a person: of each lead the SHA-256 of its id, of which
//! 74 bits are random, and the time. Of Instagram's ids, which have so few
//! digits that every hash of them can be tried out, it holds nothing.
//!
//! ```text
//! leadtap-erased 2 SINCE CHECKSUM     every erasure since then stands below
//! HASH TIME CHECKSUM                  one line a lead; times in microseconds since 1970
//! ```
//!
//! The checksum is the CRC-32 of the rest of the line: another hash would be
//! another lead, and a restore would bring back the one that was erased.
//! Version 1 had none; such a list is written anew when it is opened.
//!
//! A line is on the medium before the erasure is in the store, so no erasure
//! that was acknowledged is missing. One that was not acknowledged may stand
//! there: its lead is left out of a restore too, since somebody asked for it.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ring::digest::{SHA256, digest};

use super::files;
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;

/// The list's name in the store's folder.
pub const FILE: &str = "erased";

/// How much older than the newest line a line may be. Older ones go at a
/// start of the daemon, and a backup that is older than that is not restored.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The most of a list that is read: 85 bytes a line, three million leads.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

const HEADER: &str = "leadtap-erased";
const VERSION: &str = "2";

/// The version without checksums.
const UNCHECKED: &str = "1";

type Hash = [u8; 32];

fn hash(lead: &LeadId) -> Hash {
    let hash = digest(&SHA256, lead.as_bytes());
    hash.as_ref().first_chunk().copied().unwrap_or_default()
}

/// The list, open for more.
#[derive(Debug)]
pub struct ErasedList {
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
    /// Opens the list in this folder, or begins one.
    ///
    /// What a crash left half written is cut off, and what is too old goes. A
    /// list that cannot be understood is left as it is, and said so in the
    /// log: a restore needs it, and a login does not.
    ///
    /// # Errors
    /// The disk's own.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let file = match at_its_end(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => begin(&path)?,
            Err(error) => return Err(error),
        };
        let mut list = Self::at_the_end_of(file)?;
        match ErasedLeads::read(&path) {
            Ok(mut leads) => {
                if leads.forget_old() || !leads.checked {
                    replace(&path, &leads.text())?;
                    list = Self::at_the_end_of(at_its_end(&path)?)?;
                }
            }
            Err(error) => tracing::error!(
                %error,
                file = %path.display(),
                "the list of erased leads cannot be understood: a restore will refuse it"
            ),
        }
        Ok(list)
    }

    fn at_the_end_of(mut file: File) -> io::Result<Self> {
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
        Ok(Self {
            tail: Mutex::new(Tail { file, kept }),
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
            line(&mut text, &hash(lead), *time);
        }
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
    // The file system's clock is the only one that is at hand down here.
    let now = files::modified(&File::create(path.with_extension("next"))?)?;
    replace(path, &ErasedLeads::since(now).text())?;
    at_its_end(path)
}

fn at_its_end(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

/// Puts a list in the place of another, of which nothing is lost if this ends
/// half way.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let next = path.with_extension("next");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&next)?;
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
    Ok(if is_whole_but_its_end(rest) {
        Whole::ButItsEnd(bytes.len() as u64)
    } else {
        Whole::Until(end as u64)
    })
}

/// Whether this is a line with something else where it should end: a crash
/// leaves less than a line, and never more.
fn is_whole_but_its_end(rest: &[u8]) -> bool {
    let line = rest.split_last().map(|(_, line)| line);
    let line = line.and_then(|line| std::str::from_utf8(line).ok());
    line.is_some_and(|line| unchecked(line).is_some())
}

/// A line, with its checksum. Writing to a String cannot fail.
fn line(text: &mut String, hash: &Hash, time: Timestamp) {
    let mut line = String::with_capacity(96);
    for byte in hash {
        let _ = write!(line, "{byte:02x}");
    }
    let _ = write!(line, " {}", time.as_micros());
    push_checked(text, &line);
}

fn push_checked(text: &mut String, line: &str) {
    let _ = writeln!(text, "{line} {:08x}", crc32fast::hash(line.as_bytes()));
}

/// What stands in front of a line's checksum, if that is right.
fn unchecked(line: &str) -> Option<&str> {
    let (line, checksum) = line.rsplit_once(' ')?;
    let right = format!("{:08x}", crc32fast::hash(line.as_bytes()));
    (checksum == right).then_some(line)
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedLeads {
    /// Every erasure since then is known.
    since: Timestamp,
    leads: HashMap<Hash, Timestamp>,
    /// Whether its lines have checksums.
    checked: bool,
}

#[cfg_attr(not(test), allow(dead_code, reason = "a restore reads the list"))]
impl ErasedLeads {
    /// Nobody, since this moment.
    #[must_use]
    pub fn since(since: Timestamp) -> Self {
        Self {
            since,
            leads: HashMap::new(),
            checked: true,
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`ErasedListError`], which says which line is wrong.
    pub fn read(path: &Path) -> Result<Self, ErasedListError> {
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
            .map_err(|error| ErasedListError::Io(path.to_owned(), error.to_string()))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(ErasedListError::Line(path.to_owned(), 1));
        }
        Self::parse(&text).map_err(|line| ErasedListError::Line(path.to_owned(), line))
    }

    fn parse(text: &str) -> Result<Self, usize> {
        // What a crash left half written was never acknowledged.
        let (whole, rest) = text.rsplit_once('\n').unwrap_or_default();
        let mut lines = (1_usize..).zip(whole.split('\n'));
        let (_, header) = lines.next().ok_or(1_usize)?;
        let mut list = parse_header(header).ok_or(1_usize)?;
        if is_whole_but_its_end(rest.as_bytes()) {
            return Err(whole.split('\n').count() + 1);
        }
        for (number, line) in lines {
            let line = if list.checked {
                unchecked(line).ok_or(number)?
            } else {
                line
            };
            let (hash, time) = parse_line(line).ok_or(number)?;
            list.leads.insert(hash, time);
        }
        Ok(list)
    }

    /// Whether a lead was erased.
    #[must_use]
    pub fn contains(&self, lead: &LeadId) -> Option<Timestamp> {
        self.leads.get(&hash(lead)).copied()
    }

    /// Whether every erasure after this moment is known.
    #[must_use]
    pub fn knows_all_since(&self, moment: Timestamp) -> bool {
        self.since <= moment
    }

    /// How many leads it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.leads.len()
    }

    /// Adds what another list of the same store says.
    pub fn join(&mut self, other: Self) {
        self.since = self.since.min(other.since);
        self.checked |= other.checked;
        self.leads.extend(other.leads);
    }

    /// Puts this list into a store's folder.
    ///
    /// # Errors
    /// The disk's own.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        replace(&folder.join(FILE), &self.text())
    }

    /// Takes out what is too old; tells whether there was something.
    fn forget_old(&mut self) -> bool {
        let Some(newest) = self.leads.values().max().copied() else {
            return false;
        };
        let before = self.leads.len();
        self.leads.retain(|_, time| newest.since(*time) <= KEPT);
        let forgot = self.leads.len() < before;
        if forgot {
            let oldest = self.leads.values().min().copied();
            self.since = self.since.max(oldest.unwrap_or(newest));
        }
        forgot
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let header = format!("{HEADER} {VERSION} {}", self.since.as_micros());
        push_checked(&mut text, &header);
        let mut leads: Vec<_> = self.leads.iter().collect();
        leads.sort_by_key(|(hash, time)| (**time, **hash));
        for (hash, time) in leads {
            line(&mut text, hash, *time);
        }
        text
    }
}

/// The list that this line begins.
fn parse_header(line: &str) -> Option<ErasedLeads> {
    let old = line.strip_prefix(&format!("{HEADER} {UNCHECKED} "));
    let since = match old {
        Some(since) => since,
        None => unchecked(line)?.strip_prefix(&format!("{HEADER} {VERSION} "))?,
    };
    Some(ErasedLeads {
        checked: old.is_none(),
        ..ErasedLeads::since(Timestamp::from_micros(since.parse().ok()?))
    })
}

fn parse_line(line: &str) -> Option<(Hash, Timestamp)> {
    let (hex, time) = line.split_once(' ')?;
    let mut hash = Hash::default();
    if hex.len() != 2 * hash.len() || !hex.is_ascii() {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some((hash, Timestamp::from_micros(time.parse().ok()?)))
}

/// Why a list cannot be used. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasedListError {
    /// It cannot be read.
    Io(PathBuf, String),
    /// That line is none of a list.
    Line(PathBuf, usize),
}

impl fmt::Display for ErasedListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(
                f,
                "the list of erased leads {} cannot be read ({error}): let this user read it",
                path.display()
            ),
            Self::Line(path, line) => write!(
                f,
                "line {line} of {} is none of a list of erased leads, or of a newer release's: use a copy of the list that is whole",
                path.display()
            ),
        }
    }
}

impl std::error::Error for ErasedListError {}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn lead(number: u128) -> LeadId {
        LeadId::new(Uuid::from_u128(number))
    }

    fn read(folder: &Path) -> ErasedLeads {
        ErasedLeads::read(&folder.join(FILE)).unwrap()
    }

    #[test]
    fn who_was_erased_is_found_again_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(1), NOW), (lead(2), NOW.plus(DAY))])
            .unwrap();
        drop(list);
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(3), NOW)]).unwrap();
        let leads = read(folder.path());
        assert_eq!(leads.contains(&lead(1)), Some(NOW));
        assert_eq!(leads.contains(&lead(2)), Some(NOW.plus(DAY)));
        assert_eq!(leads.contains(&lead(3)), Some(NOW));
        assert_eq!(leads.contains(&lead(4)), None);
    }

    #[test]
    fn a_list_knows_of_every_erasure_since_it_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        ErasedList::open(folder.path()).unwrap();
        let begun = read(folder.path()).since;
        assert!(read(folder.path()).knows_all_since(begun));
        assert!(!read(folder.path()).knows_all_since(Timestamp::from_micros(0)));
    }

    #[test]
    fn the_file_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(7), NOW)]).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(!text.contains(&lead(7).to_string()), "{text}");
        assert!(!text.contains("00000000000000000007"), "{text}");
    }

    #[test]
    fn what_a_crash_left_half_written_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(1), NOW)]).unwrap();
        drop(list);
        let path = folder.path().join(FILE);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}0123abc")).unwrap();
        assert_eq!(read(folder.path()).len(), 1);
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(2), NOW)]).unwrap();
        assert!(read(folder.path()).contains(&lead(2)).is_some());
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed_and_the_list_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(1), NOW), (lead(2), NOW.plus(DAY))])
            .unwrap();
        drop(list);
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut broken = whole.clone();
                broken[at] ^= 1 << bit;
                std::fs::write(&path, &broken).unwrap();
                assert!(ErasedLeads::read(&path).is_err(), "byte {at}, bit {bit}");
            }
            // Each opening syncs: some of them are enough.
            if at % 7 != 0 && at + 1 != whole.len() {
                continue;
            }
            // Nothing is cut off, what comes later is kept, and it stays told.
            let list = ErasedList::open(folder.path()).unwrap();
            list.append(&[(lead(3), NOW)]).unwrap();
            assert!(ErasedLeads::read(&path).is_err(), "byte {at}, opened");
            let after = std::fs::read(&path).unwrap();
            let last = after.split(|byte| *byte == b'\n').nth_back(1).unwrap();
            let last = unchecked(std::str::from_utf8(last).unwrap());
            assert!(last.is_some_and(|line| parse_line(line).is_some()));
        }
    }

    #[test]
    fn a_list_without_checksums_is_read_and_gets_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let digits: String = hash(&lead(1)).iter().map(|b| format!("{b:02x}")).collect();
        let old = format!("leadtap-erased 1 17\n{digits} {}\n", NOW.as_micros());
        std::fs::write(&path, old).unwrap();
        assert_eq!(read(folder.path()).contains(&lead(1)), Some(NOW));
        let list = ErasedList::open(folder.path()).unwrap();
        list.append(&[(lead(2), NOW)]).unwrap();
        let leads = read(folder.path());
        assert!(leads.checked && leads.len() == 2);
        assert_eq!(leads.since, Timestamp::from_micros(17));
    }

    #[test]
    fn a_line_that_is_none_is_named_and_the_list_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(ErasedList::open(folder.path()).unwrap());
        let path = folder.path().join(FILE);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}not a line\n")).unwrap();
        let error = ErasedLeads::read(&path).unwrap_err();
        assert_eq!(error, ErasedListError::Line(path.clone(), 2));
        drop(ErasedList::open(folder.path()).unwrap());
        assert!(ErasedLeads::read(&path).is_err());
    }

    #[test]
    fn lines_that_no_backup_needs_any_more_go_and_the_list_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut leads = ErasedLeads::since(Timestamp::from_micros(0));
        leads.leads.insert(hash(&lead(1)), NOW);
        leads.leads.insert(hash(&lead(2)), NOW.plus(2 * DAY));
        leads.leads.insert(hash(&lead(3)), NOW.plus(KEPT + DAY));
        leads.write_to(folder.path()).unwrap();
        drop(ErasedList::open(folder.path()).unwrap());
        let leads = read(folder.path());
        assert_eq!(leads.contains(&lead(1)), None);
        assert!(leads.contains(&lead(2)).is_some());
        assert!(!leads.knows_all_since(NOW));
        assert!(leads.knows_all_since(NOW.plus(2 * DAY)));
    }

    #[test]
    fn two_lists_of_one_store_become_one() {
        let mut one = ErasedLeads::since(NOW);
        let mut other = ErasedLeads::since(NOW.plus(DAY));
        one.leads.insert(hash(&lead(1)), NOW);
        other.leads.insert(hash(&lead(2)), NOW.plus(DAY));
        one.join(other);
        assert!(one.knows_all_since(NOW));
        assert!(one.contains(&lead(1)).is_some() && one.contains(&lead(2)).is_some());
    }
}
