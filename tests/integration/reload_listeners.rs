//! SIGHUP moves the listeners, and drops nobody who came in by the old ones.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::reload::{REFUSED, reload};
use crate::support::caller::{self, Client, tcp_place};
use crate::support::daemon::TOKEN;
use crate::support::reload::RELOADED;
use crate::support::scrape::scrape;
use crate::support::shop::ACCOUNT;
use crate::support::tls::{self, Authority};
use crate::support::{Shop, Visit, eventually, free_port};

const ANY_PORT: &str = "tcp = \"127.0.0.1:0\"";

async fn remote(place: &str) -> Client {
    let address = format!("http://{place}");
    let endpoint = tonic::transport::Endpoint::try_from(address).unwrap();
    caller::client(endpoint.connect().await.unwrap(), Some(TOKEN))
}

/// Until the last worker has let go of the socket.
async fn gone(socket: &Path) {
    let gone = async || (!socket.exists()).then_some(());
    eventually("the end of the socket's file", gone).await;
}

#[tokio::test]
async fn the_unix_socket_moves_and_its_connections_stay() {
    let shop = Shop::open().await;
    let (old, new) = (shop.daemon.socket.clone(), shop.setup.path("new.sock"));
    reload(
        &shop,
        |text| text.replace("leadtap.sock", "new.sock"),
        RELOADED,
    )
    .await;
    // This one came in by the old socket.
    shop.login(ACCOUNT).await;
    gone(&old).await;
    assert!(UnixStream::connect(&old).is_err());
    let client = caller::client(caller::unix(&new).await, None);
    Visit::begin(&client).await;

    // Its mode alone changes in place.
    let wider = |text: String| text.replace("mode = \"0600\"", "mode = \"0660\"");
    reload(&shop, wider, RELOADED).await;
    let mode = std::fs::metadata(&new).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    Visit::begin(&caller::client(caller::unix(&new).await, None)).await;

    // And back again, where it was before.
    reload(
        &shop,
        |text| text.replace("new.sock", "leadtap.sock"),
        RELOADED,
    )
    .await;
    gone(&new).await;
    Visit::begin(&caller::client(caller::unix(&old).await, None)).await;
    Visit::begin(&client).await;
    let log = shop.daemon.log();
    assert!(!log.contains("no connection can be taken"), "{log}");
    shop.daemon.stops().await;
    assert!(!old.exists());
}

#[tokio::test]
async fn the_tcp_port_moves_and_goes_and_one_that_is_taken_is_refused() {
    let shop = Shop::open().await;
    let old = tcp_place(&shop.daemon);
    let inside = remote(&old).await;
    let new = free_port();
    let moved = format!("tcp = \"{new}\"");
    reload(&shop, |text| text.replace(ANY_PORT, &moved), RELOADED).await;
    Visit::begin(&inside).await;
    assert!(TcpStream::connect(&old).is_err());
    let second = remote(&new).await;
    Visit::begin(&second).await;

    // Somebody else's: all stays as it was.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let others = format!("tcp = \"{}\"", other.local_addr().unwrap());
    reload(&shop, |text| text.replace(&moved, &others), REFUSED).await;
    let log = shop.daemon.log();
    assert!(
        log.contains("listen names a place that cannot be had"),
        "{log}"
    );
    Visit::begin(&remote(&new).await).await;

    // None at all.
    reload(&shop, |text| text.replace(&others, ""), RELOADED).await;
    assert!(TcpStream::connect(&new).is_err());
    Visit::begin(&second).await;
    Visit::begin(&inside).await;
    shop.login(ACCOUNT).await;
    shop.daemon.stops().await;
}

/// Or nobody is told that a listener is full which a reload added.
#[tokio::test]
async fn a_listener_is_in_the_metrics_from_the_reload_that_adds_it_to_the_one_that_takes_it_away() {
    let shop = Shop::open_with(|setup| {
        setup.replaced.push((ANY_PORT.to_owned(), String::new()));
        setup.more = "[metrics]\nlisten = \"127.0.0.1:0\"".to_owned();
    })
    .await;
    let open = async || {
        let scrape = scrape(&shop.daemon).await;
        let of = |name: &str, listener: &str| {
            scrape.value(&format!(
                "leadtap_connections{name}{{listener=\"{listener}\"}}"
            ))
        };
        let (unix, tcp) = ("listen.unix", "listen.tcp");
        assert_eq!(of("", tcp).is_some(), of("_limit", tcp).is_some());
        (of("", unix), of("", tcp))
    };
    assert_eq!(open().await, (Some(1.0), None));
    let place = free_port();
    let tcp = format!("[listen]\ntcp = \"{place}\"");
    reload(&shop, |text| text.replace("[listen]", &tcp), RELOADED).await;
    let inside = remote(&place).await;
    Visit::begin(&inside).await;
    assert_eq!(open().await, (Some(1.0), Some(1.0)));
    reload(&shop, |text| text.replace(&tcp, "[listen]"), RELOADED).await;
    assert_eq!(open().await, (Some(1.0), None));
    shop.daemon.stops().await;
}

#[tokio::test]
async fn tls_is_switched_on_at_the_same_port() {
    let mut authority = None;
    let shop = Shop::open_with(|setup| authority = Some(Authority::new(setup))).await;
    let authority = authority.unwrap();
    let place = tcp_place(&shop.daemon);
    let plain = remote(&place).await;
    let files = authority.issue("server");
    let sealed = format!(
        "{ANY_PORT}\ntls = {{ certificate = \"{}\", key = \"{}\" }}",
        files.certificate.display(),
        files.key.display()
    );
    reload(&shop, |text| text.replace(ANY_PORT, &sealed), RELOADED).await;
    // Whoever was there goes on; whoever comes has to seal.
    Visit::begin(&plain).await;
    let channel = tls::channel(&place, authority.client(None)).await;
    Visit::begin(&caller::client(channel, Some(TOKEN))).await;
    let log = shop.daemon.log();
    assert!(!log.contains("takes a restart"), "{log}");
    shop.daemon.stops().await;
}
