//! A service manager as systemd is one: it holds the listening socket, and
//! passes it to each daemon that it starts (sd_listen_fds(3)).

use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use super::Setup;

/// Becomes the daemon, with standard input, the socket, as file descriptor 3.
/// LISTEN_PID names the process that is meant.
const PASS: &str = "export LISTEN_PID=$$; exec \"$0\" \"$@\" 3<&0 </dev/null";

/// Holds the Unix socket of a setup.
pub struct Manager(UnixListener);

impl Manager {
    /// Makes the socket at this place in the setup's folder, and passes it to
    /// every daemon that the setup starts.
    pub fn holding(setup: &mut Setup, name: &str) -> Self {
        let path = setup.path(name);
        let listener = UnixListener::bind(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        setup.started_by = ["sh", "-c", PASS].map(str::to_owned).to_vec();
        let one = ("LISTEN_FDS".to_owned(), "1".to_owned());
        setup.environment.push(one);
        setup.passed = Some(OwnedFd::from(listener.try_clone().unwrap()));
        Self(listener)
    }

    /// Where the socket is.
    pub fn path(&self) -> std::path::PathBuf {
        let address = self.0.local_addr().unwrap();
        address.as_pathname().unwrap().to_owned()
    }
}
