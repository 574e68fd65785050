//! Logins that a shop remembers, to be gone on with or asked for again.

use std::time::{Duration, Instant};

use crate::model::LoginNumber;
use crate::support::Browser;

/// How old a login may become: it expires after an hour.
pub const OLDEST: Duration = Duration::from_secs(50 * 60);

/// How far a login has come, as far as the shop was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It began.
    Started,
    /// It has this lead.
    Authorized { lead_id: String, new_lead: bool },
    /// The shopper said no.
    Declined,
    /// It ended for this reason.
    Failed(String),
}

/// One login.
#[derive(Clone)]
pub struct Login {
    pub number: LoginNumber,
    pub browser: Browser,
    pub state: String,
    pub url: String,
    pub return_to: String,
    /// Which of the shop's accounts.
    pub account: usize,
    /// Where the shopper came back to.
    pub callback: Option<String>,
    pub told: Told,
    /// Whether a call to complete it was not answered.
    pub doubtful: bool,
    pub begun: Instant,
}

impl Login {
    pub fn is_old(&self) -> bool {
        self.begun.elapsed() > OLDEST
    }
}
