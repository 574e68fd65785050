//! Who is told of what happens to a site's leads.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::change::{ChangeKind, ChangeNumber, ChangePosition};
use super::clock::Timestamp;
use super::ids::{self, IdError, LeadId};
use super::secret::Secret;

/// A webhook's name: 1 to 63 of `a-z 0-9 -`. What is known of how far it has
/// come is kept under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookName(Arc<str>);

impl WebhookName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebhookName {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        ids::name(text).map(Self)
    }
}

impl fmt::Display for WebhookName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One program of a shop's that is told, as configured.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its name.
    pub name: WebhookName,
    /// Where it is.
    pub url: String,
    /// What deliveries are signed with, as `whsec_` and base64.
    pub secret: Secret,
    /// What it is told of.
    pub events: Vec<ChangeKind>,
    /// Hosts that may have an address of this machine's or of a private
    /// network.
    pub allow_private_hosts: Vec<String>,
}

/// Why a delivery failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryFailure {
    /// It answered with this status, which is not one of success.
    Status(u16),
    /// It did not answer in time.
    Timeout,
    /// It could not be reached, or broke off.
    Unreachable,
    /// Its host has only addresses that are not of the internet.
    PrivateAddress,
    /// Its URL would carry the message in the open, or its secret is none.
    Misconfigured,
}

impl DeliveryFailure {
    /// Whether the receiver refused this one message: it may take another.
    #[must_use]
    pub const fn is_of_message(self) -> bool {
        matches!(
            self,
            Self::Status(400..=407 | 409..=424 | 426..=428 | 430..=499)
        )
    }
}

impl fmt::Display for DeliveryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "it answered with HTTP status {status}"),
            Self::Timeout => f.write_str("it did not answer in time"),
            Self::Unreachable => f.write_str("it could not be reached"),
            Self::PrivateAddress => f.write_str(
                "its host has no address of the internet: allow it by name in allow_private_hosts if that is meant",
            ),
            Self::Misconfigured => {
                f.write_str("its url or secret cannot be used: see `leadtap check`")
            }
        }
    }
}

/// How far a webhook has come. Nothing here is about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookState {
    /// Up to where everything was delivered, given up or not for it.
    pub position: ChangePosition,
    /// When something was delivered last.
    pub success_time: Option<Timestamp>,
    /// The change that failed so far.
    pub trying: Option<Trying>,
    /// When changes were last found missing, so that it went on with what was
    /// new then.
    pub missed_time: Option<Timestamp>,
}

/// A change whose delivery failed, and is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trying {
    /// Which.
    pub number: ChangeNumber,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again.
    pub next_time: Timestamp,
    /// What was wrong the last time.
    pub failure: DeliveryFailure,
}

/// A change that was given up. Nothing in it is about a person but the lead's
/// id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The change, and what tells it from another of its number.
    pub position: ChangePosition,
    /// Which lead.
    pub lead: LeadId,
    /// What happened.
    pub kind: ChangeKind,
    /// When it happened.
    pub time: Timestamp,
    /// When it was given up.
    pub give_up_time: Timestamp,
    /// What was wrong the last time.
    pub failure: DeliveryFailure,
}
