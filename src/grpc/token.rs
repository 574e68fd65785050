//! TokenService.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::audit::AuditSubject;
use super::context::context;
use super::{convert, errors, pb};
use crate::domain::clock::Clock;
use crate::service::Tokens;

/// The handlers of `leadtap.v1.TokenService`.
pub(super) struct TokenHandlers {
    pub(super) tokens: Tokens,
    pub(super) clock: Arc<dyn Clock>,
}

#[tonic::async_trait]
impl pb::token_service_server::TokenService for TokenHandlers {
    async fn import_token(
        &self,
        request: Request<pb::ImportTokenRequest>,
    ) -> Result<Response<pb::ImportTokenResponse>, Status> {
        let (access, id) = context(&request)?;
        let token = convert::import_token(request.into_inner()).map_err(errors::invalid)?;
        let site = Arc::clone(&access.site);
        let work = async {
            let imported = self.tokens.import(site, token).await?;
            let entry = self.tokens.entry(&access.site, imported.lead_id).await?;
            Ok((imported, entry))
        };
        let (imported, entry) = work
            .instrument(tracing::info_span!("import", request.id = %id))
            .await
            .map_err(|error| errors::token(error, id))?;
        let mut response = Response::new(pb::ImportTokenResponse {
            token: Some(convert::token_info(&entry, self.clock.now())),
            new_lead: imported.new_lead,
        });
        let subject = AuditSubject::lead(&imported.lead_id);
        response.extensions_mut().insert(subject);
        Ok(response)
    }

    async fn get_access_token(
        &self,
        request: Request<pb::GetAccessTokenRequest>,
    ) -> Result<Response<pb::GetAccessTokenResponse>, Status> {
        let (access, id) = context(&request)?;
        let lead = convert::lead_id("lead_id", &request.get_ref().lead_id);
        let lead = lead.map_err(errors::invalid)?;
        let token = self
            .tokens
            .hand_out(access.site, lead)
            .instrument(tracing::info_span!("hand_out", request.id = %id))
            .await
            .map_err(|error| errors::token(error, id))?;
        let mut response = Response::new(pb::GetAccessTokenResponse {
            access_token: token.secret.expose().to_owned(),
            status: Some(convert::token_status(&token.status, self.clock.now())),
        });
        response.extensions_mut().insert(AuditSubject::lead(&lead));
        Ok(response)
    }

    async fn refresh_token(
        &self,
        request: Request<pb::RefreshTokenRequest>,
    ) -> Result<Response<pb::TokenInfo>, Status> {
        let (access, id) = context(&request)?;
        let lead = convert::lead_id("lead_id", &request.get_ref().lead_id);
        let lead = lead.map_err(errors::invalid)?;
        let entry = self
            .tokens
            .refresh(access.site, lead)
            .instrument(tracing::info_span!("refresh", request.id = %id))
            .await
            .map_err(|error| errors::token(error, id))?;
        Ok(Response::new(convert::token_info(&entry, self.clock.now())))
    }

    async fn list_tokens(
        &self,
        request: Request<pb::ListTokensRequest>,
    ) -> Result<Response<pb::ListTokensResponse>, Status> {
        let (access, id) = context(&request)?;
        let query = convert::token_query(request.get_ref()).map_err(errors::invalid)?;
        let page = self.tokens.list(&access.site, query).await;
        let page = page.map_err(|error| errors::token(error, id))?;
        let now = self.clock.now();
        let counts = self.tokens.metrics().counts(&access.site.id);
        Ok(Response::new(pb::ListTokensResponse {
            tokens: page
                .entries
                .iter()
                .map(|entry| convert::token_info(entry, now))
                .collect(),
            next_page_token: convert::page_token(page.next),
            count_time: counts
                .as_ref()
                .map(|counts| convert::timestamp(counts.time)),
            counts: counts
                .as_ref()
                .map(convert::token_counts)
                .unwrap_or_default(),
        }))
    }
}
