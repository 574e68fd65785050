//! Tells an answer from a refusal.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;

use super::answer::Answer;
use super::meaning::{self, GraphRefusal};
use super::waiting;
use super::wire::{self, Fields, GraphError};
use super::wording::Confidential;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};

/// Bytes kept of Meta's name for a call. Seen: up to 30.
const FBTRACE_ID_BYTES: usize = 64;

/// The fields of an answer that is one: JSON, without an error, and with a
/// status of success.
pub(super) fn accepted<'a>(
    answer: &'a Answer,
    confidential: Confidential<'_>,
) -> Result<Fields<'a>, UpstreamFailure> {
    let Some(fields) = Fields::read(&answer.body) else {
        return Err(not_json(answer, confidential));
    };
    if let Some(refusal) = refusal(answer, &fields, confidential) {
        return Err(refusal);
    }
    if answer.status.is_success() {
        Ok(fields)
    } else {
        Err(by_status(answer, confidential))
    }
}

/// An answer of success that lacks what it is for.
pub(super) fn lacking(what: &str, confidential: Confidential<'_>) -> UpstreamFailure {
    let message = format!("the answer has no usable {what}");
    failure(UpstreamMeaning::Unreadable, &message, confidential)
}

/// A failure that says `message`, freed of secrets.
pub(super) fn failure(
    meaning: UpstreamMeaning,
    message: &str,
    confidential: Confidential<'_>,
) -> UpstreamFailure {
    UpstreamFailure {
        meaning,
        message: confidential.scrub(message, UpstreamFailure::MESSAGE_BYTES),
        fbtrace_id: String::new(),
        retry_after: None,
        usage_percent: 0,
    }
}

fn refusal(
    answer: &Answer,
    fields: &Fields<'_>,
    confidential: Confidential<'_>,
) -> Option<UpstreamFailure> {
    // An `error` that is no object refuses too, without saying why.
    let graph = fields
        .error
        .map(|error| serde_json::from_str::<GraphError<'_>>(error.get()).unwrap_or_default());
    let failure = match graph {
        Some(error) => of_graph(&error, confidential),
        None if fields.error_type.is_some() || fields.error_message.is_some() => {
            of_api(fields, confidential)
        }
        None => return None,
    };
    Some(with_wait(failure, answer))
}

fn of_graph(error: &GraphError<'_>, confidential: Confidential<'_>) -> UpstreamFailure {
    let message = wire::text(error.message).unwrap_or_default();
    let meaning = meaning::of_graph(GraphRefusal {
        code: wire::number(error.code),
        subcode: wire::number(error.error_subcode),
        is_transient: wire::is_true(error.is_transient),
        message: &message,
    });
    let fbtrace_id = wire::text(error.fbtrace_id).unwrap_or_default();
    UpstreamFailure {
        fbtrace_id: confidential.scrub(&fbtrace_id, FBTRACE_ID_BYTES),
        ..failure(meaning, &or_unexplained(message), confidential)
    }
}

fn of_api(fields: &Fields<'_>, confidential: Confidential<'_>) -> UpstreamFailure {
    let error_type = wire::text(fields.error_type).unwrap_or_default();
    let message = wire::text(fields.error_message).unwrap_or_default();
    let meaning = meaning::of_api(&error_type, wire::number(fields.code), &message);
    failure(meaning, &or_unexplained(message), confidential)
}

fn or_unexplained(message: Cow<'_, str>) -> Cow<'_, str> {
    if message.is_empty() {
        Cow::Borrowed("a refusal without a word")
    } else {
        message
    }
}

fn not_json(answer: &Answer, confidential: Confidential<'_>) -> UpstreamFailure {
    if answer.status.is_server_error() {
        return by_status(answer, confidential);
    }
    match meaning::of_page(&answer.body) {
        Some((meaning, sentence)) => failure(
            meaning,
            &format!("a page that says: {sentence}"),
            confidential,
        ),
        None => by_status(answer, confidential),
    }
}

/// Where the body has no error to decide on, the status is all there is.
fn by_status(answer: &Answer, confidential: Confidential<'_>) -> UpstreamFailure {
    let status = answer.status.as_u16();
    let (meaning, message) = if answer.status.is_server_error() {
        (
            UpstreamMeaning::Unavailable,
            format!("HTTP status {status}"),
        )
    } else if answer.status == StatusCode::TOO_MANY_REQUESTS {
        (UpstreamMeaning::Throttled, format!("HTTP status {status}"))
    } else if answer.status.is_redirection() {
        let message = format!("a redirect (HTTP status {status}), which is not followed");
        (UpstreamMeaning::Unreadable, message)
    } else {
        let bytes = answer.body.len();
        let message = format!("HTTP status {status} with {bytes} bytes that are no answer");
        (UpstreamMeaning::Unreadable, message)
    };
    with_wait(failure(meaning, &message, confidential), answer)
}

fn with_wait(failure: UpstreamFailure, answer: &Answer) -> UpstreamFailure {
    UpstreamFailure {
        retry_after: wait(failure.meaning, answer),
        ..failure
    }
}

fn wait(meaning: UpstreamMeaning, answer: &Answer) -> Option<Duration> {
    match meaning {
        UpstreamMeaning::Throttled | UpstreamMeaning::Blocked => {
            waiting::of_throttled(&answer.headers)
        }
        UpstreamMeaning::Unavailable => waiting::of_unavailable(&answer.headers),
        _ => None,
    }
}
