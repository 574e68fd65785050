//! `[listen.tls]`: how TCP is sealed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use x509_cert::der::Decode;

use super::absolute_path;
use super::keys::secret_source;
use super::problem::Problem;
use super::reader::Section;
use super::secret_file::SecretSource;
use crate::domain::clock::Timestamp;

/// How long before its end a certificate is worth a word: what renews
/// certificates does it a month before.
const NOTICE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Bytes of a file of certificates: a chain has some thousands.
const MAX_BYTES: u64 = 1024 * 1024;

/// What a client is told: that the daemon speaks HTTP/2 and, for libcurl
/// without it and for gRPC-Web, HTTP/1.1.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Certificate and key, read and found to belong together.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    /// What the listener needs.
    pub server: Arc<ServerConfig>,
    /// Whether clients may show certificates.
    pub asks_clients: bool,
    begins: Timestamp,
    ends: Timestamp,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({})", self.certificate.display())
    }
}

impl Tls {
    /// What the certificate's age is worth saying.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<Problem> {
        const RENEW: &str = "Renew it, then send the daemon SIGHUP: `systemctl reload leadtap`.";
        let (what, what_to_do) = if now >= self.ends {
            (
                "has expired, so that every client refuses it".to_owned(),
                RENEW,
            )
        } else if now < self.begins {
            (
                "is not valid yet, so that every client refuses it".to_owned(),
                "Look at the clock: `timedatectl`.",
            )
        } else if self.ends.since(now) <= NOTICE {
            let days = self.ends.since(now).as_secs() / (24 * 60 * 60);
            (format!("expires in {days} days"), RENEW)
        } else {
            return None;
        };
        let place = format!("listen.tls.certificate ({})", self.certificate.display());
        Some(Problem::new(place, what, what_to_do).as_warning())
    }
}

/// Reads the section and the files that it names.
pub(super) fn read(section: &Section<'_>) -> Option<Tls> {
    section.missing(
        "certificate",
        "Name the file with the certificate and those that lead to its issuer, in PEM.",
    );
    let certificate = absolute_path(section, "certificate");
    let chain = certificate
        .as_ref()
        .and_then(|path| certificates(section, "certificate", path));
    let key = key(section);
    let roots = match absolute_path(section, "client_ca") {
        Some(path) => Some(certificates(section, "client_ca", &path)?),
        None if section.has("client_ca") => return None,
        None => None,
    };
    let (certificate, chain, key) = (certificate?, chain?, key?);
    let Some((begins, ends)) = chain.first().and_then(validity) else {
        let place = section.place_of("certificate");
        place.problem(
            format!(
                "names {}, which is no X.509 certificate",
                certificate.display()
            ),
            "Name the file that your certificate authority gave.",
        );
        return None;
    };
    let asks_clients = roots.is_some();
    let server = server(chain, key, roots)
        .map_err(|error| {
            let (key, what, what_to_do) = meaning(&error);
            section.place_of(key).problem(what, what_to_do);
        })
        .ok()?;
    Some(Tls {
        certificate,
        server: Arc::new(server),
        asks_clients,
        begins,
        ends,
    })
}

fn key(section: &Section<'_>) -> Option<PrivateKeyDer<'static>> {
    let source = secret_source(
        section,
        "key",
        "key_credential",
        "Name the file of mode 0600 with the certificate's private key, in PEM.",
    )?;
    let name = match source {
        SecretSource::File(_) => "key",
        SecretSource::Credential(_) => "key_credential",
    };
    let place = section.place_of(name);
    let text = source.read().map_err(|problem| place.add(problem)).ok()?;
    let key = PrivateKeyDer::from_pem_slice(text.expose().as_bytes());
    if key.is_err() {
        place.problem(
            format!(
                "names {}, which holds no private key in PEM",
                source.path().display()
            ),
            "Write the key without a passphrase: `openssl pkey -in OLD -out NEW`.",
        );
    }
    key.ok()
}

fn certificates(
    section: &Section<'_>,
    name: &str,
    path: &Path,
) -> Option<Vec<CertificateDer<'static>>> {
    let place = section.place_of(name);
    let shown = path.display();
    let size = std::fs::metadata(path).map_or(0, |about| about.len());
    if size > MAX_BYTES {
        place.problem(
            format!("names {shown}, which has more than {MAX_BYTES} bytes"),
            "Name a file with certificates in PEM, and nothing else.",
        );
        return None;
    }
    let text = std::fs::read(path)
        .map_err(|error| {
            place.problem(
                format!("names {shown}, which cannot be read: {error}"),
                "Let the daemon's user read the file, or name another.",
            );
        })
        .ok()?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Some(found),
        _ => {
            place.problem(
                format!("names {shown}, which holds no certificates in PEM"),
                "Turn it into PEM: `openssl x509 -inform DER -in OLD -out NEW`.",
            );
            None
        }
    }
}

fn server(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    client_roots: Option<Vec<CertificateDer<'static>>>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])?;
    let builder = match client_roots {
        Some(roots) => builder.with_client_cert_verifier(client_verifier(roots, provider)?),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// A client may show a certificate of these authorities, and need not.
fn client_verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root)?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider)
        .allow_unauthenticated()
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))
}

/// Which key of the section an error is about, what it is, and what to do.
fn meaning(error: &rustls::Error) -> (&'static str, String, &'static str) {
    match error {
        rustls::Error::InconsistentKeys(_) => (
            "key",
            "does not belong to the certificate".to_owned(),
            "Name the key that the certificate was asked for with; `openssl x509 -pubkey -noout -in CERTIFICATE` and `openssl pkey -pubout -in KEY` print the same.",
        ),
        rustls::Error::General(what) if what.contains("private key") => (
            "key",
            format!("is of no kind that can be used: {what}"),
            "Use an ECDSA (P-256 or P-384), Ed25519 or RSA key.",
        ),
        error => (
            "certificate",
            format!("cannot be used: {error}"),
            "Name the certificate first in its file, then those that lead to its issuer.",
        ),
    }
}

/// When a certificate begins and ends (RFC 5280 section 4.1.2.5).
fn validity(certificate: &CertificateDer<'_>) -> Option<(Timestamp, Timestamp)> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let validity = certificate.tbs_certificate.validity;
    let time =
        |time: x509_cert::time::Time| Timestamp::from_micros(0).plus(time.to_unix_duration());
    Some((time(validity.not_before), time(validity.not_after)))
}
