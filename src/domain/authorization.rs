//! The record of one login, from the button to the lead.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::failure::LoginFailure;
use super::ids::{BrowserBindingHash, LeadId};
use super::lead::{Attributes, Consent};
use super::token::Token;

/// What was asked for when the login began. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where Instagram sends the shopper back to; sent again with the code.
    pub redirect_uri: String,
    /// Which browser may finish it.
    pub browser_binding: BrowserBindingHash,
    /// Where the shop wants to go on; may be empty.
    pub return_to: String,
    /// For the lead.
    pub attributes: Attributes,
    /// For the lead.
    pub consent: Option<Consent>,
    /// When it began.
    pub create_time: Timestamp,
}

impl AuthorizationRequest {
    /// What is left of it when the person is to be forgotten: enough to tell
    /// the same browser that its login is over.
    #[must_use]
    pub fn without_person(self) -> Self {
        Self {
            return_to: String::new(),
            attributes: Attributes::new(),
            consent: None,
            ..self
        }
    }
}

/// One login.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorization {
    /// How it began.
    pub request: AuthorizationRequest,
    /// After this moment it is over, and swept away.
    pub expire_time: Timestamp,
    /// Where it stands.
    pub stage: Stage,
    /// Counts the changes, from 0; a change names the one it was made from.
    pub revision: u32,
}

/// Where a login stands.
///
/// ```text
/// Pending ──▶ CodeSent ──▶ Exchanged ──▶ Completed
///    │  ◀────────┘ │           │
///    ▼             ▼           ▼
/// Declined       Failed      Failed
/// ```
///
/// `Exchanged` goes to itself, too: when a long-lived token takes the place of
/// the short-lived one. There are no other arrows.
///
/// `CodeSent` is the design's *pending* once more, with a mark that is on disk
/// before the code leaves the machine. It goes back to `Pending` only when not
/// a byte was sent, and after a crash it can only fail: a code works once.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The shopper is in Instagram's window.
    Pending,
    /// The code is on its way to Instagram, or its answer was lost.
    CodeSent,
    /// There is a token; a lead is still to be made.
    Exchanged(Token),
    /// There is a lead.
    Completed {
        /// Which.
        lead_id: LeadId,
        /// Whether this login created it.
        new_lead: bool,
    },
    /// The shopper, or Instagram's window, said no.
    Declined(Decline),
    /// It cannot succeed any more.
    Failed(LoginFailure),
}

impl Stage {
    /// Whether a login that stands here may next stand at `next`.
    #[must_use]
    pub const fn may_become(&self, next: &Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::CodeSent | Self::Declined(_))
                | (
                    Self::CodeSent,
                    Self::Pending | Self::Exchanged(_) | Self::Failed(_)
                )
                | (
                    Self::Exchanged(_),
                    Self::Exchanged(_) | Self::Completed { .. } | Self::Failed(_)
                )
        )
    }

    /// The stage's name, for logs and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::CodeSent => "code_sent",
            Self::Exchanged(_) => "exchanged",
            Self::Completed { .. } => "completed",
            Self::Declined(_) => "declined",
            Self::Failed(_) => "failed",
        }
    }
}

/// What the redirect said instead of a code (RFC 6749 section 4.1.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// `access_denied` or another error code.
    pub error: String,
    /// `user_denied` when it was the shopper's will; may be empty.
    pub reason: String,
    /// Instagram's sentence; may be empty.
    pub description: String,
}

impl Authorization {
    /// A login that begins.
    #[must_use]
    pub const fn begin(request: AuthorizationRequest, expire_time: Timestamp) -> Self {
        Self {
            request,
            expire_time,
            stage: Stage::Pending,
            revision: 0,
        }
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expire_time
    }

    /// The same login at its next stage, to be stored over this one.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self {
            request: self.request.clone(),
            expire_time: self.expire_time,
            stage,
            revision: self.revision.saturating_add(1),
        }
    }

    /// The same login, alive until `expire_time` if that is later.
    #[must_use]
    pub fn alive_until(mut self, expire_time: Timestamp) -> Self {
        self.expire_time = self.expire_time.max(expire_time);
        self
    }
}
