//! The HTTP clients, and which of them a call takes.

use std::time::Duration;

use reqwest::Client;
use url::{Host, Url};

use super::Limits;
use crate::outbound::{BuildError, Names, Outbound};

/// How long a connection without work is kept. Short, because a call on one
/// that Instagram closes in the same moment is lost and has to be made again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

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
    pub(super) fn new(outbound: &Outbound, limits: Limits) -> Result<Self, BuildError> {
        // Its own: a webhook's name that nobody answers for must not hold up a login.
        let names = Names::default();
        let client =
            || outbound.client(names.clone(), limits.connect_timeout, limits.total_timeout);
        Ok(Self {
            internet: Pair::new(|| client().https_only(true))?,
            // A proxy has its own loopback, where our sandbox is not.
            loopback: Pair::new(|| client().no_proxy())?,
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Clients {
        Clients::new(&Outbound::new().unwrap(), Limits::default()).unwrap()
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
}
