//! `leadtap webhook list`

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::lead_view::{time, time_json};
use super::super::output::{Output, Style, harmless};
use super::{failure, failure_json, short};
use crate::grpc::pb;

/// Columns of the labels.
const LABEL_WIDTH: usize = 14;

/// List the site's webhooks with the state of each
///
/// What each is told of, when something was delivered last, what waits, what is in its way, and
/// how much it gave up.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap webhook list\n  \
    leadtap webhook list --output json")]
pub(super) struct List {
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl List {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let webhooks = client::run(async {
            let mut client = super::connect(&target).await?;
            let answer = client.list_webhooks(pb::ListWebhooksRequest {}).await?;
            Ok(answer.into_inner().webhooks)
        })?;
        output.result(
            |style| human(&webhooks, style),
            || json!({ "webhooks": webhooks.iter().map(as_json).collect::<Vec<_>>() }),
        )
    }
}

fn human(webhooks: &[pb::WebhookInfo], style: Style) -> String {
    if webhooks.is_empty() {
        return "No webhooks: a [[site.webhook]] in the configuration makes one.\n".to_owned();
    }
    webhooks.iter().map(|one| block(one, style)).collect()
}

fn block(webhook: &pb::WebhookInfo, style: Style) -> String {
    let state = short(webhook.state().as_str_name(), "WEBHOOK_STATE_");
    let state = match webhook.state() {
        pb::WebhookState::Retrying => style.notable(&state),
        _ => state,
    };
    let events: Vec<String> = webhook
        .event_types()
        .map(|kind| short(kind.as_str_name(), "LEAD_EVENT_TYPE_"))
        .collect();
    let blocked = webhook.retry.as_ref().map(|retry| {
        let (attempts, again) = (retry.attempts, time(retry.next_attempt_time));
        let what = failure(retry.failure.as_ref());
        format!("{what}; tried {attempts} times, again {again}")
    });
    let dead = match (webhook.dead_letters, webhook.replaying) {
        (0, _) => String::new(),
        (dead, 0) => style.bad(&dead.to_string()),
        (dead, waiting) => format!("{}, {waiting} to be replayed", style.bad(&dead.to_string())),
    };
    let missed = match time(webhook.missed_time) {
        missed if missed.is_empty() => missed,
        missed => style.bad(&format!("{missed}: let its program read all leads anew")),
    };
    let mut text = format!("{}\n", style.strong(&harmless(&webhook.name)));
    for (label, value) in [
        ("State", state),
        ("Host", harmless(&webhook.host)),
        ("Events", events.join(", ")),
        ("Last success", time(webhook.last_success_time)),
        ("Waiting", webhook.pending_changes.to_string()),
        ("In the way", blocked.unwrap_or_default()),
        ("Dead letters", dead),
        ("Missed", missed),
    ] {
        if !value.is_empty() {
            let label = style.faint(&format!("{label:<LABEL_WIDTH$}"));
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {label}{value}");
        }
    }
    text
}

fn as_json(webhook: &pb::WebhookInfo) -> Value {
    let events: Vec<&str> = webhook
        .event_types()
        .map(|kind| kind.as_str_name())
        .collect();
    let retry = webhook.retry.as_ref().map(|retry| {
        json!({
            "lead_id": retry.lead_id,
            "change_time": time_json(retry.change_time),
            "attempts": retry.attempts,
            "next_attempt_time": time_json(retry.next_attempt_time),
            "failure": failure_json(retry.failure.as_ref()),
        })
    });
    json!({
        "name": webhook.name,
        "host": webhook.host,
        "event_types": events,
        "state": webhook.state().as_str_name(),
        "last_success_time": time_json(webhook.last_success_time),
        "pending_changes": webhook.pending_changes,
        "retry": retry,
        "dead_letters": webhook.dead_letters,
        "replaying": webhook.replaying,
        "missed_time": time_json(webhook.missed_time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retrying() -> pb::WebhookInfo {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        pb::WebhookInfo {
            name: "crm".to_owned(),
            host: "crm.example".to_owned(),
            event_types: vec![pb::LeadEventType::Created.into()],
            state: pb::WebhookState::Retrying.into(),
            last_success_time: at(1_795_478_400),
            pending_changes: 3,
            retry: Some(pb::WebhookRetry {
                attempts: 2,
                next_attempt_time: at(1_795_478_460),
                failure: Some(pb::DeliveryFailure {
                    description: "it answered with HTTP status 503".to_owned(),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            dead_letters: 5,
            replaying: 1,
            missed_time: at(1_795_478_000),
        }
    }

    #[test]
    fn a_person_reads_what_is_in_the_way_and_what_to_do() {
        let text = human(&[retrying()], Style::PLAIN);
        for said in [
            "crm\n",
            "retrying",
            "HTTP status 503; tried 2 times, again 2026-11-24T00:01:00Z",
            "5, 1 to be replayed",
            "read all leads anew",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(human(&[], Style::PLAIN).contains("[[site.webhook]]"));
    }

    #[test]
    fn a_program_reads_the_contracts_names_and_null_for_what_is_not() {
        let idle = pb::WebhookInfo {
            retry: None,
            ..retrying()
        };
        let value = as_json(&idle);
        assert_eq!(value["state"], "WEBHOOK_STATE_RETRYING");
        assert_eq!(value["event_types"][0], "LEAD_EVENT_TYPE_CREATED");
        assert_eq!(value["retry"], Value::Null);
    }
}
