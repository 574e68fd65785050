//! Nothing that opens a door is in the log or, in plain, on the disk.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde_json::json;
use url::Url;

use crate::support::caller::{self, hex};
use crate::support::daemon::TOKEN;
use crate::support::fake::APP_SECRET;
use crate::support::relay::{Closed, Relay};
use crate::support::secrets;
use crate::support::shop::ACCOUNT;
use crate::support::web::{Web, frame};
use crate::support::{Browser, Shop, Visit};

/// How the sandbox's access tokens begin.
const TOKEN_PREFIX: &[u8] = b"IGAA";

/// A text to look for, and what it is.
type Needle = (String, Vec<u8>);

/// Everything secret that the logins of a test brought about.
#[derive(Default)]
struct Secrets(Vec<Needle>);

impl Secrets {
    fn text(&mut self, what: &str, text: &str) {
        self.0.push((what.to_owned(), text.as_bytes().to_vec()));
    }

    /// Bytes, in every form in which they could be written down.
    fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.0.push((what.to_owned(), bytes.to_vec()));
        self.text(&format!("{what} in hex"), &hex(bytes));
        self.text(&format!("{what} in HEX"), &hex(bytes).to_uppercase());
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            self.text(&format!("{what} in base64"), &engine.encode(bytes));
        }
        self.text(&format!("{what} as a list"), &format!("{bytes:?}"));
    }

    fn visit(&mut self, visit: &Visit, callback: &str) {
        self.text("a state", visit.state());
        self.bytes(
            "a state's bytes",
            &URL_SAFE_NO_PAD.decode(visit.state()).unwrap(),
        );
        self.bytes("a browser binding", &visit.browser.binding);
        let url = Url::parse(callback).unwrap();
        if let Some((_, code)) = url.query_pairs().find(|(name, _)| name == "code") {
            self.text("a code", &code);
        }
    }
}

/// A shop whose calls to Instagram are written down on their way.
async fn watched_shop() -> (Shop, Relay) {
    let wire = Closed::new();
    let shop = Shop::open_with(|setup| {
        setup.level = "trace".to_owned();
        for host in ["api", "graph"] {
            let usual = format!("{}/{host}\"", setup.instagram);
            setup
                .replaced
                .push((usual, format!("{}/{host}\"", wire.base)));
        }
    })
    .await;
    let relay = wire.open(&shop.fake);
    (shop, relay)
}

/// Logins that end in every way.
async fn live(shop: &Shop) -> (Secrets, Vec<Visit>) {
    let mut secrets = Secrets::default();
    let mut visits = Vec::new();
    for knobs in [
        json!({}),
        json!({ "token_failure": "lost" }),
        json!({ "token_failure": "code_used" }),
        json!({ "token_failure": "cut_off" }),
        json!({ "token_failure": "oversized", "oversized_bytes": 70_000 }),
        json!({ "exchange_failure": "unavailable" }),
        json!({ "exchange_failure": "cut_off" }),
        json!({ "exchange_failure": "expired" }),
        json!({ "me_failure": "role_trap" }),
        json!({ "me_failure": "unavailable" }),
        json!({ "me_failure": "lost" }),
    ] {
        let visit = shop.visit_under(knobs).await;
        let callback = visit.allow(ACCOUNT).await;
        let stranger = Browser::new();
        secrets.bytes("a stranger's binding", &stranger.binding);
        let foreign = stranger.complete_request(&callback);
        let _ = shop.client.clone().complete_authorization(foreign).await;
        for _ in 0..2 {
            let _ = visit.complete(&shop.client, &callback).await;
        }
        let _ = visit
            .complete(&shop.client, &format!("{callback}&code=x"))
            .await;
        secrets.visit(&visit, &callback);
        visits.push(visit);
    }
    let visit = shop.visit().await;
    let callback = visit.cancel().await;
    let _ = visit.complete(&shop.client, &callback).await;
    secrets.visit(&visit, &callback);
    visits.push(visit);
    secrets.visit(&shop.visit().await, "https://shop.example/");
    (secrets, visits)
}

/// Callers, good and bad, with their tokens.
async fn call_with_tokens(shop: &Shop, secrets: &mut Secrets) {
    let tcp = caller::tcp(&shop.daemon).await;
    Visit::begin(&caller::client(tcp.clone(), Some(TOKEN))).await;
    let wrong = "a-wrong-bearer-token-5510";
    let mut stranger = caller::client(tcp, Some(wrong));
    let request = Browser::new().start_request();
    assert!(stranger.start_authorization(request).await.is_err());
    let garbage = b"garbage-that-came-in-a-request-8812";
    let web = Web::new(&shop.daemon.socket);
    web.post("GetLead", &[("x-secret", wrong)], frame(garbage))
        .await;
    secrets.text("the bearer token", TOKEN);
    secrets.text("a wrong bearer token", wrong);
    secrets.text("a broken request", std::str::from_utf8(garbage).unwrap());
    secrets.text("the app secret", APP_SECRET);
}

/// The access tokens that went over the wire.
fn access_tokens(carried: &[u8]) -> BTreeSet<Vec<u8>> {
    let begins = carried.windows(TOKEN_PREFIX.len()).enumerate();
    begins
        .filter(|(_, window)| *window == TOKEN_PREFIX)
        .map(|(at, _)| {
            let tail = &carried[at..];
            let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
            tail.iter().copied().take_while(|byte| part(byte)).collect()
        })
        .collect()
}

/// The log and every file of the store, each with its name.
fn written(shop_folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![shop_folder.join("log")];
    let mut folders = vec![shop_folder.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn places(written: &[(String, Vec<u8>)], needle: &[u8]) -> Vec<String> {
    assert!(needle.len() >= 8, "too short to mean anything");
    let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let found = written.iter().filter(|(_, bytes)| holds(bytes));
    found.map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn no_secret_is_in_the_log_or_in_plain_on_the_disk() {
    let (shop, relay) = watched_shop().await;
    let (mut secrets, visits) = live(&shop).await;
    call_with_tokens(&shop, &mut secrets).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();

    let tokens = access_tokens(&relay.carried());
    let long = tokens
        .iter()
        .filter(|token| token.starts_with(b"IGAAL"))
        .count();
    assert!(
        long >= 4 && tokens.len() - long >= 9,
        "short and long-lived ones"
    );
    for token in tokens {
        assert!(token.len() > 20);
        secrets.0.push(("an access token".to_owned(), token));
    }

    let Shop { daemon, setup, .. } = shop;
    assert_eq!(daemon.stop().await.code(), Some(0));
    let written = written(setup.folder.path());
    for (what, needle) in &secrets.0 {
        let found = places(&written, needle);
        assert!(found.is_empty(), "{what} is in {found:?}");
    }

    // The search finds what is there: in the log, and on the disk as text and as bytes.
    let log = places(&written, lead.lead_id.as_bytes());
    assert!(log.iter().any(|place| place.ends_with("/log")), "{log:?}");
    let on_disk = |needle: &[u8]| {
        let found = places(&written, needle);
        found.iter().any(|place| place.contains("/data/"))
    };
    assert!(on_disk(ACCOUNT.as_bytes()));
    for visit in visits {
        let hash = digest(&SHA256, visit.state().as_bytes());
        assert!(on_disk(hash.as_ref()), "the login is known by its hash");
    }
}

/// The proof that the search at each daemon's end can fail.
#[test]
fn the_search_that_every_test_ends_with_finds_what_is_there() {
    let secret = "only-this-test-knows-of-it-771";
    let line = format!("a line with {secret} in it");
    assert_eq!(secrets::find(line.as_bytes()), None);
    secrets::remember(secret);
    assert_eq!(secrets::find(line.as_bytes()), Some(12));
    let binding: Vec<u8> = (200..232).collect();
    secrets::remember_bytes(&binding);
    for form in [
        hex(&binding),
        STANDARD.encode(&binding),
        URL_SAFE_NO_PAD.encode(&binding),
        format!("{binding:?}"),
    ] {
        assert_eq!(secrets::find(form.as_bytes()), Some(0), "{form}");
    }
    let token = "IGAALxyzxyzxyzxyzxyz";
    assert_eq!(secrets::find(format!("token={token}").as_bytes()), Some(6));
}
