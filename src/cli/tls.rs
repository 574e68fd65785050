//! Reaches a daemon over TLS.

use std::io;
use std::path::Path;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};
use url::Url;

use super::exit::{CommandError, Exit};
use crate::config::SecretSource;

/// The port of https where the address names none.
const HTTPS: u16 = 443;

/// What a TLS connection is made with.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    host: String,
    port: u16,
}

/// Certificates and keys of a client's own.
#[derive(Default)]
pub(super) struct Files<'a> {
    /// The authority to trust, instead of those of this machine.
    pub(super) ca: Option<&'a Path>,
    /// The certificate to show, with its key.
    pub(super) certificate: Option<(&'a Path, &'a Path)>,
}

impl Tls {
    /// For this address.
    pub(super) fn to(url: &Url, files: &Files<'_>) -> Result<Self, CommandError> {
        let host = url.host_str().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| {
            CommandError::new(
                Exit::Usage,
                "--address names no host that a certificate can be for.",
                "Write it like https://leadtap.example:7171.",
            )
        })?;
        Ok(Self {
            config: Arc::new(config(files)?),
            name,
            host,
            port: url.port().unwrap_or(HTTPS),
        })
    }

    /// Connects.
    pub(super) async fn connect(
        self,
        endpoint: &Endpoint,
    ) -> Result<Channel, tonic::transport::Error> {
        let connector = tower::service_fn(move |_| {
            let tls = self.clone();
            async move {
                let plain = TcpStream::connect((tls.host.as_str(), tls.port)).await?;
                let sealed = TlsConnector::from(tls.config).connect(tls.name, plain);
                Ok::<_, io::Error>(TokioIo::new(sealed.await?))
            }
        });
        endpoint.connect_with_connector(connector).await
    }
}

fn config(files: &Files<'_>) -> Result<ClientConfig, CommandError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("TLS", &error))?;
    let builder = match files.ca {
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for root in certificates("--ca", path)? {
                roots.add(root).map_err(|error| unusable("--ca", &error))?;
            }
            builder.with_root_certificates(roots)
        }
        None => builder
            .with_platform_verifier()
            .map_err(|error| unusable("This machine's list of authorities", &error))?,
    };
    let mut config = match files.certificate {
        Some((certificate, key)) => {
            let chain = certificates("--client-certificate", certificate)?;
            builder
                .with_client_auth_cert(chain, private_key(key)?)
                .map_err(|error| unusable("--client-certificate", &error))?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, CommandError> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found: Vec<_> = found.map_err(|error| unusable(option, &error))?;
    if found.is_empty() {
        return Err(unusable(option, &"it holds none"));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, CommandError> {
    let source = SecretSource::File(path.to_owned());
    let text = source.read().map_err(|problem| {
        CommandError::new(
            Exit::NotPermitted,
            format!("--client-key {}.", problem.what),
            problem.what_to_do,
        )
    })?;
    PrivateKeyDer::from_pem_slice(text.expose().as_bytes())
        .map_err(|error| unusable("--client-key", &error))
}

fn unusable(what: &str, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::new(
        Exit::BadData,
        format!("{what} cannot be used: {error}."),
        "Name a file in PEM, as `openssl` writes it.",
    )
}
