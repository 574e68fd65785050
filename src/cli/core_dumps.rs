//! No core dumps: the daemon's memory holds tokens and keys, and a dump would
//! put them on a disk that seals nothing.

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};

/// Forbids them for the rest of the process's life.
///
/// Both are needed: where `core_pattern` names a program, as systemd's does,
/// the limit alone does not stop it (core(5)), and a process that is not
/// dumpable cannot be read by other processes of its user either (ptrace(2)).
///
/// # Errors
/// When the operating system refuses, which Linux does not.
pub(super) fn forbid() -> Result<(), Errno> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    prctl::set_dumpable(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_no_longer_dumpable() {
        forbid().unwrap();
        assert_eq!(prctl::get_dumpable(), Ok(false));
    }
}
