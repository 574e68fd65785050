//! Turns a call's error into words for a person and an exit code.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::exit::{CommandError, Exit};
use super::output::harmless;

/// Metadata of every answer: what the log knows the call by.
const REQUEST_ID: &str = "leadtap-request-id";

/// The error of a failed call.
impl From<Status> for CommandError {
    fn from(status: Status) -> Self {
        let info = status.get_details_error_info();
        let next_step = info
            .as_ref()
            .and_then(|info| info.metadata.get("next_step"))
            .map_or("", String::as_str);
        let mut error = Self::new(
            exit(next_step, status.code()),
            sentence(&status),
            what_to_do(next_step, &status),
        );
        error.details = violations(&status);
        if let Some(info) = &info {
            error.details.push(("Reason", harmless(&info.reason)));
            if let Some(id) = info.metadata.get("fbtrace_id") {
                error.details.push(("Meta's trace id", harmless(id)));
            }
        }
        if let Some(id) = status.metadata().get(REQUEST_ID)
            && let Ok(id) = id.to_str()
        {
            error.details.push(("Request id", harmless(id)));
        }
        error
    }
}

/// Whether the daemon says that the same call can succeed.
pub(super) fn can_be_repeated(status: &Status) -> bool {
    status.get_details_error_info().is_some_and(|info| {
        info.metadata
            .get("next_step")
            .is_some_and(|step| step == "RETRY")
    })
}

fn exit(next_step: &str, code: Code) -> Exit {
    match (next_step, code) {
        ("RETRY", _) => Exit::TryAgain,
        ("START_AGAIN", _) => Exit::Refused,
        (_, Code::Unauthenticated | Code::PermissionDenied) => Exit::NotPermitted,
        (_, Code::NotFound) => Exit::NotFound,
        ("OPERATOR", Code::InvalidArgument | Code::FailedPrecondition) => Exit::Configuration,
        // The same again would fail again: somebody else was first.
        ("FIX_REQUEST", Code::Aborted) => Exit::BadData,
        (_, Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition) => Exit::BadData,
        (_, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled) => Exit::Unavailable,
        (_, Code::ResourceExhausted | Code::Aborted) => Exit::TryAgain,
        _ => Exit::Fault,
    }
}

fn sentence(status: &Status) -> String {
    let text = match status.message() {
        "" => status.code().description(),
        text => text,
    };
    let text = harmless(text);
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

fn what_to_do(next_step: &str, status: &Status) -> String {
    let wait = status
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay)
        .map(|delay| delay.as_secs().max(1));
    match (next_step, wait) {
        ("RETRY", Some(seconds)) => format!("Run the same again in {seconds} s."),
        ("RETRY", None) => "Run the same again.".to_owned(),
        ("START_AGAIN", Some(seconds)) => {
            format!("Begin a new login in {seconds} s: `leadtap login`.")
        }
        ("START_AGAIN", None) => "Begin a new login: `leadtap login`.".to_owned(),
        ("FIX_REQUEST", _) => "Change the arguments.".to_owned(),
        ("OPERATOR", _) => {
            "Change the configuration or the app as the message says; `leadtap check` looks at the configuration, and the daemon's log has more under the request id.".to_owned()
        }
        _ if is_of_the_way(status.code()) => {
            "See whether the daemon runs, and whether something else answers at that address."
                .to_owned()
        }
        _ => "Look at the daemon's log.".to_owned(),
    }
}

/// Errors that come about on the way to the daemon and back.
fn is_of_the_way(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unimplemented
    )
}

fn violations(status: &Status) -> Vec<(&'static str, String)> {
    status
        .get_details_bad_request()
        .map(|bad| bad.field_violations)
        .unwrap_or_default()
        .iter()
        .map(|one| {
            (
                "Field",
                harmless(&format!("{} {}", one.field, one.description)),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use tonic_types::ErrorDetails;

    use super::*;

    fn status(code: Code, message: &str, next_step: &str, wait: Option<u64>) -> Status {
        let metadata = HashMap::from([
            ("next_step".to_owned(), next_step.to_owned()),
            ("fbtrace_id".to_owned(), "AbC".to_owned()),
        ]);
        let mut details = ErrorDetails::with_error_info("CODE_REFUSED", "leadtap", metadata);
        if let Some(seconds) = wait {
            details.set_retry_info(Some(Duration::from_secs(seconds)));
        }
        let mut status = Status::with_error_details(code, message, details);
        status
            .metadata_mut()
            .insert(REQUEST_ID, "r-1".parse().unwrap());
        status
    }

    #[test]
    fn an_error_shows_reason_request_id_and_the_next_step() {
        let refused = status(
            Code::FailedPrecondition,
            "The code was used",
            "START_AGAIN",
            None,
        );
        let error = CommandError::from(refused);
        assert_eq!(error.exit, Exit::Refused);
        assert_eq!(
            error.text(),
            "leadtap: The code was used.\n  What to do: Begin a new login: `leadtap login`.\n  \
             Reason: CODE_REFUSED\n  Meta's trace id: AbC\n  Request id: r-1\n"
        );
    }

    #[test]
    fn where_waiting_helps_the_seconds_are_named() {
        let error = CommandError::from(status(Code::Unavailable, "x", "RETRY", Some(30)));
        assert_eq!(error.exit, Exit::TryAgain);
        assert_eq!(error.what_to_do, "Run the same again in 30 s.");
    }

    #[test]
    fn each_kind_of_error_has_its_exit_code() {
        for (next_step, code, expected) in [
            ("OPERATOR", Code::Unauthenticated, Exit::NotPermitted),
            ("START_AGAIN", Code::PermissionDenied, Exit::Refused),
            ("OPERATOR", Code::PermissionDenied, Exit::NotPermitted),
            ("FIX_REQUEST", Code::NotFound, Exit::NotFound),
            ("FIX_REQUEST", Code::InvalidArgument, Exit::BadData),
            ("FIX_REQUEST", Code::Aborted, Exit::BadData),
            ("OPERATOR", Code::FailedPrecondition, Exit::Configuration),
            ("OPERATOR", Code::Internal, Exit::Fault),
            ("", Code::Unavailable, Exit::Unavailable),
        ] {
            assert_eq!(exit(next_step, code), expected, "{next_step} {code:?}");
        }
    }

    #[test]
    fn fields_that_break_their_limit_are_listed() {
        let details =
            ErrorDetails::with_bad_request_violation("callback_query", "at most 8192 bytes");
        let status = Status::with_error_details(Code::InvalidArgument, "Bad request.", details);
        let error = CommandError::from(status);
        assert_eq!(
            error.details,
            [("Field", "callback_query at most 8192 bytes".to_owned())]
        );
    }

    #[test]
    fn something_that_is_no_leadtap_is_suspected_aloud() {
        let error = CommandError::from(Status::unimplemented(""));
        assert!(error.what_to_do.contains("something else answers"));
    }
}
