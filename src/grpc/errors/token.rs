//! What is asked of tokens and cannot be given.

use tonic::{Code, Status};

use super::call::internal;
use super::lead::lead_not_found;
use super::row::{NextStep, Row};
use super::store::store;
use super::upstream::{said, token_end, upstream};
use crate::domain::failure::TokenEnd;
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::service::TokenError;

/// A token could not be had, refreshed or imported.
#[must_use]
pub fn token(error: TokenError, id: RequestId) -> Status {
    let row = match error {
        TokenError::LeadNotFound => return lead_not_found(),
        TokenError::ConsentWithdrawn => Row::new(
            Code::FailedPrecondition,
            Reason::TokenConsentWithdrawn,
            NextStep::Operator,
            "the person withdrew their consent, so the token is handed to nobody: a login with a new consent changes that",
        ),
        TokenError::Ended(end) => Row::new(
            Code::FailedPrecondition,
            Reason::TokenEnded,
            NextStep::StartAgain,
            format!(
                "{}: the person's next login brings a new one",
                token_end(end)
            ),
        ),
        TokenError::TooYoung(wait) => Row::new(
            Code::FailedPrecondition,
            Reason::TokenTooYoung,
            NextStep::Retry,
            "Instagram refreshes no token that is younger than 24 hours: leadtap does it by itself when it is time",
        )
        .after(wait),
        TokenError::Foreign(failure) => {
            let mut row = Row::new(
                Code::FailedPrecondition,
                Reason::TokenForeign,
                NextStep::Operator,
                format!(
                    "Instagram cannot read this token: it is of another product (Facebook Login, or the retired Basic Display), or was not copied whole. {GENERATE}{}",
                    said(&failure.message)
                ),
            );
            row.fbtrace_id = failure.fbtrace_id;
            row
        }
        TokenError::Refused(end, failure) => {
            let mut row = Row::new(
                Code::FailedPrecondition,
                Reason::TokenRefused,
                NextStep::Operator,
                format!("{}. {GENERATE}{}", refused(end), said(&failure.message)),
            );
            row.fbtrace_id = failure.fbtrace_id;
            row
        }
        TokenError::Upstream(failure) => upstream(failure, NextStep::Retry),
        TokenError::Store(error) => return store(&error, id),
        TokenError::Internal => return internal(id),
    };
    row.status()
}

/// Where a token that can be imported comes from.
const GENERATE: &str = "Generate a new one in Meta's dashboard: Instagram > API setup with Instagram login > Generate token";

const fn refused(end: TokenEnd) -> &'static str {
    match end {
        TokenEnd::Expired => {
            "this token has run out: nobody refreshed it for 60 days, or it was one of the short-lived ones of an hour"
        }
        TokenEnd::AppRemoved => {
            "the person removed the app from their account, which ended this token: add the account to the app again first"
        }
        TokenEnd::PasswordChanged => {
            "the person changed their password, which ended this token: let them log in again first"
        }
        TokenEnd::Checkpoint => {
            "Instagram wants the person to confirm something before this token works again: let them open the Instagram app first"
        }
        TokenEnd::Invalid => "Instagram does not accept this token, or accepts it no longer",
    }
}
