//! What a `[[site]]` or a `[[caller]]` may have going on.

use super::reader::Section;
use crate::domain::allowance::Allowance;

/// Calls in flight of one caller: a hundred times what a busy shop has.
pub(super) const CALLER_CALLS: u64 = 1_024;

/// Calls in flight of a site's callers together.
pub(super) const SITE_CALLS: u64 = 2_048;

/// The most of either: half of what may wait for the disk, so that no site can
/// take all of it.
const MAX_CALLS: u64 = 4_096;

/// Logins begun within a minute: a thousand a second.
const STARTS: u64 = 60_000;

/// The most of them: above what any disk can keep.
const MAX_STARTS: u64 = 100_000_000;

/// Reads the two keys of a section.
pub(super) fn read(section: &Section<'_>, calls: u64) -> Allowance {
    let calls = section.number("max_calls_in_flight", 1..=MAX_CALLS, calls);
    let starts = section.number("max_starts_per_minute", 1..=MAX_STARTS, STARTS);
    Allowance {
        calls_in_flight: usize::try_from(calls).unwrap_or(usize::MAX),
        starts_per_minute: u32::try_from(starts).unwrap_or(u32::MAX),
    }
}
