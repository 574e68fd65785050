//! `leadtap verify`

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::arguments::{ConfigArgs, OutputArgs};
use super::exit::{CommandError, Exit};
use super::offline;
use super::output::{Output, Style};
use super::progress::{Progress, Unit};
use crate::storage::{self, Examined};

/// Look at every record of the store
///
/// Run it while the daemon is stopped, as the daemon's user. Holds all records against the store's
/// account of them, and looks whether each decodes, whether what is sealed in it opens with the key
/// ring, and whether every index leads to its record. Changes nothing.
///
/// A running daemon does the first part by itself after every start, and says in its log and its
/// health what it found.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    sudo -u leadtap leadtap verify\n  \
    leadtap verify --config ./leadtap.toml --output json")]
pub(super) struct Verify {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Verify {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let (options, keys) = offline::store(&self.config)?;
        let mut progress = Progress::standard("Looking", Unit::Records);
        let looked = storage::verify(&options, keys, &mut |done, of| progress.at(done, of));
        drop(progress);
        let examined = looked.map_err(offline::failed)?;
        let difference = examined.difference.map(|difference| difference.to_string());
        let printed = Output::standard(self.output.output).result(
            |style| human(&examined, style),
            || {
                json!({
                    "ok": examined.is_whole(),
                    "records": examined.records,
                    "difference": difference,
                    "wrong": examined.wrong,
                    "findings": offline::lines(&examined.findings),
                })
            },
        );
        // A reader that went away must not turn damage into a success.
        if examined.is_whole() {
            return printed;
        }
        Err(CommandError::new(
            Exit::InputOutput,
            "The store is not whole.",
            if examined.difference.is_some() {
                "Move it aside and put a backup in its place: `leadtap restore FILE`."
            } else {
                "If a key is missing, put it back into the key ring; else restore a backup: `leadtap restore FILE`."
            },
        ))
    }
}

fn human(examined: &Examined, style: Style) -> String {
    let records = examined.records;
    if examined.is_whole() {
        return format!("All {records} records are there and as they should be.\n");
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(difference) = &examined.difference {
        let _ = writeln!(text, "{}: {difference}", style.bad("damaged"));
    }
    for finding in offline::lines(&examined.findings) {
        let _ = writeln!(text, "{}: {finding}", style.bad("wrong"));
    }
    let _ = writeln!(text, "Of {records} records {} are wrong.", examined.wrong);
    text
}
