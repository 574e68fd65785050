//! `leadtap lead list`

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs};
use super::exit::CommandError;
use super::lead_view;
use super::output::{Output, Style, harmless};
use super::paging::{self, PagingArgs};
use crate::grpc::pb;
use crate::grpc::pb::lead_service_client::LeadServiceClient;

/// Leads on one page of the daemon's, so that it stays far below the 4 MiB of
/// a message.
const PAGE: i32 = 500;

/// Columns of a name; the rest is cut.
const NAME_WIDTH: usize = 28;

/// List leads
///
/// The newest first, unless told otherwise. Where there are more than --limit, it says how to go
/// on. docs/leads.md has the grammar of filters. Needs a caller with the permission `leads`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead list\n  \
    leadtap lead list --filter 'followers_count >= 5000 AND NOT contact.email:*'\n  \
    leadtap lead list --order-by 'last_login_time desc' --limit 1000 --output json")]
pub(super) struct List {
    /// Which leads
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true
    )]
    filter: String,

    /// `create_time` or `last_login_time`, and then `asc` or `desc`
    #[arg(long, value_name = "ORDER", default_value = "create_time desc")]
    order_by: String,

    #[command(flatten)]
    paging: PagingArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl List {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        self.print(&mut output)
    }

    fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let (leads, next) = client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            let (mut leads, mut page_token) = (Vec::new(), self.paging.page_token.clone());
            loop {
                let request = pb::ListLeadsRequest {
                    page_size: self.paging.page_size(leads.len()).min(PAGE),
                    page_token,
                    filter: self.filter.clone(),
                    order_by: self.order_by.clone(),
                };
                let page = service.list_leads(request).await?.into_inner();
                leads.extend(page.leads);
                page_token = page.next_page_token;
                if !self.paging.wants(&page_token, leads.len()) {
                    return Ok((leads, page_token));
                }
            }
        })?;
        output.result(
            |style| table(&leads, style),
            || {
                let leads: Vec<_> = leads.iter().map(lead_view::json).collect();
                json!({"leads": leads, "next_page_token": next})
            },
        )?;
        paging::say_how_to_go_on(output, &next)
    }
}

/// A line a lead; the columns are as wide as what is in them.
fn table(leads: &[pb::Lead], style: Style) -> String {
    if leads.is_empty() {
        return "No leads.\n".to_owned();
    }
    let head = [
        "LEAD",
        "INSTAGRAM",
        "E-MAIL",
        "FOLLOWERS",
        "NEWEST LOGIN",
        "TOKEN",
    ];
    let rows: Vec<[String; 6]> = leads.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(head.get(column).map_or(0, |name| name.len()))
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String; 6]| {
        let cells = cells.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, width)| format!("{cell:<width$}  "))
            .collect();
        line.trim_end().to_owned()
    };
    // Writing to a String cannot fail.
    let mut text = String::new();
    let _ = writeln!(text, "{}", style.faint(&line(&head.map(str::to_owned))));
    for row in &rows {
        let _ = writeln!(text, "{}", line(row));
    }
    text
}

fn row(lead: &pb::Lead) -> [String; 6] {
    let instagram = lead.instagram.clone().unwrap_or_default();
    let who = match (instagram.username.as_str(), instagram.name.as_str()) {
        ("", name) => name.to_owned(),
        (username, _) => format!("@{username}"),
    };
    let email = lead.contact.as_ref().map(|contact| contact.email.clone());
    let token = lead.token.as_ref().map(|token| {
        let state = token.state().as_str_name();
        state
            .trim_start_matches("TOKEN_STATE_")
            .to_lowercase()
            .replace('_', "-")
    });
    [
        harmless(&lead.lead_id),
        short(&who),
        short(&email.unwrap_or_default()),
        instagram
            .followers_count
            .map(|count| count.to_string())
            .unwrap_or_default(),
        lead_view::time(lead.last_login_time),
        token.unwrap_or_default(),
    ]
}

fn short(text: &str) -> String {
    let text = harmless(text);
    if text.chars().count() <= NAME_WIDTH {
        return text;
    }
    text.chars().take(NAME_WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::full_lead;
    use super::*;

    #[test]
    fn a_table_has_a_line_a_lead_and_nothing_that_drives_the_terminal() {
        let mut other = full_lead();
        let instagram = other.instagram.as_mut().unwrap();
        instagram.username = format!("\u{1b}[31m{}", "x".repeat(60));
        instagram.followers_count = None;
        other.contact = None;
        other.token = None;
        let text = table(&[full_lead(), other], Style::PLAIN);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("LEAD") && lines[0].ends_with("TOKEN"));
        for part in ["@ada.makes", "ada@example.org", "1815", "long-lived"] {
            assert!(lines[1].contains(part), "{text}");
        }
        assert!(!text.contains('\u{1b}') && lines[2].contains('…'), "{text}");
        assert_eq!(table(&[], Style::PLAIN), "No leads.\n");
    }
}
