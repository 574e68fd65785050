//! `leadtap lead delete`

use std::io::{self, BufRead, IsTerminal};

use clap::Args;
use serde_json::json;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs};
use super::exit::{CommandError, Exit};
use super::lead_view;
use super::output::{Output, harmless};
use crate::grpc::pb;
use crate::grpc::pb::delete_lead_request::Key;
use crate::grpc::pb::lead_service_client::LeadServiceClient;

/// The most that is read of what is typed at the question.
const ANSWER_BYTES: u64 = 64;

/// Erase one lead for good
///
/// Erases the lead, its access token and what its logins still say about the person. A later
/// login of the same account makes a new lead. On a terminal it asks first; elsewhere it wants
/// --yes. Where Meta sends an id by mail, use --instagram-id: it finds the lead by either of
/// Instagram's two ids. Needs a caller with the permission `leads`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap lead delete 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10\n  \
    leadtap lead delete --instagram-id 17841405793187218 --yes\n  \
    leadtap lead delete --instagram-user-id 17841405793187218 --yes --output json")]
pub(super) struct Delete {
    #[command(flatten)]
    which: Which,

    /// Do not ask
    #[arg(long)]
    yes: bool,

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

    /// Either of Instagram's two ids, such as the one in a mail of Meta's
    #[arg(long, value_name = "DIGITS")]
    instagram_id: Option<String>,

    /// Instagram's id of the professional account
    #[arg(long, value_name = "DIGITS")]
    instagram_user_id: Option<String>,

    /// Instagram's id of the account for this app
    #[arg(long, value_name = "DIGITS")]
    instagram_scoped_id: Option<String>,
}

impl Which {
    fn key(self) -> Option<Key> {
        let either = self.instagram_id.map(Key::InstagramId);
        let user = self.instagram_user_id.map(Key::InstagramUserId);
        let scoped = self.instagram_scoped_id.map(Key::InstagramScopedId);
        self.id.map(Key::LeadId).or(either).or(user).or(scoped)
    }
}

impl Delete {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        let stdin = io::stdin();
        let asks = stdin.is_terminal();
        self.erase(asks.then(|| stdin.lock()), &mut output)
    }

    /// `keyboard` is where a person can be asked, if there is one.
    fn erase(
        self,
        keyboard: Option<impl BufRead>,
        output: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        if !self.yes {
            confirm(keyboard, output)?;
        }
        let target = self.client.target(client::environment)?;
        let key = self.which.key();
        let erased = client::run(async {
            let mut service = LeadServiceClient::new(target.connect().await?);
            let request = pb::DeleteLeadRequest { key };
            Ok(service.delete_lead(request).await?.into_inner())
        })?;
        let time = lead_view::time(erased.erase_time);
        output.result(
            |_| {
                let id = harmless(&erased.lead_id);
                if erased.erased_earlier {
                    format!("Lead {id} had been erased already, at {time}.\n")
                } else {
                    format!(
                        "Lead {id} is erased. Backups still hold it until they are gone: see docs/privacy.md.\n"
                    )
                }
            },
            || {
                json!({
                    "lead_id": erased.lead_id,
                    "erase_time": time,
                    "erased_earlier": erased.erased_earlier,
                })
            },
        )
    }
}

fn confirm(keyboard: Option<impl BufRead>, output: &mut Output<'_>) -> Result<(), CommandError> {
    let Some(keyboard) = keyboard else {
        return Err(CommandError::new(
            Exit::Usage,
            "Nobody is there to be asked.",
            "Say --yes, since an erasure cannot be taken back.",
        ));
    };
    output.say("The lead and its token will be gone for good. Type `erase` and press Enter:")?;
    let mut line = String::new();
    keyboard.take(ANSWER_BYTES).read_line(&mut line)?;
    if line.trim() == "erase" {
        return Ok(());
    }
    Err(CommandError::new(
        Exit::Refused,
        "Nothing was erased.",
        "Type `erase`, or say --yes.",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Format;
    use super::*;

    fn ask(keyboard: Option<&[u8]>) -> Result<(), CommandError> {
        let mut output = Output::into(io::sink(), io::sink(), Format::Human);
        confirm(keyboard, &mut output)
    }

    #[test]
    fn an_erasure_wants_a_word() {
        assert_eq!(ask(Some(b"erase\n")), Ok(()));
        for typed in [&b"y\n"[..], b"yes\n", b"\n", b""] {
            assert_eq!(ask(Some(typed)).unwrap_err().exit, Exit::Refused);
        }
    }

    #[test]
    fn a_script_has_to_say_yes() {
        assert_eq!(ask(None).unwrap_err().exit, Exit::Usage);
    }
}
