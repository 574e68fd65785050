//! What a `[[site]]` or a `[[caller]]` may have going on.

use super::reader::Section;
use super::schema::Number;
use crate::domain::allowance::Allowance;

/// Reads how many logins may be under way.
pub(super) fn pending(section: &Section<'_>, most: &Number) -> usize {
    usize::try_from(section.number(most)).unwrap_or(usize::MAX)
}

/// Reads the two keys of a section.
pub(super) fn read(section: &Section<'_>, calls: &Number, starts: &Number) -> Allowance {
    Allowance {
        calls_in_flight: usize::try_from(section.number(calls)).unwrap_or(usize::MAX),
        starts_per_minute: u32::try_from(section.number(starts)).unwrap_or(u32::MAX),
    }
}
