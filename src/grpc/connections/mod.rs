//! Connections: how they are taken, how many, and what is known of who is at
//! their other end.

mod accept;
mod room;
mod tls;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tonic::transport::server::Connected;

pub use accept::Listener;
pub(super) use accept::{Until, incoming};
use room::Place;
pub(super) use tls::incoming as incoming_tls;
pub use tls::{Certificate, HANDSHAKE_TIMEOUT, HANDSHAKES};

use crate::audit;
pub use room::Room;

/// How long a client may take from connecting to the first bytes of HTTP. One
/// that says nothing is closed, because it would take a place for ever.
pub const FIRST_BYTES_TIMEOUT: Duration = Duration::from_secs(10);

/// Those bytes: HTTP/2 begins with this many (RFC 9113 section 3.4), and no
/// request of HTTP/1.1 that we answer is shorter.
const FIRST_BYTES: usize = 24;

/// How long a connection that the daemon ends waits for its client to hang up.
///
/// A client that writes to a connection which is gone hears of a broken pipe
/// before it has read what the daemon said last: its answer, or the GOAWAY by
/// which it knows that a call was not taken (RFC 9112 section 9.6 has the same
/// of HTTP/1.1).
pub const LINGER: Duration = Duration::from_secs(1);

/// The same where others wait for the next daemon meanwhile: many times what a
/// client that looks at its connection takes, and those that do not look, such
/// as a PHP page that keeps a connection for later, hold up nobody for long.
pub const HURRIED_LINGER: Duration = Duration::from_millis(200);

/// Who is at the other end, as far as the connection tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peer {
    /// Its process and user (`SO_PEERCRED`, unix(7)), or its address.
    pub place: audit::Peer,
    /// The SHA-256 of the certificate that it showed and has the key of.
    pub certificate_sha256: Option<[u8; 32]>,
}

impl Peer {
    const fn at(place: audit::Peer) -> Self {
        Self {
            place,
            certificate_sha256: None,
        }
    }
}

/// A connection that was taken. It has its place until it is dropped.
pub(super) struct Connection<S> {
    stream: S,
    peer: Peer,
    place: Place,
    /// What is still to come of the first bytes, and until when.
    silent: Option<(usize, Pin<Box<Sleep>>)>,
    /// Until when it waits for the client to hang up, once all is said.
    linger: Option<Pin<Box<Sleep>>>,
}

impl<S> Connection<S> {
    fn new(stream: S, peer: Peer, place: Place) -> Self {
        Self {
            stream,
            peer,
            place,
            silent: Some((FIRST_BYTES, Box::pin(sleep(FIRST_BYTES_TIMEOUT)))),
            linger: None,
        }
    }
}

impl<S> Connected for Connection<S> {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Some((owed, deadline)) = &mut self.silent else {
            return read;
        };
        if read.is_pending() {
            ready!(deadline.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        *owed = owed.saturating_sub(buffer.filled().len() - before);
        if *owed == 0 {
            self.silent = None;
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self {
            stream,
            linger,
            place,
            ..
        } = &mut *self;
        if linger.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        }
        let linger = linger.get_or_insert_with(|| Box::pin(sleep(place.linger())));
        // What still comes is not read by anybody: it came after the end.
        let mut bytes = [0; 1024];
        loop {
            let mut unread = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(cx, &mut unread) {
                Poll::Ready(Ok(())) if !unread.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return linger.as_mut().poll(cx).map(Ok),
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
