//! The lines of a list, as they stand in the file.

use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use super::Hash;
use crate::domain::clock::Timestamp;

const HEADER: &str = "leadtap-erased";
const VERSION: &str = "3";

/// The version without a place.
const PLACELESS: &str = "2";

/// The version without checksums too.
const UNCHECKED: &str = "1";

/// Which file a list is, so that a copy of it is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    inode: u64,
    /// Nanoseconds since 1970; zero where the file system does not know.
    made: u128,
}

impl Place {
    /// Of this file. It keeps it when it is moved within its file system.
    ///
    /// # Errors
    /// The disk's own.
    pub fn of(file: &File) -> std::io::Result<Self> {
        let about = file.metadata()?;
        let made = about.created().ok();
        let made = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            inode: about.ino(),
            made: made.map_or(0, |made| made.as_nanos()),
        })
    }
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A lead was erased.
    Erased(Hash, Timestamp),
    /// The list is this file.
    Place(Place),
    /// All is known until then.
    Until(Timestamp),
    /// And all is known again from then on.
    Since(Timestamp),
}

impl Line {
    /// Writes it, with its checksum. Writing to a String cannot fail.
    pub fn write(&self, to: &mut String) {
        let mut line = String::with_capacity(96);
        let _ = match self {
            Self::Erased(hash, time) => {
                for byte in hash {
                    let _ = write!(line, "{byte:02x}");
                }
                write!(line, " {}", time.as_micros())
            }
            Self::Place(place) => write!(line, "place {} {}", place.inode, place.made),
            Self::Until(time) => write!(line, "until {}", time.as_micros()),
            Self::Since(time) => write!(line, "since {}", time.as_micros()),
        };
        push_checked(to, &line);
    }

    /// Reads one without its checksum.
    pub fn parse(line: &str) -> Option<Self> {
        let (first, rest) = line.split_once(' ')?;
        match first {
            "place" => {
                let (inode, made) = rest.split_once(' ')?;
                let (inode, made) = (inode.parse().ok()?, made.parse().ok()?);
                Some(Self::Place(Place { inode, made }))
            }
            "until" => moment(rest).map(Self::Until),
            "since" => moment(rest).map(Self::Since),
            hex => Some(Self::Erased(parse_hash(hex)?, moment(rest)?)),
        }
    }
}

/// Writes the first line of a list.
pub fn write_header(to: &mut String, since: Timestamp) {
    let header = format!("{HEADER} {VERSION} {}", since.as_micros());
    push_checked(to, &header);
}

/// Reads the first line of a list: since when it knows, and whether the lines
/// after it have checksums.
pub fn parse_header(line: &str) -> Option<(Timestamp, bool)> {
    if let Some(since) = line.strip_prefix(&format!("{HEADER} {UNCHECKED} ")) {
        return Some((moment(since)?, false));
    }
    let line = unchecked(line)?;
    let mut versions = [VERSION, PLACELESS].into_iter();
    let since = versions.find_map(|version| line.strip_prefix(&format!("{HEADER} {version} ")));
    Some((moment(since?)?, true))
}

/// What stands in front of a line's checksum, if that is right.
pub fn unchecked(line: &str) -> Option<&str> {
    let (line, checksum) = line.rsplit_once(' ')?;
    let right = format!("{:08x}", crc32fast::hash(line.as_bytes()));
    (checksum == right).then_some(line)
}

/// Whether this is a line with something else where it should end: a crash
/// leaves less than a line, and never more.
pub fn is_whole_but_its_end(rest: &[u8]) -> bool {
    let line = rest.split_last().map(|(_, line)| line);
    let line = line.and_then(|line| std::str::from_utf8(line).ok());
    line.is_some_and(|line| unchecked(line).is_some())
}

fn push_checked(text: &mut String, line: &str) {
    let _ = writeln!(text, "{line} {:08x}", crc32fast::hash(line.as_bytes()));
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp::from_micros)
}

fn parse_hash(hex: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if hex.len() != 2 * hash.len() || !hex.is_ascii() {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}
