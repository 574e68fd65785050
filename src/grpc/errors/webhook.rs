//! What is asked of webhooks and cannot be given.

use tonic::{Code, Status};

use super::row::{NextStep, Row};
use super::store::store;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::service::webhooks::WebhookError;

/// There is no such webhook, or no such letter.
#[must_use]
pub fn webhook(error: &WebhookError, id: RequestId) -> Status {
    let row = match error {
        WebhookError::NoWebhook => Row::new(
            Code::NotFound,
            Reason::WebhookNotFound,
            NextStep::FixRequest,
            "this site has no webhook of that name: ListWebhooks, or `leadtap webhook list`, has the names",
        ),
        WebhookError::NoLetter => Row::new(
            Code::NotFound,
            Reason::DeadLetterNotFound,
            NextStep::FixRequest,
            "the webhook has no dead letter of this id: it was delivered meanwhile, or is older than 30 days; list them anew",
        ),
        WebhookError::Store(error) => return store(error, id),
    };
    row.status()
}
