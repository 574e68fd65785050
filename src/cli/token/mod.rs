//! `leadtap token`

mod import;
mod list;
mod refresh;

use clap::{Args, Subcommand};

use super::client::{Connection, Target};
use super::exit::CommandError;
use super::output::Output;
use crate::domain::limits;
use crate::grpc::pb::token_service_client::TokenServiceClient;

/// Look after access tokens
///
/// The daemon exchanges and refreshes tokens by itself. These commands need a caller with the
/// permission `tokens`, and see its own site's tokens alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap token list --state expiring\n  \
    leadtap token import\n  \
    leadtap token refresh 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10")]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Import(import::Import),
    List(list::List),
    Refresh(refresh::Refresh),
}

impl Token {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Import(import) => {
                let mut output = Output::standard(import.output.output);
                import.print(&mut output)
            }
            Action::List(list) => {
                let mut output = Output::standard(list.output.output);
                list.print(&mut output)
            }
            Action::Refresh(refresh) => {
                let mut output = Output::standard(refresh.output.output);
                refresh.print(&mut output)
            }
        }
    }
}

/// A client of TokenService.
async fn connect(target: &Target) -> Result<TokenServiceClient<Connection>, CommandError> {
    let client = TokenServiceClient::new(target.connect().await?);
    Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
}

/// The largest answer: a page of the most tokens, each with all its scopes.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * limits::TOKENS_PAGE;
