//! Whether the store's folder can be used.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, eaccess, geteuid};

use super::super::problem::Problem;
use super::super::secret_file::user_name;
use crate::domain::clock::Timestamp;

/// Bytes that should be free: a shop's store grows by about 1.7 KiB a lead,
/// and a full disk stops all logins.
const ROOM_BYTES: u64 = 200 * 1024 * 1024;

/// Files of the store looked at for the newest change.
const MAX_FILES: usize = 10_000;

/// What is wrong with the folder.
pub(super) fn check(path: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = "store.path";
    match std::fs::metadata(path) {
        Ok(about) if !about.is_dir() => {
            problems.push(Problem::new(
                place,
                format!("names {}, which is not a folder", path.display()),
                "Name a folder that leadtap has for itself.",
            ));
            return problems;
        }
        Ok(about) => problems.extend(complaint(
            path,
            about.mode(),
            about.uid(),
            geteuid().as_raw(),
        )),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            problems.push(Problem::new(
                place,
                format!("names {}, which cannot be seen: {error}", path.display()),
                "Let the daemon's user enter the folders above it.",
            ));
            return problems;
        }
        Err(_) => {}
    }
    // Where the folder is missing, the daemon makes it in the nearest one.
    let Some(existing) = path.ancestors().find(|folder| folder.is_dir()) else {
        return problems;
    };
    problems.extend(writable(path, existing));
    problems.extend(room(existing));
    problems
}

/// Whether somebody else owns the folder, or may see or change what is in it:
/// tokens are sealed there, names and addresses are not.
fn complaint(path: &Path, mode: u32, owner: u32, me: u32) -> Option<Problem> {
    let shown = path.display();
    if owner != me && me != 0 {
        return Some(Problem::new(
            "store.path",
            format!("names {shown}, which belongs to {}", user_name(owner)),
            format!("Run `chown -R {} {shown}`.", user_name(me)),
        ));
    }
    let may = match mode & 0o077 {
        0 => return None,
        bits if bits & 0o022 != 0 => "write to",
        _ => "look into",
    };
    let problem = Problem::new(
        "store.path",
        format!(
            "names {shown}, which others may {may} (mode {:04o})",
            mode & 0o7777
        ),
        format!("Run `chmod 0700 {shown}`; under systemd set `StateDirectoryMode=0700`."),
    );
    Some(if may == "write to" {
        problem
    } else {
        problem.as_warning()
    })
}

fn writable(path: &Path, existing: &Path) -> Option<Problem> {
    let rights = AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK;
    let error = eaccess(existing, rights).err()?;
    let me = user_name(geteuid().as_raw());
    let path = path.display();
    Some(Problem::new(
        "store.path",
        format!(
            "names {path}, but {me} may not write to {}: {}",
            existing.display(),
            error.desc()
        ),
        format!(
            "Run `install -d -m 0700 -o {me} {path}`; under systemd `StateDirectory=leadtap` does it."
        ),
    ))
}

fn room(folder: &Path) -> Option<Problem> {
    let file_system = statvfs(folder).ok()?;
    let free = file_system.blocks_available() * file_system.fragment_size();
    too_little(free, folder)
}

fn too_little(free: u64, folder: &Path) -> Option<Problem> {
    (free < ROOM_BYTES).then(|| {
        Problem::new(
            "store.path",
            format!(
                "has only {} MiB left on its disk ({})",
                free / (1024 * 1024),
                folder.display()
            ),
            "Make room: on a full disk no login can be kept, and all are refused.",
        )
        .as_warning()
    })
}

/// When anything in the folder changed last, at the most two levels deep.
pub(super) fn newest_change(folder: &Path) -> Option<Timestamp> {
    let inner = entries(folder).filter(|entry| entry.path().is_dir());
    let files = entries(folder).chain(inner.flat_map(|entry| entries(&entry.path())));
    files
        .take(MAX_FILES)
        .filter_map(|entry| entry.metadata().ok())
        .map(|about| Timestamp::from_micros(about.mtime().saturating_mul(1_000_000)))
        .max()
}

fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> + use<> {
    std::fs::read_dir(folder).into_iter().flatten().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::super::problem::Severity;
    use super::*;

    #[test]
    fn a_folder_of_ones_own_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let mine = complaint(path, 0o40_700, 7, 7);
        assert_eq!(mine, None);
        assert!(writable(path, path).is_none());
    }

    #[test]
    fn a_store_that_does_not_exist_yet_is_made_where_there_is_a_right_to() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b");
        let problems = check(&inside);
        assert!(
            problems.iter().all(|one| one.what.contains("MiB left")),
            "{problems:?}"
        );
    }

    #[test]
    fn a_file_in_the_stores_place_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let problems = check(file.path());
        assert!(problems[0].what.contains("not a folder"), "{problems:?}");
    }

    #[test]
    fn a_store_that_cannot_be_written_comes_with_the_command_that_helps() {
        // Not even root can make a folder in /proc.
        let problem = writable(Path::new("/proc/leadtap"), Path::new("/proc/nowhere")).unwrap();
        assert!(problem.what.contains("may not write"), "{problem}");
        assert!(
            problem.what_to_do.contains("install -d -m 0700"),
            "{problem}"
        );
    }

    #[test]
    fn a_store_of_another_user_is_told() {
        let problem = complaint(Path::new("/var/lib/leadtap"), 0o40_700, 0, 4_000_001).unwrap();
        assert!(problem.what.contains("belongs to root"), "{problem}");
    }

    #[test]
    fn a_store_that_others_may_change_is_told() {
        let problem = complaint(Path::new("/var/lib/leadtap"), 0o40_770, 7, 7).unwrap();
        assert!(problem.what_to_do.contains("chmod 0700"), "{problem}");
        assert_eq!(problem.severity, Severity::Problem);
    }

    #[test]
    fn a_store_that_others_may_look_into_is_a_warning() {
        let warning = complaint(Path::new("/var/lib/leadtap"), 0o40_755, 7, 7).unwrap();
        assert!(warning.what.contains("look into"), "{warning}");
        assert_eq!(warning.severity, Severity::Warning);
    }

    #[test]
    fn little_room_is_a_warning() {
        let folder = Path::new("/var/lib");
        let warning = too_little(ROOM_BYTES - 1, folder).unwrap();
        assert!(warning.what.contains("199 MiB left"), "{warning}");
        assert_eq!(too_little(ROOM_BYTES, folder), None);
    }

    #[test]
    fn the_newest_change_is_found_inside_the_store() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_change(folder.path()), None);
        std::fs::create_dir(folder.path().join("store")).unwrap();
        std::fs::write(folder.path().join("store/db"), "x").unwrap();
        assert!(newest_change(folder.path()).unwrap() > Timestamp::from_micros(0));
    }
}
