//! What happens to leads, for callers.

use super::{lead, timestamp};
use crate::domain::change::ChangeKind;
use crate::domain::clock::Timestamp;
use crate::grpc::pb;
use crate::service::leads::watch::{Event, Told};

/// A message of WatchLeads.
#[must_use]
pub fn told(told: Told, now: Timestamp) -> pb::WatchLeadsResponse {
    pb::WatchLeadsResponse {
        cursor: told.cursor,
        event: told.event.map(|event| lead_event(&event, now)),
    }
}

/// What happened, in the contract's words.
#[must_use]
pub const fn event_type(kind: ChangeKind) -> pb::LeadEventType {
    match kind {
        ChangeKind::Created => pb::LeadEventType::Created,
        ChangeKind::Updated => pb::LeadEventType::Updated,
        ChangeKind::LoggedIn => pb::LeadEventType::LoggedIn,
        ChangeKind::TokenChanged => pb::LeadEventType::TokenChanged,
        ChangeKind::Erased => pb::LeadEventType::Erased,
    }
}

fn lead_event(event: &Event, now: Timestamp) -> pb::LeadEvent {
    pb::LeadEvent {
        r#type: event_type(event.change.kind).into(),
        lead_id: event.change.lead.to_string(),
        time: Some(timestamp(event.change.time)),
        revision: i64::try_from(event.change.revision).unwrap_or(i64::MAX),
        lead: event.lead.as_deref().map(|one| lead(one, now)),
    }
}
