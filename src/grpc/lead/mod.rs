//! LeadService.

mod stream;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::audit::AuditSubject;
use super::context::context;
use super::{convert, errors, pb};
use crate::domain::clock::Clock;
use crate::service::{Erasures, Leads, Tokens};

/// The handlers of `leadtap.v1.LeadService`.
pub(super) struct LeadHandlers {
    pub(super) erasures: Erasures,
    pub(super) leads: Leads,
    pub(super) tokens: Tokens,
    pub(super) clock: Arc<dyn Clock>,
}

#[tonic::async_trait]
impl pb::lead_service_server::LeadService for LeadHandlers {
    async fn list_leads(
        &self,
        request: Request<pb::ListLeadsRequest>,
    ) -> Result<Response<pb::ListLeadsResponse>, Status> {
        let (access, id) = context(&request)?;
        let now = self.clock.now();
        let query = convert::list_leads(request.into_inner()).map_err(errors::invalid)?;
        let page = self
            .leads
            .list(&access.site.id, query, now)
            .await
            .map_err(|error| errors::list(&error, id))?;
        Ok(Response::new(pb::ListLeadsResponse {
            leads: page
                .leads
                .iter()
                .map(|lead| convert::lead(lead, now))
                .collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn update_lead(
        &self,
        request: Request<pb::UpdateLeadRequest>,
    ) -> Result<Response<pb::Lead>, Status> {
        let (access, id) = context(&request)?;
        let now = self.clock.now();
        let (lead, etag, update) =
            convert::update_lead(request.into_inner(), now).map_err(errors::invalid)?;
        let updated = self
            .leads
            .update(&access.site.id, lead, etag, update, now)
            .await
            .map_err(|error| errors::store(&error, id))?;
        let lead = errors::updated(updated)?;
        Ok(Response::new(convert::lead(&lead, now)))
    }

    type ExportLeadsStream = stream::Messages<pb::ExportLeadsResponse>;

    async fn export_leads(
        &self,
        request: Request<pb::ExportLeadsRequest>,
    ) -> Result<Response<Self::ExportLeadsStream>, Status> {
        let (access, id) = context(&request)?;
        let query = convert::export_leads(request.into_inner()).map_err(errors::invalid)?;
        let exporting = self
            .leads
            .export(&access.site.id, query, self.clock.now())
            .await
            .map_err(|error| errors::export(&error, id))?;
        Ok(Response::new(stream::exported(exporting, id)))
    }

    async fn export_lead(
        &self,
        request: Request<pb::ExportLeadRequest>,
    ) -> Result<Response<pb::ExportLeadResponse>, Status> {
        let (access, id) = context(&request)?;
        let key = convert::export_lead(request.into_inner()).map_err(errors::invalid)?;
        let person = self
            .leads
            .export_person(&access.site.id, key, self.clock.now())
            .await
            .map_err(|error| errors::store(&error, id))?
            .ok_or_else(errors::lead_not_found)?;
        let mut response = Response::new(pb::ExportLeadResponse {
            lead_id: person.id.to_string(),
            json: person.json,
        });
        let subject = AuditSubject::lead(&person.id);
        response.extensions_mut().insert(subject);
        Ok(response)
    }

    type WatchLeadsStream = stream::Messages<pb::WatchLeadsResponse>;

    async fn watch_leads(
        &self,
        request: Request<pb::WatchLeadsRequest>,
    ) -> Result<Response<Self::WatchLeadsStream>, Status> {
        let (access, id) = context(&request)?;
        let cursor = request.into_inner().cursor;
        let watching = self
            .leads
            .watch(&access.site.id, &cursor)
            .await
            .map_err(|error| errors::watch(&error, id))?;
        let clock = Arc::clone(&self.clock);
        Ok(Response::new(stream::watched(watching, clock, id)))
    }

    async fn get_lead_statistics(
        &self,
        request: Request<pb::GetLeadStatisticsRequest>,
    ) -> Result<Response<pb::GetLeadStatisticsResponse>, Status> {
        let (access, id) = context(&request)?;
        let site = &access.site.id;
        let boundaries = convert::boundaries(request.get_ref()).map_err(errors::invalid)?;
        let visits = self
            .leads
            .visits(site, &boundaries)
            .await
            .map_err(|error| errors::store(&error, id))?;
        let tokens = self.tokens.metrics().counts(site);
        Ok(Response::new(convert::statistics(
            &boundaries,
            &visits,
            tokens.as_ref(),
        )))
    }

    async fn preview_retention(
        &self,
        request: Request<pb::PreviewRetentionRequest>,
    ) -> Result<Response<pb::PreviewRetentionResponse>, Status> {
        let (access, id) = context(&request)?;
        let own = access.site.duties.retention;
        let query = convert::idle_query(request.into_inner(), own).map_err(errors::invalid)?;
        let period = query.period;
        let idle = self
            .leads
            .idle(&access.site.id, query, self.clock.now())
            .await
            .map_err(|error| errors::list(&error, id))?;
        Ok(Response::new(convert::idle(idle, period, own)))
    }

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
