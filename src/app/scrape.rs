//! Answers Prometheus over HTTP/1.1, on a listener of its own.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::observer::Observer;
use crate::metrics::Registry;

/// Scrapes at once; one more waits. A Prometheus makes one in many seconds.
const CONNECTIONS: usize = 8;

/// How long one connection may last, which is for one scrape. Whoever is slower
/// is cut off and takes no place from the others.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait after the system gave no connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the metrics are.
const PATH: &str = "/metrics";

/// A listener for scrapes, bound.
#[derive(Debug)]
pub(super) struct ScrapeListener(TcpListener);

impl ScrapeListener {
    /// Binds it.
    ///
    /// # Errors
    /// With the address in the text.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let named = |error: io::Error| {
            let text = format!("cannot listen on {address} (metrics.listen): {error}");
            io::Error::new(error.kind(), text)
        };
        let listener = TcpListener::bind(address).map_err(named)?;
        listener.set_nonblocking(true)?;
        tracing::info!(metrics.listen = %listener.local_addr()?, "metrics can be scraped");
        Ok(Self(listener))
    }

    /// Answers scrapes for ever.
    pub(super) async fn serve(self, observer: Observer) {
        let listener = match tokio::net::TcpListener::from_std(self.0) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "metrics cannot be scraped"),
        };
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let observer = observer.clone();
                    tokio::spawn(async move {
                        let _ = tokio::time::timeout(TIMEOUT, answer(stream, observer)).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "no scrape can be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn answer(stream: TcpStream, observer: Observer) {
    let service = service_fn(|request| {
        let observer = observer.clone();
        async move { Ok::<_, Infallible>(respond(&request, &observer).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "a scrape was not answered");
    }
}

async fn respond(request: &Request<Incoming>, observer: &Observer) -> Response<Full<Bytes>> {
    if request.uri().path() != PATH {
        return plain(StatusCode::NOT_FOUND, "the metrics are at /metrics\n");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "metrics are only read\n");
    }
    let mut response = Response::new(Full::from(observer.text().await));
    let kind = http::HeaderValue::from_static(Registry::CONTENT_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}
