//! What the gate found out about a call, for its handler.

use tonic::{Request, Status};

use super::callers::Access;
use super::errors;
use super::request_id::RequestId;

/// Who calls and under which name, as the gate found out.
pub(super) fn context<T>(request: &Request<T>) -> Result<(Access, RequestId), Status> {
    let extensions = request.extensions();
    match (extensions.get::<Access>(), extensions.get::<RequestId>()) {
        (Some(access), Some(id)) => Ok((access.clone(), *id)),
        // The gate lets nobody through without.
        _ => Err(errors::caller_unknown()),
    }
}
