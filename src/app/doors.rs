//! The listeners of a daemon that runs, and moving them while it does.
//!
//! Every worker serves every door. A reload opens new ones and shuts those
//! that are configured no more; whoever came in by one stays.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::listeners::{self, Listeners, SocketFile};
use crate::config::{Config, Listen, Tls};
use crate::grpc::connections::Certificate;

/// The doors. Clones share them.
#[derive(Clone)]
pub(super) struct Doors {
    open: Arc<watch::Sender<Arc<Open>>>,
    /// No door takes a connection any more once this is cancelled.
    pub(super) taking: CancellationToken,
}

/// The doors as they are at some moment.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) unix: Option<Door<UnixListener>>,
    pub(super) tcp: Option<Door<TcpListener>>,
    /// What TCP is sealed with, if it is.
    pub(super) certificate: Option<Certificate>,
    /// Whether a service manager keeps the sockets, and decides where they are.
    kept: bool,
    listen: Listen,
}

/// One listener, as it is served from some moment on.
pub(super) struct Door<L> {
    listener: Arc<L>,
    /// It is taken away when nobody serves it any more.
    file: Option<Arc<SocketFile>>,
    /// It takes no more once this is cancelled.
    pub(super) taking: CancellationToken,
}

impl<L> Clone for Door<L> {
    fn clone(&self) -> Self {
        Self {
            listener: Arc::clone(&self.listener),
            file: self.file.clone(),
            taking: self.taking.clone(),
        }
    }
}

impl<L> Door<L> {
    fn of(listener: L, file: Option<SocketFile>, doors: &Doors) -> Self {
        Self {
            listener: Arc::new(listener),
            file: file.map(Arc::new),
            taking: doors.taking.child_token(),
        }
    }

    /// Whether it is this very door.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.listener, &other.listener)
    }
}

impl Door<UnixListener> {
    /// A handle of a worker's own.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub(super) fn handle(&self) -> io::Result<UnixListener> {
        self.listener.set_nonblocking(true)?;
        self.listener.try_clone()
    }
}

impl Door<TcpListener> {
    /// A handle of a worker's own.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub(super) fn handle(&self) -> io::Result<TcpListener> {
        self.listener.set_nonblocking(true)?;
        self.listener.try_clone()
    }
}

/// Doors that are bound and not open yet.
pub(super) struct Prepared {
    before: Arc<Open>,
    next: Open,
    sealed: Option<Tls>,
    /// A change that only the service manager can make.
    pub(super) is_kept: bool,
}

impl Doors {
    /// Closed ones, where the configuration wants them.
    pub(super) fn new(config: &Config) -> Self {
        let closed = Open {
            unix: None,
            tcp: None,
            certificate: config.tls.as_ref().map(certificate),
            kept: false,
            listen: config.listen.clone(),
        };
        Self {
            open: Arc::new(watch::Sender::new(Arc::new(closed))),
            taking: CancellationToken::new(),
        }
    }

    /// Opens what was bound at the start.
    pub(super) fn open(&self, mut bound: Listeners) {
        let mut open = Open::clone(&self.open.borrow());
        open.kept = bound.kept;
        let file = bound.socket_file.take();
        open.unix = bound.unix.take().map(|unix| Door::of(unix, file, self));
        open.tcp = bound.tcp.take().map(|tcp| Door::of(tcp, None, self));
        self.open.send_replace(Arc::new(open));
    }

    /// Tells whenever doors were moved.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<Open>> {
        self.open.subscribe()
    }

    /// Where they are, at this moment.
    pub(super) fn places(&self) -> Listen {
        self.open.borrow().listen.clone()
    }

    /// Lets go of all of them: once the workers have too, whoever connects is
    /// refused, unless a service manager keeps the socket.
    pub(super) fn close(&self) {
        let mut open = Open::clone(&self.open.borrow());
        (open.unix, open.tcp) = (None, None);
        self.open.send_replace(Arc::new(open));
    }

    /// Binds what a new configuration adds, and changes nothing yet.
    ///
    /// # Errors
    /// With the path or address in the text.
    pub(super) fn prepare(&self, new: &Config) -> io::Result<Prepared> {
        let before = Arc::clone(&self.open.borrow());
        let mut next = Open::clone(&before);
        let is_kept = before.kept && before.listen != new.listen;
        if !is_kept {
            next.listen = new.listen.clone();
            next.unix = self.unix(&before, &new.listen)?;
            next.tcp = self.tcp(&before, new)?;
        }
        Ok(Prepared {
            before,
            next,
            sealed: new.tls.clone(),
            is_kept,
        })
    }

    fn unix(&self, before: &Open, new: &Listen) -> io::Result<Option<Door<UnixListener>>> {
        let path = |listen: &Listen| listen.unix.as_ref().map(|unix| unix.path.clone());
        if path(&before.listen) == path(new) {
            return Ok(before.unix.clone());
        }
        let Some(unix) = &new.unix else {
            return Ok(None);
        };
        let (listener, file) = listeners::bind_unix(unix)?;
        Ok(Some(Door::of(listener, Some(file), self)))
    }

    /// The same socket is served anew where it is sealed now, or is not.
    fn tcp(&self, before: &Open, new: &Config) -> io::Result<Option<Door<TcpListener>>> {
        let Some(address) = new.listen.tcp else {
            return Ok(None);
        };
        if before.listen.tcp != Some(address) {
            let listener = listeners::bind_tcp(address)?;
            return Ok(Some(Door::of(listener, None, self)));
        }
        let same = before.certificate.is_some() == new.tls.is_some();
        Ok(before.tcp.clone().map(|door| Door {
            taking: if same {
                door.taking.clone()
            } else {
                self.taking.child_token()
            },
            ..door
        }))
    }

    /// Opens what was prepared, and shuts what is configured no more.
    ///
    /// # Errors
    /// When the mode or the group of a socket that stays cannot be changed.
    pub(super) fn take_over(&self, prepared: Prepared) -> io::Result<()> {
        let Prepared {
            before,
            mut next,
            sealed,
            is_kept: _,
        } = prepared;
        next.certificate = match (&before.certificate, sealed) {
            (Some(certificate), Some(tls)) => {
                certificate.replace(tls.server);
                Some(certificate.clone())
            }
            (_, tls) => tls.as_ref().map(certificate),
        };
        if before.listen.unix != next.listen.unix
            && let Some(unix) = &next.listen.unix
        {
            listeners::permit(unix)?;
        }
        let tcp = next
            .tcp
            .as_ref()
            .and_then(|door| door.listener.local_addr().ok());
        let moved = before.listen != next.listen;
        let unix = next.listen.unix.as_ref().map(|unix| unix.path.clone());
        let next = Arc::new(next);
        self.open.send_replace(Arc::clone(&next));
        // A Unix socket whose file goes, with `before`, cannot be connected to; those who wait in
        // its queue are taken.
        if let Some(old) = &before.tcp {
            match &next.tcp {
                Some(door) if door.is(old) => {
                    if before.certificate.is_some() != next.certificate.is_some() {
                        old.taking.cancel();
                    }
                }
                _ => shut(&TcpStream::from(OwnedFd::from(old.listener.try_clone()?))),
            }
        }
        if moved {
            tell(unix, tcp);
        }
        Ok(())
    }
}

fn certificate(tls: &Tls) -> Certificate {
    Certificate::new(Arc::clone(&tls.server))
}

fn tell(unix: Option<std::path::PathBuf>, tcp: Option<SocketAddr>) {
    tracing::info!(
        listen.unix = unix.map(|path| path.display().to_string()),
        listen.tcp = tcp.map(tracing::field::display),
        "listening where the new configuration says"
    );
}

/// A TCP socket that is shut refuses whoever connects, in every handle of it,
/// and resets those who wait in its queue (shutdown(2)); accept(2) says EINVAL
/// then. As a stream, because std gives listeners no such call.
fn shut(listener: &TcpStream) {
    let _ = listener.shutdown(Shutdown::Both);
}
