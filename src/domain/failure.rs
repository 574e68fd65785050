//! What went wrong between us and Instagram, by meaning.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a login came to its end without a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginFailure {
    /// The code was sent and its answer lost. It works once, so it is never
    /// sent again.
    Interrupted,
    /// Instagram's two ids belong to two different leads.
    IdentityConflict,
    /// Instagram refused, or could not answer.
    Upstream(UpstreamFailure),
}

/// One call to Instagram that brought no answer to work with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamFailure {
    /// What it means for us.
    pub meaning: UpstreamMeaning,
    /// Instagram's own words, or the transport's: without control characters,
    /// without any secret of ours, at most [`UpstreamFailure::MESSAGE_BYTES`].
    pub message: String,
    /// Meta's name for this very call, for their support; may be empty.
    pub fbtrace_id: String,
    /// When Instagram expects to answer again, if it said so.
    pub retry_after: Option<Duration>,
    /// How much of what the app may do is used up, in percent; 0 where
    /// Instagram did not say. Of the moment, so it is not stored.
    #[serde(skip)]
    pub usage_percent: u64,
}

impl UpstreamFailure {
    /// Bytes of [`UpstreamFailure::message`]; the rest is cut.
    pub const MESSAGE_BYTES: usize = 300;
}

/// The meanings that a failed call to Instagram can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UpstreamMeaning {
    /// The connection was refused, or its host not found, before a byte was
    /// sent: the only failure after which a code may be sent again.
    NotSent,
    /// The request was sent and no whole answer came: a time-out, a reset, a
    /// body cut off. Nobody knows whether it was acted upon.
    NoAnswer,
    /// Instagram's own trouble: 5xx, codes 1 and 2, `is_transient`.
    Unavailable,
    /// A whole answer that is none: HTML, too large, an id missing.
    Unreadable,
    /// Codes 4, 17, 32, 341, 613, 80002.
    Throttled,
    /// Code 368: blocked for breaking a policy.
    Blocked,
    /// Codes 190 and 102, with what the subcode says about the end.
    TokenDead(TokenEnd),
    /// Codes 3, 10, 200 to 299.
    PermissionMissing,
    /// Code 100 with `Unsupported request - method type: get`: no accepted
    /// tester role, or no Advanced Access.
    RoleMissing,
    /// The code was used before, ran out, or belongs to another app.
    CodeRefused,
    /// `Invalid platform app` and the like: wrong app id or secret.
    AppRejected,
    /// The redirect URI is not the one Instagram knows.
    RedirectUriRejected,
    /// Any other refusal.
    RequestRejected,
}

impl UpstreamMeaning {
    /// Its name in metrics and traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::NoAnswer => "no_answer",
            Self::Unavailable => "unavailable",
            Self::Unreadable => "unreadable",
            Self::Throttled => "throttled",
            Self::Blocked => "blocked",
            Self::TokenDead(_) => "token_dead",
            Self::PermissionMissing => "permission_missing",
            Self::RoleMissing => "role_missing",
            Self::CodeRefused => "code_refused",
            Self::AppRejected => "app_rejected",
            Self::RedirectUriRejected => "redirect_uri_rejected",
            Self::RequestRejected => "request_rejected",
        }
    }

    /// Whether the same call, made later, can bring an answer. For the code
    /// exchange only [`UpstreamMeaning::NotSent`] allows another try.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::NotSent | Self::NoAnswer | Self::Unavailable | Self::Unreadable | Self::Throttled
        )
    }
}

/// How Instagram says that a token ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenEnd {
    /// Subcode 463: 60 days without a refresh.
    Expired,
    /// Subcode 458: the person removed the app.
    AppRemoved,
    /// Subcode 460: the password changed.
    PasswordChanged,
    /// Subcodes 459 and 464: Instagram wants the person to confirm something.
    Checkpoint,
    /// Subcodes 467 and 492, no subcode, or an unknown one.
    Invalid,
}
