//! The way to Instagram fails, in each way that a way can fail; and the login
//! goes on when it is whole again, unless its code was spent.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leadtap::grpc::pb::ErrorReason as Reason;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tonic::Code::{Aborted, Unavailable};

use crate::support::caller;
use crate::support::relay::Closed;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Fake, Refusal, Setup, Shop, Visit};

/// A server that does one thing to each connection; it ends when it is dropped.
struct Broken {
    address: String,
    server: JoinHandle<()>,
}

impl Broken {
    async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection));
            }
        });
        Self { address, server }
    }

    /// Takes connections and says nothing on them.
    async fn silent() -> Self {
        Self::start(|mut connection| async move {
            let mut all = Vec::new();
            let _ = connection.read_to_end(&mut all).await;
        })
        .await
    }

    /// Begins an answer of success and resets the connection in its middle.
    async fn resetting() -> Self {
        const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
            content-length: 400\r\n\r\n{\"access_token\":\"IGAAhalf";
        Self::start(|mut connection| async move {
            let mut request = [0; 8192];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(HALF).await;
            // The half is on its way when the reset follows.
            connection.set_zero_linger().unwrap();
        })
        .await
    }

    /// TLS with a certificate that nobody vouches for; tells whether anything
    /// came over it all the same.
    async fn untrusted() -> (Self, Arc<AtomicBool>) {
        let spoken = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&spoken);
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let config = Arc::new(config);
        let server = Self::start(move |connection| {
            let (config, heard) = (Arc::clone(&config), Arc::clone(&heard));
            let connection = connection.into_std().unwrap();
            async move {
                let request = tokio::task::spawn_blocking(move || comes(connection, config));
                heard.fetch_or(request.await.unwrap(), Ordering::SeqCst);
            }
        })
        .await;
        (server, spoken)
    }
}

/// Whether a byte of a request comes over TLS on this connection.
fn comes(mut connection: std::net::TcpStream, config: Arc<rustls::ServerConfig>) -> bool {
    connection.set_nonblocking(false).unwrap();
    let mut tls = rustls::ServerConnection::new(config).unwrap();
    let mut stream = rustls::Stream::new(&mut tls, &mut connection);
    stream.read(&mut [0; 16]).is_ok_and(|read| read > 0)
}

impl Drop for Broken {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Which of Instagram's hosts is replaced.
#[derive(Clone, Copy, PartialEq)]
enum Host {
    Api,
    Graph,
}

/// What a login met, and the daemon of which it was.
struct Failed {
    fake: Fake,
    setup: Setup,
    visit: Visit,
    callback: String,
    refusal: Refusal,
    took: Duration,
}

/// A login while one host is at another address.
async fn login_with(host: Host, instead: &str) -> Failed {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    // A proxy would look for these hosts elsewhere.
    setup
        .environment
        .push(("NO_PROXY".to_owned(), "*".to_owned()));
    let name = if host == Host::Api { "api" } else { "graph" };
    setup
        .replaced
        .push((format!("{}/{name}", fake.base), format!("{instead}/{name}")));
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    let begun = Instant::now();
    let refusal = Refusal::from(visit.complete(&client, &callback).await);
    let took = begun.elapsed();
    daemon.stops().await;
    Failed {
        fake,
        setup,
        visit,
        callback,
        refusal,
        took,
    }
}

impl Failed {
    /// The way is whole again: the same call ends in a lead.
    async fn goes_on(mut self) {
        self.setup.replaced.clear();
        let daemon = self.setup.start().await;
        let client = caller::client(daemon.channel().await, None);
        let done = authorized(self.visit.complete(&client, &self.callback).await);
        assert!(done.new_lead && !done.replayed);
        assert_eq!(self.fake.calls(self.visit.state()).await, [1, 1, 1]);
        daemon.stops().await;
    }

    #[track_caller]
    fn is_unavailable(&self) {
        let refusal = self.refusal.clone();
        refusal
            .is(Unavailable, Reason::InstagramUnavailable, "RETRY")
            .after(Some(2));
    }
}

/// No code leaves, and the login goes on.
async fn keeps_the_code(instead: &str) {
    let failed = login_with(Host::Api, instead).await;
    failed.is_unavailable();
    assert!(failed.took < Duration::from_secs(6), "{:?}", failed.took);
    failed.goes_on().await;
    // The graph is asked three times; the login has its token by then.
    let failed = login_with(Host::Graph, instead).await;
    failed.is_unavailable();
    failed.goes_on().await;
}

#[tokio::test]
async fn an_instagram_that_is_down_costs_no_login() {
    let closed = Closed::new();
    keeps_the_code(&closed.base).await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_costs_no_login() {
    keeps_the_code("https://instagram.invalid").await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_spoken_to() {
    let (server, spoken) = Broken::untrusted().await;
    let address = format!("https://{}", server.address);
    let failed = login_with(Host::Api, &address).await;
    let message = failed.refusal.message.to_lowercase();
    assert!(
        message.contains("certificate"),
        "an operator must see why: {message}"
    );
    keeps_the_code(&address).await;
    assert!(!spoken.load(Ordering::SeqCst), "a request came");
}

#[tokio::test]
async fn plain_text_where_tls_should_be_is_not_spoken_to() {
    let plain = Fake::start().await;
    let address = plain.base.replace("http://", "https://");
    keeps_the_code(&address).await;
    let journal = plain.journal("").await;
    assert_eq!(journal["entries"], json!([]), "nothing arrived");
}

#[tokio::test]
async fn a_host_that_never_shakes_hands_costs_no_login() {
    let silent = Broken::silent().await;
    keeps_the_code(&format!("https://{}", silent.address)).await;
}

#[tokio::test]
async fn a_reset_in_the_middle_of_the_answer_to_a_code_ends_the_login() {
    let resetting = Broken::resetting().await;
    let failed = login_with(Host::Api, &format!("http://{}", resetting.address)).await;
    failed
        .refusal
        .is(Aborted, Reason::ExchangeInterrupted, "START_AGAIN")
        .after(None);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_profile_costs_no_login() {
    let resetting = Broken::resetting().await;
    let failed = login_with(Host::Graph, &format!("http://{}", resetting.address)).await;
    failed.is_unavailable();
    failed.goes_on().await;
}

/// The longest that a shopper waits, whatever hangs.
#[tokio::test]
async fn a_login_has_fourteen_seconds_and_goes_on_later() {
    let shop = Shop::open().await;
    let visit = shop
        .visit_under(json!({ "exchange_delay_ms": 60_000, "me_delay_ms": 60_000 }))
        .await;
    let callback = visit.allow(ACCOUNT).await;
    let begun = Instant::now();
    Refusal::from(visit.complete(&shop.client, &callback).await)
        .is(Unavailable, Reason::InstagramUnavailable, "RETRY")
        .after(Some(2));
    let took = begun.elapsed().as_secs_f32();
    assert!((13.0..15.0).contains(&took), "{took}");
    let [token, exchanges, profiles] = shop.fake.calls(visit.state()).await;
    assert_eq!((token, profiles), (1, 1), "the profile had its turn");
    assert!(exchanges >= 1);
    shop.fake.knobs_for(visit.state(), json!({})).await;
    authorized(visit.complete(&shop.client, &callback).await);
    assert_eq!(shop.fake.count(visit.state(), "token").await, 1);
}
