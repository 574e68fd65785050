//! A sandbox Instagram in this process, spoken to over HTTP like any other.

use std::sync::Arc;

use leadtap::domain::clock::SystemClock;
use leadtap::domain::secret::Secret;
use leadtap::sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const APP_ID: &str = "990602627938098";
pub const APP_SECRET: &str = "integration-app-secret-7f3a";

/// A fake Instagram; it ends when it is dropped.
pub struct Fake {
    /// Its address, without a slash at the end.
    pub base: String,
    pub(super) http: reqwest::Client,
    _stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Fake {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let options = Options {
            app_id: APP_ID.to_owned(),
            app_secret: Secret::from(APP_SECRET),
            redirect_uris: vec![super::daemon::REDIRECT_URI.to_owned()],
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let sandbox = Sandbox::new(options, Arc::new(SystemClock));
        let server = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            sandbox.serve(listener, stopped).await.unwrap();
        });
        Self {
            base,
            http: http(),
            _stop: stop,
            server,
        }
    }

    /// Sets knobs for all logins.
    pub async fn knobs(&self, knobs: Value) {
        self.control(reqwest::Method::PUT, "knobs", Some(knobs))
            .await;
    }

    /// What was called: entries of `GET /sandbox/journal`.
    pub async fn journal(&self, filter: &str) -> Value {
        self.control(reqwest::Method::GET, &format!("journal?{filter}"), None)
            .await
    }

    /// A call of the sandbox's own interface that must succeed.
    pub async fn control(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self
            .http
            .request(method, format!("{}/sandbox/{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An HTTP client as a browser is one, except that it does not follow
/// redirects and uses no proxy.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
