//! Lists that are longer than one page of the daemon's.

use clap::Args;

use super::exit::CommandError;
use super::output::Output;
use crate::domain::limits;

/// How much of a list is wanted.
#[derive(Args, Debug)]
pub(super) struct PagingArgs {
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: usize,

    /// Go on where an earlier list ended
    #[arg(
        long,
        value_name = "TOKEN",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) page_token: String,
}

impl PagingArgs {
    /// How many to ask for, when `have` are there.
    pub(super) fn page_size(&self, have: usize) -> i32 {
        let missing = self.limit.saturating_sub(have);
        i32::try_from(missing.clamp(1, limits::PAGE_SIZE_MAX)).unwrap_or(i32::MAX)
    }

    /// Whether the page that `next_page_token` leads to is wanted too.
    pub(super) fn wants(&self, next_page_token: &str, have: usize) -> bool {
        !next_page_token.is_empty() && have < self.limit
    }
}

/// Tells a person how to go on; a program reads the token in the result.
pub(super) fn say_how_to_go_on(
    output: &mut Output<'_>,
    next_page_token: &str,
) -> Result<(), CommandError> {
    if next_page_token.is_empty() || !output.is_human() {
        return Ok(());
    }
    output.say(&format!(
        "There are more: add --page-token {next_page_token}"
    ))
}
