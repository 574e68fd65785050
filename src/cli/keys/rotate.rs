//! `leadtap keys rotate`

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::{CommandError, Exit};
use super::super::output::Output;
use crate::grpc::pb;

/// How often a line tells how far it is, where there is no terminal for a bar.
const LINE_INTERVAL: Duration = Duration::from_secs(1);

/// Seal everything with the newest key
///
/// The daemon does it in the background, between the logins, and this command watches. The rotation
/// goes on when the command is ended, and by itself when the daemon starts again after a crash; the
/// same command watches it again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap keys rotate\n  \
    leadtap keys add && leadtap keys rotate --output json")]
pub(super) struct Rotate {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Rotate {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        let end = client::run(self.watch(&mut output))?;
        let (changed, failed) = (end.resealed_records, end.failed_records);
        output.result(
            |_| format!("The rotation is over: {changed} records were sealed anew.\n"),
            || {
                json!({
                    "seen_records": end.seen_records,
                    "total_records": end.total_records,
                    "resealed_records": changed,
                    "failed_records": failed,
                })
            },
        )?;
        if failed > 0 {
            return Err(CommandError::new(
                Exit::BadData,
                format!("Of all records, {failed} do not open and stay as they are."),
                "The daemon's log names each, and why: put a missing key back and rotate again; whose record was altered logs in anew.",
            ));
        }
        Ok(())
    }

    async fn watch(&self, output: &mut Output<'_>) -> Result<pb::RotateKeysResponse, CommandError> {
        let mut admin = super::admin(&self.client).await?;
        let mut progress = admin
            .rotate_keys(pb::RotateKeysRequest {})
            .await?
            .into_inner();
        let mut shown = Shown::new();
        while let Some(now) = progress.message().await? {
            if now.finished {
                shown.end();
                return Ok(now);
            }
            shown.show(&now, output)?;
        }
        Err(CommandError::new(
            Exit::TryAgain,
            "The daemon ended before the rotation did.",
            "It goes on at the daemon's next start: run the same again to watch it.",
        ))
    }
}

/// How the progress is shown.
enum Shown {
    Bar(ProgressBar),
    Lines(Option<Instant>),
}

impl Shown {
    /// A bar on a terminal, lines elsewhere.
    fn new() -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines(None);
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:40} {pos} of {len} records, {eta} left")
        {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    fn show(
        &mut self,
        now: &pb::RotateKeysResponse,
        output: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Bar(bar) => {
                bar.set_length(now.total_records);
                bar.set_position(now.seen_records);
            }
            Self::Lines(told) => {
                if told.is_none_or(|told| told.elapsed() >= LINE_INTERVAL) {
                    *told = Some(Instant::now());
                    output.say(&format!(
                        "{} of {} records",
                        now.seen_records, now.total_records
                    ))?;
                }
            }
        }
        Ok(())
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
