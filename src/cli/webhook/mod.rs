//! `leadtap webhook`

mod dead_letters;
mod list;
mod replay;

use clap::{Args, Subcommand};

use super::client::{Connection, Target};
use super::exit::CommandError;
use super::output::{Output, harmless};
use crate::domain::limits;
use crate::grpc::pb;
use crate::grpc::pb::webhook_service_client::WebhookServiceClient;

/// See how far webhooks have come, and replay what they gave up
///
/// Which webhooks there are stands in the configuration. These commands need a caller with the
/// permission `leads`, and see its own site's webhooks alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap webhook list\n  \
    leadtap webhook dead-letters crm\n  \
    leadtap webhook replay crm --all")]
pub(super) struct Webhook {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::List),
    DeadLetters(dead_letters::DeadLetters),
    Replay(replay::Replay),
}

impl Webhook {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::List(list) => {
                let mut output = Output::standard(list.output.output);
                list.print(&mut output)
            }
            Action::DeadLetters(letters) => {
                let mut output = Output::standard(letters.output.output);
                letters.print(&mut output)
            }
            Action::Replay(replay) => {
                let mut output = Output::standard(replay.output.output);
                replay.print(&mut output)
            }
        }
    }
}

/// A client of WebhookService.
async fn connect(target: &Target) -> Result<WebhookServiceClient<Connection>, CommandError> {
    let client = WebhookServiceClient::new(target.connect().await?);
    Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
}

/// The largest answer: a page of the most dead letters.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * limits::PAGE_SIZE_MAX;

/// What was wrong with a delivery, for a person.
fn failure(failure: Option<&pb::DeliveryFailure>) -> String {
    failure
        .map(|failure| harmless(&failure.description))
        .unwrap_or_default()
}

/// A name of the contract's, without what all of its kind begin with.
fn short(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix)
        .to_lowercase()
        .replace('_', "-")
}

/// What was wrong, for a program.
fn failure_json(failure: Option<&pb::DeliveryFailure>) -> serde_json::Value {
    failure.map_or(serde_json::Value::Null, |failure| {
        serde_json::json!({
            "kind": failure.kind().as_str_name(),
            "http_status": failure.http_status,
            "description": failure.description,
        })
    })
}
