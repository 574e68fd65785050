//! `leadtap webhook dead-letters`

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::lead_view::{time, time_json};
use super::super::output::{Output, Style, harmless};
use super::super::paging::{self, PagingArgs};
use super::{failure, failure_json, short};
use crate::grpc::pb;

/// List what a webhook gave up, the oldest change first
///
/// A delivery is given up when it has failed for a day. `leadtap webhook replay` delivers it after
/// all. A dead letter is kept for 30 days and says nothing about the person but the lead's id.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap webhook dead-letters crm\n  \
    leadtap webhook dead-letters crm --limit 1000 --output json")]
pub(super) struct DeadLetters {
    /// The webhook's name in the configuration
    #[arg(value_name = "NAME")]
    webhook: String,

    #[command(flatten)]
    paging: PagingArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl DeadLetters {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let (letters, next) = client::run(async {
            let mut client = super::connect(&target).await?;
            let (mut letters, mut page_token) = (Vec::new(), self.paging.page_token.clone());
            loop {
                let request = pb::ListDeadLettersRequest {
                    webhook: self.webhook.clone(),
                    page_size: self.paging.page_size(letters.len()),
                    page_token,
                };
                let page = client.list_dead_letters(request).await?.into_inner();
                letters.extend(page.dead_letters);
                page_token = page.next_page_token;
                if !self.paging.wants(&page_token, letters.len()) {
                    return Ok((letters, page_token));
                }
            }
        })?;
        output.result(
            |style| table(&letters, style),
            || {
                let letters: Vec<_> = letters.iter().map(as_json).collect();
                json!({ "dead_letters": letters, "next_page_token": next })
            },
        )?;
        paging::say_how_to_go_on(output, &next)
    }
}

fn table(letters: &[pb::DeadLetter], style: Style) -> String {
    if letters.is_empty() {
        return "No dead letters.\n".to_owned();
    }
    let head = format!(
        "{:<16}  {:<36}  {:<13}  {:<20}  FAILURE",
        "LETTER", "LEAD", "EVENT", "HAPPENED"
    );
    let mut text = format!("{}\n", style.faint(&head));
    for letter in letters {
        let event = short(letter.event_type().as_str_name(), "LEAD_EVENT_TYPE_");
        let waits = match letter.replaying {
            true => " (to be replayed)",
            false => "",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<16}  {:<36}  {event:<13}  {:<20}  {}{waits}",
            harmless(&letter.dead_letter_id),
            harmless(&letter.lead_id),
            time(letter.change_time),
            failure(letter.failure.as_ref()),
        );
    }
    text
}

fn as_json(letter: &pb::DeadLetter) -> Value {
    json!({
        "dead_letter_id": letter.dead_letter_id,
        "lead_id": letter.lead_id,
        "event_type": letter.event_type().as_str_name(),
        "change_time": time_json(letter.change_time),
        "give_up_time": time_json(letter.give_up_time),
        "failure": failure_json(letter.failure.as_ref()),
        "replaying": letter.replaying,
    })
}
