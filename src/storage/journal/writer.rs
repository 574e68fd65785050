//! The end of the log, where the committer writes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::entry::Entry;
use super::frame::{self, Head};

/// A segment of this size is closed: about 16,000 logins. Smaller ones go
/// sooner, larger ones mean fewer files.
const SEGMENT_BYTES: u64 = 4 * 1024 * 1024;

/// A segment of this age is closed, so that the logins of a quiet shop are not
/// kept long after their time.
const SEGMENT_AGE: Duration = Duration::from_secs(600);

/// Room that a small frame makes for those after it, in zeros. Writing where a
/// file has bytes saves its sync a third: the file's size need not be kept too.
const ROOM_BYTES: u64 = 64 * 1024;

/// A frame of this size makes no room: zeros for the next one would cost it
/// more than they save.
const LARGE_FRAME: usize = 16 * 1024;

/// The log. One that failed is not written any more, but opened again.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    open: Option<Open>,
}

/// The segment that is being written.
#[derive(Debug)]
struct Open {
    first: u64,
    file: Arc<File>,
    /// Where the next frame goes.
    end: u64,
    /// Bytes that the file has.
    size: u64,
    since: Instant,
}

/// Where a frame was put.
#[derive(Debug)]
pub struct Appended {
    /// The first batch of its segment.
    pub segment: u64,
    /// The segment.
    pub file: Arc<File>,
    /// The frame's own batch.
    pub sequence: u64,
    /// Where its first login begins.
    pub offset: u64,
}

impl Journal {
    /// The log of the store at `path`, to be continued in a new segment: what
    /// stands at the end of an old one may be torn.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            folder: super::folder(path),
            open: None,
        }
    }

    /// Adds a frame and makes it durable: when this returns, it is on the
    /// medium.
    ///
    /// # Errors
    /// The disk's own. Whether the frame was kept is then unknown, and the log
    /// must not be written before it is opened again.
    pub fn append(&mut self, head: &Head, entries: &[Entry]) -> io::Result<Appended> {
        let mut frame = frame::encode(head, entries);
        let (mut open, is_new) = match self.open.take().filter(Open::has_room) {
            Some(open) => (open, false),
            None => (self.create(head.sequence)?, true),
        };
        let begin = open.end;
        open.write(&mut frame)?;
        if is_new {
            // The file's entry in the folder needs a sync of its own (fsync(2)).
            File::open(&self.folder)?.sync_all()?;
        }
        let appended = Appended {
            segment: open.first,
            file: Arc::clone(&open.file),
            sequence: head.sequence,
            offset: begin + frame::HEAD as u64,
        };
        self.open = Some(open);
        Ok(appended)
    }

    fn create(&self, first: u64) -> io::Result<Open> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            // A file of that name holds a torn frame and nothing else.
            .truncate(true)
            .mode(0o600)
            .open(self.folder.join(super::file_name(first)))?;
        Ok(Open {
            first,
            file: Arc::new(file),
            end: 0,
            size: 0,
            since: Instant::now(),
        })
    }

    /// Removes segments that nothing needs any more. What cannot be removed is
    /// left to the next opening.
    pub fn remove(&mut self, segments: &[u64]) {
        for segment in segments {
            self.open.take_if(|open| open.first == *segment);
            let path = self.folder.join(super::file_name(*segment));
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, path = %path.display(), "a file of begun logins could not be removed");
            }
        }
    }
}

impl Open {
    fn has_room(&self) -> bool {
        self.end < SEGMENT_BYTES && self.since.elapsed() < SEGMENT_AGE
    }

    fn write(&mut self, frame: &mut Vec<u8>) -> io::Result<()> {
        let end = self.end + frame.len() as u64;
        if end > self.size && frame.len() < LARGE_FRAME {
            let size = end.next_multiple_of(ROOM_BYTES);
            frame.resize(frame.len() + usize::try_from(size - end).unwrap_or(0), 0);
        }
        self.file.write_all_at(frame, self.end)?;
        self.file.sync_data()?;
        self.size = self.size.max(self.end + frame.len() as u64);
        self.end = end;
        Ok(())
    }
}
