//! SIGTERM while many clients call.

use std::error::Error;
use std::sync::Arc;

use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::{Code, Status};

use crate::support::book::reason;
use crate::support::{Book, Fake, Setup};

/// Clients, each with a connection of its own.
const CLIENTS: usize = 32;

/// How often the daemon is stopped under load.
const STOPS: usize = 3;

/// Whether a call that failed was refused before the daemon took it: it was
/// told so, or there was nobody to connect to.
fn was_not_taken(status: &Status) -> bool {
    let told = reason(status) == reason_name(Reason::ShuttingDown);
    let mut cause: Option<&(dyn Error + 'static)> = status.source();
    let mut not_sent = false;
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            // The listener is closed, or its socket's file is gone.
            not_sent |= matches!(
                error.kind(),
                std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound
            );
        }
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            // RFC 9113 section 6.8: what comes after a GOAWAY was not taken.
            not_sent |= error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            not_sent |= error.reason() == Some(h2::Reason::REFUSED_STREAM);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            // It waited in the client when its connection closed, and was never sent.
            not_sent |= error.is_canceled();
        }
        cause = error.source();
    }
    told && status.code() == Code::Unavailable || not_sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_that_was_taken_is_dropped_when_the_daemon_is_stopped_under_load() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    setup.level = "info,leadtap::grpc::gate=error".to_owned();
    let book = Book::new(Arc::clone(&fake)).await;
    for _ in 0..STOPS {
        let daemon = setup.start().await;
        let clients = book.load(&daemon, CLIENTS).await;
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
