//! A backup as a stream of messages.

use futures_util::StreamExt;
use futures_util::stream::{BoxStream, try_unfold};
use tonic::Status;

use super::request_id::RequestId;
use super::{errors, pb};
use crate::service::Maintenance;
use crate::storage::{Backup, Chunk};

/// Reads on whenever a message was taken: a client that is slow fills no
/// memory.
pub(super) fn stream(
    backup: Backup,
    maintenance: Maintenance,
    id: RequestId,
) -> BoxStream<'static, Result<pb::CreateBackupResponse, Status>> {
    try_unfold(
        (backup, maintenance),
        move |(mut backup, maintenance)| async move {
            let chunk = backup.next().await;
            let chunk = chunk.map_err(|error| errors::walk(&error, id))?;
            if chunk.is_none() {
                // Its last message was taken.
                maintenance.backed_up().await;
            }
            Ok(chunk.map(|chunk| (message(chunk), (backup, maintenance))))
        },
    )
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
