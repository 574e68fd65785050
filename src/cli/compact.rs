//! `leadtap compact`

use clap::Args;
use serde_json::json;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs, Target};
use super::exit::{CommandError, Exit};
use super::output::Output;
use super::progress::{Progress, Unit};
use crate::grpc::pb;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::compact_store_response::Stage;

/// Write the running daemon's database anew
///
/// Gives space back to the disk, and makes the database's own files forget whoever was erased
/// before. The daemon goes on serving meanwhile. It needs as much room beside the store as the
/// store takes now. Ctrl-C ends it and leaves everything as it was. Needs a caller with the
/// permission `admin`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap compact\n  \
    leadtap compact --output json | jq .bytes_after")]
pub(super) struct Compact {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Compact {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let done = client::run(follow(&target))?;
        let mebibytes = |bytes: u64| bytes / (1024 * 1024);
        Output::standard(self.output.output).result(
            |_| {
                format!(
                    "The database took {} MiB and takes {} MiB now.\n",
                    mebibytes(done.bytes_before),
                    mebibytes(done.bytes_after)
                )
            },
            || {
                json!({
                    "bytes_before": done.bytes_before,
                    "bytes_after": done.bytes_after,
                })
            },
        )
    }
}

async fn follow(target: &Target) -> Result<pb::CompactStoreResult, CommandError> {
    let mut client = AdminServiceClient::new(target.connect().await?);
    let request = pb::CompactStoreRequest {};
    let mut steps = client.compact_store(request).await?.into_inner();
    let mut copying = Progress::standard("Copying", Unit::Records);
    let mut checking = Progress::standard("Checking", Unit::Records);
    while let Some(step) = steps.message().await? {
        match step.stage {
            Some(Stage::Copied(at)) => copying.at(at.records, at.expected_records),
            Some(Stage::Checked(at)) => checking.at(at.records, at.expected_records),
            Some(Stage::Done(done)) => return Ok(done),
            None => {}
        }
    }
    Err(CommandError::new(
        Exit::TryAgain,
        "The compaction ended before it was done; the store is as it was.",
        "See whether the daemon was stopped, and run the same again.",
    ))
}
