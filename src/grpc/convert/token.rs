//! What is known of tokens, for callers. The tokens themselves are no part of
//! it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use uuid::Uuid;

use super::timestamp;
use crate::domain::clock::Timestamp;
use crate::domain::failure::TokenEnd;
use crate::domain::ids::LeadId;
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::token::{TokenState, TokenStatus};
use crate::grpc::errors::upstream_reason;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::tokens::{TokenCounts, TokenQuery};
use crate::storage::TokenEntry;

/// Tokens on a page that names no size.
const DEFAULT_PAGE: usize = 100;

/// The token in an ImportTokenRequest.
///
/// # Errors
/// When it cannot be one.
pub fn import_token(request: pb::ImportTokenRequest) -> Result<Secret, Violations> {
    let token = Secret::new(request.access_token);
    let text = token.expose();
    let fits = (1..=limits::ACCESS_TOKEN_BYTES).contains(&text.len());
    if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    Err(Violations::of(
        "access_token",
        "must have 1 to 4,096 printable ASCII characters without spaces",
    ))
}

/// A valid ListTokensRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn token_query(request: &pb::ListTokensRequest) -> Result<TokenQuery, Violations> {
    let mut bad = Violations::default();
    let limit = match usize::try_from(request.page_size) {
        Ok(0) => DEFAULT_PAGE,
        Ok(size) if size <= limits::TOKENS_PAGE => size,
        _ => {
            bad.add("page_size", "must be 0 to 1,000");
            DEFAULT_PAGE
        }
    };
    let after = match request.page_token.as_str() {
        "" => None,
        text => {
            let lead = lead_of(text);
            if lead.is_none() {
                bad.add("page_token", "must be the next_page_token of another page");
            }
            lead
        }
    };
    let states: Vec<_> = request.states().filter_map(state_of).collect();
    if states.len() != request.states.len() || states.len() > limits::TOKEN_STATES {
        bad.add(
            "states",
            "must be at most 8 states, none of them unspecified",
        );
    }
    bad.or(TokenQuery {
        states,
        after,
        limit,
    })
}

/// Where the next page begins. It leads to no other site's data: a page is
/// always of the caller's own site.
#[must_use]
pub fn page_token(next: Option<LeadId>) -> String {
    next.map(|lead| BASE64URL.encode(lead.as_bytes()))
        .unwrap_or_default()
}

fn lead_of(page_token: &str) -> Option<LeadId> {
    let bytes = BASE64URL.decode(page_token).ok()?;
    Some(LeadId::new(Uuid::from_slice(&bytes).ok()?))
}

/// What is known of a lead's token, at this moment.
#[must_use]
pub fn token_info(entry: &TokenEntry, now: Timestamp) -> pb::TokenInfo {
    let next = entry
        .upkeep
        .renewal_time(&entry.status, &entry.lead_id)
        .filter(|_| entry.status.is_alive(now));
    pb::TokenInfo {
        lead_id: entry.lead_id.to_string(),
        status: Some(token_status(&entry.status, now)),
        next_renewal_time: next.map(timestamp),
        failed_renewals: i32::try_from(entry.upkeep.failures).unwrap_or(i32::MAX),
        last_failure_reason: entry
            .upkeep
            .last_failure
            .map_or(String::new(), |meaning| upstream_reason(meaning).to_owned()),
    }
}

/// How many tokens are in each state that has any.
#[must_use]
pub fn token_counts(counts: &TokenCounts) -> Vec<pb::TokenCount> {
    let of = |token_state| pb::TokenCount {
        state: state(token_state).into(),
        count: i64::try_from(counts.of(token_state)).unwrap_or(i64::MAX),
    };
    let all = TokenState::ALL.map(of).into_iter();
    all.filter(|count| count.count > 0).collect()
}

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

const fn state_of(state: pb::TokenState) -> Option<TokenState> {
    match state {
        pb::TokenState::Unspecified => None,
        pb::TokenState::ShortLived => Some(TokenState::ShortLived),
        pb::TokenState::LongLived => Some(TokenState::LongLived),
        pb::TokenState::Expired => Some(TokenState::Expired),
        pb::TokenState::Revoked => Some(TokenState::Revoked),
        pb::TokenState::Expiring => Some(TokenState::Expiring),
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
