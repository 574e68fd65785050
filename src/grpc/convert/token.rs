//! What is known of tokens, for callers. The tokens themselves are no part of
//! it.

use super::timestamp;
use crate::domain::clock::Timestamp;
use crate::domain::failure::TokenEnd;
use crate::domain::token::{TokenState, TokenStatus};
use crate::grpc::pb;

/// What is known of a token, at this moment.
#[must_use]
pub fn token_status(status: &TokenStatus, now: Timestamp) -> pb::TokenStatus {
    let end = status
        .end_at(now)
        .map_or(pb::TokenEndReason::Unspecified, end);
    pb::TokenStatus {
        state: state(status.state_at(now)).into(),
        scopes: status.scopes.iter().cloned().collect(),
        expire_time: Some(timestamp(status.expire_time)),
        refreshed_time: Some(timestamp(status.refreshed_time)),
        end_reason: end.into(),
    }
}

const fn state(state: TokenState) -> pb::TokenState {
    match state {
        TokenState::ShortLived => pb::TokenState::ShortLived,
        TokenState::LongLived => pb::TokenState::LongLived,
        TokenState::Expired => pb::TokenState::Expired,
        TokenState::Revoked => pb::TokenState::Revoked,
        TokenState::Expiring => pb::TokenState::Expiring,
    }
}

const fn end(end: TokenEnd) -> pb::TokenEndReason {
    match end {
        TokenEnd::Expired => pb::TokenEndReason::Expired,
        TokenEnd::AppRemoved => pb::TokenEndReason::AppRemoved,
        TokenEnd::PasswordChanged => pb::TokenEndReason::PasswordChanged,
        TokenEnd::Checkpoint => pb::TokenEndReason::Checkpoint,
        TokenEnd::Invalid => pb::TokenEndReason::Invalid,
    }
}
