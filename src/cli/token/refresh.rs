//! `leadtap token refresh`

use clap::Args;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::output::Output;
use super::super::token_view;
use crate::grpc::pb;

/// Refresh one lead's token now
///
/// The daemon does so by itself when it is time. Instagram refreshes no token that is younger than
/// 24 hours.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap token refresh 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10")]
pub(super) struct Refresh {
    /// The lead's own id, a UUID
    #[arg(value_name = "LEAD_ID")]
    lead_id: String,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Refresh {
    pub(super) fn print(self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let lead_id = self.lead_id;
        let info = client::run(async {
            let request = pb::RefreshTokenRequest { lead_id };
            let mut client = super::connect(&target).await?;
            Ok(client.refresh_token(request).await?.into_inner())
        })?;
        output.result(
            |style| token_view::render(&info, style),
            || token_view::json(&info),
        )
    }
}
