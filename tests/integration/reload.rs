//! SIGHUP: the configuration and the certificates are read again.

use std::sync::Arc;

use leadtap::grpc::pb::ErrorReason as Reason;
use leadtap::grpc::pb::get_lead_request::Key;
use rustls::pki_types::CertificateDer;
use serde_json::json;
use tonic::Code;

use crate::support::caller::{self, caller_section, tcp_place};
use crate::support::daemon::TOKEN;
use crate::support::reload::RELOADED;
use crate::support::shop::{ACCOUNT, authorized, get_lead};
use crate::support::tls::{self, Authority};
use crate::support::{Browser, Refusal, Shop, Visit, eventually};

pub const REFUSED: &str = "the new configuration is refused";

pub async fn reload(shop: &Shop, change: impl FnOnce(String) -> String, said: &str) {
    crate::support::reload::reload(&shop.setup, &shop.daemon, change, said).await;
}

fn nobody() -> Key {
    Key::InstagramUserId("1".to_owned())
}

#[tokio::test]
async fn callers_come_and_go_and_no_connection_is_dropped() {
    let shop = Shop::open().await;
    // One connection each, for all of the test.
    let channel = shop.daemon.channel().await;
    let remote = caller::client(channel.clone(), Some(TOKEN));
    let newcomer = caller::client(channel, Some("a-new-token"));
    let is_let_in = |refusal: Refusal| {
        refusal.is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    };
    is_let_in(Refusal::from(get_lead(&remote, nobody()).await));
    let unknown = Refusal::from(get_lead(&newcomer, nobody()).await);
    unknown.is(Code::Unauthenticated, Reason::CallerUnknown, "OPERATOR");

    // A login is under way meanwhile, of a caller that goes.
    let visit = Visit::begin(&remote).await;
    let slow = json!({ "token_delay_ms": 1_500 });
    shop.fake.knobs_for(visit.state(), slow).await;
    let callback = visit.allow(ACCOUNT).await;
    let going_on = async { authorized(visit.complete(&remote, &callback).await) };
    let change = async {
        shop.fake.called(visit.state(), "token").await;
        let exchange = |text: String| {
            let (kept, _) = text.split_once("[[caller]]\nname = \"remote\"").unwrap();
            kept.to_owned() + &caller_section("newcomer", "shop", "a-new-token", "login")
        };
        reload(&shop, exchange, RELOADED).await;
        is_let_in(Refusal::from(get_lead(&newcomer, nobody()).await));
        let gone = Refusal::from(get_lead(&remote, nobody()).await);
        gone.is(Code::Unauthenticated, Reason::CallerUnknown, "OPERATOR");
    };
    let (done, ()) = tokio::join!(going_on, change);
    assert!(done.new_lead);
    // The Unix socket's own connection has seen all of it.
    shop.login(ACCOUNT).await;
    shop.daemon.stops().await;
}

#[tokio::test]
async fn sites_and_limits_change() {
    let shop = Shop::open().await;
    shop.visit().await;
    let limit = |text: String| {
        text.replace(
            "name = \"shop\"",
            "name = \"shop\"\nmax_pending_authorizations = 1",
        )
    };
    reload(&shop, limit, RELOADED).await;
    let request = Browser::new().start_request();
    let refused = shop.client.clone().start_authorization(request).await;
    Refusal::from(refused).is(
        Code::ResourceExhausted,
        Reason::TooManyPendingAuthorizations,
        "RETRY",
    );
}

#[tokio::test]
async fn a_configuration_with_mistakes_is_refused_and_the_old_one_stays() {
    let shop = Shop::open_with(|setup| setup.level = "info".to_owned()).await;
    let break_it = |text: String| {
        text.replace("worker_threads = 2", "worker_threadz = 2")
            .replace("permissions = [\"login\"]", "permissions = [\"logon\"]")
    };
    reload(&shop, break_it, REFUSED).await;
    let log = shop.daemon.log();
    for problem in [
        "limits.worker_threadz",
        "caller[0].permissions[0]",
        "caller[1].permissions[0]",
    ] {
        assert!(log.contains(problem), "{problem} is not in {log}");
    }
    shop.login(ACCOUNT).await;
    let remote = caller::client(shop.daemon.channel().await, Some(TOKEN));
    Visit::begin(&remote).await;

    let mend = |_| shop.setup.configuration();
    reload(&shop, mend, RELOADED).await;
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn what_takes_a_restart_is_said_and_left_out() {
    let shop = Shop::open().await;
    // The last word of a start; later ones must not be finer than the new level.
    eventually("the first count", async || {
        let log = shop.daemon.log();
        log.contains("the tokens were counted").then_some(())
    })
    .await;
    let elsewhere = |text: String| {
        text.replace("worker_threads = 2", "worker_threads = 3")
            .replace("/data\"", "/other\"")
            .replace("level = \"trace\"", "level = \"info\"")
    };
    reload(&shop, elsewhere, RELOADED).await;
    let log = shop.daemon.log();
    for key in ["limits.worker_threads", "store"] {
        let line = format!("config.key=\"{key}\"");
        assert!(log.contains(&line), "{key} is not in {log}");
    }
    assert!(!log.contains("config.key=\"metrics\""), "{log}");
    assert!(!shop.setup.path("other").exists());
    shop.login(ACCOUNT).await;
    // The level has changed with it.
    let quiet = shop.daemon.log();
    let (_, since) = quiet.rsplit_once(RELOADED).unwrap();
    let fine = [" DEBUG ", " TRACE "];
    assert!(!fine.iter().any(|level| since.contains(level)), "{since}");
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections() {
    let mut authority = None;
    let shop = Shop::open_with(|setup| {
        let own = Authority::new(setup);
        let files = own.issue("server");
        own.seal(setup, &files);
        authority = Some(own);
    })
    .await;
    let authority = authority.unwrap();
    let address = tcp_place(&shop.daemon);
    let client = Arc::new(authority.client(None));
    let shown = async || -> CertificateDer<'static> {
        let stream = tls::connect(&address, &client).await.unwrap();
        let chain = stream.get_ref().1.peer_certificates().unwrap();
        chain[0].clone().into_owned()
    };
    let old = shown().await;
    let open = tls::channel(&address, authority.client(None)).await;
    let open = caller::client(open, Some(TOKEN));
    Visit::begin(&open).await;

    authority.issue("server");
    let file = shop.setup.path("server.pem");
    assert_eq!(shown().await, old, "before the signal it is the old one");
    reload(&shop, |text| text, RELOADED).await;
    assert_eq!(shown().await, tls::certificate(&file));
    assert_ne!(shown().await, old);
    Visit::begin(&open).await;

    // A certificate without its key is refused, and the one before stays.
    std::fs::write(&file, "no certificate").unwrap();
    reload(&shop, |text| text, REFUSED).await;
    assert_ne!(shown().await, old);
    Visit::begin(&open).await;
}
