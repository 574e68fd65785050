//! `leadtap status`

use std::io::{self, IsTerminal};
use std::time::Duration;

use clap::Args;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs, Target};
use super::exit::{CommandError, Exit};
use super::output::{Output, Style};
use super::overview_view::{json, render};
use crate::grpc::pb;
use crate::grpc::pb::admin_service_client::AdminServiceClient;

/// Puts the cursor where the screen begins...
const HOME: &str = "\x1b[H";

/// ... forgets the rest of a line...
const TO_END_OF_LINE: &str = "\x1b[K\n";

/// ... and the rest of the screen. Drawn over the screen before and not on an
/// empty one, it does not flicker.
const TO_END_OF_SCREEN: &str = "\x1b[J";

/// Say on one screen how the daemon and your site are
///
/// Release, uptime, store and last backup; and of the caller's own site the logins of the last
/// hour, what kept others from it, its tokens and webhooks. Needs a caller with the permission
/// `admin`. For all sites of a daemon, and for alerts, there are its metrics.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap status\n  \
    leadtap status --watch\n  \
    leadtap status --watch=10\n  \
    leadtap status --output json | jq '.site.logins.completed'")]
pub(super) struct Status {
    /// Draw it anew, every 2 seconds or as said, until Ctrl-C
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "2",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    watch: Option<u64>,

    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Status {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let mut output = Output::standard(self.output.output);
        client::run(async {
            match self.watch {
                None => show(&ask(&target).await?, &mut output, |text| text),
                Some(seconds) => watch(&target, &mut output, Duration::from_secs(seconds)).await,
            }
        })
    }
}

async fn ask(target: &Target) -> Result<pb::GetStatusResponse, CommandError> {
    let mut client = AdminServiceClient::new(target.connect().await?);
    let status = client.get_status(pb::GetStatusRequest {}).await?;
    Ok(status.into_inner())
}

/// Until somebody stops it, or the daemon says that asking again is no use. A
/// daemon that restarts is waited for.
async fn watch(
    target: &Target,
    output: &mut Output<'_>,
    every: Duration,
) -> Result<(), CommandError> {
    let on_screen = output.is_human() && io::stdout().is_terminal();
    let draw = |text: String| match on_screen {
        true => over_the_screen(&text),
        false => text,
    };
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        match ask(target).await {
            Ok(status) => show(&status, output, draw)?,
            Err(error) if matches!(error.exit, Exit::Unavailable | Exit::TryAgain) => {
                output.say(draw(error.text()).trim_end())?;
            }
            Err(error) => return Err(error),
        }
    }
}

fn show(
    status: &pb::GetStatusResponse,
    output: &mut Output<'_>,
    draw: impl Fn(String) -> String,
) -> Result<(), CommandError> {
    output.result(|style: Style| draw(render(status, style)), || json(status))
}

fn over_the_screen(text: &str) -> String {
    format!(
        "{HOME}{}{TO_END_OF_SCREEN}",
        text.replace('\n', TO_END_OF_LINE)
    )
}
