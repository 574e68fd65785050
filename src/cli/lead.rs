//! `leadtap lead`

use clap::{Args, Subcommand};

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs};
use super::exit::CommandError;
use super::lead_delete::Delete;
use super::lead_export::Export;
use super::lead_list::List;
use super::lead_retention::Retention;
use super::lead_update::Update;
use super::lead_view;
use super::output::Output;
use crate::grpc::pb;
use crate::grpc::pb::get_lead_request::Key;

/// Look at leads, write to them, export them and erase them
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead show 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10\n  \
    leadtap lead show --instagram-user-id 17841405793187218 --output json\n  \
    leadtap lead list --filter 'followers_count >= 5000'\n  \
    leadtap lead update 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10 --email ada@example.org\n  \
    leadtap lead export leads.csv\n  \
    leadtap lead delete --instagram-id 17841405793187218\n  \
    leadtap lead retention --dry-run --days 730")]
pub(super) struct Lead {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(Show),
    List(List),
    // Of its many options only one lead's are in memory.
    Update(Box<Update>),
    Export(Export),
    Delete(Delete),
    Retention(Retention),
}

/// Show one lead
///
/// The caller that this command comes in as (your user on the socket, or the token) sees its own
/// site's leads alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead show 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10\n  \
    leadtap lead show --instagram-user-id 17841405793187218 --output json\n  \
    leadtap lead show --instagram-scoped-id 27640875392278831 --address http://127.0.0.1:7171 --token-file ./token")]
struct Show {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Which {
    /// The lead's own id, a UUID
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// Instagram's id of the professional account
    #[arg(long, value_name = "DIGITS")]
    instagram_user_id: Option<String>,

    /// Instagram's id of the account for this app
    #[arg(long, value_name = "DIGITS")]
    instagram_scoped_id: Option<String>,
}

impl Which {
    fn key(self) -> Option<Key> {
        let scoped = self.instagram_scoped_id.map(Key::InstagramScopedId);
        let user = self.instagram_user_id.map(Key::InstagramUserId);
        self.id.map(Key::LeadId).or(user).or(scoped)
    }
}

impl Lead {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Show(show) => {
                let mut output = Output::standard(show.output.output);
                show.print(&mut output)
            }
            Action::List(list) => list.run(),
            Action::Update(update) => update.run(),
            Action::Export(export) => export.run(),
            Action::Delete(delete) => delete.run(),
            Action::Retention(retention) => retention.run(),
        }
    }
}

impl Show {
    fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let key = self.which.key();
        let lead = client::run(async {
            let request = pb::GetLeadRequest { key };
            Ok(target.login().await?.get_lead(request).await?.into_inner())
        })?;
        output.result(
            |style| lead_view::render(&lead, style),
            || lead_view::json(&lead),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Format;
    use super::super::exit::Exit;
    use super::super::testing::{FakeDaemon, LEAD_ID};
    use super::*;

    fn show(daemon: &FakeDaemon, id: &str, format: Format) -> Result<String, CommandError> {
        let show = Show {
            which: Which {
                id: Some(id.to_owned()),
                instagram_user_id: None,
                instagram_scoped_id: None,
            },
            output: OutputArgs { output: format },
            client: daemon.client_args(),
        };
        let mut result = Vec::new();
        show.print(&mut Output::into(&mut result, std::io::sink(), format))?;
        Ok(String::from_utf8(result).unwrap())
    }

    #[test]
    fn a_lead_is_shown_to_people_and_to_programs() {
        let daemon = FakeDaemon::start();
        let text = show(&daemon, LEAD_ID, Format::Human).unwrap();
        assert!(text.starts_with(&format!("Lead {LEAD_ID}\n")), "{text}");
        let text = show(&daemon, LEAD_ID, Format::Json).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["lead_id"], LEAD_ID);
    }

    #[test]
    fn an_unknown_lead_is_not_found() {
        let error = show(&FakeDaemon::start(), "unknown", Format::Human).unwrap_err();
        assert_eq!(error.exit, Exit::NotFound);
        assert_eq!(error.message, "This site has no such lead.");
    }

    #[test]
    fn each_id_asks_by_its_own_kind() {
        let which = |id: Option<&str>, user: Option<&str>, scoped: Option<&str>| Which {
            id: id.map(str::to_owned),
            instagram_user_id: user.map(str::to_owned),
            instagram_scoped_id: scoped.map(str::to_owned),
        };
        let text = || "7".to_owned();
        assert_eq!(
            which(Some("7"), None, None).key(),
            Some(Key::LeadId(text()))
        );
        assert_eq!(
            which(None, Some("7"), None).key(),
            Some(Key::InstagramUserId(text()))
        );
        assert_eq!(
            which(None, None, Some("7")).key(),
            Some(Key::InstagramScopedId(text()))
        );
    }
}
