//! Takes connections, one after the other.
//!
//! An own loop, because the usual one asks again at once when the system has
//! no file descriptor left, and so turns a shortage into a spinning core.

use std::io;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::room::Place;
use super::{Connection, Peer, Room};
use crate::audit;

/// How long to wait after the system gave no connection...
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// ... twice as long each time, up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What gives connections.
pub trait Listener: Send + Sync {
    /// What it gives.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection, and who is at its other end.
    fn take(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listener for UnixListener {
    type Stream = UnixStream;

    async fn take(&self) -> io::Result<(UnixStream, Peer)> {
        let (stream, _) = self.accept().await?;
        let process = stream.peer_cred().ok();
        let place = audit::Peer {
            uid: process.map(|process| process.uid()),
            pid: process.and_then(|process| process.pid()),
            address: None,
        };
        Ok((stream, Peer::at(place)))
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn take(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, address) = self.accept().await?;
        // A small answer must not wait for company (Nagle); without it, it is slower and no more.
        let _ = stream.set_nodelay(true);
        let place = audit::Peer {
            address: Some(address),
            ..audit::Peer::default()
        };
        Ok((stream, Peer::at(place)))
    }
}

/// A listener that takes no connection any more once this is cancelled. What
/// it took before goes on.
pub(in crate::grpc) struct Until<L>(pub(in crate::grpc) CancellationToken, pub(in crate::grpc) L);

impl<L: Listener> Listener for Until<L> {
    type Stream = L::Stream;

    async fn take(&self) -> io::Result<(L::Stream, Peer)> {
        tokio::select! {
            biased;
            // A server that gets no more would end those that it has.
            () = self.0.cancelled() => std::future::pending().await,
            taken = self.1.take() => taken,
        }
    }
}

/// The connections of a listener, for as long as somebody asks.
pub(in crate::grpc) fn incoming<L: Listener>(
    listener: L,
    room: Room,
) -> impl Stream<Item = io::Result<Connection<L::Stream>>> {
    unfold((listener, room), |(listener, room)| async {
        let (stream, peer, place) = next(&listener, &room).await;
        let connection = Connection::new(stream, peer, place);
        Some((Ok(connection), (listener, room)))
    })
}

/// The next connection, once there is a place for it.
pub(super) async fn next<L: Listener>(listener: &L, room: &Room) -> (L::Stream, Peer, Place) {
    let mut place = room.place().await;
    let mut pause = FIRST_PAUSE;
    loop {
        match listener.take().await {
            Ok((stream, peer)) => {
                room.taken(&mut place);
                return (stream, peer, place);
            }
            Err(error) if is_of_one_connection(&error) => {}
            // It was shut, and gives no more (accept(2), EINVAL).
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                drop(place);
                return std::future::pending().await;
            }
            Err(error) => {
                room.exhausted(&error);
                sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

/// Whether the client went away before it was taken (accept(2)): the next one
/// may be there.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::StreamExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, timeout};

    use super::super::{FIRST_BYTES_TIMEOUT, LINGER};
    use super::*;

    /// Out of file descriptors (EMFILE) this often, then fine.
    struct Exhausted(AtomicU32);

    impl Listener for Exhausted {
        type Stream = DuplexStream;

        async fn take(&self) -> io::Result<(DuplexStream, Peer)> {
            if self.0.fetch_sub(1, Ordering::Relaxed) > 1 {
                return Err(io::Error::from_raw_os_error(nix::libc::EMFILE));
            }
            self.0.store(1, Ordering::Relaxed);
            Ok((duplex(64).0, Peer::default()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_file_descriptors_it_waits_longer_and_longer() {
        let begun = Instant::now();
        let room = Room::new("test", 1);
        next(&Exhausted(AtomicU32::new(11)), &room).await;
        let waited = begun.elapsed();
        // 10, 20, 40, … 640 ms, then a second each.
        assert!(
            waited >= Duration::from_millis(4_270) && waited < Duration::from_secs(5),
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_has_its_place_until_it_closes() {
        let connections = incoming(Exhausted(AtomicU32::new(1)), Room::new("test", 2));
        let mut connections = std::pin::pin!(connections);
        let first = connections.next().await;
        let _second = connections.next().await;
        let waited = timeout(Duration::from_secs(60), connections.next()).await;
        assert!(waited.is_err(), "a third of two");
        drop(first);
        connections.next().await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn at_its_end_a_listener_takes_no_more_and_ends_nothing() {
        let end = CancellationToken::new();
        let listener = Until(end.clone(), Exhausted(AtomicU32::new(1)));
        let mut connections = std::pin::pin!(incoming(listener, Room::new("test", 2)));
        let _first = connections.next().await.unwrap();
        end.cancel();
        let more = timeout(Duration::from_secs(60), connections.next()).await;
        assert!(more.is_err(), "it neither gives one nor ends");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_still_write_while_it_reads_the_end() {
        let room = Room::new("test", 1);
        let (near, mut far) = duplex(64);
        let mut near = Connection::new(near, Peer::default(), room.place().await);
        near.write_all(b"goodbye").await.unwrap();
        let client = async {
            far.write_all(&[b'x'; 500]).await.unwrap();
            let mut said = Vec::new();
            far.read_to_end(&mut said).await.unwrap();
            far.write_all(b"late").await.unwrap();
            drop(far);
            said
        };
        let begun = Instant::now();
        let (ended, said) = tokio::join!(near.shutdown(), client);
        ended.unwrap();
        assert_eq!(said, b"goodbye");
        assert!(begun.elapsed() < LINGER);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_hang_up_is_waited_for_a_moment() {
        let room = Room::new("test", 1);
        let (near, _far) = duplex(64);
        let mut near = Connection::new(near, Peer::default(), room.place().await);
        let begun = Instant::now();
        near.shutdown().await.unwrap();
        assert!(begun.elapsed() >= LINGER && begun.elapsed() < 2 * LINGER);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_is_closed() {
        let room = Room::new("test", 2);
        for said in [0, 23] {
            let (near, mut far) = duplex(64);
            let mut near = Connection::new(near, Peer::default(), room.place().await);
            far.write_all(&vec![b'x'; said]).await.unwrap();
            let begun = Instant::now();
            let error = near.read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(begun.elapsed() >= FIRST_BYTES_TIMEOUT);
        }
        let (near, mut far) = duplex(64);
        let mut near = Connection::new(near, Peer::default(), room.place().await);
        far.write_all(&[b'x'; 24]).await.unwrap();
        near.read_exact(&mut [0; 24]).await.unwrap();
        let silence = timeout(2 * FIRST_BYTES_TIMEOUT, near.read_u8()).await;
        assert!(silence.is_err(), "a connection that spoke may be idle");
    }
}
