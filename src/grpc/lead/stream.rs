//! Answers that go on.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use crate::domain::clock::Clock;
use crate::grpc::request_id::{HEADER, RequestId};
use crate::grpc::{convert, errors, pb};
use crate::service::leads::export::Exporting;
use crate::service::leads::watch::Watching;

/// The messages of one answer.
pub(super) type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// An export.
pub(super) fn exported(export: Exporting, id: RequestId) -> Messages<pb::ExportLeadsResponse> {
    let chunks = received(export.chunks).map(|chunk| {
        Ok(pb::ExportLeadsResponse {
            chunk: chunk.bytes,
            cursor: chunk.cursor,
            leads: i32::try_from(chunk.leads).unwrap_or(i32::MAX),
            unreadable: i32::try_from(chunk.unreadable).unwrap_or(i32::MAX),
        })
    });
    let failed = ended(export.failed, id, move |error| errors::store(&error, id));
    Box::pin(chunks.chain(failed))
}

/// What happens to leads.
pub(super) fn watched(
    watching: Watching,
    clock: Arc<dyn Clock>,
    id: RequestId,
) -> Messages<pb::WatchLeadsResponse> {
    let events = received(watching.told).map(move |told| Ok(convert::told(told, clock.now())));
    let end = ended(watching.end, id, move |error| errors::watch(&error, id));
    Box::pin(events.chain(end))
}

fn received<T>(receiver: mpsc::Receiver<T>) -> impl Stream<Item = T> {
    stream::unfold(receiver, async |mut receiver| {
        let received = receiver.recv().await?;
        Some((received, receiver))
    })
}

/// The error that an answer ends with, if it does. It comes after the answer's
/// head, so the gate sees nothing of it: the log line and the request id are
/// made here.
fn ended<E, T>(
    end: oneshot::Receiver<E>,
    id: RequestId,
    status: impl Fn(E) -> Status,
) -> impl Stream<Item = Result<T, Status>> {
    stream::once(end).filter_map(move |end| {
        let status = end.ok().map(|error| {
            let mut status = status(error);
            tracing::info!(
                request.id = %id,
                rpc.code = ?status.code(),
                message = status.message(),
                "a stream ended"
            );
            if let Ok(id) = id.to_string().parse() {
                status.metadata_mut().insert(HEADER, id);
            }
            Err(status)
        });
        std::future::ready(status)
    })
}
