//! A certificate authority of a test's own, and clients that trust it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use super::Setup;
use super::daemon::secret;

/// Issues certificates into the folder of a setup.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: PathBuf,
}

/// The files of one certificate.
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// Its own certificate is `ca.pem`.
    pub fn new(setup: &Setup) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // OpenSSL takes a certificate for self-signed that names itself as its issuer.
        let name = "A test's authority";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        let folder = setup.folder.path().to_owned();
        std::fs::write(folder.join("ca.pem"), own.pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Self { issuer, folder }
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// A certificate for this machine, in files of this name.
    pub fn issue(&self, name: &str) -> Files {
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let params = CertificateParams::new(names).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = Files {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        };
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        let _ = std::fs::remove_file(&files.key);
        secret(&files.key, &key.serialize_pem());
        files
    }

    /// Makes the daemon of `setup` speak TLS on TCP.
    pub fn seal(&self, setup: &mut Setup, files: &Files) {
        let plain = "tcp = \"127.0.0.1:0\"".to_owned();
        let sealed = format!(
            "{plain}\ntls = {{ certificate = \"{}\", key = \"{}\", client_ca = \"{}\" }}",
            files.certificate.display(),
            files.key.display(),
            self.ca().display()
        );
        setup.replaced.push((plain, sealed));
    }

    /// A client's settings; with the certificate that it shows.
    pub fn client(&self, shown: Option<&Files>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(certificate(&self.ca())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match shown {
            Some(files) => {
                let key = PrivateKeyDer::from_pem_file(&files.key).unwrap();
                let chain = vec![certificate(&files.certificate)];
                builder.with_client_auth_cert(chain, key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }
}

/// The first certificate of a file.
pub fn certificate(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

/// A TLS connection to `address`, which is host and port.
pub async fn connect(
    address: &str,
    config: &Arc<ClientConfig>,
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let plain = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::clone(config))
        .connect(name, plain)
        .await
}

/// A gRPC connection over TLS.
pub async fn channel(address: &str, config: ClientConfig) -> Channel {
    let (address, config) = (address.to_owned(), Arc::new(config));
    let connector = tower::service_fn(move |_| {
        let (address, config) = (address.clone(), Arc::clone(&config));
        async move { connect(&address, &config).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("https://localhost");
    endpoint.connect_with_connector(connector).await.unwrap()
}
