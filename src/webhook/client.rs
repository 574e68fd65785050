//! The HTTP clients, and to which addresses each may connect.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Name, Resolve, Resolving};
use url::{Host, Url};

use crate::domain::address::is_of_internet;
use crate::domain::webhook::{DeliveryFailure, Webhook};
use crate::outbound::{BuildError, Names, Outbound, without_port};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a delivery may take as a whole. Standard Webhooks asks for 15 to
/// 30 seconds; one that is slower is tried again.
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);

/// One client for each set of addresses. What a name means is looked up when a
/// connection is made, and it is this answer that is judged.
#[derive(Clone)]
pub(super) struct Clients {
    internet: Client,
    anywhere: Client,
    this_machine: Client,
}

impl Clients {
    /// Whose deliveries take `total_timeout` at most.
    pub(super) fn new(outbound: &Outbound, total_timeout: Duration) -> Result<Self, BuildError> {
        let names = Names::default();
        let client = |allowed: Allowed| {
            let names = names.clone();
            let builder =
                outbound.client(Resolver { names, allowed }, CONNECT_TIMEOUT, total_timeout);
            // A proxy would look names up by itself.
            builder.no_proxy().build()
        };
        Ok(Self {
            internet: client(is_of_internet)?,
            anywhere: client(|_| true)?,
            this_machine: client(is_loopback)?,
        })
    }

    /// The client for a webhook, and its URL.
    pub(super) fn get(&self, webhook: &Webhook) -> Result<(&Client, Url), DeliveryFailure> {
        let url = Url::parse(&webhook.url).map_err(|_| DeliveryFailure::Misconfigured)?;
        let host = url.host().ok_or(DeliveryFailure::Misconfigured)?;
        let named = webhook
            .allow_private_hosts
            .iter()
            .any(|allowed| *allowed == host.to_string());
        let (client, allowed): (_, Allowed) = match (url.scheme(), named) {
            ("https", false) => (&self.internet, is_of_internet),
            ("https", true) => (&self.anywhere, |_| true),
            ("http", true) => (&self.this_machine, is_loopback),
            _ => return Err(DeliveryFailure::Misconfigured),
        };
        // An address in the URL itself is not looked up.
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        if literal.is_some_and(|address| !allowed(address)) {
            return Err(DeliveryFailure::PrivateAddress);
        }
        Ok((client, url))
    }
}

/// Whether a client may connect to an address.
type Allowed = fn(IpAddr) -> bool;

const fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
}

/// Looks names up, and keeps back the addresses that are not allowed.
struct Resolver {
    names: Names,
    allowed: Allowed,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allowed) = (self.names.clone(), self.allowed);
        Box::pin(async move {
            let mut found = names.addresses(name.as_str()).await?;
            found.retain(|found| allowed(*found));
            if found.is_empty() {
                return Err(Box::new(NotAllowed) as Box<dyn Error + Send + Sync>);
            }
            Ok(without_port(found))
        })
    }
}

/// A name has no address that is allowed.
#[derive(Debug)]
struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address that is allowed")
    }
}

impl Error for NotAllowed {}

/// Why a delivery had no answer.
pub(super) fn why(error: &reqwest::Error) -> DeliveryFailure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(this) = cause {
        if this.is::<NotAllowed>() {
            return DeliveryFailure::PrivateAddress;
        }
        cause = this.source();
    }
    if error.is_timeout() {
        DeliveryFailure::Timeout
    } else {
        DeliveryFailure::Unreachable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    fn webhook(url: &str, allowed: &str) -> Webhook {
        Webhook {
            name: "orders".parse().unwrap(),
            url: url.to_owned(),
            secret: Secret::from("whsec_"),
            events: Vec::new(),
            allow_private_hosts: vec![allowed.to_owned()],
        }
    }

    #[test]
    fn an_address_in_the_url_is_judged_and_a_name_may_be_allowed() {
        let clients = Clients::new(&Outbound::new().unwrap(), TOTAL_TIMEOUT).unwrap();
        for (url, allowed, failure) in [
            ("https://hooks.example/in", "", None),
            ("https://1.1.1.1/in", "", None),
            (
                "https://10.0.0.1/in",
                "",
                Some(DeliveryFailure::PrivateAddress),
            ),
            (
                "https://[::1]/in",
                "",
                Some(DeliveryFailure::PrivateAddress),
            ),
            (
                "https://2130706433/in",
                "",
                Some(DeliveryFailure::PrivateAddress),
            ),
            ("https://10.0.0.1/in", "10.0.0.1", None),
            ("http://127.0.0.1/in", "127.0.0.1", None),
            (
                "http://127.0.0.1/in",
                "",
                Some(DeliveryFailure::Misconfigured),
            ),
            (
                "http://10.0.0.1/in",
                "10.0.0.1",
                Some(DeliveryFailure::PrivateAddress),
            ),
            (
                "http://hooks.example/in",
                "",
                Some(DeliveryFailure::Misconfigured),
            ),
        ] {
            let got = clients.get(&webhook(url, allowed)).err();
            assert_eq!(got, failure, "{url} {allowed}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_means_when_a_connection_is_made() {
        let clients = Clients::new(&Outbound::new().unwrap(), TOTAL_TIMEOUT).unwrap();
        let webhook = webhook("https://localhost:1/in", "");
        let (client, url) = clients.get(&webhook).unwrap();
        let error = client.post(url).send().await.unwrap_err();
        assert_eq!(why(&error), DeliveryFailure::PrivateAddress);
    }
}
