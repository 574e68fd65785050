//! `leadtap lead retention`

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs};
use super::exit::CommandError;
use super::lead_view::time;
use super::output::{Output, Style, harmless};
use super::paging::{self, PagingArgs};
use crate::domain::limits;
use crate::domain::retention::RetentionPeriod;
use crate::grpc::pb;
use crate::grpc::pb::lead_service_client::LeadServiceClient;

/// Columns of a lead's id.
const ID_WIDTH: usize = 36;

/// Say which leads are due to be erased, because nobody logged in to them
///
/// Erases nobody, and there is no command that does: where the site's configuration has
/// `delete_after_days`, the daemon erases such leads by itself, within a minute after they are due.
/// Run this before you set it. Needs a caller with the permission `leads`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead retention --dry-run\n  \
    leadtap lead retention --dry-run --days 730\n  \
    leadtap lead retention --dry-run --days 365 --limit 1000 --output json")]
pub(super) struct Retention {
    /// Only say it: must be given, so that nobody takes this for the erasure
    #[arg(long, required = true)]
    dry_run: bool,

    /// After how many days without a login; without this, what the site's configuration says
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(RetentionPeriod::DAYS))]
    days: Option<u64>,

    #[command(flatten)]
    paging: PagingArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Retention {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        let found = self.ask()?;
        output.result(|style| human(&found, style), || as_json(&found))?;
        paging::say_how_to_go_on(&mut output, &found.next_page_token)
    }

    /// The first page, with the leads of the next ones up to the limit.
    fn ask(&self) -> Result<pb::PreviewRetentionResponse, CommandError> {
        let target = self.client.target(client::environment)?;
        client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            let mut request = pb::PreviewRetentionRequest {
                delete_after_days: self
                    .days
                    .map_or(0, |days| i32::try_from(days).unwrap_or(i32::MAX)),
                page_size: self.paging.page_size(0),
                page_token: self.paging.page_token.clone(),
            };
            let first = service.preview_retention(request.clone()).await?;
            let mut found = first.into_inner();
            while self.paging.wants(&found.next_page_token, found.leads.len()) {
                request.page_size = self.paging.page_size(found.leads.len());
                request.page_token = found.next_page_token;
                let page = service.preview_retention(request.clone()).await?;
                let page = page.into_inner();
                found.leads.extend(page.leads);
                found.next_page_token = page.next_page_token;
            }
            Ok(found)
        })
    }
}

fn human(found: &pb::PreviewRetentionResponse, style: Style) -> String {
    let mut text = String::new();
    let (days, own) = (found.delete_after_days, found.site_delete_after_days);
    // Writing to a String cannot fail.
    if let Some(total) = found.total_leads {
        let counted = usize::try_from(total).unwrap_or(0);
        let at_least = match counted >= limits::IDLE_LEADS_COUNTED {
            true => "at least ",
            false => "",
        };
        let cutoff = time(found.cutoff_time);
        let _ = writeln!(
            text,
            "Due after {days} days without a login, which is since {cutoff}: {at_least}{total}."
        );
        let _ = match own {
            0 => writeln!(
                text,
                "Nobody is erased: this site has no delete_after_days."
            ),
            own => writeln!(
                text,
                "The daemon erases by itself after {own} days: this site's delete_after_days."
            ),
        };
    }
    if found.leads.is_empty() {
        return text;
    }
    let head = format!("{:<ID_WIDTH$}  NEWEST LOGIN", "LEAD");
    let _ = writeln!(text, "{}", style.faint(&head));
    for lead in &found.leads {
        let login = match lead.last_login_time {
            None => format!("never; imported {}", time(lead.create_time)),
            login => time(login),
        };
        let _ = writeln!(text, "{:<ID_WIDTH$}  {login}", harmless(&lead.lead_id));
    }
    text
}

fn as_json(found: &pb::PreviewRetentionResponse) -> Value {
    let moment = |moment| Some(time(moment)).filter(|text| !text.is_empty());
    let leads: Vec<Value> = found
        .leads
        .iter()
        .map(|lead| {
            json!({
                "lead_id": lead.lead_id,
                "last_login_time": moment(lead.last_login_time),
                "create_time": moment(lead.create_time),
            })
        })
        .collect();
    json!({
        "delete_after_days": found.delete_after_days,
        "site_delete_after_days": found.site_delete_after_days,
        "cutoff_time": moment(found.cutoff_time),
        "total_leads": found.total_leads,
        "leads": leads,
        "next_page_token": found.next_page_token,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEAD_ID, full_lead};
    use super::*;

    fn found(total: Option<i32>, own: i32) -> pb::PreviewRetentionResponse {
        let lead = full_lead();
        let idle = pb::IdleLead {
            lead_id: LEAD_ID.to_owned(),
            last_login_time: lead.last_login_time,
            create_time: lead.create_time,
        };
        let imported = pb::IdleLead {
            last_login_time: None,
            ..idle.clone()
        };
        pb::PreviewRetentionResponse {
            leads: vec![idle, imported],
            next_page_token: String::new(),
            delete_after_days: 365,
            site_delete_after_days: own,
            cutoff_time: lead.create_time,
            total_leads: total,
        }
    }

    #[test]
    fn a_person_reads_how_many_who_and_whether_it_happens() {
        let text = human(&found(Some(2), 0), Style::PLAIN);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[0].ends_with(": 2.") && lines[0].contains("365 days"));
        assert!(lines[1].starts_with("Nobody is erased"), "{text}");
        assert!(lines[3].starts_with(LEAD_ID) && lines[3].contains("2026-11-25"));
        assert!(lines[4].contains("never; imported 2026-11-24"), "{text}");

        let text = human(&found(Some(100_000), 730), Style::PLAIN);
        assert!(text.contains("at least 100000."), "{text}");
        assert!(text.contains("erases by itself after 730 days"), "{text}");
    }

    #[test]
    fn a_program_reads_what_is_not_known_as_null() {
        let value = as_json(&found(None, 730));
        assert_eq!(value["total_leads"], Value::Null);
        assert_eq!(value["leads"][1]["last_login_time"], Value::Null);
        assert_eq!(value["site_delete_after_days"], 730);
    }
}
