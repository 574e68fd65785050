//! The one table that turns what went wrong into a status.
//!
//! Callers see the texts below and nothing else: an unexpected cause goes to
//! the log, and the caller gets its request id.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::pb::ErrorReason as Reason;
use super::request_id::RequestId;
use super::violations::Violations;
use crate::domain::caller::Permission;
use crate::domain::failure::{LoginFailure, TokenEnd, UpstreamFailure, UpstreamMeaning as Meaning};
use crate::service::LoginError;
use crate::storage::StoreError;

/// The domain of every `ErrorInfo`.
const DOMAIN: &str = "leadtap";

/// How long to wait for a store that cannot keep anything: it is tried again
/// twice a second.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// How long to wait for Instagram when it does not say.
const INSTAGRAM_RETRY: Duration = Duration::from_secs(2);

/// How long to wait when the rate limit is used up and Instagram does not say
/// for how long. Its window is an hour, but it slides.
const THROTTLE_RETRY: Duration = Duration::from_secs(5 * 60);

/// How long to wait when Instagram blocks for breaking a policy.
const BLOCK_RETRY: Duration = Duration::from_secs(60 * 60);

/// How long to wait when a site has its most logins under way.
const PENDING_RETRY: Duration = Duration::from_secs(5);

/// What the caller can do. The names stand in the proto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextStep {
    Retry,
    StartAgain,
    FixRequest,
    Operator,
}

impl NextStep {
    const fn name(self) -> &'static str {
        match self {
            Self::Retry => "RETRY",
            Self::StartAgain => "START_AGAIN",
            Self::FixRequest => "FIX_REQUEST",
            Self::Operator => "OPERATOR",
        }
    }
}

/// One row: all that a caller learns.
struct Row {
    code: Code,
    reason: Reason,
    next: NextStep,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    fbtrace_id: String,
}

impl Row {
    fn new(
        code: Code,
        reason: Reason,
        next: NextStep,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self {
            code,
            reason,
            next,
            message,
            retry_after: None,
            fbtrace_id: String::new(),
        }
    }

    fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    fn status(self) -> Status {
        self.status_with(ErrorDetails::new())
    }

    fn status_with(self, mut details: ErrorDetails) -> Status {
        let mut metadata = HashMap::from([("next_step".to_owned(), self.next.name().to_owned())]);
        if !self.fbtrace_id.is_empty() {
            metadata.insert("fbtrace_id".to_owned(), self.fbtrace_id);
        }
        details.set_error_info(reason_name(self.reason), DOMAIN, metadata);
        if let Some(wait) = self.retry_after {
            details.set_retry_info(Some(wait));
        }
        Status::with_error_details(self.code, self.message, details)
    }
}

/// A reason as it is written in an `ErrorInfo`.
#[must_use]
pub fn reason_name(reason: Reason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}

/// The caller is nobody who was configured.
#[must_use]
pub fn caller_unknown() -> Status {
    Row::new(
        Code::Unauthenticated,
        Reason::CallerUnknown,
        NextStep::Operator,
        "no configured caller has this uid or bearer token: add it to the configuration as a [[caller]]",
    )
    .status()
}

/// The caller may not do this.
#[must_use]
pub fn permission_missing(permission: Permission) -> Status {
    Row::new(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        NextStep::Operator,
        format!(
            "this caller lacks the permission `{permission}`: add it to its [[caller]] in the configuration"
        ),
    )
    .status()
}

/// Fields break their limits.
#[must_use]
pub fn invalid(violations: Violations) -> Status {
    let message = format!("the request is not valid: {violations}");
    let mut details = ErrorDetails::new();
    for (field, limit) in violations.into_inner() {
        details.add_bad_request_violation(field, limit);
    }
    Row::new(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        message,
    )
    .status_with(details)
}

/// What arrived is no message of this rpc.
#[must_use]
pub fn undecodable() -> Status {
    Row::new(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        "the request is not a protobuf message of this rpc: generate the client anew from this daemon's proto",
    )
    .status()
}

/// What arrived is larger than any request.
#[must_use]
pub fn too_large(code: Code) -> Status {
    Row::new(
        code,
        Reason::RequestInvalid,
        NextStep::FixRequest,
        "the request is larger than 64 KiB, which no valid one is",
    )
    .status()
}

/// A fault of our own.
#[must_use]
pub fn internal(id: RequestId) -> Status {
    Row::new(
        Code::Internal,
        Reason::Internal,
        NextStep::Operator,
        format!("a fault inside leadtap: its log has the cause under request id {id}"),
    )
    .status()
}

/// The call's time is over. A deadline is the caller's own, so this is no
/// reason of ours.
#[must_use]
pub fn too_late() -> Status {
    Status::deadline_exceeded(
        "the call took longer than its deadline: a login that was being finished goes on, ask again",
    )
}

/// This site has no such lead.
#[must_use]
pub fn lead_not_found() -> Status {
    Row::new(
        Code::NotFound,
        Reason::LeadNotFound,
        NextStep::FixRequest,
        "this site has no such lead: it was erased, or the id is another site's",
    )
    .status()
}

/// The daemon is on its way out.
#[must_use]
pub fn shutting_down() -> Status {
    Row::new(
        Code::Unavailable,
        Reason::ShuttingDown,
        NextStep::Retry,
        "leadtap is stopping or restarting: try again",
    )
    .after(STORE_RETRY)
    .status()
}

/// The store brought nothing.
#[must_use]
pub fn store(error: &StoreError, id: RequestId) -> Status {
    match error {
        StoreError::TooManyPending => Row::new(
            Code::ResourceExhausted,
            Reason::TooManyPendingAuthorizations,
            NextStep::Retry,
            "this site has as many logins under way as its max_pending_authorizations allows: try again when some have ended",
        )
        .after(PENDING_RETRY)
        .status(),
        StoreError::Unavailable | StoreError::Overloaded | StoreError::Conflict => Row::new(
            Code::Unavailable,
            Reason::StoreUnavailable,
            NextStep::Retry,
            "the store cannot keep anything at the moment: try again; if it stays, look at leadtap's log and at the disk",
        )
        .after(STORE_RETRY)
        .status(),
        StoreError::IdentityConflict => identity_conflict().status(),
        StoreError::Sealed(_) | StoreError::Record(_) => {
            tracing::error!(request.id = %id, %error, "a record could not be read");
            internal(id)
        }
    }
}

/// A login could not be begun or finished.
#[must_use]
pub fn login(error: LoginError, id: RequestId) -> Status {
    use NextStep::{Operator, StartAgain};
    let row = match error {
        LoginError::RedirectUriNotAllowed => Row::new(
            Code::InvalidArgument,
            Reason::RedirectUriNotAllowed,
            Operator,
            "redirect_uri is not one of this site's: add it to redirect_uris in the configuration and to the app in Meta's dashboard, byte for byte",
        ),
        LoginError::RedirectUriAmbiguous => Row::new(
            Code::InvalidArgument,
            Reason::RedirectUriNotAllowed,
            Operator,
            "this site has several redirect_uris: say which one in redirect_uri",
        ),
        LoginError::ScopeNotAllowed(scope) => Row::new(
            Code::InvalidArgument,
            Reason::ScopeNotAllowed,
            Operator,
            format!(
                "the scope `{scope}` is not one of this site's: add it to scopes in the configuration"
            ),
        ),
        LoginError::ReturnToNotAllowed => {
            return invalid(Violations::of(
                "return_to",
                "must be a path that begins with one `/`, or a URL with the scheme, host and port of the redirect URI",
            ));
        }
        LoginError::Callback(error) => Row::new(
            Code::InvalidArgument,
            Reason::CallbackInvalid,
            StartAgain,
            format!(
                "callback_query is not what Instagram sends ({error}): nothing was changed; begin the login again"
            ),
        ),
        LoginError::NotFound => Row::new(
            Code::NotFound,
            Reason::AuthorizationNotFound,
            StartAgain,
            "there is no such login on this site, or it ended some time ago: begin again",
        ),
        LoginError::Expired => Row::new(
            Code::FailedPrecondition,
            Reason::AuthorizationExpired,
            StartAgain,
            "the login came back too late: begin again",
        ),
        LoginError::BindingMismatch => Row::new(
            Code::PermissionDenied,
            Reason::BrowserBindingMismatch,
            StartAgain,
            "the login was begun in another browser, or its cookie is gone: begin again in this one",
        ),
        LoginError::LeadGone => Row::new(
            Code::NotFound,
            Reason::AuthorizationNotFound,
            StartAgain,
            "the lead that this login ended in was erased since: begin again",
        ),
        LoginError::Failed(LoginFailure::Interrupted) => Row::new(
            Code::Aborted,
            Reason::ExchangeInterrupted,
            StartAgain,
            "Instagram's answer to the code was lost, and a code works only once: begin again; Instagram will not ask a second time",
        ),
        LoginError::Failed(LoginFailure::IdentityConflict) => identity_conflict(),
        LoginError::Failed(LoginFailure::Upstream(failure)) => upstream(failure, StartAgain),
        LoginError::Passing(failure) => upstream(failure, NextStep::Retry),
        LoginError::Store(error) => return store(&error, id),
        LoginError::NoRandom | LoginError::Internal => return internal(id),
    };
    row.status()
}

fn identity_conflict() -> Row {
    Row::new(
        Code::FailedPrecondition,
        Reason::IdentityConflict,
        NextStep::Operator,
        "Instagram's two ids belong to two different leads of this site: nobody was logged in; erase the lead that is out of date",
    )
}

/// Instagram refused or could not answer. `again` is what helps where the
/// trouble passes.
fn upstream(failure: UpstreamFailure, again: NextStep) -> Row {
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

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(" (Instagram: {message})")
    }
}

const fn token_end(end: TokenEnd) -> &'static str {
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
