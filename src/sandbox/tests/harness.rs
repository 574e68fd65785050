//! A sandbox with a clock that stands still, and short ways to talk to it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::domain::clock::{ManualClock, Timestamp};
use crate::domain::secret::Secret;
use crate::sandbox::{Options, Sandbox};

pub(super) const APP_ID: &str = "990602627938098";
pub(super) const APP_SECRET: &str = "a1b2C3D4";
pub(super) const REDIRECT: &str = "http://127.0.0.1:8080/callback";
pub(super) const BUSINESS: &str = "atelier.nord";
pub(super) const PERSONAL: &str = "jonas.at.home";

pub(super) struct Fake {
    pub(super) router: Router,
    pub(super) clock: ManualClock,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(super) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

pub(super) fn options() -> Options {
    Options {
        app_id: APP_ID.to_owned(),
        app_secret: Secret::from(APP_SECRET),
        redirect_uris: Vec::new(),
    }
}

pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

impl Fake {
    pub(super) fn new() -> Self {
        Self::with(options())
    }

    pub(super) fn with(options: Options) -> Self {
        let clock = ManualClock::at(Timestamp::from_micros(1_760_000_000_000_000));
        let sandbox = Sandbox::new(options, Arc::new(clock.clone()));
        Self {
            router: sandbox.router(),
            clock,
        }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        Answer::read(response).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:9000");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:9000");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(super) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(pairs))).unwrap())
            .await
    }

    /// Sets knobs for all logins.
    pub(super) async fn knobs(&self, knobs: Value) {
        let answer = self.json("PUT", "/sandbox/knobs", &knobs).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    pub(super) async fn decide(&self, account: &str, decision: &str, state: &str) -> Answer {
        let mut pairs = window_request();
        pairs.extend([
            ("account", account),
            ("decision", decision),
            ("state", state),
        ]);
        self.post("/www/oauth/authorize/decision", &pairs).await
    }

    /// Allows a login and gives its code.
    pub(super) async fn code(&self, state: &str) -> String {
        let answer = self.decide(BUSINESS, "allow", state).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
        parameter(answer.location(), "code").unwrap()
    }

    pub(super) async fn exchange(&self, code: &str) -> Answer {
        self.post("/api/oauth/access_token", &code_form(code)).await
    }

    /// A login up to its short-lived token.
    pub(super) async fn short_token(&self, state: &str) -> String {
        let answer = self.exchange(&self.code(state).await).await;
        text(&answer.json(), "access_token")
    }

    /// The long-lived token of a short-lived one.
    pub(super) async fn extend(&self, short: &str) -> Answer {
        let query = form(&[
            ("grant_type", "ig_exchange_token"),
            ("client_secret", APP_SECRET),
            ("access_token", short),
        ]);
        self.get(&format!("/graph/access_token?{query}")).await
    }

    pub(super) async fn refresh(&self, token: &str) -> Answer {
        let query = form(&[("grant_type", "ig_refresh_token"), ("access_token", token)]);
        self.get(&format!("/graph/refresh_access_token?{query}"))
            .await
    }

    pub(super) async fn me(&self, token: &str, fields: &str) -> Answer {
        let request = Request::get(format!("/graph/v25.0/me?{}", form(&[("fields", fields)])))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Moves the sandbox's clock over HTTP.
    pub(super) async fn wait(&self, by: Duration) {
        let body = json!({ "advance_seconds": by.as_secs() });
        let answer = self.json("POST", "/sandbox/clock", &body).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

pub(super) fn window_request() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", APP_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "instagram_business_basic"),
    ]
}

pub(super) fn code_form(code: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("client_id", APP_ID),
        ("client_secret", APP_SECRET),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", code),
    ]
}

pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}
