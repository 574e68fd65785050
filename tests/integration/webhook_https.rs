//! Webhooks over https, as a shop has them: to programs whose certificates an
//! authority of the test's own vouches for.

use std::path::Path;
use std::sync::{Arc, Mutex};

use leadtap::grpc::pb;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::support::receiver::{SECRET, WebhookClient};
use crate::support::shop::{ACCOUNT, login};
use crate::support::tls::{Authority, certificate};
use crate::support::{Fake, Setup, caller, desk, eventually};

/// How a program answers.
#[derive(Clone)]
enum Answer {
    Accepts,
    /// With a redirect to this address.
    Moved(String),
    /// Not at all.
    Never,
}

/// A program behind TLS; it ends when it is dropped.
struct Receiver {
    url: String,
    came: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Receiver {
    async fn start(authority: &Authority, name: &str, answer: Answer) -> Self {
        let files = authority.issue(name);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate(&files.certificate)],
                PrivateKeyDer::from_pem_file(&files.key).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&came);
        let server = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (acceptor, answer) = (acceptor.clone(), answer.clone());
                tokio::spawn(serve(acceptor, connection, answer, Arc::clone(&heard)));
            }
        });
        Self {
            url: format!("https://localhost:{port}/leads"),
            came,
            server,
        }
    }

    /// The requests that came, from the first line to the end of the body.
    fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }

    /// What happened, as it was told.
    fn told(&self) -> Vec<String> {
        let bodies = self.came().into_iter().map(|request| {
            let (_, body) = request.split_once("\r\n\r\n").unwrap();
            let body: Value = serde_json::from_str(body).unwrap();
            body["type"].as_str().unwrap().to_owned()
        });
        bodies.collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    acceptor: TlsAcceptor,
    connection: TcpStream,
    answer: Answer,
    came: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut stream = acceptor.accept(connection).await.ok()?;
    loop {
        let request = request(&mut stream).await?;
        came.lock().unwrap().push(request);
        let answer = match &answer {
            Answer::Accepts => "204 So\r\n".to_owned(),
            Answer::Moved(to) => format!("307 Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n"),
            Answer::Never => return std::future::pending().await,
        };
        let answer = format!("HTTP/1.1 {answer}\r\n");
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}

/// The next request of a connection; none after the last.
async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(text.into_owned());
        }
    }
}

/// A webhook of the only site's, which is told that a lead was made or came
/// again.
fn section(name: &str, url: &str, secret: &Path) -> String {
    format!(
        "[[site.webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"{}\"\n\
         events = [\"lead.created\", \"lead.logged_in\"]\n\
         allow_private_hosts = [\"localhost\"]\n",
        secret.display()
    )
}

#[tokio::test]
async fn deliveries_go_over_https_to_whom_the_machine_trusts_and_nobody_waits_for_another() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    desk::with_leads(&mut setup);
    // Nobody knows this one, and its files lie elsewhere.
    let unknown = Setup::with(&fake);
    let (authority, stranger) = (Authority::new(&setup), Authority::new(&unknown));
    let crm = Receiver::start(&authority, "crm", Answer::Accepts).await;
    let elsewhere = crm.url.replace("/leads", "/elsewhere");
    let moved = Receiver::start(&authority, "moved", Answer::Moved(elsewhere)).await;
    let silent = Receiver::start(&authority, "silent", Answer::Never).await;
    let posing = Receiver::start(&stranger, "posing", Answer::Accepts).await;
    let secret = setup.path("webhook-secret");
    crate::support::daemon::secret(&secret, SECRET);
    let receivers = [
        ("crm", &crm),
        ("moved", &moved),
        ("silent", &silent),
        ("posing", &posing),
    ];
    setup.site = receivers
        .map(|(name, receiver)| section(name, &receiver.url, &secret))
        .concat();
    let ca = authority.ca().display().to_string();
    setup.environment.push(("SSL_CERT_FILE".to_owned(), ca));
    let daemon = setup.start().await;
    eventually("all webhooks to begin", async || {
        let begun = daemon.log().matches("the webhook begins").count();
        (begun == receivers.len()).then_some(())
    })
    .await;

    let client = caller::client(daemon.channel().await, None);
    for number in 1..=3 {
        login(&client, ACCOUNT).await;
        // Each is delivered while the one that does not answer still has the first.
        eventually("a delivery", async || {
            (crm.came().len() == number).then_some(())
        })
        .await;
    }
    let logins = ["lead.created", "lead.logged_in", "lead.logged_in"];
    assert_eq!(crm.told(), logins);
    assert!(crm.came()[0].starts_with("POST /leads HTTP/1.1\r\n"));

    // A redirect is a failure, and is not followed.
    let webhooks = WebhookClient::over(daemon.channel().await, None);
    let failing = async |name: &str| {
        eventually("a failure", async || {
            let infos = webhooks.all().await;
            let info = infos.into_iter().find(|info| info.name == name)?;
            info.retry?.failure
        })
        .await
    };
    assert_eq!(failing("moved").await.http_status, 307);
    assert_eq!(moved.told()[0], "lead.created");
    assert!(!crm.came().iter().any(|one| one.contains("/elsewhere")));
    // To whom nobody vouches for, nothing is sent.
    let kind = failing("posing").await.kind();
    assert_eq!(kind, pb::DeliveryFailureKind::Unreachable);
    assert!(posing.came().is_empty(), "{:?}", posing.came());
    // This one has had one delivery, and its time is not over.
    assert_eq!(silent.told(), ["lead.created"]);
    daemon.stops().await;
}
