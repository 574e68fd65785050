//! What is asked of leads and cannot be given.

use tonic::{Code, Status};

use super::row::{NextStep, Row};
use crate::grpc::pb::ErrorReason as Reason;

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
