//! AdminService.

use std::pin::Pin;

use futures_util::stream::BoxStream;
use futures_util::{Stream, stream};
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::audit::AuditSubject;
use super::context::context;
use super::request_id::RequestId;
use super::{backup, compact, convert, errors, pb};
use crate::service::{Keys, Maintenance, Overview, Progress};
use crate::storage::KeyId;

/// The handlers of `leadtap.v1.AdminService`.
pub(super) struct AdminHandlers {
    pub(super) keys: Keys,
    pub(super) maintenance: Maintenance,
    pub(super) overview: Overview,
}

/// What a stream of ours sends.
type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl pb::admin_service_server::AdminService for AdminHandlers {
    type RotateKeysStream = Streamed<pb::RotateKeysResponse>;

    async fn list_keys(
        &self,
        request: Request<pb::ListKeysRequest>,
    ) -> Result<Response<pb::ListKeysResponse>, Status> {
        let (_, id) = context(&request)?;
        let list = self.keys.list().await;
        let list = list.map_err(|error| errors::store(&error, id))?;
        Ok(Response::new(convert::key_list(&list)))
    }

    async fn add_key(
        &self,
        request: Request<pb::AddKeyRequest>,
    ) -> Result<Response<pb::AddKeyResponse>, Status> {
        let (_, id) = context(&request)?;
        let key = self.keys.add().await;
        let key = key.map_err(|error| errors::keys(error, id))?;
        let key_id = convert::key_name(key);
        Ok(about(key, Response::new(pb::AddKeyResponse { key_id })))
    }

    async fn rotate_keys(
        &self,
        request: Request<pb::RotateKeysRequest>,
    ) -> Result<Response<Self::RotateKeysStream>, Status> {
        let (_, id) = context(&request)?;
        let told = told(self.keys.rotate(), id);
        Ok(Response::new(Box::pin(told)))
    }

    async fn retire_key(
        &self,
        request: Request<pb::RetireKeyRequest>,
    ) -> Result<Response<pb::RetireKeyResponse>, Status> {
        let (_, id) = context(&request)?;
        let key = convert::key_id(&request.into_inner().key_id).map_err(errors::invalid)?;
        let retired = self.keys.retire(key).await;
        retired.map_err(|error| errors::keys(error, id))?;
        Ok(about(key, Response::new(pb::RetireKeyResponse {})))
    }

    async fn get_status(
        &self,
        request: Request<pb::GetStatusRequest>,
    ) -> Result<Response<pb::GetStatusResponse>, Status> {
        let (access, _) = context(&request)?;
        let daemon = self.overview.daemon().await;
        let site = self.overview.site(&access.site).await;
        let status = convert::status(&daemon, &access.site.id, &site);
        Ok(Response::new(status))
    }

    type CreateBackupStream = BoxStream<'static, Result<pb::CreateBackupResponse, Status>>;

    async fn create_backup(
        &self,
        request: Request<pb::CreateBackupRequest>,
    ) -> Result<Response<Self::CreateBackupStream>, Status> {
        let (_, id) = context(&request)?;
        let backup = self.maintenance.backup().await;
        let backup = backup.map_err(|error| errors::walk(&error, id))?;
        Ok(Response::new(backup::stream(
            backup,
            self.maintenance.clone(),
            id,
        )))
    }

    type CompactStoreStream = BoxStream<'static, Result<pb::CompactStoreResponse, Status>>;

    async fn compact_store(
        &self,
        request: Request<pb::CompactStoreRequest>,
    ) -> Result<Response<Self::CompactStoreStream>, Status> {
        let (_, id) = context(&request)?;
        let compaction = self.maintenance.compact().await;
        let compaction = compaction.map_err(|error| errors::walk(&error, id))?;
        Ok(Response::new(compact::stream(compaction, id)))
    }
}

/// Tells the audit log which key it was about.
fn about<T>(key: KeyId, mut response: Response<T>) -> Response<T> {
    let subject = AuditSubject::new("key", convert::key_name(key));
    response.extensions_mut().insert(subject);
    response
}

/// How far the rotation is, now and whenever that changes, until it has ended.
fn told(
    progress: watch::Receiver<Progress>,
    id: RequestId,
) -> impl Stream<Item = Result<pb::RotateKeysResponse, Status>> {
    stream::unfold(Some((progress, true)), move |state| async move {
        let (mut watched, first) = state?;
        if !first && watched.changed().await.is_err() {
            // Nobody rotates any more: the daemon is stopping.
            return Some((Err(errors::shutting_down()), None));
        }
        let now = watched.borrow_and_update().clone();
        Some(match &now.ended {
            None => (Ok(convert::progress(&now)), Some((watched, false))),
            Some(Ok(())) => (Ok(convert::progress(&now)), None),
            Some(Err(error)) => (Err(errors::store(error, id)), None),
        })
    })
}
