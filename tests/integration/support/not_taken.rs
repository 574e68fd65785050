//! Calls that failed and never reached a handler: whoever made one makes it
//! again, as gRPC's clients do by themselves.

use std::error::Error;

use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::{Code, Status};

use super::book::reason;

/// Whether a call that failed was refused before the daemon took it: it was
/// told so, or its connection had ended.
pub fn was_not_taken(status: &Status) -> bool {
    let told = reason(status) == reason_name(Reason::ShuttingDown);
    let mut cause: Option<&(dyn Error + 'static)> = status.source();
    let mut not_sent = false;
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            not_sent |= error.kind() == std::io::ErrorKind::NotConnected;
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
