//! Holds the daemon against a bare tonic echo server: `docs/performance.md`
//! says how to run it and what the rows mean.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark prints, and ends when it cannot measure"
)]

mod bare_json;
mod calls;
mod daemon;
mod disk;
mod echo;
mod figures;
mod load;
mod logins;
mod measure;
mod options;
mod php;
mod process;
mod report;
mod rows;
mod run;
mod servers;
mod upstream;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

/// The daemon's allocator, so that the echo has no other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(echo::ROLE) {
        echo::serve(arguments)?;
        return Ok(ExitCode::SUCCESS);
    }
    let options = options::Options::parse();
    let all_reached = run::run(&options)?;
    Ok(if options.gate && !all_reached {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
