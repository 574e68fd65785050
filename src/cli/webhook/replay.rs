//! `leadtap webhook replay`

use clap::Args;
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::output::Output;
use crate::grpc::pb;
use crate::grpc::pb::replay_dead_letters_request::Which;

/// Deliver what a webhook gave up after all
///
/// The daemon sends the letters within a second or two, the oldest change first, each once and with
/// the lead as it is by then. One that fails is a dead letter as before: `leadtap webhook
/// dead-letters` has what is left.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap webhook replay crm --all\n  \
    leadtap webhook replay crm AAAAAAAABNIAAAAA")]
pub(super) struct Replay {
    /// The webhook's name in the configuration
    #[arg(value_name = "NAME")]
    webhook: String,

    /// Dead letters by their ids, as `dead-letters` prints them
    #[arg(value_name = "LETTER", required_unless_present = "all")]
    letters: Vec<String>,

    /// All of them
    #[arg(long, conflicts_with = "letters")]
    all: bool,

    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Replay {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let which: Vec<Which> = match self.all {
            true => vec![Which::All(true)],
            false => self.letters.into_iter().map(Which::DeadLetterId).collect(),
        };
        let replaying = client::run(async {
            let mut client = super::connect(&target).await?;
            let mut replaying = 0;
            for which in which {
                let request = pb::ReplayDeadLettersRequest {
                    webhook: self.webhook.clone(),
                    which: Some(which),
                };
                let answer = client.replay_dead_letters(request).await?;
                replaying += answer.into_inner().replaying;
            }
            Ok(replaying)
        })?;
        output.result(
            |_| match replaying {
                0 => "Nothing was left to be put up for replay.\n".to_owned(),
                1 => "1 dead letter is sent again now.\n".to_owned(),
                many => format!("{many} dead letters are sent again now.\n"),
            },
            || json!({ "replaying": replaying }),
        )
    }
}
