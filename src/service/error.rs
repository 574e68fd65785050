//! Why a use case brought nothing, by meaning. `grpc` words it for callers.

use crate::domain::failure::{LoginFailure, UpstreamFailure};
use crate::instagram::callback::CallbackError;
use crate::service::circuit::Open;
use crate::storage::StoreError;

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
