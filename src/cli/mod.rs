//! The commands. Each has a file of its own, which holds its arguments, its
//! help and its `run`; a new one is that file, its `mod` line and its line in
//! `commands!`.
//!
//! `login`, `lead`, `token` and `webhook` are clients of the running daemon. Results go to
//! standard output, everything else to standard error.

mod arguments;
mod backup;
mod check;
mod client;
mod compact;
mod completion;
mod core_dumps;
mod demo;
mod exit;
mod init;
mod keys;
mod lead;
mod lead_delete;
mod lead_export;
mod lead_list;
mod lead_retention;
mod lead_update;
mod lead_view;
pub mod logging;
mod login;
mod new_file;
mod offline;
mod output;
mod overview;
mod overview_view;
mod paging;
mod progress;
mod restore;
mod sandbox;
mod serve;
mod service_manager;
mod signals;
mod status;
mod tls;
mod token;
mod token_view;
mod unreachable;
mod verify;
mod webhook;

#[cfg(test)]
mod documents_tests;
#[cfg(test)]
mod help_tests;
#[cfg(test)]
mod testing;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use exit::{CommandError, Exit};
pub use lead_view::{json as lead_json, render as render_lead};
pub use output::Style;

/// Columns of `--help`, at most.
const HELP_WIDTH: usize = 100;

/// "Continue with Instagram" for WooCommerce shops.
///
/// One daemon beside the shop owns the login window, the tokens and the leads.
#[derive(Debug, Parser)]
#[command(name = "leadtap", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Declares the commands and hands each its turn.
macro_rules! commands {
    ($($module:ident :: $command:ident),* $(,)?) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($command($module::$command),)*
        }

        impl Command {
            fn run(self) -> Result<(), CommandError> {
                match self {
                    $(Self::$command(command) => command.run(),)*
                }
            }
        }
    };
}

commands! {
    serve::Serve,
    init::Init,
    check::Check,
    demo::Demo,
    sandbox::Sandbox,
    overview::Status,
    login::Login,
    lead::Lead,
    token::Token,
    webhook::Webhook,
    keys::Keys,
    backup::Backup,
    restore::Restore,
    verify::Verify,
    compact::Compact,
}

/// Runs the command that the arguments name; the first is the program.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match parse(arguments) {
        Ok(cli) => finish(cli.command.run()),
        Err(asked) => {
            // Help and version come this way too, and nobody may be listening.
            let _ = asked.print();
            let exit = if asked.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            exit.into()
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches)
}

/// All commands with their help, for whoever makes man pages of it.
#[must_use]
pub fn command() -> clap::Command {
    let mut codes = "Exit codes:\n".to_owned();
    for (exit, meaning) in Exit::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(codes, "  {:>2}  {meaning}", exit as u8);
    }
    Cli::command()
        .max_term_width(HELP_WIDTH)
        .after_help(codes.trim_end().to_owned())
}

fn finish(result: Result<(), CommandError>) -> ExitCode {
    match result {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            // Where standard error is gone, the exit code still tells.
            let _ = std::io::stderr().write_all(error.text().as_bytes());
            error.exit.into()
        }
    }
}
