//! What is asked of leads and cannot be given.

use std::sync::Arc;

use tonic::{Code, Status};

use super::call::invalid;
use super::row::{NextStep, Row};
use super::store::store;
use crate::domain::lead::Lead;
use crate::domain::update::UpdateRefusal;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::grpc::violations::Violations;
use crate::service::leads::ListError;
use crate::storage::Updated;

/// This site has no such lead.
#[must_use]
pub fn lead_not_found() -> Status {
    Row::new(
        Code::NotFound,
        Reason::LeadNotFound,
        NextStep::FixRequest,
        "this site has no such lead: it was erased, or the id is another site's",
    )
    .status()
}

/// There is no such page.
#[must_use]
pub fn list(error: &ListError, id: RequestId) -> Status {
    match error {
        ListError::Token => Row::new(
            Code::InvalidArgument,
            Reason::PageTokenInvalid,
            NextStep::FixRequest,
            "the page token is not of this list, or is older than three days: send it with the filter and order_by that it came for, or begin with the first page",
        )
        .status(),
        ListError::Store(error) => store(error, id),
    }
}

/// The lead as an update left it, or why there was none.
///
/// # Errors
/// The status for the caller.
pub fn updated(updated: Updated) -> Result<Arc<Lead>, Status> {
    let (field, rule) = match updated {
        Updated::Done(lead) => return Ok(lead),
        Updated::Missing => return Err(lead_not_found()),
        Updated::Stale => {
            return Err(Row::new(
                Code::Aborted,
                Reason::EtagMismatch,
                NextStep::FixRequest,
                "somebody changed the lead after this etag was read, and nothing was written: read the lead, look at what changed, and write with its new etag",
            )
            .status());
        }
        Updated::Refused(UpdateRefusal::NoEmail) => (
            "lead.contact.email_verified_time",
            "must be unset for a lead without an e-mail address",
        ),
        Updated::Refused(UpdateRefusal::NoConsent) => (
            "lead.consent.withdraw_time",
            "must not be written to a lead without a consent: write the whole consent",
        ),
        Updated::Refused(UpdateRefusal::WithdrawnBefore) => (
            "lead.consent.withdraw_time",
            "must not be before the consent's agree_time",
        ),
    };
    Err(invalid(Violations::of(field, rule)))
}
