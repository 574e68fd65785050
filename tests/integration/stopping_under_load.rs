//! SIGTERM while many clients call.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::daemon::Daemon;
use crate::support::not_taken::was_not_taken;
use crate::support::{Book, Fake, Setup};

/// Clients, each with a connection of its own.
const CLIENTS: usize = 32;

/// How often the daemon is stopped under load.
const STOPS: usize = 3;

/// A connection that the daemon has taken, and after which there is no other:
/// a client that connects anew may do so while the listener closes, and what
/// becomes of that is not the daemon's doing.
async fn only_connection(daemon: &Daemon) -> Channel {
    let (socket, used) = (daemon.socket.clone(), Arc::new(AtomicBool::new(false)));
    let connector = tower::service_fn(move |_| {
        let (socket, used) = (socket.clone(), Arc::clone(&used));
        async move {
            if used.swap(true, Ordering::Relaxed) {
                return Err(std::io::ErrorKind::NotConnected.into());
            }
            UnixStream::connect(socket).await.map(TokioIo::new)
        }
    });
    let endpoint = Endpoint::from_static("http://localhost");
    let channel = endpoint.connect_with_connector(connector).await.unwrap();
    let check = HealthCheckRequest::default();
    let answer = HealthClient::new(channel.clone()).check(check).await;
    answer.unwrap();
    channel
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_that_was_taken_is_dropped_when_the_daemon_is_stopped_under_load() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    setup.level = "info,leadtap::grpc::gate=error".to_owned();
    let book = Book::new(Arc::clone(&fake)).await;
    for _ in 0..STOPS {
        let daemon = setup.start().await;
        let mut channels = Vec::new();
        for _ in 0..CLIENTS {
            channels.push(only_connection(&daemon).await);
        }
        let clients = book.load_over(channels);
        book.answers(200).await;
        daemon.stops().await;
        for status in clients.join_all().await {
            assert!(was_not_taken(&status), "{status:?}: {:?}", status.source());
        }
    }
    // What was told is so: nothing acknowledged was lost.
    let daemon = setup.start().await;
    let problems = book.check(&daemon).await;
    assert!(problems.is_empty(), "{problems:#?}");
}
