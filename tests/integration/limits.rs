//! How much a caller and a site may have going on.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use leadtap::config::Config;
use leadtap::domain::limits::REQUEST_BYTES;
use leadtap::grpc::connections::{FIRST_BYTES_TIMEOUT, HANDSHAKE_TIMEOUT, HANDSHAKES, LINGER};
use leadtap::grpc::deadline::LONGEST;
use leadtap::grpc::gate::OPEN_CALLS;
use leadtap::grpc::pb::ErrorReason as Reason;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::server::{KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT, STREAMS_PER_CONNECTION};
use leadtap::service::retention;
use leadtap::storage::{QUEUE_CAPACITY, SITE_SHARE};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::Code;

use crate::support::caller::{self, Client, caller_section};
use crate::support::daemon::{TOKEN, secret};
use crate::support::shop::{ACCOUNT, authorized, get_lead};
use crate::support::{Browser, Refusal, Shop, Visit};

const FLOOD_TOKEN: &str = "flooding-site-bearer-token-5d02";

/// Connections that flood, and calls that each has in flight.
const FLOOD: (usize, usize) = (4, 32);

/// Logins that are timed.
const LOGINS: usize = 20;

fn nobody() -> Key {
    Key::InstagramUserId("1".to_owned())
}

#[tokio::test]
async fn a_caller_has_so_many_calls_in_flight_and_no_more() {
    let shop = Shop::open_with(|setup| {
        let one = (
            "name = \"plugin\"".to_owned(),
            "name = \"plugin\"\nmax_calls_in_flight = 1".to_owned(),
        );
        setup.replaced.push(one);
    })
    .await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 1_000 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let slow = async { authorized(visit.complete(&shop.client, &callback).await) };
    let meanwhile = async {
        shop.fake.called(visit.state(), "token").await;
        Refusal::from(shop.lead(nobody()).await)
            .is(Code::ResourceExhausted, Reason::TooManyCalls, "RETRY")
            .after(Some(1));
        // Another caller of the same site has its own.
        let remote = caller::client(shop.daemon.channel().await, Some(TOKEN));
        Refusal::from(get_lead(&remote, nobody()).await).is(
            Code::NotFound,
            Reason::LeadNotFound,
            "FIX_REQUEST",
        );
    };
    tokio::join!(slow, meanwhile);
    Refusal::from(shop.lead(nobody()).await).is(
        Code::NotFound,
        Reason::LeadNotFound,
        "FIX_REQUEST",
    );
}

#[tokio::test]
async fn the_callers_of_a_site_share_its_calls_in_flight() {
    let shop = Shop::open_with(|setup| setup.site = "max_calls_in_flight = 1".to_owned()).await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 1_000 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let slow = async { authorized(visit.complete(&shop.client, &callback).await) };
    let meanwhile = async {
        shop.fake.called(visit.state(), "token").await;
        let remote = caller::client(shop.daemon.channel().await, Some(TOKEN));
        let refusal = Refusal::from(get_lead(&remote, nobody()).await);
        let refusal = refusal.is(Code::ResourceExhausted, Reason::TooManyCalls, "RETRY");
        assert!(refusal.message.contains("this site"), "{refusal:?}");
    };
    tokio::join!(slow, meanwhile);
}

#[tokio::test]
async fn a_site_begins_so_many_logins_a_minute_and_no_more() {
    let shop = Shop::open_with(|setup| setup.site = "max_starts_per_minute = 2".to_owned()).await;
    let visit = shop.visit().await;
    shop.visit().await;
    let mut client = shop.client.clone();
    let third = client.start_authorization(Browser::new().start_request());
    let refusal = Refusal::from(third.await);
    let refusal = refusal.is(Code::ResourceExhausted, Reason::TooManyStarts, "RETRY");
    let wait = refusal.retry.unwrap();
    // Two a minute is one in thirty seconds.
    assert!(
        wait > Duration::from_secs(10) && wait <= Duration::from_secs(30),
        "{wait:?}"
    );
    // The logins that have begun go on.
    let callback = visit.allow(ACCOUNT).await;
    authorized(visit.complete(&shop.client, &callback).await);
}

/// Begins logins, as many as it can, for as long as there is a daemon; gives
/// how many began. `refused` hears when one did not.
async fn flood(mut client: Client, refused: watch::Sender<bool>) -> usize {
    let mut begun = 0;
    let request = Browser::new().start_request();
    loop {
        match client.start_authorization(request.clone()).await {
            Ok(_) => begun += 1,
            Err(status) if status.code() == Code::ResourceExhausted => {
                refused.send_replace(true);
            }
            Err(_) => return begun,
        }
    }
}

/// How long each of some logins takes, in order of length.
async fn timed(client: &Client) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..LOGINS {
        let begun = Instant::now();
        let visit = Visit::begin(client).await;
        let callback = visit.allow(ACCOUNT).await;
        authorized(visit.complete(client, &callback).await);
        times.push(begun.elapsed());
    }
    times.sort();
    times
}

/// Floods from a thread of its own, so that the shopper's side of the test is
/// not slowed by the flooder's; gives how many logins began.
fn flooder(socket: PathBuf, refused: watch::Sender<bool>) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let work = async {
            let mut floods = JoinSet::new();
            let (connections, calls) = FLOOD;
            for _ in 0..connections {
                let channel = caller::unix(&socket).await;
                for _ in 0..calls {
                    let client = caller::client(channel.clone(), Some(FLOOD_TOKEN));
                    floods.spawn(flood(client, refused.clone()));
                }
            }
            floods.join_all().await.into_iter().sum()
        };
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    })
}

#[tokio::test]
async fn a_flood_of_starts_from_one_site_does_not_slow_the_logins_of_another() {
    let shop = Shop::open_with(|setup| {
        // Not a line for each of its refusals.
        setup.level = "info,leadtap::grpc::gate=error".to_owned();
        let site = setup.site_section("flooding", "max_starts_per_minute = 3000");
        setup.more = site + &caller_section("flooding", "flooding", FLOOD_TOKEN, "login");
    })
    .await;
    let idle = timed(&shop.client).await;

    let refused = watch::Sender::new(false);
    let flooder = flooder(shop.daemon.socket.clone(), refused.clone());
    // From here on the flood is at its height: it gets what it may, and is refused more.
    let mut height = refused.subscribe();
    height.wait_for(|refused| *refused).await.unwrap();
    let flooded = timed(&shop.client).await;
    assert!(!flooder.is_finished(), "the flood ended early");
    shop.daemon.stops().await;
    let begun = flooder.join().unwrap();
    assert!(begun >= 3_000, "the flood began {begun} logins");

    // A flooder takes its share of the machine's cores, and no more than that.
    let bound = |idle: Duration| 10 * idle + Duration::from_millis(500);
    for at in [LOGINS / 2, LOGINS * 9 / 10] {
        let (idle, flooded) = (idle[at], flooded[at]);
        assert!(
            flooded <= bound(idle),
            "login {at} of {LOGINS} by length: {idle:?}, while flooded {flooded:?}"
        );
    }
}

/// A configuration that says no more than it must.
fn defaults() -> Config {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display();
    secret(&folder.path().join("app-secret"), "app-secret");
    let text = format!(
        r#"
listen.unix.path = "{here}/leadtap.sock"
store.path = "{here}/data"
keys.file = "{here}/keys"
[[site]]
name = "shop"
instagram_app_id = "1"
instagram_app_secret_file = "{here}/app-secret"
redirect_uris = ["https://shop.example/callback"]
[[caller]]
name = "plugin"
site = "shop"
uid = 1
permissions = ["login"]
"#
    );
    Config::parse(&text).unwrap()
}

#[test]
fn the_document_has_the_numbers_of_the_code() {
    let config = defaults();
    let (site, caller) = (&config.sites[0], &config.callers[0].caller);
    let document = include_str!("../../docs/limits.md");
    let seconds = |time: Duration| time.as_secs() as usize;
    let rows: [(&str, usize); 22] = [
        ("connections of a listener", config.limits.max_connections),
        ("handshakes of TLS under way, a worker", HANDSHAKES),
        (
            "calls under way of a connection",
            STREAMS_PER_CONNECTION as usize,
        ),
        (
            "calls in flight of a caller",
            caller.allowance.calls_in_flight,
        ),
        (
            "calls in flight of a site's callers together",
            site.allowance.calls_in_flight,
        ),
        (
            "calls in flight that need no caller (health, reflection)",
            OPEN_CALLS,
        ),
        (
            "logins that a caller begins in a minute",
            caller.allowance.starts_per_minute as usize,
        ),
        (
            "logins that a site's callers begin in a minute",
            site.allowance.starts_per_minute as usize,
        ),
        (
            "logins under way that a caller began",
            caller.max_pending_authorizations,
        ),
        (
            "logins under way of a site",
            site.max_pending_authorizations,
        ),
        ("writes that wait for the disk", QUEUE_CAPACITY),
        ("beginnings of one site among them", SITE_SHARE),
        ("bytes of a request", REQUEST_BYTES),
        (
            "leads that a site's retention erases in a minute",
            retention::AT_ONCE,
        ),
        ("leads ready in memory", config.store.lead_cache),
        (
            "memory of the store's cache, in MiB",
            (config.store.cache_bytes / (1024 * 1024)) as usize,
        ),
        ("a call, whatever its deadline says", seconds(LONGEST)),
        (
            "from connecting to the first bytes of HTTP",
            seconds(FIRST_BYTES_TIMEOUT),
        ),
        ("a handshake of TLS", seconds(HANDSHAKE_TIMEOUT)),
        (
            "a silent connection, until it is asked for a sign of life",
            seconds(KEEPALIVE_INTERVAL),
        ),
        (
            "a connection that the daemon ends, until its client has hung up",
            seconds(LINGER),
        ),
        (
            "a stop, until whoever is still connected is cut off",
            seconds(config.limits.drain),
        ),
    ];
    for (what, number) in rows {
        let row = format!("| {what} | {number} |");
        assert!(document.contains(&row), "docs/limits.md lacks `{row}`");
    }
    let closed = format!("closed {} seconds later", seconds(KEEPALIVE_TIMEOUT));
    assert!(document.contains(&closed));
}
