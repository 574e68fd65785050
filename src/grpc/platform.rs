//! PlatformService.

use tonic::{Request, Response, Status};

use super::audit::AuditSubject;
use super::context::context;
use super::{convert, errors, pb};
use crate::service::Platform;

/// The handlers of `leadtap.v1.PlatformService`.
pub(super) struct PlatformHandlers {
    pub(super) platform: Platform,
}

#[tonic::async_trait]
impl pb::platform_service_server::PlatformService for PlatformHandlers {
    async fn handle_deauthorization(
        &self,
        request: Request<pb::HandleDeauthorizationRequest>,
    ) -> Result<Response<pb::HandleDeauthorizationResponse>, Status> {
        let (access, id) = context(&request)?;
        let signed = convert::signed_request(request.into_inner().signed_request)
            .map_err(errors::invalid)?;
        let done = self
            .platform
            .deauthorize(&access.site, &signed)
            .await
            .map_err(|error| errors::platform(&error, id))?;
        let mut response = Response::new(pb::HandleDeauthorizationResponse {
            lead_id: done.lead.map(|lead| lead.to_string()).unwrap_or_default(),
            token_revoked: done.revoked,
        });
        if let Some(lead) = &done.lead {
            response.extensions_mut().insert(AuditSubject::lead(lead));
        }
        Ok(response)
    }

    async fn handle_data_deletion(
        &self,
        request: Request<pb::HandleDataDeletionRequest>,
    ) -> Result<Response<pb::HandleDataDeletionResponse>, Status> {
        let (access, id) = context(&request)?;
        let signed = convert::signed_request(request.into_inner().signed_request)
            .map_err(errors::invalid)?;
        let (code, deletion) = self
            .platform
            .delete(&access.site, &signed)
            .await
            .map_err(|error| errors::platform(&error, id))?;
        let mut response = Response::new(pb::HandleDataDeletionResponse {
            url: convert::deletion_url(&access.site.duties, &code),
            confirmation_code: code.to_string(),
            status: Some(convert::deletion(&code, &deletion)),
        });
        let subject = AuditSubject::new("deletion", code);
        response.extensions_mut().insert(subject);
        Ok(response)
    }

    async fn get_deletion_status(
        &self,
        request: Request<pb::GetDeletionStatusRequest>,
    ) -> Result<Response<pb::DeletionStatus>, Status> {
        let (access, id) = context(&request)?;
        let code = convert::confirmation_code(&request.into_inner().confirmation_code)
            .map_err(errors::invalid)?
            .ok_or_else(errors::deletion_not_found)?;
        let deletion = self
            .platform
            .deletion(&access.site.id, &code)
            .await
            .map_err(|error| errors::store(&error, id))?
            .ok_or_else(errors::deletion_not_found)?;
        Ok(Response::new(convert::deletion(&code, &deletion)))
    }
}
