//! Connections over TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::Stream;
use futures_util::stream::unfold;
use ring::digest::{SHA256, digest};
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::accept::next;
use super::room::Place;
use super::{Connection, Listener, Peer, Room};

/// How long a handshake may take. A client that dawdles is closed.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Handshakes under way of one worker: each costs the processor about a
/// millisecond. More wait in the system's queue.
pub const HANDSHAKES: usize = 256;

/// The certificate to show, replaced while connections are open: they keep
/// theirs. Clones share it.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<ArcSwap<ServerConfig>>);

impl Certificate {
    /// This one, until it is replaced.
    #[must_use]
    pub fn new(server: Arc<ServerConfig>) -> Self {
        Self(Arc::new(ArcSwap::new(server)))
    }

    /// Shows this one to whoever connects from now on.
    pub fn replace(&self, server: Arc<ServerConfig>) {
        self.0.store(server);
    }
}

type Sealed = Connection<TlsStream<TcpStream>>;

struct Incoming<L> {
    listener: L,
    room: Room,
    certificate: Certificate,
    under_way: JoinSet<Option<Sealed>>,
}

/// The connections of a listener whose handshake succeeded, for as long as
/// somebody asks. A slow handshake holds up no other.
pub(in crate::grpc) fn incoming(
    listener: impl Listener<Stream = TcpStream>,
    room: Room,
    certificate: Certificate,
) -> impl Stream<Item = io::Result<Sealed>> {
    let state = Incoming {
        listener,
        room,
        certificate,
        under_way: JoinSet::new(),
    };
    unfold(state, |mut state| async {
        let connection = state.next().await;
        Some((Ok(connection), state))
    })
}

impl<L: Listener<Stream = TcpStream>> Incoming<L> {
    async fn next(&mut self) -> Sealed {
        loop {
            tokio::select! {
                Some(done) = self.under_way.join_next() => {
                    if let Ok(Some(connection)) = done {
                        return connection;
                    }
                }
                (stream, peer, place) = next(&self.listener, &self.room),
                    if self.under_way.len() < HANDSHAKES =>
                {
                    let acceptor = TlsAcceptor::from(self.certificate.0.load_full());
                    self.under_way.spawn(handshake(acceptor, stream, peer, place));
                }
            }
        }
    }
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    mut peer: Peer,
    place: Place,
) -> Option<Sealed> {
    let stream = match timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(peer.address = ?peer.place.address, %error, "no TLS came about");
            return None;
        }
        Err(_) => {
            tracing::debug!(peer.address = ?peer.place.address, "a TLS handshake took too long");
            return None;
        }
    };
    let shown = stream.get_ref().1.peer_certificates();
    peer.certificate_sha256 = shown.and_then(|chain| chain.first()).map(|leaf| {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, leaf).as_ref());
        hash
    });
    Some(Connection::new(stream, peer, place))
}
