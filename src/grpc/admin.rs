//! AdminService.

use tonic::{Request, Response, Status};

use super::context::context;
use super::{convert, errors, pb};
use crate::service::Keys;

/// The handlers of `leadtap.v1.AdminService`.
pub(super) struct AdminHandlers {
    pub(super) keys: Keys,
}

#[tonic::async_trait]
impl pb::admin_service_server::AdminService for AdminHandlers {
    async fn list_keys(
        &self,
        request: Request<pb::ListKeysRequest>,
    ) -> Result<Response<pb::ListKeysResponse>, Status> {
        let (_, id) = context(&request)?;
        let list = self.keys.list().await;
        let list = list.map_err(|error| errors::store(&error, id))?;
        Ok(Response::new(convert::key_list(&list)))
    }
}
