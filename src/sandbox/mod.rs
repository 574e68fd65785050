//! A fake Instagram to develop and test against, and the demo shop.
//!
//! It speaks the protocol from Instagram's side, and shares no code with the
//! daemon's side of it: what one gets wrong, the other does not forgive.
//! `docs/sandbox.md` is its manual.

mod account;
mod answer;
mod bounded;
mod control;
mod failure;
mod graph;
mod html;
mod instead;
mod journal;
mod knobs;
mod pages;
mod profile;
mod reply;
mod request;
mod scopes;
pub mod shop;
mod signed_request;
mod token;
mod webhooks;
mod window;
mod world;

#[cfg(test)]
mod tests;

use std::future::{Future, IntoFuture};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::domain::clock::Clock;
use crate::domain::secret::Secret;
use world::{Dialect, Shared};

pub use failure::FAILURES;
pub use knobs::{KNOBS, KnobInfo};

/// Most bytes of a request's body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long calls under way, delayed ones among them, may take to end once
/// the sandbox is told to stop; then they are cut.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// The app that this Instagram knows.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its *Instagram App ID*.
    pub app_id: String,
    /// Its *Instagram App Secret*.
    pub app_secret: Secret,
    /// Its redirect URIs, byte for byte. Empty: any on this machine.
    pub redirect_uris: Vec<String>,
}

/// A fake Instagram. Its three hosts are three paths on one listener:
/// `/www`, `/api` and `/graph`; `/sandbox` is where it is told what to do.
pub struct Sandbox {
    shared: Arc<Shared>,
    webhooks: Arc<webhooks::Receiver>,
}

impl Sandbox {
    /// A sandbox with its first test accounts and nothing else.
    #[must_use]
    pub fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: Arc::new(Shared::new(options, Arc::clone(&clock))),
            webhooks: Arc::new(webhooks::Receiver::new(clock)),
        }
    }

    /// Everything it answers. Routers of one sandbox share what it knows.
    pub fn router(&self) -> Router {
        let api = window::routes(Dialect::BasicDisplay)
            .route("/oauth/access_token", post(token::exchange_code));
        Router::new()
            .route("/", get(about))
            .nest("/www", window::routes(Dialect::InstagramLogin))
            .nest("/api", api)
            .nest("/graph", graph::routes())
            .nest("/sandbox", control::routes())
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.shared.clone())
            .nest("/webhooks", webhooks::routes(&self.webhooks))
    }

    /// Serves until `shutdown`, then lets calls under way end for a second.
    ///
    /// # Errors
    ///
    /// Where `listener` is not on a loopback address: the sandbox lets anybody
    /// in as anybody.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        serve(listener, self.router(), shutdown).await
    }
}

/// Serves a router on a loopback address until `shutdown`.
async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} can be reached from outside: listen on 127.0.0.1 or [::1]"),
        ));
    }
    let stopping = Arc::new(Notify::new());
    let told = stopping.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        told.notify_one();
    });
    let grace = async {
        stopping.notified().await;
        tokio::time::sleep(STOP_GRACE).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = grace => Ok(()),
    }
}

async fn about() -> &'static str {
    include_str!("pages/about.txt")
}
