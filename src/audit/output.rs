//! Where the lines go.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

/// The mode of a file that was not there: its owner writes, its group reads.
pub const MODE: u32 = 0o640;

/// Where the audit log goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// Standard error, among the lines of the daemon's log.
    #[default]
    StandardError,
    /// To the end of this file.
    File(PathBuf),
}

/// An open destination.
pub(super) enum Output {
    StandardError,
    File(LogFile),
}

impl Output {
    pub(super) fn open(destination: Destination) -> io::Result<Self> {
        Ok(match destination {
            Destination::StandardError => Self::StandardError,
            Destination::File(path) => Self::File(LogFile::open(path)?),
        })
    }

    /// Writes whole lines.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::StandardError => io::stderr().lock().write_all(lines),
            Self::File(file) => file.write(lines),
        }
    }
}

/// A file that follows its name: where logrotate moved it away, the next line
/// goes to a new one.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    /// Whether it ends in the middle of a line.
    torn: bool,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            file: append(&path)?,
            path,
            torn: false,
        })
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if !self.is_under_its_name()? {
            self.file = append(&self.path)?;
            self.torn = false;
        }
        if self.torn {
            self.file.write_all(b"\n")?;
        }
        self.torn = true;
        self.file.write_all(lines)?;
        self.torn = false;
        Ok(())
    }

    fn is_under_its_name(&self) -> io::Result<bool> {
        let named = match std::fs::metadata(&self.path) {
            Ok(named) => named,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let open = self.file.metadata()?;
        Ok((named.dev(), named.ino()) == (open.dev(), open.ino()))
    }
}

/// Opens without waiting, and no link: a pipe would hold the start, and a link
/// would let whoever may write to the folder choose what is appended to.
fn append(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(MODE)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW).bits())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a file",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder() -> (tempfile::TempDir, PathBuf, Output) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let output = Output::open(Destination::File(path.clone())).unwrap();
        (folder, path, output)
    }

    #[test]
    fn a_new_file_is_closed_to_strangers_and_an_old_one_is_appended_to() {
        let (_folder, path, mut output) = in_folder();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o137, 0);
        output.write(b"one\n").unwrap();
        let mut again = Output::open(Destination::File(path.clone())).unwrap();
        again.write(b"two\n").unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn after_a_rotation_the_next_line_goes_to_a_new_file() {
        let (folder, path, mut output) = in_folder();
        output.write(b"one\n").unwrap();
        let moved = folder.path().join("audit.jsonl.1");
        std::fs::rename(&path, &moved).unwrap();
        output.write(b"two\n").unwrap();
        assert_eq!(std::fs::read(&moved).unwrap(), b"one\n");
        assert_eq!(std::fs::read(&path).unwrap(), b"two\n");
        std::fs::remove_file(&path).unwrap();
        output.write(b"three\n").unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"three\n");
    }

    #[test]
    fn a_link_or_a_pipe_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        for path in [link, pipe] {
            assert!(Output::open(Destination::File(path)).is_err());
        }
    }

    #[test]
    fn after_a_disk_was_full_a_torn_line_is_ended_first() {
        let (_folder, path, mut output) = in_folder();
        let Output::File(file) = &mut output else {
            unreachable!()
        };
        file.torn = true;
        output.write(b"{}\n").unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"\n{}\n");
    }
}
