//! WebhookService.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::audit::AuditSubject;
use super::context::context;
use super::{convert, errors, pb};
use crate::service::Webhooks;

/// The handlers of `leadtap.v1.WebhookService`.
pub(super) struct WebhookHandlers {
    pub(super) webhooks: Webhooks,
}

#[tonic::async_trait]
impl pb::webhook_service_server::WebhookService for WebhookHandlers {
    async fn list_webhooks(
        &self,
        request: Request<pb::ListWebhooksRequest>,
    ) -> Result<Response<pb::ListWebhooksResponse>, Status> {
        let (access, id) = context(&request)?;
        let statuses = self
            .webhooks
            .statuses(&access.site)
            .await
            .map_err(|error| errors::store(&error, id))?;
        Ok(Response::new(pb::ListWebhooksResponse {
            webhooks: statuses.iter().map(convert::webhook_info).collect(),
        }))
    }

    async fn list_dead_letters(
        &self,
        request: Request<pb::ListDeadLettersRequest>,
    ) -> Result<Response<pb::ListDeadLettersResponse>, Status> {
        let (access, id) = context(&request)?;
        let query = convert::letter_query(request.get_ref()).map_err(errors::invalid)?;
        let page = self
            .webhooks
            .letters(&access.site, query)
            .await
            .map_err(|error| errors::webhook(&error, id))?;
        Ok(Response::new(convert::letter_page(&page)))
    }

    async fn replay_dead_letters(
        &self,
        request: Request<pb::ReplayDeadLettersRequest>,
    ) -> Result<Response<pb::ReplayDeadLettersResponse>, Status> {
        let (access, id) = context(&request)?;
        let (webhook, which) = convert::replay(request.get_ref()).map_err(errors::invalid)?;
        // What is marked stays marked when the caller hangs up: replaying twice harms nobody.
        let (webhooks, site) = (self.webhooks.clone(), Arc::clone(&access.site));
        let replaying = webhooks
            .replay(&site, &webhook, which)
            .await
            .map_err(|error| errors::webhook(&error, id))?;
        tracing::info!(
            site.id = %site.id, webhook.name = %webhook, webhook.replaying = replaying,
            "dead letters were put up for replay"
        );
        let mut response = Response::new(pb::ReplayDeadLettersResponse {
            replaying: i32::try_from(replaying).unwrap_or(i32::MAX),
        });
        let subject = AuditSubject::new("webhook", webhook);
        response.extensions_mut().insert(subject);
        Ok(response)
    }
}
