//! Says why the daemon cannot be reached.

use std::error::Error;
use std::io;

use super::exit::{CommandError, Exit};

/// The error of a connection that did not come about.
pub(super) fn unreachable(shown: &str, error: &tonic::transport::Error) -> CommandError {
    let cause = io_error(error);
    let (why, what_to_do) = match cause.map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => (
            "there is no such socket".to_owned(),
            "Start the daemon (`systemctl start leadtap`), or name its socket with --socket.",
        ),
        Some(io::ErrorKind::ConnectionRefused) => (
            "nothing listens there".to_owned(),
            "Start the daemon: `systemctl start leadtap`.",
        ),
        Some(io::ErrorKind::PermissionDenied) => (
            "this user may not write to the socket".to_owned(),
            "Run this as a member of the group that `listen.unix.group` names.",
        ),
        // What rustls found wrong.
        Some(io::ErrorKind::InvalidData) => (
            cause.map_or_else(|| error.to_string(), ToString::to_string),
            "Name the authority of the daemon's certificate with --ca, and the host that the certificate is for in --address.",
        ),
        Some(_) | None => (
            cause.map_or_else(|| error.to_string(), ToString::to_string),
            "See whether the daemon runs and listens there.",
        ),
    };
    CommandError::new(
        Exit::Unavailable,
        format!("Cannot reach the daemon at {shown}: {why}."),
        what_to_do,
    )
}

fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
