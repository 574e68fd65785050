//! What is known of tokens, as the command line shows it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::lead_view::{time, time_json, token_json};
use super::output::{Style, harmless};
use crate::grpc::pb;

/// A token for a person: a line with its lead, and one fact a line below it.
pub(super) fn render(info: &pb::TokenInfo, style: Style) -> String {
    let status = info.status.clone().unwrap_or_default();
    let mut text = format!("{}\n", style.strong(&harmless(&info.lead_id)));
    let state = match status.state() {
        pb::TokenState::Revoked | pb::TokenState::Expired => style.bad(&state(&status)),
        pb::TokenState::Expiring => style.notable(&state(&status)),
        _ => state(&status),
    };
    let failed = match info.failed_renewals {
        0 => String::new(),
        times => format!("{times} in a row, the newest {}", info.last_failure_reason),
    };
    for (label, value) in [
        ("State", state),
        ("Ends", time(status.expire_time)),
        ("Renewed", time(status.refreshed_time)),
        ("Next renewal", time(info.next_renewal_time)),
        ("Failed", harmless(&failed)),
    ] {
        if !value.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {}{value}", style.faint(&format!("{label:<14}")));
        }
    }
    text
}

/// A token for a program: the contract's names, and what is not known left
/// out.
pub(super) fn json(info: &pb::TokenInfo) -> Value {
    let mut object = Map::new();
    object.insert("lead_id".to_owned(), json!(info.lead_id));
    let status = info.status.as_ref().map(token_json);
    let next = time_json(info.next_renewal_time);
    let reason = Some(&info.last_failure_reason).filter(|reason| !reason.is_empty());
    for (name, value) in [
        ("status", status),
        ("next_renewal_time", next),
        ("failed_renewals", Some(json!(info.failed_renewals))),
        ("last_failure_reason", reason.map(|reason| json!(reason))),
    ] {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
    Value::Object(object)
}

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
