//! What a person can ask for.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Holds the daemon against a bare tonic echo server, in one run.
#[derive(Parser)]
pub(crate) struct Options {
    /// Write the figures to this file as JSON, too.
    #[arg(long)]
    pub json: Option<PathBuf>,

    /// Rounds of each row; their medians are printed.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,

    /// Milliseconds that one round measures.
    #[arg(long, default_value = "1000", value_parser = millis)]
    pub window: Duration,

    /// Leads in the store.
    #[arg(long, default_value_t = 100_000)]
    pub leads: usize,

    /// Only the rows whose name contains this.
    #[arg(long, default_value = "")]
    pub only: String,

    /// Measure the echo server alone: whether the machine is quiet, and what
    /// the load itself can do.
    #[arg(long)]
    pub echo_only: bool,

    /// End with exit code 1 where a goal is missed.
    #[arg(long)]
    pub gate: bool,

    /// cargo passes this to every benchmark.
    #[arg(long, hide = true)]
    pub bench: bool,
}

fn millis(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}
