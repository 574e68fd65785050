//! Whom to erase, and that it was done.

use super::timestamp;
use crate::domain::ids::IdError;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::Erase;
use crate::storage::{Erased, LeadKey};

/// Whom a DeleteLeadRequest names.
///
/// # Errors
/// The field that is missing or is no such id.
pub fn delete_lead(request: pb::DeleteLeadRequest) -> Result<Erase, Violations> {
    use pb::delete_lead_request::Key;
    let of = |field: &str, error: IdError| Violations::of(field, error.to_string());
    match request.key {
        None => Err(Violations::of(
            "key",
            "must be set: lead_id, instagram_user_id, instagram_scoped_id or instagram_id",
        )),
        Some(Key::LeadId(id)) => id
            .parse()
            .map(|id| Erase::Lead(LeadKey::Id(id)))
            .map_err(|error| of("lead_id", error)),
        Some(Key::InstagramUserId(id)) => id
            .parse()
            .map(|id| Erase::Lead(LeadKey::UserId(id)))
            .map_err(|error| of("instagram_user_id", error)),
        Some(Key::InstagramScopedId(id)) => id
            .parse()
            .map(|id| Erase::Lead(LeadKey::ScopedId(id)))
            .map_err(|error| of("instagram_scoped_id", error)),
        Some(Key::InstagramId(id)) => id
            .parse()
            .and_then(|scoped| Ok(Erase::Either(scoped, id.parse()?)))
            .map_err(|error| of("instagram_id", error)),
    }
}

/// That a lead was erased.
#[must_use]
pub fn erased(erased: &Erased) -> pb::DeleteLeadResponse {
    pb::DeleteLeadResponse {
        lead_id: erased.lead_id.to_string(),
        erase_time: Some(timestamp(erased.erasure.time)),
        erased_earlier: erased.earlier,
    }
}
