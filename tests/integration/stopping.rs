//! How a daemon stops, and how a second one does not start.

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::ErrorReason as Reason;
use serde_json::json;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::support::command::{leadtap, run};
use crate::support::shop::{ACCOUNT, authorized, get_lead, keys};
use crate::support::{Shop, caller, eventually, web};

/// The beginning of a request over HTTP/1.1.
const LATE_HEAD: &str = "POST /leadtap.v1.LoginService/GetLead HTTP/1.1\r\n\
    Host: localhost\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 5\r\n";

fn one_worker() -> (String, String) {
    let workers = |number| format!("worker_threads = {number}");
    (workers(2), workers(1))
}

#[tokio::test]
async fn a_call_under_way_is_answered_before_the_daemon_stops() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 500 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let call = {
        let (mut client, callback) = (shop.client.clone(), callback.clone());
        let request = visit.browser.complete_request(&callback);
        tokio::spawn(async move { client.complete_authorization(request).await })
    };
    shop.fake.called(visit.state(), "token").await;
    let socket = shop.daemon.socket.clone();
    assert_eq!(shop.daemon.stop().await.code(), Some(0));
    let answer = call.await.unwrap().map(tonic::Response::into_inner);
    assert!(authorized(answer).new_lead);
    assert!(!socket.exists(), "the socket's file is gone");
}

#[tokio::test]
async fn a_login_whose_caller_hung_up_is_finished_before_the_daemon_stops() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 500 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let call = {
        let mut client = caller::client(shop.daemon.channel().await, None);
        let request = visit.browser.complete_request(&callback);
        tokio::spawn(async move { client.complete_authorization(request).await })
    };
    shop.fake.called(visit.state(), "token").await;
    call.abort();
    assert_eq!(shop.daemon.stop().await.code(), Some(0));
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);

    let daemon = shop.setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    assert!(authorized(visit.complete(&client, &callback).await).replayed);
}

#[tokio::test]
async fn a_client_that_never_hangs_up_does_not_hold_the_daemon() {
    let shop = Shop::open_with(|setup| {
        let drain = (
            "drain_seconds = 2".to_owned(),
            "drain_seconds = 1".to_owned(),
        );
        setup.replaced.push(drain);
        setup.replaced.push(one_worker());
    })
    .await;
    // A request whose end never comes.
    let mut silent = UnixStream::connect(&shop.daemon.socket).unwrap();
    silent.write_all(LATE_HEAD.as_bytes()).unwrap();
    silent.write_all(b"\r\n").unwrap();
    // The same worker takes connections in their order, so it is taken by now.
    shop.visit().await;
    let log = shop.setup.path("log");
    let begun = Instant::now();
    assert_eq!(shop.daemon.stop().await.code(), Some(0));
    let took = begun.elapsed();
    assert!(
        took >= Duration::from_secs(1),
        "the client held it: {took:?}"
    );
    assert!(took < Duration::from_secs(4), "{took:?}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("did not hang up in time"), "{log}");
}

#[tokio::test]
async fn an_open_health_watch_does_not_hold_the_daemon() {
    let shop = Shop::open_with(|setup| {
        let drain = (
            "drain_seconds = 2".to_owned(),
            "drain_seconds = 60".to_owned(),
        );
        setup.replaced.push(drain);
    })
    .await;
    let mut health = HealthClient::new(shop.daemon.channel().await);
    let request = HealthCheckRequest {
        service: String::new(),
    };
    let mut watch = health.watch(request).await.unwrap().into_inner();
    watch.message().await.unwrap().unwrap();
    let begun = Instant::now();
    let log = shop.setup.path("log");
    assert_eq!(shop.daemon.stop().await.code(), Some(0));
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(20),
        "the watcher held it: {took:?}"
    );
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("did not hang up in time"), "{log}");
    let ended = watch.message().await.unwrap_err();
    let info = ended.get_details_error_info().unwrap();
    assert_eq!(ended.code(), Code::Unavailable);
    assert_eq!(info.reason, reason_name(Reason::ShuttingDown));
}

/// Over HTTP/1.1, where a request that has begun to arrive when the stop comes
/// is still answered.
#[tokio::test]
async fn a_call_that_comes_while_the_daemon_stops_is_told_so() {
    let shop = Shop::open_with(|setup| {
        setup.replaced.push(one_worker());
    })
    .await;
    let mut late = UnixStream::connect(&shop.daemon.socket).unwrap();
    late.write_all(LATE_HEAD.as_bytes()).unwrap();
    // The same worker takes connections in their order, so the late one is taken by now.
    let visit = shop.visit_under(json!({ "token_delay_ms": 1_000 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let call = async {
        let channel = shop.daemon.channel().await;
        let client = caller::client(channel, None);
        authorized(visit.complete(&client, &callback).await)
    };
    let stop = async {
        shop.fake.called(visit.state(), "token").await;
        let pid = i32::try_from(shop.daemon.child.id()).unwrap();
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let stopping = async || shop.daemon.log().contains("stopping").then_some(());
        eventually("the stop's beginning", stopping).await;
        // At once: the answer may come, and the connection go, before the body is asked for.
        let rest = [b"\r\n", &*web::frame(&[])].concat();
        late.write_all(&rest).unwrap();
        tokio::task::spawn_blocking(move || {
            let mut answer = String::new();
            std::io::Read::read_to_string(&mut late, &mut answer).unwrap();
            answer
        })
        .await
        .unwrap()
    };
    let (_, answer) = tokio::join!(call, stop);
    let refusal = web::refusal_in(&answer);
    let refusal = refusal.is(Code::Unavailable, Reason::ShuttingDown, "RETRY");
    assert_eq!(refusal.after(Some(1)).fields, []);
}

#[tokio::test]
async fn a_second_daemon_on_the_same_store_is_refused() {
    let shop = Shop::open().await;
    let config = shop.setup.path("leadtap.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let ours = shop.daemon.socket.display().to_string();
    std::fs::write(&config, text.replace(&ours, &format!("{ours}2"))).unwrap();
    let ended = run(leadtap(&["serve", "--config", config.to_str().unwrap()])).await;
    assert_eq!(ended.exit, Some(69), "{ended:?}");
    assert!(ended.err.contains("in use"), "{ended:?}");
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn a_second_daemon_on_the_same_socket_is_refused() {
    let shop = Shop::open().await;
    let config = shop.setup.path("leadtap.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let ours = shop.setup.data().display().to_string();
    std::fs::write(&config, text.replace(&ours, &format!("{ours}2"))).unwrap();
    let ended = run(leadtap(&["serve", "--config", config.to_str().unwrap()])).await;
    assert_eq!(ended.exit, Some(74), "{ended:?}");
    assert!(
        ended.err.contains("a daemon listens there already"),
        "{ended:?}"
    );
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn a_socket_left_behind_by_a_crash_does_not_stop_the_next_daemon() {
    let shop = Shop::open().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let socket = shop.daemon.socket.clone();
    shop.daemon.kill_9();
    assert!(socket.exists());
    let daemon = shop.setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    for key in keys(&lead) {
        let found = get_lead(&client, key).await;
        assert_eq!(found.unwrap(), lead);
    }
}
