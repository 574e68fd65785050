//! What a walk through the whole store can end with.

use std::time::Duration;

use tonic::{Code, Status};

use super::row::{NextStep, Row};
use crate::grpc::pb::ErrorReason as Reason;
use crate::grpc::request_id::RequestId;
use crate::storage::WalkError;

/// How long to wait for a backup or a compaction that is under way.
const WALK_RETRY: Duration = Duration::from_secs(10);

/// A backup or a compaction did not come to its end.
#[must_use]
pub fn walk(error: &WalkError, id: RequestId) -> Status {
    match error {
        WalkError::Busy => Row::new(
            Code::Aborted,
            Reason::StoreWalkUnderWay,
            NextStep::Retry,
            "another backup or compaction is under way: try again when it has ended",
        )
        .after(WALK_RETRY)
        .status(),
        WalkError::TooSlow => Row::new(
            Code::Aborted,
            Reason::StoreWalkTooSlow,
            NextStep::Retry,
            "the store changed faster than this was done: read the backup onto a faster disk, or try again at a quieter time",
        )
        .status(),
        WalkError::Copy(how) => {
            tracing::error!(request.id = %id, error = how, "the store could not be compacted");
            Row::new(
                Code::FailedPrecondition,
                Reason::StoreCopyFailed,
                NextStep::Operator,
                format!("{how}; the store serves on as it was: make room on its disk, or look at the log"),
            )
            .status()
        }
        WalkError::Store(error) => super::store(error, id),
    }
}
