//! What Meta and the law ask of a site.

use std::time::Duration;

use super::retention::RetentionPeriod;

/// What stands in a [`Duties::deletion_status_url`] for the confirmation code.
pub const CODE_PLACE: &str = "{code}";

/// How a site does its duties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duties {
    /// Where a person reads what became of a deletion, with [`CODE_PLACE`] for
    /// the code.
    pub deletion_status_url: Option<String>,
    /// How old a signed request of Meta's may be.
    pub signed_request_max_age: Duration,
    /// When leads are erased that nobody logs in to; never, unless it is set.
    pub retention: Option<RetentionPeriod>,
}

impl Default for Duties {
    fn default() -> Self {
        Self {
            deletion_status_url: None,
            signed_request_max_age: Duration::from_secs(24 * 60 * 60),
            retention: None,
        }
    }
}
