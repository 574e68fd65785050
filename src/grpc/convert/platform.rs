//! What Meta sent, and what became of it.

use super::timestamp;
use crate::domain::deletion::{ConfirmationCode, Deletion};
use crate::domain::duties::{CODE_PLACE, Duties};
use crate::domain::secret::Secret;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::instagram::signed_request::SIGNED_REQUEST_BYTES;

/// Bytes of a confirmation code, as somebody may have typed it into an URL.
const CODE_BYTES: usize = 256;

/// A signed request of a length that can be one.
///
/// # Errors
/// The field, and its limit.
pub fn signed_request(text: String) -> Result<Secret, Violations> {
    let text = Secret::new(text);
    if (1..=SIGNED_REQUEST_BYTES).contains(&text.expose().len()) {
        Ok(text)
    } else {
        Err(Violations::of(
            "signed_request",
            "must have 1 to 4,096 bytes: the form field that Meta posted",
        ))
    }
}

/// The code that somebody asks by; none where it is no code of ours.
///
/// # Errors
/// The field, and its limit.
pub fn confirmation_code(text: &str) -> Result<Option<ConfirmationCode>, Violations> {
    if (1..=CODE_BYTES).contains(&text.len()) {
        Ok(text.parse().ok())
    } else {
        Err(Violations::of(
            "confirmation_code",
            "must have 1 to 256 bytes",
        ))
    }
}

/// The page on which a person reads of this deletion; empty where the site has
/// none.
#[must_use]
pub fn deletion_url(duties: &Duties, code: &ConfirmationCode) -> String {
    let page = duties.deletion_status_url.as_deref().unwrap_or_default();
    page.replace(CODE_PLACE, &code.to_string())
}

/// What became of a deletion.
#[must_use]
pub fn deletion(code: &ConfirmationCode, deletion: &Deletion) -> pb::DeletionStatus {
    let state = if deletion.leads > 0 {
        pb::DeletionState::Erased
    } else {
        pb::DeletionState::NothingHeld
    };
    pb::DeletionStatus {
        confirmation_code: code.to_string(),
        state: state.into(),
        issue_time: Some(timestamp(deletion.issue_time)),
        complete_time: Some(timestamp(deletion.complete_time)),
        erased_leads: i32::try_from(deletion.leads).unwrap_or(i32::MAX),
        erased_tokens: i32::try_from(deletion.tokens).unwrap_or(i32::MAX),
    }
}
