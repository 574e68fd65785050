//! What is asked of leads and cannot be given.

use std::sync::Arc;
use std::time::Duration;

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
use crate::service::leads::export::ExportError;
use crate::service::leads::watch::WatchError;
use crate::storage::Updated;

/// How long to wait for one of a site's other streams to end.
const STREAM_RETRY: Duration = Duration::from_secs(30);

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

/// There is no export.
#[must_use]
pub fn export(error: &ExportError, id: RequestId) -> Status {
    match error {
        ExportError::TooMany => too_many_streams("exports", "4"),
        ExportError::List(error) => list(error, id),
    }
}

/// A stream of events did not begin, or ended.
#[must_use]
pub fn watch(error: &WatchError, id: RequestId) -> Status {
    match error {
        WatchError::NoCursor => invalid(Violations::of(
            "cursor",
            "must be empty, or the cursor of a message of WatchLeads",
        )),
        WatchError::TooMany => too_many_streams("consumers of WatchLeads", "16"),
        WatchError::Expired => Row::new(
            Code::OutOfRange,
            Reason::CursorExpired,
            NextStep::FixRequest,
            "changes after this cursor are not kept any more, or it is of another copy of the store: watch without a cursor, and list all leads anew",
        )
        .status(),
        WatchError::TooSlow => Row::new(
            Code::ResourceExhausted,
            Reason::ConsumerTooSlow,
            NextStep::Retry,
            "no event was taken for 10 seconds while 256 waited: come back with the last cursor, nothing is lost",
        )
        .status(),
        WatchError::Store(error) => store(error, id),
    }
}

fn too_many_streams(what: &str, most: &str) -> Status {
    Row::new(
        Code::ResourceExhausted,
        Reason::TooManyStreams,
        NextStep::Retry,
        format!(
            "this site has {most} {what} under way, which is the most: end one, or try again later"
        ),
    )
    .after(STREAM_RETRY)
    .status()
}
