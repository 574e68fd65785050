//! The answers that a knob puts in place of the work.

use axum::http::StatusCode;

use super::failure::{ErrorBody, FailureName, FailureSetting};
use super::journal::Endpoint;
use super::knobs::Knobs;
use super::reply::{self, ROLE_TRAP, Reply, error};

/// The answer that comes instead of the work; `None` if the work is done
/// first and its answer damaged.
pub(super) fn instead(
    setting: &FailureSetting,
    knobs: &Knobs,
    endpoint: Endpoint,
    user_id: u64,
) -> Option<Reply> {
    use FailureName as F;
    let text =
        |content_type, body: &str| Some(Reply::new(StatusCode::OK, content_type, body.to_owned()));
    let body = match (&setting.error, setting.failure) {
        (Some(error), _) => error.clone(),
        (None, F::CodeNotFound) => return Some(Reply::refusal(super::token::CODE_NOT_FOUND)),
        (None, F::CodeUsed) => return Some(Reply::refusal(super::token::CODE_USED)),
        (None, F::InvalidPlatformApp) => return Some(Reply::refusal(super::token::INVALID_APP)),
        (None, F::RedirectUriMismatch) => {
            return Some(Reply::refusal(super::token::REDIRECT_URI_MISMATCH));
        }
        (None, F::ServerError) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Some(Reply::new(
                status,
                "text/html; charset=utf-8",
                String::new(),
            ));
        }
        (None, F::HtmlPage) => {
            return text(
                "text/html; charset=utf-8",
                include_str!("pages/not_json.html"),
            );
        }
        (None, F::NotJson) => return text("application/json", "{\"access_token\": oops"),
        (None, name) => named(name)?,
    };
    let reply = match endpoint {
        Endpoint::Token => Reply::token_error(&body),
        _ => Reply::graph_error(&body, FBTRACE_ID),
    };
    Some(match setting.failure {
        F::Throttled => reply.with_header(
            "x-business-use-case-usage",
            reply::business_usage(user_id, 100, knobs.regain_minutes),
        ),
        F::RateLimited => reply.with_header("x-app-usage", reply::app_usage(100)),
        _ => reply,
    })
}

/// Meta's name for a call. Always the same here, so that a test can look for
/// it in a log.
pub(super) const FBTRACE_ID: &str = "AsandboxTrace0123456789";

/// The error that a name stands for.
fn named(name: FailureName) -> Option<ErrorBody> {
    use FailureName as F;
    let dead = |subcode, message| error(190, Some(subcode), message);
    let transient = |code, message| ErrorBody {
        is_transient: true,
        status: 500,
        ..error(code, None, message)
    };
    Some(match name {
        F::RoleTrap => ErrorBody {
            kind: "IGApiException".to_owned(),
            ..error(100, None, ROLE_TRAP)
        },
        F::Expired => dead(
            463,
            "Error validating access token: Session has expired on Monday, 23-Nov-26 08:00:00 PST. The current time is Monday, 23-Nov-26 09:00:00 PST.",
        ),
        F::PasswordChanged => dead(
            460,
            "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.",
        ),
        F::AppRemoved => dead(
            458,
            "Error validating access token: The user has not authorized application.",
        ),
        F::Checkpoint => dead(
            459,
            "Error validating access token: You cannot access the app till you log in to www.instagram.com and follow the instructions given.",
        ),
        F::Unconfirmed => dead(
            464,
            "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
        ),
        F::InvalidToken => dead(
            467,
            "Error validating access token: Session has been invalidated.",
        ),
        F::SessionInvalid => error(102, None, "Session key invalid or no longer valid"),
        F::Throttled => error(
            80_002,
            None,
            "There have been too many calls to this Instagram account. Wait a bit and try again.",
        ),
        F::RateLimited => error(4, None, "Application request limit reached"),
        F::Blocked => error(
            368,
            None,
            "The action attempted has been deemed abusive or is otherwise disallowed",
        ),
        F::PermissionMissing => error(
            10,
            None,
            "Application does not have permission for this action",
        ),
        F::BadParameter => error(100, None, "Invalid parameter"),
        F::Unknown => transient(1, "An unknown error occurred"),
        F::Unavailable => transient(
            2,
            "An unexpected error has occurred. Please retry your request later.",
        ),
        F::Transient => transient(960, "Please retry your request later."),
        _ => return None,
    })
}
