//! LeadService.

use tonic::{Request, Response, Status};

use super::audit::AuditSubject;
use super::context::context;
use super::{convert, errors, pb};
use crate::service::Erasures;

/// The handlers of `leadtap.v1.LeadService`.
pub(super) struct LeadHandlers {
    pub(super) erasures: Erasures,
}

#[tonic::async_trait]
impl pb::lead_service_server::LeadService for LeadHandlers {
    async fn delete_lead(
        &self,
        request: Request<pb::DeleteLeadRequest>,
    ) -> Result<Response<pb::DeleteLeadResponse>, Status> {
        let (access, id) = context(&request)?;
        let whom = convert::delete_lead(request.into_inner()).map_err(errors::invalid)?;
        let erased = self
            .erasures
            .erase(&access.site.id, whom)
            .await
            .map_err(|error| errors::store(&error, id))?
            .ok_or_else(errors::lead_not_found)?;
        tracing::info!(
            site.id = %access.site.id,
            lead.id = %erased.lead_id,
            lead.erased_earlier = erased.earlier,
            "a lead was erased"
        );
        let mut response = Response::new(convert::erased(&erased));
        let subject = AuditSubject::lead(&erased.lead_id);
        response.extensions_mut().insert(subject);
        Ok(response)
    }
}
