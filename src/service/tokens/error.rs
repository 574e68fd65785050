//! Why something about a token could not be done, by meaning.

use std::time::Duration;

use crate::domain::failure::{TokenEnd, UpstreamFailure};
use crate::storage::StoreError;

/// Why a token could not be had, refreshed or imported.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenError {
    /// This site has no such lead.
    LeadNotFound,
    /// The person withdrew their consent.
    ConsentWithdrawn,
    /// It has ended, and a login brings a new one.
    Ended(TokenEnd),
    /// Instagram refreshes it only after this time.
    TooYoung(Duration),
    /// What was to be imported is no token of this product.
    Foreign(UpstreamFailure),
    /// What was to be imported has ended already.
    Refused(TokenEnd, UpstreamFailure),
    /// Instagram refused, or could not answer.
    Upstream(UpstreamFailure),
    /// The store could not keep or read it.
    Store(StoreError),
    /// A fault of our own; the log has it.
    Internal,
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
