//! What any call can meet before, around or after its handler.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::ErrorDetails;

use super::row::{NextStep, Row};
use crate::domain::caller::Permission;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::grpc::traffic::Whose;
use crate::grpc::violations::Violations;

/// How long to wait for a daemon that is being restarted.
const RESTART_RETRY: Duration = Duration::from_secs(1);

/// How long to wait for a call of one's own to be answered.
const CALLS_RETRY: Duration = Duration::from_secs(1);

/// The caller is nobody who was configured.
#[must_use]
pub fn caller_unknown() -> Status {
    Row::new(
        Code::Unauthenticated,
        Reason::CallerUnknown,
        NextStep::Operator,
        "no configured caller has this uid or bearer token: add it to the configuration as a [[caller]]",
    )
    .status()
}

/// The caller may not do this.
#[must_use]
pub fn permission_missing(permission: Permission) -> Status {
    Row::new(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        NextStep::Operator,
        format!(
            "this caller lacks the permission `{permission}`: add it to its [[caller]] in the configuration"
        ),
    )
    .status()
}

/// Fields break their limits.
#[must_use]
pub fn invalid(violations: Violations) -> Status {
    let message = format!("the request is not valid: {violations}");
    let mut details = ErrorDetails::new();
    for (field, limit) in violations.into_inner() {
        details.add_bad_request_violation(field, limit);
    }
    Row::new(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        message,
    )
    .status_with(details)
}

/// What arrived is no message of this rpc.
#[must_use]
pub fn undecodable() -> Status {
    Row::new(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        "the request is not a protobuf message of this rpc: generate the client anew from this daemon's proto",
    )
    .status()
}

/// What arrived is larger than any request.
#[must_use]
pub fn too_large(code: Code) -> Status {
    Row::new(
        code,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        "the request is larger than 64 KiB, which no valid one is",
    )
    .status()
}

/// A fault of our own.
#[must_use]
pub fn internal(id: RequestId) -> Status {
    Row::new(
        Code::Internal,
        Reason::Internal,
        NextStep::Operator,
        format!("a fault inside leadtap: its log has the cause under request id {id}"),
    )
    .status()
}

/// The call's time is over.
#[must_use]
pub fn too_late() -> Status {
    Row::new(
        Code::DeadlineExceeded,
        Reason::DeadlineExceeded,
        NextStep::Retry,
        "the call took longer than its deadline: a login that was being finished goes on, ask again",
    )
    .status()
}

/// There is no such rpc.
#[must_use]
pub fn method_unknown() -> Status {
    Row::new(
        Code::Unimplemented,
        Reason::MethodUnknown,
        NextStep::FixRequest,
        "this daemon has no such rpc: update the daemon, or generate the client anew from its proto",
    )
    .status()
}

/// A library of ours refused the request by itself, in its own words, which
/// tell of the request alone.
#[must_use]
pub fn refused_by_library(status: &Status) -> Status {
    Row::new(
        status.code(),
        Reason::RequestInvalid,
        NextStep::FixRequest,
        status.message().to_owned(),
    )
    .status()
}

/// There is no room for one more call.
#[must_use]
pub fn too_many_calls(whose: Whose) -> Status {
    let message = match whose {
        Whose::Caller => {
            "this caller has as many calls in flight as its max_calls_in_flight allows: try again when some are answered"
        }
        Whose::Site => {
            "this site has as many calls in flight as its max_calls_in_flight allows: try again when some are answered"
        }
        Whose::Anybody => {
            "as many calls that need no caller are in flight as leadtap allows: try again when some are answered"
        }
    };
    Row::new(
        Code::ResourceExhausted,
        Reason::TooManyCalls,
        NextStep::Retry,
        message,
    )
    .after(CALLS_RETRY)
    .status()
}

/// Logins begin too fast.
#[must_use]
pub fn too_many_starts((whose, wait): (Whose, Duration)) -> Status {
    let message = match whose {
        Whose::Site => {
            "this site has begun as many logins as its max_starts_per_minute allows: try again a little later"
        }
        Whose::Caller | Whose::Anybody => {
            "this caller has begun as many logins as its max_starts_per_minute allows: try again a little later"
        }
    };
    Row::new(
        Code::ResourceExhausted,
        Reason::TooManyStarts,
        NextStep::Retry,
        message,
    )
    .after(wait)
    .status()
}

/// The daemon is on its way out.
#[must_use]
pub fn shutting_down() -> Status {
    Row::new(
        Code::Unavailable,
        Reason::ShuttingDown,
        NextStep::Retry,
        "leadtap is stopping or restarting: try again",
    )
    .after(RESTART_RETRY)
    .status()
}
