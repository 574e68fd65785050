//! The way out: what all calls that the daemon makes have in common.

mod names;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

pub use names::{Names, without_port};

/// How we name ourselves.
const USER_AGENT: &str = concat!("leadtap/", env!("CARGO_PKG_VERSION"));

/// What HTTP clients are made of. The machine's certificate authorities are
/// read once, however many clients there are.
#[derive(Clone)]
pub struct Outbound {
    tls: ClientConfig,
}

impl Outbound {
    /// Reads the machine's certificate authorities; opens no connection.
    ///
    /// # Errors
    /// Fails where the machine has no certificate authorities to trust.
    pub fn new() -> Result<Self, BuildError> {
        // *ring* is named here and not installed for the whole process, so that nobody has to
        // remember to do that first.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls })
    }

    /// A client in the making: HTTP/1.1, no redirect followed, nothing sent
    /// again below us, and `names` looks names up. `connect_timeout` is for the
    /// name, the connection and the handshake together, `total_timeout` for a
    /// whole call.
    pub fn client(
        &self,
        names: impl Resolve + 'static,
        connect_timeout: Duration,
        total_timeout: Duration,
    ) -> ClientBuilder {
        Client::builder()
            .dns_resolver(Arc::new(names))
            .tls_backend_preconfigured(self.tls.clone())
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(USER_AGENT)
            .connect_timeout(connect_timeout)
            .timeout(total_timeout)
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

/// Why nothing can be called from this machine at all.
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

    #[test]
    fn a_machine_without_authorities_is_told_what_to_install() {
        let error = BuildError::from(rustls::Error::General("none".to_owned()));
        assert!(error.to_string().contains("ca-certificates"));
    }
}
