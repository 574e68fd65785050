//! A compaction as a stream of messages.

use futures_util::StreamExt;
use futures_util::stream::{BoxStream, try_unfold};
use tonic::Status;

use super::request_id::RequestId;
use super::{errors, pb};
use crate::storage::{Compacted, Compaction};

/// Goes one step further whenever a message was taken.
pub(super) fn stream(
    compaction: Compaction,
    id: RequestId,
) -> BoxStream<'static, Result<pb::CompactStoreResponse, Status>> {
    try_unfold(compaction, move |mut compaction| async move {
        let step = compaction.next().await;
        let step = step.map_err(|error| errors::walk(&error, id))?;
        Ok(step.map(|step| (message(step), compaction)))
    })
    .boxed()
}

fn message(step: Compacted) -> pb::CompactStoreResponse {
    use pb::compact_store_response::Stage;
    let progress = |records, expected_records| pb::CompactStoreProgress {
        records,
        expected_records,
    };
    let stage = match step {
        Compacted::Copied(records, expected) => Stage::Copied(progress(records, expected)),
        Compacted::Checked(records, expected) => Stage::Checked(progress(records, expected)),
        Compacted::Done(bytes_before, bytes_after) => Stage::Done(pb::CompactStoreResult {
            bytes_before,
            bytes_after,
        }),
    };
    pb::CompactStoreResponse { stage: Some(stage) }
}
