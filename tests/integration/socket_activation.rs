//! Sockets that a service manager holds: whoever calls while the daemon is
//! started anew waits, and is answered.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use leadtap::grpc::pb::{StartAuthorizationRequest, StartAuthorizationResponse};
use prost::Message;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::{Code, Status};

use crate::support::caller::{self, Client};
use crate::support::manager::Manager;
use crate::support::not_taken::was_not_taken;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::web::Web;
use crate::support::{Browser, Fake, PATIENCE, Setup, Shop, Visit, eventually};

/// Clients of each kind.
const CLIENTS: usize = 4;

/// How often the daemon is started anew.
const RESTARTS: usize = 3;

/// What 99 of 100 calls that waited take at most. An unoptimised daemon, on a
/// machine that runs other tests beside this one, gets three times as long.
const P99: Duration = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });

/// Calls as they ended: when each began, and how long it took.
#[derive(Default)]
struct Calls(Mutex<Vec<(Instant, Duration)>>);

impl Calls {
    /// Makes one.
    async fn one<T>(&self, call: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, call).await;
        let answer = answer.expect("a call is answered");
        let took = begun.elapsed();
        self.0.lock().unwrap().push((begun, took));
        answer
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// How long those took that were under way at any of these moments, the
    /// longest last.
    fn across(&self, moments: &[Instant]) -> Vec<Duration> {
        let calls = self.0.lock().unwrap();
        let waited = calls.iter().filter(|(begun, took)| {
            let under_way = *begun..*begun + *took;
            moments.iter().any(|moment| under_way.contains(moment))
        });
        let mut waited: Vec<_> = waited.map(|(_, took)| *took).collect();
        waited.sort_unstable();
        waited
    }
}

/// The clients of a shop, at work until they are told to stop.
struct Load {
    socket: PathBuf,
    calls: Calls,
    stop: watch::Sender<bool>,
}

impl Load {
    fn goes_on(&self) -> bool {
        !*self.stop.borrow()
    }

    /// Each call on a connection of its own, over HTTP/2: two a login.
    async fn logs_in(self: Arc<Self>) {
        let fresh = async || caller::client(caller::unix(&self.socket).await, None);
        let browser = Browser::new();
        while self.goes_on() {
            let started = self
                .calls
                .one(async { start(&fresh().await, browser.start_request()).await });
            let started = started.await.unwrap();
            let callback = browser.allow(&started.authorization_url, ACCOUNT).await;
            let request = browser.complete_request(&callback);
            let done = self
                .calls
                .one(async { fresh().await.complete_authorization(request).await });
            authorized(done.await.map(tonic::Response::into_inner));
        }
    }

    /// Each call on a connection of its own, over HTTP/1.1, as PHP makes them.
    async fn begins_over_http_1(self: Arc<Self>) {
        let request = Browser::new().start_request();
        while self.goes_on() {
            let web = Web::new(&self.socket);
            let answer = self
                .calls
                .one(web.call("StartAuthorization", &request))
                .await;
            assert_eq!(answer.status.code(), Code::Ok, "{:?}", answer.status);
            let message = answer.message.unwrap();
            StartAuthorizationResponse::decode(&*message).unwrap();
        }
    }

    /// All calls on one connection, as long as it stays: one that the daemon
    /// did not take goes over the next.
    async fn begins_over_one_connection(self: Arc<Self>) {
        let client = caller::client(caller::unix(&self.socket).await, None);
        let request = Browser::new().start_request();
        while self.goes_on() {
            let until_taken = async {
                loop {
                    match start(&client, request.clone()).await {
                        Err(status) if was_not_taken(&status) => {}
                        done => return done,
                    }
                }
            };
            let done = self.calls.one(until_taken).await;
            done.unwrap_or_else(|status| panic!("{status:?}: {:?}", status.source()));
        }
    }
}

async fn start(
    client: &Client,
    request: StartAuthorizationRequest,
) -> Result<StartAuthorizationResponse, Status> {
    let answer = client.clone().start_authorization(request).await;
    answer.map(tonic::Response::into_inner)
}

fn load(socket: &Path) -> (Arc<Load>, JoinSet<()>) {
    let load = Arc::new(Load {
        socket: socket.to_owned(),
        calls: Calls::default(),
        stop: watch::Sender::new(false),
    });
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(Arc::clone(&load).logs_in());
        clients.spawn(Arc::clone(&load).begins_over_http_1());
        clients.spawn(Arc::clone(&load).begins_over_one_connection());
    }
    (load, clients)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_the_daemon_is_started_anew_under_load() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    setup.level = "info".to_owned();
    let manager = Manager::holding(&mut setup, "leadtap.sock");
    let mut daemon = setup.start().await;
    let (load, clients) = load(&manager.path());
    let more = async |wanted: usize| {
        let before = load.calls.count();
        let enough = async || (load.calls.count() >= before + wanted).then_some(());
        eventually("calls are answered", enough).await;
    };
    let mut without_a_daemon = Vec::new();
    for _ in 0..RESTARTS {
        more(100).await;
        daemon.stops().await;
        without_a_daemon.push(Instant::now());
        daemon = setup.start().await;
    }
    more(100).await;
    load.stop.send_replace(true);
    // A client whose call failed has panicked.
    clients.join_all().await;
    let waited = load.calls.across(&without_a_daemon);
    let p99 = waited[waited.len() * 99 / 100];
    assert!(waited.len() >= RESTARTS * CLIENTS, "{}", waited.len());
    assert!(p99 < P99, "{waited:?}");
    daemon.stops().await;
    assert!(manager.path().exists(), "the socket is the manager's");
}

#[tokio::test]
async fn who_calls_while_no_daemon_runs_is_answered_by_the_next() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let manager = Manager::holding(&mut setup, "leadtap.sock");
    // Over HTTP/1.1 a client speaks first, so its whole request waits.
    let web = Web::new(&manager.path());
    let request = Browser::new().start_request();
    let early = tokio::spawn(async move { web.call("StartAuthorization", &request).await });
    let daemon = setup.start().await;
    let answer = early.await.unwrap();
    assert_eq!(answer.status.code(), Code::Ok, "{:?}", answer.status);
    daemon.stops().await;
}

#[tokio::test]
async fn a_connection_without_a_call_yet_is_served_when_the_stop_comes() {
    let shop = Shop::open_with(|setup| {
        Manager::holding(setup, "leadtap.sock");
    })
    .await;
    let late = shop.daemon.channel().await;
    // Taken by now: the daemon answers on a later one.
    Visit::begin(&caller::client(shop.daemon.channel().await, None)).await;
    let log = shop.setup.path("log");
    let call = async {
        let stopping = async || {
            let log = std::fs::read_to_string(&log).unwrap();
            log.contains("stopping").then_some(())
        };
        eventually("the stop's beginning", stopping).await;
        Visit::begin(&caller::client(late, None)).await;
    };
    let socket = shop.daemon.socket.clone();
    tokio::join!(shop.daemon.stops(), call);
    assert!(socket.exists());
}

#[tokio::test]
async fn a_socket_that_is_not_the_configured_one_stops_the_start() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let _manager = Manager::holding(&mut setup, "other.sock");
    let (exit, said) = setup.refused().await;
    assert_eq!(exit, Some(78), "{said}");
    for part in ["other.sock", "leadtap.sock", "ListenStream="] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

/// LISTEN_PID of a process before it, as a program has it that systemd started
/// and that starts a daemon without passing anything on.
#[tokio::test]
async fn sockets_that_were_passed_to_somebody_else_are_left_alone() {
    let shop = Shop::open_with(|setup| {
        for (name, value) in [("LISTEN_FDS", "1"), ("LISTEN_PID", "1")] {
            setup.environment.push((name.to_owned(), value.to_owned()));
        }
    })
    .await;
    shop.login(ACCOUNT).await;
}
