//! How much memory a daemon takes when everything that it allows goes on at
//! once: docs/limits.md states the number.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use leadtap::grpc::pb;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::task::JoinSet;
use tonic::Streaming;

use crate::support::caller::tcp_place;
use crate::support::daemon::{Daemon, TOKEN};
use crate::support::desk::with_leads;
use crate::support::shop::ACCOUNT;
use crate::support::{Browser, Shop, eventually};

/// Resident MiB at most, as docs/limits.md says.
const MOST_MIB: u64 = 640;

/// Connections of each listener; the few that are left over are the test's own.
const CONNECTIONS: usize = 4_096 - 32;

/// Calls in flight of each of the two callers, likewise.
const CALLS: usize = 1_024 - 32;

/// Consumers of WatchLeads that a site may have.
const WATCHERS: usize = 16;

/// Logins under way that one caller may have.
const PENDING: usize = 10_000;

/// Calls that begin logins at once.
const AT_ONCE: usize = 256;

/// Bytes of the largest request, and of the frame around it.
const REQUEST: usize = 64 * 1024;

const CHECK: &str = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: localhost\r\n\
    Content-Type: application/grpc-web+proto\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0";

trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

/// As many files as the system lets this process have; whether that is enough.
fn files(wanted: u64) -> bool {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let raised = setrlimit(Resource::RLIMIT_NOFILE, hard.min(4 * wanted), hard);
    raised.is_ok() && hard >= wanted
}

/// A connection that was taken: it asked for something and was answered.
fn taken(mut connection: impl Connection + 'static) -> Box<dyn Connection> {
    connection.write_all(CHECK.as_bytes()).unwrap();
    assert!(connection.read(&mut [0; 1024]).unwrap() > 0);
    Box::new(connection)
}

/// Sends the largest request that there may be, but for its last byte.
fn almost_call(connection: &mut dyn Connection, proof: &str) {
    let length = u32::try_from(REQUEST - 5).unwrap();
    let head = format!(
        "POST /leadtap.v1.LoginService/StartAuthorization HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/grpc-web+proto\r\n{proof}Content-Length: {REQUEST}\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&[0]).unwrap();
    connection.write_all(&length.to_be_bytes()).unwrap();
    connection.write_all(&vec![b'x'; REQUEST - 6]).unwrap();
}

/// Opens connections to both listeners, a part of them with a call in flight.
fn crowd(socket: &Path, tcp: &str) -> Vec<Box<dyn Connection>> {
    let mut all = Vec::new();
    for number in 0..CONNECTIONS {
        let mut near = taken(UnixStream::connect(socket).unwrap());
        let mut far = taken(TcpStream::connect(tcp).unwrap());
        // One caller is known by its user, the other by its token.
        if number < CALLS {
            almost_call(&mut *near, "");
            almost_call(&mut *far, &format!("Authorization: Bearer {TOKEN}\r\n"));
        }
        all.extend([near, far]);
    }
    all
}

/// Resident MiB, at the moment and at most so far (proc_pid_status(5)).
fn resident(daemon: &Daemon) -> (u64, u64) {
    let path = format!("/proc/{}/status", daemon.child.id());
    let status = std::fs::read_to_string(path).unwrap();
    let of = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() / 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

async fn begin_logins(shop: &Shop) {
    let mut tasks = JoinSet::new();
    let request = Browser::new().start_request();
    for task in 0..AT_ONCE {
        let (mut client, request) = (shop.client.clone(), request.clone());
        tasks.spawn(async move {
            for _ in (task..PENDING - AT_ONCE).step_by(AT_ONCE) {
                client.start_authorization(request.clone()).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

async fn watchers(shop: &Shop) -> Vec<Streaming<pb::WatchLeadsResponse>> {
    let mut all = Vec::new();
    for _ in 0..WATCHERS {
        let mut desk = LeadServiceClient::new(shop.daemon.channel().await);
        let events = desk.watch_leads(pb::WatchLeadsRequest::default()).await;
        let mut events = events.unwrap().into_inner();
        assert!(events.message().await.unwrap().is_some());
        all.push(events);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_all_its_caps_at_once_a_daemon_stays_within_its_memory() {
    if !files(12_000) {
        println!("skipped: this system gives no 12,000 file descriptors");
        return;
    }
    let shop = Shop::open_with(|setup| {
        with_leads(setup);
        setup.level = "warn,leadtap::cli=info".to_owned();
    })
    .await;
    let (empty, _) = resident(&shop.daemon);
    shop.login(ACCOUNT).await;
    begin_logins(&shop).await;
    let watchers = watchers(&shop).await;
    let (socket, tcp) = (shop.daemon.socket.clone(), tcp_place(&shop.daemon));
    let opened = tokio::task::spawn_blocking(move || crowd(&socket, &tcp));
    let crowd = opened.await.unwrap();
    // Until what was sent is taken up.
    let mut before = 0;
    eventually("the end of the growth", async || {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (now, _) = resident(&shop.daemon);
        let has_ended = now <= before;
        before = now;
        has_ended.then_some(())
    })
    .await;
    // Whoever comes now is served.
    shop.login(ACCOUNT).await;
    let (now, most) = resident(&shop.daemon);
    println!("resident: {empty} MiB without any of it, {now} MiB now, {most} MiB at most");
    assert!(most <= MOST_MIB, "{most} MiB");
    assert!(
        now > empty + 32,
        "there was no load: {empty} MiB, {now} MiB"
    );
    let document = include_str!("../../docs/limits.md");
    assert!(document.contains(&format!("below {MOST_MIB} MiB")));
    drop((crowd, watchers));
    shop.daemon.stops().await;
}
