//! Listening sockets that a service manager made and keeps: systemd's socket
//! activation (sd_listen_fds(3)). While the daemon is started anew they go on
//! taking connections, which wait in the system's queue for the next one.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;

use crate::config::Listen;

/// What was passed to this process: at most one of each kind.
#[derive(Debug, Default)]
pub struct Inherited {
    pub(super) unix: Option<UnixListener>,
    pub(super) tcp: Option<TcpListener>,
}

impl Inherited {
    /// Takes what was passed, and the variables that say so out of the
    /// environment: nobody whom this process starts shall believe them. Call
    /// it while the process has one thread.
    ///
    /// # Errors
    /// [`InheritedError`], whose text says what to do.
    pub fn take() -> Result<Self, InheritedError> {
        let mut passed = ListenFd::from_env();
        let mut inherited = Self::default();
        for index in 0..passed.len() {
            if let Ok(Some(unix)) = passed.take_unix_listener(index) {
                if inherited.unix.replace(unix).is_some() {
                    return Err(InheritedError::Two("Unix"));
                }
            } else if let Ok(Some(tcp)) = passed.take_tcp_listener(index) {
                if inherited.tcp.replace(tcp).is_some() {
                    return Err(InheritedError::Two("TCP"));
                }
            } else {
                return Err(InheritedError::NoListener(index));
            }
        }
        Ok(inherited)
    }

    /// Whether nothing was passed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.unix.is_none() && self.tcp.is_none()
    }

    /// Holds what was passed against what the configuration allows: who may
    /// connect was decided for these places and for no others.
    ///
    /// # Errors
    /// When a socket is at another place, or at one that is not configured.
    pub(super) fn check(&self, listen: &Listen) -> Result<(), InheritedError> {
        if let Some(unix) = &self.unix {
            let at = unix.local_addr()?.as_pathname().map(Path::to_owned);
            let wanted = listen.unix.as_ref().map(|unix| unix.path.clone());
            if at.is_none() || at != wanted {
                return Err(InheritedError::OtherPath { at, wanted });
            }
        }
        if let Some(tcp) = &self.tcp {
            let at = tcp.local_addr()?;
            // Port 0 lets the system choose, and it has.
            let fits = |wanted: SocketAddr| {
                wanted.ip() == at.ip() && (wanted.port() == 0 || wanted.port() == at.port())
            };
            if !listen.tcp.is_some_and(fits) {
                return Err(InheritedError::OtherAddress {
                    at,
                    wanted: listen.tcp,
                });
            }
        }
        Ok(())
    }
}

/// Why passed sockets cannot be used.
#[derive(Debug)]
pub enum InheritedError {
    /// More than one of a kind.
    Two(&'static str),
    /// The file descriptor after 3 and this many more listens on nothing.
    NoListener(usize),
    /// A Unix socket that the configuration does not name.
    OtherPath {
        /// Where it is; one without a name is nowhere.
        at: Option<PathBuf>,
        /// `listen.unix.path`.
        wanted: Option<PathBuf>,
    },
    /// A TCP socket that the configuration does not name.
    OtherAddress {
        /// Where it is.
        at: SocketAddr,
        /// `listen.tcp`.
        wanted: Option<SocketAddr>,
    },
    /// The operating system refused something.
    Io(io::Error),
}

impl From<io::Error> for InheritedError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for InheritedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AGREE: &str = "let ListenStream= in the socket unit (leadtap.socket) and the configuration say the same";
        match self {
            Self::Two(kind) => write!(
                f,
                "the service manager passed more than one {kind} socket, and the daemon listens on one: keep one ListenStream= of its kind in the socket unit"
            ),
            Self::NoListener(index) => write!(
                f,
                "the service manager passed a file descriptor (LISTEN_FDS, number {}) that is no listening Unix or TCP socket: use ListenStream= in the socket unit",
                index + 1
            ),
            Self::OtherPath { at, wanted } => {
                let at = at.as_deref().unwrap_or(Path::new("no path"));
                write!(f, "the service manager passed a socket at {}", at.display())?;
                match wanted {
                    Some(wanted) => write!(f, ", and listen.unix.path is {}", wanted.display())?,
                    None => f.write_str(", and there is no listen.unix")?,
                }
                write!(f, ": {AGREE}")
            }
            Self::OtherAddress { at, wanted } => {
                write!(f, "the service manager passed a socket at {at}")?;
                match wanted {
                    Some(wanted) => write!(f, ", and listen.tcp is {wanted}")?,
                    None => f.write_str(", and there is no listen.tcp")?,
                }
                write!(f, ": {AGREE}")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InheritedError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UnixListen;

    fn listen(unix: Option<&Path>, tcp: Option<&str>) -> Listen {
        Listen {
            unix: unix.map(|path| UnixListen {
                path: path.to_owned(),
                mode: 0o600,
                group: None,
            }),
            tcp: tcp.map(|address| address.parse().unwrap()),
        }
    }

    #[test]
    fn a_socket_at_another_path_than_the_configured_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("here.sock");
        let passed = Inherited {
            unix: Some(UnixListener::bind(&path).unwrap()),
            tcp: None,
        };
        passed.check(&listen(Some(&path), None)).unwrap();
        let elsewhere = folder.path().join("there.sock");
        for wanted in [listen(Some(&elsewhere), None), listen(None, None)] {
            let error = passed.check(&wanted).unwrap_err().to_string();
            assert!(error.contains("here.sock"), "{error}");
            assert!(error.contains("ListenStream="), "{error}");
        }
    }

    /// Or a socket unit could open to the network what the configuration keeps
    /// to this machine.
    #[test]
    fn a_socket_at_another_address_than_the_configured_one_is_refused() {
        let passed = Inherited {
            unix: None,
            tcp: Some(TcpListener::bind("127.0.0.1:0").unwrap()),
        };
        let port = passed.tcp.as_ref().unwrap().local_addr().unwrap().port();
        passed.check(&listen(None, Some("127.0.0.1:0"))).unwrap();
        let same = format!("127.0.0.1:{port}");
        passed.check(&listen(None, Some(&same))).unwrap();
        for wanted in [Some("127.0.0.2:0"), Some("127.0.0.1:1"), None] {
            let error = passed.check(&listen(None, wanted)).unwrap_err().to_string();
            assert!(error.contains(&same), "{error}");
        }
    }
}
