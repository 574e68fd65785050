//! A backup as a stream of messages.

use futures_util::StreamExt;
use futures_util::stream::{BoxStream, try_unfold};
use tonic::Status;

use super::request_id::RequestId;
use super::{errors, pb};
use crate::storage::{Backup, Chunk};

/// Reads on whenever a message was taken: a client that is slow fills no
/// memory.
pub(super) fn stream(
    backup: Backup,
    id: RequestId,
) -> BoxStream<'static, Result<pb::CreateBackupResponse, Status>> {
    try_unfold(backup, move |mut backup| async move {
        let chunk = backup.next().await;
        let chunk = chunk.map_err(|error| errors::walk(&error, id))?;
        Ok(chunk.map(|chunk| (message(chunk), backup)))
    })
    .boxed()
}

fn message(chunk: Chunk) -> pb::CreateBackupResponse {
    pb::CreateBackupResponse {
        data: chunk.bytes,
        records: chunk.records,
        expected_records: chunk.expected,
        last: chunk.last,
    }
}
