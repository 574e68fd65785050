//! LoginService.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::context::context;
use super::{convert, errors, pb};
use crate::domain::clock::{Clock, Timestamp};
use crate::service::{Completed, Leads, Login};

/// The handlers of `leadtap.v1.LoginService`.
pub(super) struct LoginHandlers {
    pub(super) login: Login,
    pub(super) leads: Leads,
    pub(super) clock: Arc<dyn Clock>,
}

#[tonic::async_trait]
impl pb::login_service_server::LoginService for LoginHandlers {
    async fn start_authorization(
        &self,
        request: Request<pb::StartAuthorizationRequest>,
    ) -> Result<Response<pb::StartAuthorizationResponse>, Status> {
        let (access, id) = context(&request)?;
        let now = self.clock.now();
        let allowed = access.traffic.start(now);
        allowed.map_err(errors::too_many_starts)?;
        let start = convert::start(request.into_inner(), now).map_err(errors::invalid)?;
        let started = self
            .login
            .start(&access.site, &access.caller, start)
            .await
            .map_err(|error| errors::login(error, id))?;
        Ok(Response::new(pb::StartAuthorizationResponse {
            authorization_url: started.authorization_url.expose().to_owned(),
            state: started.state.expose().to_owned(),
            expire_time: Some(convert::timestamp(started.expire_time)),
        }))
    }

    async fn complete_authorization(
        &self,
        request: Request<pb::CompleteAuthorizationRequest>,
    ) -> Result<Response<pb::CompleteAuthorizationResponse>, Status> {
        let (access, id) = context(&request)?;
        let complete = convert::complete(request.into_inner()).map_err(errors::invalid)?;
        let completed = self
            .login
            .complete(access.site, complete)
            .instrument(tracing::info_span!("complete", request.id = %id))
            .await
            .map_err(|error| errors::login(error, id))?;
        Ok(Response::new(pb::CompleteAuthorizationResponse {
            outcome: Some(outcome(completed, self.clock.now())),
        }))
    }

    async fn get_site(
        &self,
        request: Request<pb::GetSiteRequest>,
    ) -> Result<Response<pb::Site>, Status> {
        let (access, _) = context(&request)?;
        Ok(Response::new(convert::site(&access)))
    }

    async fn get_lead(
        &self,
        request: Request<pb::GetLeadRequest>,
    ) -> Result<Response<pb::Lead>, Status> {
        let (access, id) = context(&request)?;
        let key = convert::lead_key(request.into_inner()).map_err(errors::invalid)?;
        let lead = self
            .leads
            .get(&access.site.id, key)
            .await
            .map_err(|error| errors::store(&error, id))?
            .ok_or_else(errors::lead_not_found)?;
        Ok(Response::new(convert::lead(&lead, self.clock.now())))
    }
}

fn outcome(completed: Completed, now: Timestamp) -> pb::complete_authorization_response::Outcome {
    use pb::complete_authorization_response::Outcome;
    match completed {
        Completed::Authorized {
            lead,
            new_lead,
            replayed,
            return_to,
        } => Outcome::Authorized(pb::Authorized {
            lead: Some(convert::lead(&lead, now)),
            new_lead,
            replayed,
            return_to,
        }),
        Completed::Declined { decline, return_to } => Outcome::Declined(pb::Declined {
            error: decline.error,
            reason: decline.reason,
            description: decline.description,
            return_to,
        }),
    }
}
