//! What can be wrong with what Meta sends.

use tonic::{Code, Status};

use super::row::{NextStep, Row};
use super::store::store;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::service::PlatformError;

/// A message was not acted upon.
#[must_use]
pub fn platform(error: &PlatformError, id: RequestId) -> Status {
    let row = match error {
        PlatformError::Invalid(error) => Row::new(
            Code::InvalidArgument,
            Reason::SignedRequestInvalid,
            NextStep::Operator,
            format!(
                "signed_request {error}: nothing was changed; if Meta sent it, see that it is handed on as it came"
            ),
        ),
        PlatformError::TooOld => Row::new(
            Code::FailedPrecondition,
            Reason::SignedRequestExpired,
            NextStep::Operator,
            "signed_request is older than this site's signed_request_max_age_hours: nothing was changed; if Meta sent it just now, set this machine's clock; a deletion can be done by hand with `leadtap lead delete --instagram-id`",
        ),
        PlatformError::TooNew => Row::new(
            Code::FailedPrecondition,
            Reason::SignedRequestExpired,
            NextStep::Operator,
            "signed_request was signed more than 5 minutes in the future: nothing was changed; set this machine's clock",
        ),
        PlatformError::Store(error) => return store(error, id),
    };
    row.status()
}

/// This site has no such deletion.
#[must_use]
pub fn deletion_not_found() -> Status {
    Row::new(
        Code::NotFound,
        Reason::DeletionNotFound,
        NextStep::FixRequest,
        "this site has no deletion with this confirmation code: copy it whole from the address that Meta shows",
    )
    .status()
}
