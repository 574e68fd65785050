//! What is known of tokens, as the command line shows it.

use serde_json::{Value, json};

use crate::grpc::pb;

/// The state in words, with the way it ended.
pub(super) fn state(token: &pb::TokenStatus) -> String {
    let state = match token.state() {
        pb::TokenState::Unspecified => "none",
        pb::TokenState::ShortLived => "short-lived",
        pb::TokenState::LongLived => "long-lived",
        pb::TokenState::Expired => "expired",
        pb::TokenState::Revoked => "revoked",
        pb::TokenState::Expiring => "about to end",
    };
    match end(token.end_reason()) {
        "" => state.to_owned(),
        end => format!("{state} ({end})"),
    }
}

const fn end(reason: pb::TokenEndReason) -> &'static str {
    match reason {
        pb::TokenEndReason::Unspecified | pb::TokenEndReason::Expired => "",
        pb::TokenEndReason::AppRemoved => "the person removed the app",
        pb::TokenEndReason::PasswordChanged => "the password changed",
        pb::TokenEndReason::Checkpoint => "Instagram wants the person to confirm something",
        pb::TokenEndReason::Invalid => "Instagram ended it",
    }
}

/// How it ended by the contract's name, once it has.
pub(super) fn end_reason_json(token: &pb::TokenStatus) -> Option<Value> {
    match token.end_reason() {
        pb::TokenEndReason::Unspecified => None,
        reason => Some(json!(reason.as_str_name())),
    }
}
