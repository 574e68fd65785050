//! The files of the database as the operating system sees them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::domain::clock::Timestamp;

/// Bytes rewritten at once.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Makes everything below `folder` durable: what is in the files, and the
/// files themselves (fsync(2): the entry in the folder needs a sync of its
/// own).
///
/// # Errors
/// The disk's own.
pub fn sync(folder: &Path) -> io::Result<()> {
    for file in below(folder)? {
        File::open(file)?.sync_all()?;
    }
    File::open(folder)?.sync_all()?;
    match folder.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Makes the entry of a file in its folder durable.
///
/// # Errors
/// The disk's own.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// When a file was written last, by the clock of its file system.
///
/// # Errors
/// The disk's own.
pub fn modified(file: &File) -> io::Result<Timestamp> {
    let time = file.metadata()?.modified()?;
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_micros(0).plus(since_1970))
}

/// Bytes that everything below `folder` takes on the disk.
///
/// # Errors
/// The disk's own.
pub fn size(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    for file in below(folder)? {
        // In units of 512 bytes, whatever the file system (stat(2)).
        size += std::fs::metadata(file)?.blocks() * 512;
    }
    Ok(size)
}

/// Writes every byte below these folders again, as it can be read, and syncs it.
///
/// Where a sync failed, Linux takes what it could not write for written: it
/// can be read for as long as it stays in memory, and no later sync puts it on
/// the medium ("fsyncgate"; fsync(2) under EIO). What is built on it would go
/// in the next power cut, acknowledged or not. Writing the same bytes anew
/// makes them subject to a sync again.
///
/// `lock` is the file that whoever uses them has locked.
///
/// # Errors
/// The disk's own; [`io::ErrorKind::WouldBlock`] while the database is in use.
/// The same can be tried again.
pub fn rewrite(folders: &[PathBuf], lock: &Path) -> io::Result<()> {
    let locked = match File::open(lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    locked.try_lock().map_err(io::Error::from)?;
    folders.iter().try_for_each(|folder| rewrite_below(folder))
}

fn rewrite_below(folder: &Path) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    for path in below(folder)? {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut at = 0;
        loop {
            let read = file.read_at(&mut chunk, at)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            file.write_all_at(bytes, at)?;
            at += read as u64;
        }
    }
    sync(folder)
}

/// All files below a folder; none if there is no such folder.
fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(below(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let user = File::create(folder.path().join("a")).unwrap();
        user.lock().unwrap();
        let folders = [folder.path().to_owned()];
        let refused = rewrite(&folders, &folder.path().join("a")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn what_is_rewritten_is_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..CHUNK_BYTES + 7).map(|n| (n % 251) as u8).collect();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        for name in ["a", "inner/b"] {
            std::fs::write(folder.path().join(name), &bytes).unwrap();
        }
        let folders = [folder.path().to_owned()];
        rewrite(&folders, &folder.path().join("a")).unwrap();
        for name in ["a", "inner/b"] {
            assert_eq!(std::fs::read(folder.path().join(name)).unwrap(), bytes);
        }
    }
}
