//! `leadtap keys retire`

use clap::Args;
use serde_json::json;

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::output::{Output, harmless};
use crate::grpc::pb;

/// Take a key out of the ring
///
/// Refused while anything is sealed with it: run `leadtap keys rotate` first. A backup from before
/// the rotation needs the key still, so keep the copy of the ring that belongs to it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap keys list\n  \
    leadtap keys retire 5d1c09fe")]
pub(super) struct Retire {
    /// The key's name, as `leadtap keys list` shows it
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Retire {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let request = pb::RetireKeyRequest {
            key_id: self.key.clone(),
        };
        client::run(async {
            let mut admin = super::admin(&self.client).await?;
            Ok(admin.retire_key(request).await?)
        })?;
        let key = harmless(&self.key);
        Output::standard(self.output.output).result(
            |_| format!("Retired the key {key}. Backups from before the rotation still need it.\n"),
            || json!({ "key_id": self.key }),
        )
    }
}
