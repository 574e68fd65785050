//! Why the key ring stays as it is.

use tonic::{Code, Status};

use super::call::internal;
use super::row::{NextStep, Row};
use super::store::store;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::service::KeysError;
use crate::storage::{KeyFileError, KeyRingError};

/// A key could not be added or retired.
#[must_use]
pub fn keys(error: KeysError, id: RequestId) -> Status {
    let (code, next) = (Code::FailedPrecondition, NextStep::Operator);
    let row = match error {
        KeysError::NotFound => Row::new(
            Code::NotFound,
            Reason::KeyNotFound,
            NextStep::FixRequest,
            "the key ring has no key of that name: `leadtap keys list` shows those that it has",
        ),
        KeysError::Seals => Row::new(
            code,
            Reason::KeyInUse,
            next,
            "this is the key that seals: add another one with `leadtap keys add`, and rotate, before it is retired",
        ),
        KeysError::InUse {
            records,
            unreadable: 0,
        } => Row::new(
            code,
            Reason::KeyInUse,
            next,
            format!(
                "{records} records are sealed with this key: seal them with the newest one by `leadtap keys rotate`. What it could not seal anew is named in the log"
            ),
        ),
        KeysError::InUse { unreadable, .. } => Row::new(
            code,
            Reason::KeyInUse,
            next,
            format!(
                "{unreadable} records cannot be read, so nobody knows whether this key sealed them: restore the store first"
            ),
        ),
        KeysError::File(error) => return file(&error, id),
        KeysError::Store(error) => return store(&error, id),
        KeysError::Internal => return internal(id),
    };
    row.status()
}

fn file(error: &KeyFileError, id: RequestId) -> Status {
    tracing::error!(request.id = %id, %error, "the key ring's file was not changed");
    let (reason, message) = match error {
        KeyFileError::ReadOnly => (
            Reason::KeyRingReadOnly,
            "the key ring is a systemd credential, which the daemon cannot change: change the credential's source with `leadtap keys add --file` or by taking the line out, and restart leadtap",
        ),
        KeyFileError::Io(_) => (
            Reason::KeyRingReadOnly,
            "the daemon cannot change the key ring's file; its log says why. Let its user write the file and its folder, or add the key as another user with `leadtap keys add --file`, and restart leadtap",
        ),
        KeyFileError::Changed(_) => (
            Reason::KeyRingChanged,
            "the key ring's file lacks a key that the daemon runs with: put the right file back",
        ),
        KeyFileError::Ring(KeyRingError::TooMany) | KeyFileError::Full => (
            Reason::KeyRingFull,
            "the key ring has 64 keys, which is the most: rotate, and retire those that nothing is sealed with",
        ),
        KeyFileError::Ring(KeyRingError::NoRandom) => return internal(id),
        KeyFileError::Ring(_) => (
            Reason::KeyRingChanged,
            "the key ring's file is no key ring any more: put it back from its copy",
        ),
    };
    Row::new(
        Code::FailedPrecondition,
        reason,
        NextStep::Operator,
        message,
    )
    .status()
}
