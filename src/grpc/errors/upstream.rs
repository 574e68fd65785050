//! What Instagram's refusals and silences mean to a caller.

use std::time::Duration;

use tonic::Code;

use super::row::{NextStep, Row};
use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning as Meaning};
use crate::grpc::pb::ErrorReason as Reason;

/// How long to wait for Instagram when it does not say.
const INSTAGRAM_RETRY: Duration = Duration::from_secs(2);

/// How long to wait when the rate limit is used up and Instagram does not say
/// for how long. Its window is an hour, but it slides.
const THROTTLE_RETRY: Duration = Duration::from_secs(5 * 60);

/// How long to wait when Instagram blocks for breaking a policy.
const BLOCK_RETRY: Duration = Duration::from_secs(60 * 60);

/// Instagram refused or could not answer. `again` is what helps where the
/// trouble passes.
pub(super) fn upstream(failure: UpstreamFailure, again: NextStep) -> Row {
    use NextStep::{Operator, StartAgain};
    let said = said(&failure.message);
    let wait = |default| failure.retry_after.unwrap_or(default);
    let mut row = match failure.meaning {
        Meaning::NotSent | Meaning::NoAnswer | Meaning::Unavailable => Row::new(
            Code::Unavailable,
            Reason::InstagramUnavailable,
            again,
            format!("Instagram cannot be reached or has trouble of its own: try again later{said}"),
        )
        .after(wait(INSTAGRAM_RETRY)),
        Meaning::Unreadable => Row::new(
            Code::Unavailable,
            Reason::InstagramAnswerUnreadable,
            again,
            format!("Instagram answered with something that is not an answer: try again later{said}"),
        )
        .after(wait(INSTAGRAM_RETRY)),
        Meaning::Throttled => Row::new(
            Code::ResourceExhausted,
            Reason::InstagramThrottled,
            again,
            format!("the app's rate limit at Instagram is used up: wait{said}"),
        )
        .after(wait(THROTTLE_RETRY)),
        Meaning::Blocked => Row::new(
            Code::ResourceExhausted,
            Reason::InstagramBlocked,
            Operator,
            format!("Instagram blocks the app or the account for breaking a policy: look into the app's alerts in Meta's dashboard{said}"),
        )
        .after(wait(BLOCK_RETRY)),
        Meaning::TokenDead(end) => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramTokenDead,
            StartAgain,
            format!("{}: begin again{said}", token_end(end)),
        ),
        Meaning::CodeRefused => Row::new(
            Code::FailedPrecondition,
            Reason::CodeRefused,
            StartAgain,
            format!("Instagram refused the code: begin again{said}"),
        ),
        Meaning::PermissionMissing => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramPermissionMissing,
            Operator,
            format!("the app lacks a permission at Instagram: check the permissions of the app in Meta's dashboard and the site's scopes{said}"),
        ),
        Meaning::RoleMissing => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramRoleMissing,
            Operator,
            format!("the account is no tester of the app, or has not accepted the invitation, or the app has no Advanced Access: see App roles and App Review in Meta's dashboard{said}"),
        ),
        Meaning::AppRejected => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramAppRejected,
            Operator,
            format!("Instagram does not know this app id and secret: use the Instagram App ID and Instagram App Secret of *API setup with Instagram login*, not the Meta app's{said}"),
        ),
        Meaning::RedirectUriRejected => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramRedirectUriRejected,
            Operator,
            format!("Instagram wants another redirect URI: compare redirect_uris with the app in Meta's dashboard, byte for byte; the dashboard may have added a slash at the end{said}"),
        ),
        Meaning::RequestRejected => Row::new(
            Code::FailedPrecondition,
            Reason::InstagramRequestRejected,
            Operator,
            format!("Instagram refused the request{said}"),
        ),
    };
    row.fbtrace_id = failure.fbtrace_id;
    row
}

/// Instagram is left alone for a while.
pub(super) fn instagram_silent(wait: Duration) -> Row {
    Row::new(
        Code::Unavailable,
        Reason::InstagramUnavailable,
        NextStep::Retry,
        "Instagram has not answered this site for a while, so it was not asked: the login is as it was; try again later",
    )
    .after(wait)
}

/// The name of the reason for a failed call to Instagram, as it is written in
/// an `ErrorInfo`.
#[must_use]
pub fn upstream_reason(meaning: Meaning) -> &'static str {
    let failure = UpstreamFailure {
        meaning,
        message: String::new(),
        fbtrace_id: String::new(),
        retry_after: None,
        usage_percent: 0,
    };
    upstream(failure, NextStep::Retry).reason_name()
}

pub(super) fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(" (Instagram: {message})")
    }
}

pub(super) const fn token_end(end: TokenEnd) -> &'static str {
    match end {
        TokenEnd::Expired => "the access token ran out",
        TokenEnd::AppRemoved => "the person removed the app from their account",
        TokenEnd::PasswordChanged => "the person changed their password",
        TokenEnd::Checkpoint => {
            "Instagram wants the person to confirm something in the Instagram app first"
        }
        TokenEnd::Invalid => "Instagram ended the access token",
    }
}
