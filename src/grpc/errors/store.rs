//! What the store can answer.

use std::time::Duration;

use tonic::{Code, Status};

use super::call::internal;
use super::row::{NextStep, Row};
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::storage::{SealError, StoreError};

/// How long to wait for a store that cannot keep anything: it is tried again
/// twice a second.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// How long to wait when a site has its most logins under way.
const PENDING_RETRY: Duration = Duration::from_secs(5);

/// The store brought nothing.
#[must_use]
pub fn store(error: &StoreError, id: RequestId) -> Status {
    match error {
        StoreError::TooManyPending => Row::new(
            Code::ResourceExhausted,
            Reason::TooManyPendingAuthorizations,
            NextStep::Retry,
            "this site has as many logins under way as its max_pending_authorizations allows: try again when some have ended",
        )
        .after(PENDING_RETRY)
        .status(),
        StoreError::TooManyPendingOfCaller => Row::new(
            Code::ResourceExhausted,
            Reason::TooManyPendingAuthorizations,
            NextStep::Retry,
            "this caller has as many logins under way as its max_pending_authorizations allows: try again when some have ended",
        )
        .after(PENDING_RETRY)
        .status(),
        StoreError::SiteOverloaded => Row::new(
            Code::ResourceExhausted,
            Reason::TooManyCalls,
            NextStep::Retry,
            "this site has as many logins waiting for the disk as its share allows: try again",
        )
        .after(STORE_RETRY)
        .status(),
        StoreError::Unavailable | StoreError::Overloaded | StoreError::Conflict => Row::new(
            Code::Unavailable,
            Reason::StoreUnavailable,
            NextStep::Retry,
            "the store cannot keep anything at the moment: try again; if it stays, look at leadtap's log and at the disk",
        )
        .after(STORE_RETRY)
        .status(),
        StoreError::IdentityConflict => identity_conflict().status(),
        StoreError::Sealed(SealError::Altered) => {
            tracing::error!(request.id = %id, "a record was altered: the line before names it");
            Row::new(
                Code::DataLoss,
                Reason::RecordAltered,
                NextStep::Operator,
                "what is sealed in a record was cut short, changed, or moved there from another record, or the key ring holds another key under the same name: leadtap's log names the record. Put the right key ring in place, or restore the store",
            )
            .status()
        }
        StoreError::Sealed(SealError::KeyMissing(key)) => {
            tracing::error!(request.id = %id, "a key is missing: the line before names the record");
            Row::new(
                Code::FailedPrecondition,
                Reason::KeyMissing,
                NextStep::Operator,
                format!("a record is sealed with the key {key:08x}, which the key ring lacks: put the key back from a copy of the ring. The record itself is not damaged"),
            )
            .status()
        }
        StoreError::Sealed(SealError::NoRandom) | StoreError::Record(_) => {
            tracing::error!(request.id = %id, %error, "a record could not be read");
            internal(id)
        }
    }
}

pub(super) fn identity_conflict() -> Row {
    Row::new(
        Code::FailedPrecondition,
        Reason::IdentityConflict,
        NextStep::Operator,
        "Instagram's two ids belong to two different leads of this site: nobody was logged in; erase the lead that is out of date",
    )
}
