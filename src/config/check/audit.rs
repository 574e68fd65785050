//! Whether the audit log's file can be made.

use std::path::Path;

use nix::unistd::{AccessFlags, eaccess, geteuid};

use super::super::problem::Problem;
use super::super::secret_file::user_name;

/// What is wrong with the file's place.
pub(super) fn check(file: &Path) -> Option<Problem> {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let rights = AccessFlags::W_OK | AccessFlags::X_OK;
    let wrong = if folder.is_dir() {
        // A file that is there need only be writable itself.
        let place = if file.exists() { file } else { folder };
        let rights = if file.exists() {
            AccessFlags::W_OK
        } else {
            rights
        };
        let error = eaccess(place, rights).err()?;
        format!("cannot be written: {}", error.desc())
    } else {
        format!("stands in {}, which is not a folder", folder.display())
    };
    let me = user_name(geteuid().as_raw());
    Some(Problem::new(
        "audit.file",
        wrong,
        format!(
            "Run `install -d -m 0750 -o {me} {}`, or name another file.",
            folder.display()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_a_folder_of_ones_own_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(&folder.path().join("audit.jsonl")), None);
    }

    #[test]
    fn a_folder_that_is_missing_comes_with_the_command_that_helps() {
        let problem = check(Path::new("/nowhere/at/all/audit.jsonl")).unwrap();
        assert!(problem.what.contains("/nowhere/at/all"), "{problem}");
        assert!(
            problem.what_to_do.contains("install -d -m 0750"),
            "{problem}"
        );
    }
}
