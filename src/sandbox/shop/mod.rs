//! The demo shop: one page with a cart, which logs shoppers in as a
//! WooCommerce plugin would. It is a caller of the daemon like any other, and
//! holds no secret, no token and no state of a login.

mod cookie;
mod pages;
mod record;
mod trouble;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tonic::Request;
use tonic::transport::Channel;

use crate::domain::clock::{Clock, SystemClock};
use crate::grpc::pb;
use crate::grpc::pb::complete_authorization_response::Outcome;
use crate::grpc::pb::login_service_client::LoginServiceClient;
use cookie::Binding;
use trouble::{Attempt, Trouble};

/// How long the daemon may take to begin a login; then the shopper is told.
const START_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the daemon may take to finish one: three calls to Instagram.
const COMPLETE_TIMEOUT: Duration = Duration::from_secs(40);

/// The version of the sentence under the button.
const CONSENT_VERSION: &str = "demo-1 en";

/// The demo shop.
pub struct Shop {
    counter: Arc<Counter>,
}

/// What every request handler gets.
struct Counter {
    daemon: LoginServiceClient<Channel>,
    redirect_uri: String,
    on_lead: Box<dyn Fn(&pb::Lead) + Send + Sync>,
}

impl Shop {
    /// A shop that logs in with the daemon behind `daemon`. `redirect_uri` is
    /// one of its site's and must lead to this shop's `/callback`. `on_lead`
    /// is called once a login, from the handler: it must not block.
    pub fn new(
        daemon: Channel,
        redirect_uri: String,
        on_lead: impl Fn(&pb::Lead) + Send + Sync + 'static,
    ) -> Self {
        Self {
            counter: Arc::new(Counter {
                daemon: LoginServiceClient::new(daemon),
                redirect_uri,
                on_lead: Box::new(on_lead),
            }),
        }
    }

    /// Its pages.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(pages::cart))
            .route("/checkout", get(pages::checkout))
            .route("/login", post(login))
            .route("/callback", get(callback))
            .fallback(pages::not_found)
            .layer(DefaultBodyLimit::max(super::MAX_BODY_BYTES))
            .with_state(self.counter.clone())
    }

    /// Serves until `shutdown`, then lets pages under way end for a second.
    ///
    /// # Errors
    ///
    /// Where `listener` is not on a loopback address.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        super::serve(listener, self.router(), shutdown).await
    }
}

/// Begins a login and sends the shopper to Instagram. A `POST`, so that
/// neither a link, a prefetch nor a cache can begin one.
async fn login(State(counter): State<Arc<Counter>>, headers: HeaderMap) -> Response {
    // Another site's page must not replace this browser's cookie.
    if headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site")
    {
        return (StatusCode::FORBIDDEN, "Begin on the shop's own page.\n").into_response();
    }
    // A second tab goes on with the first one's cookie: neither ends the other.
    let Some(binding) = Binding::of(&headers).or_else(Binding::fresh) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let request = counter.start(&binding);
    match counter.daemon.clone().start_authorization(request).await {
        Ok(answer) => {
            let authorization = answer.into_inner();
            let headers = [
                (header::LOCATION, authorization.authorization_url),
                (header::SET_COOKIE, binding.to_cookie()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::REFERRER_POLICY, "no-referrer".to_owned()),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(status) => Trouble::from_status(&status, Attempt::Start).page(),
    }
}

/// Finishes a login. A reload comes here again and gets the same answer.
async fn callback(
    State(counter): State<Arc<Counter>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let Some(binding) = Binding::of(&headers) else {
        return Trouble::other_browser().page();
    };
    let mut request = Request::new(pb::CompleteAuthorizationRequest {
        callback_query: query.clone(),
        browser_binding: binding.secret().to_vec(),
    });
    request.set_timeout(COMPLETE_TIMEOUT);
    let answer = counter.daemon.clone().complete_authorization(request).await;
    match answer.map(|answer| answer.into_inner().outcome) {
        Ok(Some(Outcome::Authorized(authorized))) => {
            if let (Some(lead), false) = (&authorized.lead, authorized.replayed) {
                (counter.on_lead)(lead);
            }
            pages::welcome(&authorized)
        }
        Ok(Some(Outcome::Declined(declined))) => pages::declined(&declined),
        Ok(None) => Trouble::no_outcome().page(),
        Err(status) => Trouble::from_status(&status, Attempt::Complete(query)).page(),
    }
}

impl Counter {
    fn start(&self, binding: &Binding) -> Request<pb::StartAuthorizationRequest> {
        let micros = SystemClock.now().as_micros();
        let agree_time = prost_types::Timestamp {
            seconds: micros.div_euclid(1_000_000),
            nanos: 0,
        };
        let mut request = Request::new(pb::StartAuthorizationRequest {
            redirect_uri: self.redirect_uri.clone(),
            browser_binding_hash: binding.hash(),
            return_to: "/".to_owned(),
            attributes: [("page", "cart"), ("campaign", "demo")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            consent: Some(pb::Consent {
                text_version: CONSENT_VERSION.to_owned(),
                agree_time: Some(agree_time),
                source: "demo shop".to_owned(),
                withdraw_time: None,
            }),
            ..Default::default()
        });
        request.set_timeout(START_TIMEOUT);
        request
    }
}
