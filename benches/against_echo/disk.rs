//! What one durable write costs on the store's disk.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of each write: about one new authorization in sled's log.
const WRITE_BYTES: u64 = 1024;

/// Writes in one measurement.
const WRITES: u64 = 250;

/// The median time of a 1 KiB write and its `fdatasync`, in `folder`.
///
/// The file's room is made first: an appending log has it most of the time,
/// and growing a file costs a journal commit on top.
///
/// # Errors
/// Those of the disk.
pub(crate) fn one_sync(folder: &Path) -> io::Result<Duration> {
    let path = folder.join("sync-probe");
    let file = File::create(&path)?;
    let bytes = [0x5a; WRITE_BYTES as usize];
    for n in 0..WRITES {
        file.write_all_at(&bytes, n * WRITE_BYTES)?;
    }
    file.sync_all()?;

    let mut times = Vec::new();
    for n in 0..WRITES {
        let begin = Instant::now();
        file.write_all_at(&bytes, n * WRITE_BYTES)?;
        file.sync_data()?;
        times.push(begin.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
