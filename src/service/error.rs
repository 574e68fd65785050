//! Why a use case brought nothing, by meaning. `grpc` words it for callers.

use crate::domain::failure::{LoginFailure, UpstreamFailure, UpstreamMeaning};
use crate::instagram::callback::CallbackError;
use crate::service::circuit::Open;
use crate::storage::{SealError, StoreError};

/// Why a login could not be begun or finished.
#[derive(Clone, Debug, PartialEq)]
pub enum LoginError {
    /// The redirect URI is not one of the site's.
    RedirectUriNotAllowed,
    /// None was named, and the site has several.
    RedirectUriAmbiguous,
    /// This scope is not one of the site's.
    ScopeNotAllowed(String),
    /// `return_to` would lead away from the shop.
    ReturnToNotAllowed,
    /// The callback query is not one that Instagram sends.
    Callback(CallbackError),
    /// There is no such login on this site.
    NotFound,
    /// It came back too late.
    Expired,
    /// It came back in another browser.
    BindingMismatch,
    /// The lead that it ended in was erased since.
    LeadGone,
    /// It is over, and this is why.
    Failed(LoginFailure),
    /// Instagram could not answer. The login goes on from here when it is
    /// completed again.
    Passing(UpstreamFailure),
    /// Instagram has not answered for some time, so it was not asked. The
    /// login is as it was.
    InstagramSilent(Open),
    /// The store could not keep or read it.
    Store(StoreError),
    /// The operating system gave no random bytes.
    NoRandom,
    /// A fault of our own; the log has it.
    Internal,
}

impl LoginError {
    /// The reason that a caller is told, by its name in the contract. A test
    /// holds it against the table of errors.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::RedirectUriNotAllowed | Self::RedirectUriAmbiguous => "REDIRECT_URI_NOT_ALLOWED",
            Self::ScopeNotAllowed(_) => "SCOPE_NOT_ALLOWED",
            Self::ReturnToNotAllowed => "REQUEST_INVALID",
            Self::Callback(_) => "CALLBACK_INVALID",
            Self::NotFound | Self::LeadGone => "AUTHORIZATION_NOT_FOUND",
            Self::Expired => "AUTHORIZATION_EXPIRED",
            Self::BindingMismatch => "BROWSER_BINDING_MISMATCH",
            Self::Failed(LoginFailure::Interrupted) => "EXCHANGE_INTERRUPTED",
            Self::Failed(LoginFailure::IdentityConflict) => "IDENTITY_CONFLICT",
            Self::Failed(LoginFailure::Upstream(failure)) | Self::Passing(failure) => {
                of_upstream(failure.meaning)
            }
            Self::InstagramSilent(_) => "INSTAGRAM_UNAVAILABLE",
            Self::Store(error) => of_store(error),
            Self::NoRandom | Self::Internal => "INTERNAL",
        }
    }
}

const fn of_upstream(meaning: UpstreamMeaning) -> &'static str {
    match meaning {
        UpstreamMeaning::NotSent | UpstreamMeaning::NoAnswer | UpstreamMeaning::Unavailable => {
            "INSTAGRAM_UNAVAILABLE"
        }
        UpstreamMeaning::Unreadable => "INSTAGRAM_ANSWER_UNREADABLE",
        UpstreamMeaning::Throttled => "INSTAGRAM_THROTTLED",
        UpstreamMeaning::Blocked => "INSTAGRAM_BLOCKED",
        UpstreamMeaning::TokenDead(_) => "INSTAGRAM_TOKEN_DEAD",
        UpstreamMeaning::PermissionMissing => "INSTAGRAM_PERMISSION_MISSING",
        UpstreamMeaning::RoleMissing => "INSTAGRAM_ROLE_MISSING",
        UpstreamMeaning::CodeRefused => "CODE_REFUSED",
        UpstreamMeaning::AppRejected => "INSTAGRAM_APP_REJECTED",
        UpstreamMeaning::RedirectUriRejected => "INSTAGRAM_REDIRECT_URI_REJECTED",
        UpstreamMeaning::RequestRejected => "INSTAGRAM_REQUEST_REJECTED",
    }
}

const fn of_store(error: &StoreError) -> &'static str {
    match error {
        StoreError::TooManyPending | StoreError::TooManyPendingOfCaller => {
            "TOO_MANY_PENDING_AUTHORIZATIONS"
        }
        StoreError::SiteOverloaded => "TOO_MANY_CALLS",
        StoreError::Unavailable | StoreError::Overloaded | StoreError::Conflict => {
            "STORE_UNAVAILABLE"
        }
        StoreError::IdentityConflict => "IDENTITY_CONFLICT",
        StoreError::Sealed(SealError::Altered) => "RECORD_ALTERED",
        StoreError::Sealed(SealError::KeyMissing(_)) => "KEY_MISSING",
        StoreError::Sealed(SealError::NoRandom) | StoreError::Record(_) => "INTERNAL",
    }
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::IdentityConflict => Self::Failed(LoginFailure::IdentityConflict),
            error => Self::Store(error),
        }
    }
}

impl From<Open> for LoginError {
    fn from(open: Open) -> Self {
        Self::InstagramSilent(open)
    }
}

impl From<CallbackError> for LoginError {
    fn from(error: CallbackError) -> Self {
        Self::Callback(error)
    }
}
