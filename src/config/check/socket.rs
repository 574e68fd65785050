//! Whether the Unix socket can be made where it shall stand.

use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::{AccessFlags, Gid, eaccess, getegid, geteuid, getgroups};

use super::super::listen::UnixListen;
use super::super::problem::Problem;
use super::super::secret_file::user_name;

/// Where systemd gives a unit a folder when it starts it.
const RUNTIME_FOLDERS: &str = "/run";

/// Folders that PHP-FPM's `PrivateTmp=` replaces with its own, so that it
/// would look for the socket in vain.
const PRIVATE_FOLDERS: [&str; 2] = ["/tmp", "/var/tmp"];

/// What is wrong with the socket's place.
pub(super) fn check(socket: &UnixListen) -> Vec<Problem> {
    let path = &socket.path;
    let folder = path.parent().unwrap_or(Path::new("/"));
    [
        folder_problem(folder),
        occupied(path),
        private(path),
        socket.group.and_then(foreign_group),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn folder_problem(folder: &Path) -> Option<Problem> {
    let shown = folder.display();
    let me = user_name(geteuid().as_raw());
    if !folder.is_dir() {
        let problem = Problem::new(
            "listen.unix.path",
            format!("stands in {shown}, which is not a folder"),
            format!(
                "Run `install -d -m 0755 -o {me} {shown}`; under systemd `RuntimeDirectory=` makes it at the start."
            ),
        );
        // While the unit is stopped, its runtime folder is rightly absent.
        let made_by_systemd = folder.parent() == Some(Path::new(RUNTIME_FOLDERS));
        return Some(if made_by_systemd {
            problem.as_warning()
        } else {
            problem
        });
    }
    let error = eaccess(folder, AccessFlags::W_OK | AccessFlags::X_OK).err()?;
    Some(forbidden(folder, error))
}

fn forbidden(folder: &Path, error: Errno) -> Problem {
    let shown = folder.display();
    let me = user_name(geteuid().as_raw());
    Problem::new(
        "listen.unix.path",
        format!(
            "stands in {shown}, where {me} may make nothing: {}",
            error.desc()
        ),
        format!("Run `chown {me} {shown}`, or choose another folder."),
    )
}

fn occupied(path: &Path) -> Option<Problem> {
    // Where it cannot be seen, the folder's own complaint says more.
    let about = std::fs::symlink_metadata(path).ok()?;
    (!about.file_type().is_socket()).then(|| {
        Problem::new(
            "listen.unix.path",
            format!("is taken: {} is no socket", path.display()),
            "Move that file away, or choose another path.",
        )
    })
}

fn private(path: &Path) -> Option<Problem> {
    PRIVATE_FOLDERS
        .iter()
        .any(|folder| path.starts_with(folder))
        .then(|| {
            Problem::new(
                "listen.unix.path",
                "stands in a folder for temporary files, of which services often see their own",
                "Choose /run/leadtap/leadtap.sock.",
            )
            .as_warning()
        })
}

fn foreign_group(group: Gid) -> Option<Problem> {
    let mut mine = getgroups().unwrap_or_default();
    mine.push(getegid());
    (!geteuid().is_root()).then_some(())?;
    not_a_member(group, &mine)
}

fn not_a_member(group: Gid, mine: &[Gid]) -> Option<Problem> {
    (!mine.contains(&group)).then(|| {
        Problem::new(
            "listen.unix.group",
            "is a group that this user does not belong to and cannot give the socket to",
            "Add `SupplementaryGroups=` with the group to the unit, or the user to the group with `usermod -aG`.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::problem::Severity;
    use super::*;

    fn socket(path: &Path) -> UnixListen {
        UnixListen {
            path: path.to_owned(),
            mode: 0o660,
            group: None,
        }
    }

    #[test]
    fn a_missing_folder_comes_with_the_command_that_makes_it() {
        let problem = &check(&socket(Path::new("/srv/nowhere/at/all/leadtap.sock")))[0];
        assert!(problem.what.contains("not a folder"), "{problem}");
        assert!(problem.what_to_do.contains("install -d"), "{problem}");
        assert_eq!(problem.severity, Severity::Problem);
    }

    #[test]
    fn a_missing_runtime_folder_is_a_warning_because_systemd_makes_it() {
        let problem = &check(&socket(Path::new("/run/leadtap-nowhere/leadtap.sock")))[0];
        assert_eq!(problem.severity, Severity::Warning);
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_told() {
        let problem = forbidden(Path::new("/run/leadtap"), Errno::EACCES);
        assert!(problem.what.contains("may make nothing"), "{problem}");
        assert!(problem.what_to_do.contains("chown"), "{problem}");
    }

    #[test]
    fn a_file_where_the_socket_shall_stand_is_told_and_an_old_socket_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leadtap.sock");
        assert_eq!(occupied(&path), None);
        std::fs::write(&path, "").unwrap();
        assert!(occupied(&path).unwrap().what.contains("is taken"));
        std::fs::remove_file(&path).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(occupied(&path), None);
    }

    #[test]
    fn a_socket_in_tmp_is_a_warning_because_php_may_have_its_own_tmp() {
        assert!(private(Path::new("/tmp/leadtap.sock")).is_some());
        assert_eq!(private(Path::new("/run/leadtap/leadtap.sock")), None);
    }

    #[test]
    fn a_group_of_other_people_cannot_be_given_the_socket() {
        let group = Gid::from_raw(4_000_001);
        let problem = not_a_member(group, &[Gid::from_raw(7)]).unwrap();
        assert!(
            problem.what_to_do.contains("SupplementaryGroups="),
            "{problem}"
        );
        assert_eq!(not_a_member(group, &[group]), None);
    }
}
