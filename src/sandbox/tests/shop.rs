//! The demo shop, before a daemon that answers as the test wants.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Endpoint, Server};
use tonic::{Code, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};
use tower::ServiceExt;

use crate::grpc::pb;
use crate::grpc::pb::complete_authorization_response::Outcome;
use crate::grpc::pb::login_service_server::{LoginService, LoginServiceServer};
use crate::sandbox::shop::Shop;

const WINDOW: &str = "http://127.0.0.1:9/www/oauth/authorize?state=abc";

/// What the daemon says to each completion.
type Reply = Box<dyn Fn() -> Result<Outcome, Status> + Send + Sync>;

/// What the daemon was asked, as far as a test looks at it.
#[derive(Default)]
struct Asked {
    binding_hash: Vec<u8>,
    binding: Vec<u8>,
    query: String,
}

struct Daemon {
    start: Option<Status>,
    reply: Reply,
    asked: Arc<Mutex<Asked>>,
}

#[tonic::async_trait]
impl LoginService for Daemon {
    async fn start_authorization(
        &self,
        request: tonic::Request<pb::StartAuthorizationRequest>,
    ) -> Result<Response<pb::StartAuthorizationResponse>, Status> {
        if let Some(status) = &self.start {
            return Err(status.clone());
        }
        self.asked.lock().unwrap().binding_hash = request.into_inner().browser_binding_hash;
        Ok(Response::new(pb::StartAuthorizationResponse {
            authorization_url: WINDOW.to_owned(),
            state: "abc".to_owned(),
            expire_time: None,
        }))
    }

    async fn complete_authorization(
        &self,
        request: tonic::Request<pb::CompleteAuthorizationRequest>,
    ) -> Result<Response<pb::CompleteAuthorizationResponse>, Status> {
        let request = request.into_inner();
        {
            let mut asked = self.asked.lock().unwrap();
            asked.binding = request.browser_binding;
            asked.query = request.callback_query;
        }
        (self.reply)().map(|outcome| {
            Response::new(pb::CompleteAuthorizationResponse {
                outcome: Some(outcome),
            })
        })
    }

    async fn get_site(
        &self,
        _: tonic::Request<pb::GetSiteRequest>,
    ) -> Result<Response<pb::Site>, Status> {
        Err(Status::unimplemented("nothing here asks"))
    }

    async fn get_lead(
        &self,
        _: tonic::Request<pb::GetLeadRequest>,
    ) -> Result<Response<pb::Lead>, Status> {
        Err(Status::unimplemented("the shop never asks"))
    }
}

struct Visit {
    router: Router,
    asked: Arc<Mutex<Asked>>,
    leads: Arc<AtomicUsize>,
}

struct Page {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    html: String,
}

impl Visit {
    async fn with(start: Option<Status>, reply: Reply) -> Self {
        let asked = Arc::new(Mutex::new(Asked::default()));
        let daemon = Daemon {
            start,
            reply,
            asked: asked.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().add_service(LoginServiceServer::new(daemon));
        // It ends with the test's own runtime.
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .connect_lazy();
        let leads = Arc::new(AtomicUsize::new(0));
        let count = leads.clone();
        let redirect_uri = "http://127.0.0.1:1/callback".to_owned();
        let shop = Shop::new(channel, redirect_uri, move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        Self {
            router: shop.router(),
            asked,
            leads,
        }
    }

    async fn answering(outcome: Outcome) -> Self {
        Self::with(None, Box::new(move || Ok(outcome.clone()))).await
    }

    async fn failing(status: Status) -> Self {
        Self::with(None, Box::new(move || Err(status.clone()))).await
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Page {
            status: head.status,
            headers: head.headers,
            html: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Begins a login and comes back with what Instagram said.
    async fn return_with(&self, query: &str) -> Page {
        let begun = self.send("POST", "/login", &[]).await;
        let cookie = cookie(&begun);
        let path = format!("/callback?{query}");
        self.send("GET", &path, &[("cookie", &cookie)]).await
    }
}

fn cookie(page: &Page) -> String {
    let line = page.headers[header::SET_COOKIE].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

fn lead() -> pb::Lead {
    pb::Lead {
        lead_id: "0199c0de-0000-7000-8000-000000000001".to_owned(),
        instagram: Some(pb::InstagramProfile {
            id: "27640875392278831".to_owned(),
            user_id: "17841405793187219".to_owned(),
            username: "atelier.nord".to_owned(),
            name: "Atelier <Nord>".to_owned(),
            account_type: pb::AccountType::Business.into(),
            profile_picture_url: "https://pictures.sandbox.invalid/atelier.nord.jpg".to_owned(),
            followers_count: Some(12_480),
            follows_count: Some(181),
            media_count: Some(0),
            fetched_time: Some(prost_types::Timestamp {
                seconds: 1_760_000_000,
                nanos: 0,
            }),
        }),
        attributes: [("page".to_owned(), "cart".to_owned())].into(),
        login_count: 3,
        token: Some(pb::TokenStatus {
            state: pb::TokenState::LongLived.into(),
            scopes: vec!["instagram_business_basic".to_owned()],
            ..Default::default()
        }),
        etag: "e1".to_owned(),
        ..Default::default()
    }
}

fn authorized(replayed: bool) -> Outcome {
    Outcome::Authorized(pb::Authorized {
        lead: Some(lead()),
        new_lead: false,
        replayed,
        return_to: "/".to_owned(),
    })
}

fn declined(reason: &str, description: &str) -> Outcome {
    Outcome::Declined(pb::Declined {
        error: "access_denied".to_owned(),
        reason: reason.to_owned(),
        description: description.to_owned(),
        return_to: String::new(),
    })
}

fn failure(code: Code, reason: &str, next_step: &str) -> Status {
    let metadata = [("next_step".to_owned(), next_step.to_owned())];
    let details = ErrorDetails::with_error_info(reason, "leadtap", metadata);
    Status::with_error_details(code, "in the daemon's words", details)
}

#[tokio::test]
async fn the_button_sets_a_cookie_and_leads_to_instagram_uncached() {
    let visit = Visit::answering(authorized(false)).await;
    let page = visit.send("POST", "/login", &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.headers[header::LOCATION], WINDOW);
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"));
}

#[tokio::test]
async fn the_daemon_gets_the_hash_first_and_the_secret_with_the_callback() {
    let visit = Visit::answering(authorized(false)).await;
    visit.return_with("code=c&state=abc").await;
    let asked = visit.asked.lock().unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, &asked.binding);
    assert_eq!(asked.binding.len(), 32);
    assert_eq!(asked.binding_hash, hash.as_ref());
    assert_eq!(asked.query, "code=c&state=abc");
}

#[tokio::test]
async fn a_second_tab_keeps_the_first_ones_cookie() {
    let visit = Visit::answering(authorized(false)).await;
    let first = cookie(&visit.send("POST", "/login", &[]).await);
    let second = cookie(&visit.send("POST", "/login", &[("cookie", &first)]).await);
    assert_eq!(first, second);
}

#[tokio::test]
async fn another_sites_page_cannot_begin_a_login() {
    let visit = Visit::answering(authorized(false)).await;
    let page = visit
        .send("POST", "/login", &[("sec-fetch-site", "cross-site")])
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn a_link_cannot_begin_a_login() {
    let visit = Visit::answering(authorized(false)).await;
    assert_eq!(
        visit.send("GET", "/login", &[]).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn the_lead_is_shown_escaped_and_told_once() {
    let visit = Visit::answering(authorized(false)).await;
    let page = visit.return_with("code=c&state=abc").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "@atelier.nord",
        "17841405793187219",
        "27640875392278831",
        "12,480",
        "Long-lived",
        "0199c0de",
    ] {
        assert!(page.html.contains(part), "{part}");
    }
    assert!(!page.html.contains("<Nord>"));
    assert_eq!(visit.leads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_reload_says_that_nothing_happened_twice() {
    let visit = Visit::answering(authorized(true)).await;
    let page = visit.return_with("code=c&state=abc").await;
    assert!(page.html.contains("nothing happened twice"));
    assert_eq!(visit.leads.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn who_declined_is_met_kindly_and_told_about_personal_accounts() {
    let visit = Visit::answering(declined("user_denied", "The user denied your request")).await;
    let page = visit.return_with("error=access_denied&state=abc").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("No problem"));
    assert!(page.html.contains("Is yours a personal account?"));
}

#[tokio::test]
async fn what_instagram_declines_is_not_blamed_on_the_shopper() {
    let visit = Visit::answering(declined("", "<b>Insufficient developer role")).await;
    let page = visit.return_with("error=access_denied&state=abc").await;
    assert!(
        page.html
            .contains("Instagram did not let the login through")
    );
    assert!(page.html.contains("Insufficient developer role") && !page.html.contains("<b>Insuff"));
}

#[tokio::test]
async fn a_failure_that_may_pass_offers_the_same_callback_again() {
    let status = failure(Code::Unavailable, "INSTAGRAM_UNAVAILABLE", "RETRY");
    let page = Visit::failing(status)
        .await
        .return_with("code=c&state=abc")
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.html.contains("Try again"));
    assert!(
        page.html
            .contains("href=\"/callback?code=c&#38;state=abc\""),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_login_that_is_over_offers_a_new_one() {
    let status = failure(
        Code::FailedPrecondition,
        "AUTHORIZATION_EXPIRED",
        "START_AGAIN",
    );
    let page = Visit::failing(status)
        .await
        .return_with("code=c&state=abc")
        .await;
    assert!(page.html.contains("Continue with Instagram"));
    assert!(!page.html.contains("href=\"/callback"));
}

#[tokio::test]
async fn a_failure_that_is_the_shops_offers_the_checkout_and_says_why() {
    let status = failure(
        Code::FailedPrecondition,
        "INSTAGRAM_ROLE_MISSING",
        "OPERATOR",
    );
    let page = Visit::failing(status)
        .await
        .return_with("code=c&state=abc")
        .await;
    assert!(!page.html.contains("Continue with Instagram") && !page.html.contains("Try again"));
    for part in [
        "Check out with e-mail",
        "INSTAGRAM_ROLE_MISSING",
        "in the daemon&#39;s words",
    ] {
        assert!(page.html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_daemon_that_is_away_is_told_at_the_button() {
    let visit = Visit::with(
        Some(Status::unavailable("away")),
        Box::new(|| unreachable!()),
    )
    .await;
    let page = visit.send("POST", "/login", &[]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.html.contains("Continue with Instagram"));
}

#[tokio::test]
async fn without_the_cookie_the_daemon_is_not_even_asked() {
    let visit = Visit::answering(authorized(false)).await;
    let page = visit.send("GET", "/callback?code=c&state=abc", &[]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("another browser"));
    assert_eq!(visit.asked.lock().unwrap().query, "");
}

#[tokio::test]
async fn every_page_may_load_nothing_and_is_kept_by_nobody() {
    let visit = Visit::answering(authorized(false)).await;
    for path in ["/", "/checkout", "/nothing", "/callback"] {
        let page = visit.send("GET", path, &[]).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{path}"
        );
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
        for outside in ["src=", "url(", "@import", " style="] {
            assert!(!page.html.contains(outside), "{path} has {outside}");
        }
    }
}
