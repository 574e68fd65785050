//! Where callers reach the daemon.

use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::inherited::{Inherited, InheritedError};
use crate::config::{Listen, UnixListen};

/// Listeners that are bound. The Unix socket's file goes when they do, unless
/// a service manager keeps the socket.
#[derive(Debug, Default)]
pub struct Listeners {
    /// A Unix socket.
    pub unix: Option<UnixListener>,
    /// A TCP port on loopback.
    pub tcp: Option<TcpListener>,
    /// Whether a service manager keeps one of them: whoever connects while no
    /// daemon runs waits for the next one.
    pub(super) kept: bool,
    socket_file: Option<PathBuf>,
}

impl Listeners {
    /// Binds what is configured.
    ///
    /// # Errors
    /// With the path or address in the text.
    pub fn bind(listen: &Listen) -> io::Result<Self> {
        Self::beside(Inherited::default(), listen)
    }

    /// Takes what was passed, and binds what else is configured.
    ///
    /// # Errors
    /// When what was passed is not what is configured, or with the path or
    /// address in the text.
    pub fn take_over(passed: Inherited, listen: &Listen) -> Result<Self, InheritedError> {
        passed.check(listen)?;
        Ok(Self::beside(passed, listen)?)
    }

    fn beside(passed: Inherited, listen: &Listen) -> io::Result<Self> {
        let mut listeners = Self {
            kept: !passed.is_empty(),
            unix: passed.unix,
            tcp: passed.tcp,
            socket_file: None,
        };
        if let (None, Some(unix)) = (&listeners.unix, &listen.unix) {
            let bound = bind_unix(unix).map_err(|error| with_place(&error, unix.path.display()))?;
            listeners.unix = Some(bound);
            listeners.socket_file = Some(unix.path.clone());
        }
        if let (None, Some(address)) = (&listeners.tcp, listen.tcp) {
            let bound = TcpListener::bind(address).map_err(|error| with_place(&error, address))?;
            listeners.tcp = Some(bound);
        }
        Ok(listeners)
    }

    /// More handles on the same listeners, for another thread.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            unix: self
                .unix
                .as_ref()
                .map(UnixListener::try_clone)
                .transpose()?,
            tcp: self.tcp.as_ref().map(TcpListener::try_clone).transpose()?,
            kept: self.kept,
            socket_file: None,
        })
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        if let Some(file) = &self.socket_file {
            let _ = std::fs::remove_file(file);
        }
    }
}

fn bind_unix(unix: &UnixListen) -> io::Result<UnixListener> {
    remove_stale(&unix.path)?;
    let listener = UnixListener::bind(&unix.path)?;
    // Connecting needs write permission on the file (unix(7)); until here only its owner has it.
    if let Some(group) = unix.group {
        chown(&unix.path, None, Some(group.as_raw()))?;
    }
    std::fs::set_permissions(&unix.path, std::fs::Permissions::from_mode(unix.mode))?;
    Ok(listener)
}

/// A socket that nobody listens on is left over from a crash. One that
/// answers belongs to a daemon that runs.
fn remove_stale(path: &Path) -> io::Result<()> {
    match UnixStream::connect(path) {
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "a daemon listens there already: stop it, or use another path",
        )),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            // Any other file refuses connections too, and must never be removed.
            if std::fs::symlink_metadata(path)?.file_type().is_socket() {
                std::fs::remove_file(path)
            } else {
                Err(io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "a file that is no socket is there: name another path in listen.unix",
                ))
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn with_place(error: &io::Error, place: impl std::fmt::Display) -> io::Error {
    io::Error::new(error.kind(), format!("cannot listen on {place}: {error}"))
}
