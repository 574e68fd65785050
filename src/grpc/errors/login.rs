//! How a login can fail.

use tonic::{Code, Status};

use super::call::{internal, invalid};
use super::row::{NextStep, Row};
use super::store::{identity_conflict, store};
use super::upstream::{instagram_silent, upstream};
use crate::domain::failure::LoginFailure;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::grpc::violations::Violations;
use crate::service::LoginError;

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
        LoginError::InstagramSilent(open) => instagram_silent(open.retry_after),
        LoginError::Store(error) => return store(&error, id),
        LoginError::NoRandom | LoginError::Internal => return internal(id),
    };
    row.status()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic_types::StatusExt;

    use super::*;
    use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning as Meaning};
    use crate::grpc::request_id::RequestIds;
    use crate::instagram::callback::CallbackError;
    use crate::service::circuit::Open;
    use crate::storage::{SealError, StoreError};

    fn failures() -> Vec<LoginError> {
        let meanings = [
            Meaning::NotSent,
            Meaning::NoAnswer,
            Meaning::Unavailable,
            Meaning::Unreadable,
            Meaning::Throttled,
            Meaning::Blocked,
            Meaning::TokenDead(TokenEnd::Expired),
            Meaning::PermissionMissing,
            Meaning::RoleMissing,
            Meaning::CodeRefused,
            Meaning::AppRejected,
            Meaning::RedirectUriRejected,
            Meaning::RequestRejected,
        ];
        let of_meaning = |meaning| UpstreamFailure {
            meaning,
            message: String::new(),
            fbtrace_id: String::new(),
            retry_after: None,
            usage_percent: 0,
        };
        let failed = meanings.map(|one| LoginFailure::Upstream(of_meaning(one)));
        let failed = failed.map(LoginError::Failed).into_iter();
        let passing = meanings.map(|one| LoginError::Passing(of_meaning(one)));
        let stored = [
            StoreError::Unavailable,
            StoreError::Overloaded,
            StoreError::SiteOverloaded,
            StoreError::TooManyPending,
            StoreError::Conflict,
            StoreError::IdentityConflict,
            StoreError::Sealed(SealError::Altered),
            StoreError::Sealed(SealError::KeyMissing(7)),
            StoreError::Sealed(SealError::NoRandom),
        ];
        let others = [
            LoginError::RedirectUriNotAllowed,
            LoginError::RedirectUriAmbiguous,
            LoginError::ScopeNotAllowed("x".to_owned()),
            LoginError::ReturnToNotAllowed,
            LoginError::Callback(CallbackError::Nothing),
            LoginError::NotFound,
            LoginError::Expired,
            LoginError::BindingMismatch,
            LoginError::LeadGone,
            LoginError::Failed(LoginFailure::Interrupted),
            LoginError::Failed(LoginFailure::IdentityConflict),
            LoginError::InstagramSilent(Open {
                retry_after: Duration::from_secs(1),
            }),
            LoginError::NoRandom,
            LoginError::Internal,
        ];
        let stored = stored.map(LoginError::Store).into_iter();
        failed.chain(passing).chain(stored).chain(others).collect()
    }

    #[test]
    fn metrics_name_the_reason_that_a_caller_is_told() {
        for error in failures() {
            let counted = error.reason();
            let status = login(error, RequestIds::new().next());
            let told = status.get_details_error_info().unwrap().reason;
            assert_eq!(counted, told);
        }
    }
}
