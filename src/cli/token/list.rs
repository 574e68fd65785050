//! `leadtap token list`

use clap::{Args, ValueEnum};
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::output::{Output, Style};
use super::super::token_view;
use crate::domain::limits;
use crate::grpc::pb;

/// List what is known of the tokens, never the tokens
///
/// The lead of each, the state, when it ends and when the daemon renews it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap token list\n  \
    leadtap token list --state expiring --state revoked\n  \
    leadtap token list --limit 1000 --output json")]
pub(super) struct List {
    /// Only tokens in this state; can be given several times
    #[arg(long, value_name = "STATE", value_enum)]
    state: Vec<State>,

    /// How many tokens at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: usize,

    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    /// An hour, and still to be exchanged
    ShortLived,
    /// Sixty days, and refreshed in time
    LongLived,
    /// Less than seven days left, and not refreshed so far
    Expiring,
    /// Its time ran out
    Expired,
    /// Instagram ended it
    Revoked,
}

impl From<State> for pb::TokenState {
    fn from(state: State) -> Self {
        match state {
            State::ShortLived => Self::ShortLived,
            State::LongLived => Self::LongLived,
            State::Expiring => Self::Expiring,
            State::Expired => Self::Expired,
            State::Revoked => Self::Revoked,
        }
    }
}

impl List {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let mut states: Vec<i32> = Vec::new();
        for state in self.state {
            let state = pb::TokenState::from(state).into();
            if !states.contains(&state) {
                states.push(state);
            }
        }
        let limit = self.limit;
        let tokens = client::run(async {
            let mut client = super::connect(&target).await?;
            let mut found: Vec<pb::TokenInfo> = Vec::new();
            let mut page_token = String::new();
            while found.len() < limit {
                let left = (limit - found.len()).min(limits::TOKENS_PAGE);
                let request = pb::ListTokensRequest {
                    page_size: i32::try_from(left).unwrap_or(i32::MAX),
                    page_token,
                    states: states.clone(),
                };
                let page = client.list_tokens(request).await?.into_inner();
                found.extend(page.tokens);
                page_token = page.next_page_token;
                if page_token.is_empty() {
                    break;
                }
            }
            Ok(found)
        })?;
        output.result(
            |style| table(&tokens, style),
            || json!({ "tokens": tokens.iter().map(token_view::json).collect::<Vec<_>>() }),
        )
    }
}

fn table(tokens: &[pb::TokenInfo], style: Style) -> String {
    if tokens.is_empty() {
        return "No tokens.\n".to_owned();
    }
    let parts: Vec<String> = tokens
        .iter()
        .map(|info| token_view::render(info, style))
        .collect();
    parts.concat()
}
