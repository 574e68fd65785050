//! A wire to the sandbox that can be down, and that writes down what it carries.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::Fake;

/// A port that refuses connections until the relay is opened. It is bound from
/// the beginning, so that nobody else gets it.
pub struct Closed {
    socket: TcpSocket,
    /// Its address, without a slash at the end.
    pub base: String,
}

impl Closed {
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let base = format!("http://{}", socket.local_addr().unwrap());
        Self { socket, base }
    }

    /// Carries bytes to the sandbox and back from now on.
    pub fn open(self, fake: &Fake) -> Relay {
        let to: SocketAddr = fake.base.trim_start_matches("http://").parse().unwrap();
        let listener = self.socket.listen(64).unwrap();
        let carried = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&carried);
        let server = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(join(near, to, Arc::clone(&book)));
            }
        });
        Relay { carried, server }
    }
}

/// An open wire; it ends when it is dropped.
pub struct Relay {
    carried: Arc<Mutex<Vec<u8>>>,
    server: JoinHandle<()>,
}

impl Relay {
    /// Every byte that went either way.
    pub fn carried(&self) -> Vec<u8> {
        self.carried.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn join(near: TcpStream, to: SocketAddr, book: Arc<Mutex<Vec<u8>>>) {
    let Ok(far) = TcpStream::connect(to).await else {
        return;
    };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    tokio::join!(
        carry(near_in, far_out, Arc::clone(&book)),
        carry(far_in, near_out, book)
    );
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    book: Arc<Mutex<Vec<u8>>>,
) {
    let mut part = [0; 8192];
    while let Ok(bytes @ 1..) = from.read(&mut part).await {
        book.lock().unwrap().extend_from_slice(&part[..bytes]);
        if to.write_all(&part[..bytes]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
