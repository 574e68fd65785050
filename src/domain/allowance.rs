//! How much may go on at once.

/// What a caller, or all callers of a site together, may have going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Calls in flight. One more is refused.
    pub calls_in_flight: usize,
    /// Logins begun within a minute. One more is refused until the minute has
    /// moved on.
    pub starts_per_minute: u32,
}
