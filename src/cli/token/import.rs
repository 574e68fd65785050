//! `leadtap token import`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::{CommandError, Exit};
use super::super::output::Output;
use super::super::token_view;
use crate::config::SecretSource;
use crate::domain::secret::Secret;
use crate::grpc::pb;

/// Take over a token that was generated in Meta's dashboard
///
/// Generate it under Instagram > API setup with Instagram login > Generate token. It is asked for
/// without being shown, or read from a file, and never given as an argument, which others could see.
/// The account becomes a lead if it is none yet; the daemon refreshes the token from then on.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap token import\n  \
    leadtap token import --access-token-file ./atelier.token --output json")]
pub(super) struct Import {
    /// A file of mode 0600 that holds the token and nothing else
    #[arg(long, value_name = "FILE")]
    access_token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Import {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let token = match self.access_token_file {
            Some(file) => from_file(file)?,
            None => prompted()?,
        };
        let imported = client::run(async {
            let request = pb::ImportTokenRequest {
                access_token: token.expose().to_owned(),
            };
            let mut client = super::connect(&target).await?;
            Ok(client.import_token(request).await?.into_inner())
        })?;
        let info = imported.token.unwrap_or_default();
        let lead = if imported.new_lead {
            "new lead"
        } else {
            "lead"
        };
        output.result(
            |style| {
                format!(
                    "Imported for the {lead}:\n{}",
                    token_view::render(&info, style)
                )
            },
            || json!({ "token": token_view::json(&info), "new_lead": imported.new_lead }),
        )
    }
}

fn from_file(file: PathBuf) -> Result<Secret, CommandError> {
    SecretSource::File(file).read().map_err(|problem| {
        CommandError::new(
            Exit::NotPermitted,
            format!("--access-token-file {}.", problem.what),
            problem.what_to_do,
        )
    })
}

/// Asks the person at the terminal, whatever standard input is, and does not
/// show what is typed.
fn prompted() -> Result<Secret, CommandError> {
    let typed = rpassword::prompt_password("Access token (it is not shown): ").map_err(|_| {
        CommandError::new(
            Exit::Usage,
            "There is no terminal to ask for the token.",
            "Put the token into a file of mode 0600 and name it with --access-token-file.",
        )
    })?;
    let typed = Secret::new(typed);
    Ok(Secret::from(typed.expose().trim()))
}
