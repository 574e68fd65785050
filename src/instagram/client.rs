//! The HTTP clients, and which of them a call takes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use url::{Host, Url};

use super::Limits;

/// How long a connection without work is kept. Short, because a call on one
/// that Instagram closes in the same moment is lost and has to be made again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How we name ourselves to Instagram.
const USER_AGENT: &str = concat!("leadtap/", env!("CARGO_PKG_VERSION"));

/// Which connections a call may travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// A new one, used for this call alone: for a code, which works once.
    ///
    /// A connection that has been idle may already be closed at the far end,
    /// and a request written to it is lost with nobody knowing whether it
    /// arrived. Every other call can be made again; a code cannot, so a login
    /// would be lost to nothing but an idle connection. One more handshake is
    /// the smaller price.
    ///
    /// It also keeps every retry below us out: hyper-util sends a request
    /// again only if its connection had been used before (and then only if
    /// hyper hands the request back unread, before a byte of it is encoded);
    /// reqwest's own retries concern HTTP/2 and are switched off.
    Fresh,
    /// Any that is open.
    Pooled,
}

/// One client for each way out and each kind of connection.
///
/// All speak HTTP/1.1: over HTTP/2 reqwest keeps one connection a host, and
/// the host's limit of streams becomes a queue for logins.
pub(super) struct Clients {
    internet: Pair,
    loopback: Pair,
}

struct Pair {
    fresh: Client,
    pooled: Client,
}

/// Why no client can call a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InsecureUrl;

impl Clients {
    pub(super) fn new(limits: Limits) -> Result<Self, BuildError> {
        let tls = tls()?;
        Ok(Self {
            internet: Pair::new(|| builder(limits, &tls).https_only(true))?,
            // A proxy has its own loopback, where our sandbox is not.
            loopback: Pair::new(|| builder(limits, &tls).no_proxy())?,
        })
    }

    /// The client for a call to `url`.
    ///
    /// A URL without TLS is for a sandbox on this machine alone: anywhere else
    /// it would carry secrets in the open.
    pub(super) fn get(&self, url: &Url, connection: Connection) -> Result<&Client, InsecureUrl> {
        let pair = if is_loopback(url) {
            &self.loopback
        } else if url.scheme() == "https" {
            &self.internet
        } else {
            return Err(InsecureUrl);
        };
        Ok(match connection {
            Connection::Fresh => &pair.fresh,
            Connection::Pooled => &pair.pooled,
        })
    }
}

impl Pair {
    fn new(builder: impl Fn() -> reqwest::ClientBuilder) -> Result<Self, BuildError> {
        Ok(Self {
            fresh: builder().pool_max_idle_per_host(0).build()?,
            pooled: builder().pool_idle_timeout(IDLE_TIMEOUT).build()?,
        })
    }
}

fn builder(limits: Limits, tls: &ClientConfig) -> reqwest::ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.total_timeout)
}

/// TLS with *ring*, named here and not installed for the whole process, so
/// that nobody has to remember to do that first.
fn tls() -> Result<ClientConfig, BuildError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Why Instagram cannot be called from this machine at all.
#[derive(Debug)]
pub struct BuildError(Cause);

#[derive(Debug)]
enum Cause {
    Tls(rustls::Error),
    Http(reqwest::Error),
}

impl From<rustls::Error> for BuildError {
    fn from(error: rustls::Error) -> Self {
        Self(Cause::Tls(error))
    }
}

impl From<reqwest::Error> for BuildError {
    fn from(error: reqwest::Error) -> Self {
        Self(Cause::Http(error))
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Cause::Tls(_) => {
                "no usable certificate authorities: install the package ca-certificates, \
                 or point SSL_CERT_FILE at a bundle of them"
            }
            Cause::Http(_) => "the HTTP client could not be set up",
        })
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::Tls(error) => Some(error),
            Cause::Http(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Clients {
        Clients::new(Limits::default()).unwrap()
    }

    #[test]
    fn a_url_without_tls_is_called_on_this_machine_only() {
        let clients = clients();
        for (url, allowed) in [
            ("http://127.0.0.1:8080/me", true),
            ("http://127.9.9.9/me", true),
            ("http://[::1]:8080/me", true),
            ("http://localhost/me", true),
            ("https://graph.instagram.com/me", true),
            ("https://127.0.0.1/me", true),
            ("http://graph.instagram.com/me", false),
            ("http://localhost.example/me", false),
            ("http://127.0.0.1.example/me", false),
            ("http://192.0.2.1/me", false),
            ("ftp://graph.instagram.com/me", false),
        ] {
            let url = Url::parse(url).unwrap();
            let got = clients.get(&url, Connection::Pooled);
            assert_eq!(got.is_ok(), allowed, "{url}");
        }
    }

    #[test]
    fn a_machine_without_authorities_is_told_what_to_install() {
        let error = BuildError::from(rustls::Error::General("none".to_owned()));
        assert!(error.to_string().contains("ca-certificates"));
    }
}
