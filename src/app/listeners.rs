//! Where callers reach the daemon.

use std::io;
use std::net::{SocketAddr, TcpListener};
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
    pub(super) socket_file: Option<SocketFile>,
}

/// The file of a Unix socket. It goes when this does.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
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
            let (bound, file) = bind_unix(unix)?;
            listeners.unix = Some(bound);
            listeners.socket_file = Some(file);
        }
        if let (None, Some(address)) = (&listeners.tcp, listen.tcp) {
            listeners.tcp = Some(bind_tcp(address)?);
        }
        Ok(listeners)
    }
}

/// Binds a TCP port.
///
/// # Errors
/// With the address in the text.
pub(super) fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| with_place(&error, address))
}

/// Binds a Unix socket, which whoever is configured may connect to.
///
/// # Errors
/// With the path in the text.
pub(super) fn bind_unix(unix: &UnixListen) -> io::Result<(UnixListener, SocketFile)> {
    let bound = (|| {
        remove_stale(&unix.path)?;
        let listener = UnixListener::bind(&unix.path)?;
        // Gone again where the rest fails.
        let file = SocketFile(unix.path.clone());
        permit(unix)?;
        Ok((listener, file))
    })();
    bound.map_err(|error| with_place(&error, unix.path.display()))
}

/// Lets whoever is configured connect to a socket that is bound.
///
/// # Errors
/// The file system's own.
pub(super) fn permit(unix: &UnixListen) -> io::Result<()> {
    // Connecting needs write permission on the file (unix(7)); until here only its owner has it.
    if let Some(group) = unix.group {
        chown(&unix.path, None, Some(group.as_raw()))?;
    }
    std::fs::set_permissions(&unix.path, std::fs::Permissions::from_mode(unix.mode))
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
