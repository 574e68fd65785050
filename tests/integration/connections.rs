//! How many connections there may be, and what happens beyond.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::support::daemon::TOKEN;
use crate::support::shop::ACCOUNT;
use crate::support::{Shop, Visit, caller, eventually};

/// File descriptors of a daemon that has too few.
const FEW_FILES: usize = 64;

/// A health check over HTTP/1.1: answered as soon as its connection is taken.
const CHECK: &[u8] = b"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: localhost\r\n\
    Content-Type: application/grpc-web+proto\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0";

/// Asks on a connection; whether an answer comes in this time.
pub fn answered(mut connection: &UnixStream, within: Duration) -> bool {
    connection.set_read_timeout(Some(within)).unwrap();
    matches!(connection.read(&mut [0; 1024]), Ok(1..))
}

pub fn ask(socket: &Path) -> UnixStream {
    let mut connection = UnixStream::connect(socket).unwrap();
    connection.write_all(CHECK).unwrap();
    connection
}

/// Hundredths of a second of the processor's time that a process has used
/// (proc(5), fields 14 and 15 of `stat`).
fn processor_time(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = rest.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test]
async fn a_listener_has_so_many_connections_and_more_wait() {
    let shop = Shop::open_with(|setup| {
        let two = (
            "drain_seconds = 2".to_owned(),
            "drain_seconds = 2\nmax_connections = 3".to_owned(),
        );
        setup.replaced.push(two);
    })
    .await;
    // The shop's own client has a connection already.
    let socket = shop.daemon.socket.clone();
    let (first, second, third) = (ask(&socket), ask(&socket), ask(&socket));
    let said = |log: String| log.contains("all connections are taken");
    let full = async || said(shop.daemon.log()).then_some(());
    tokio::task::spawn_blocking(move || {
        assert!(answered(&first, Duration::from_secs(20)));
        assert!(answered(&second, Duration::from_secs(20)));
        assert!(
            !answered(&third, Duration::from_millis(300)),
            "a fourth of three"
        );
        drop(first);
        assert!(answered(&third, Duration::from_secs(20)));
    })
    .await
    .unwrap();
    eventually("a log line", full).await;
    // The other listener has places of its own, and who is connected is not harmed.
    let remote = caller::client(caller::tcp(&shop.daemon).await, Some(TOKEN));
    Visit::begin(&remote).await;
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn without_file_descriptors_the_daemon_waits_and_comes_back() {
    let shop = Shop::open_with(|setup| {
        let limit = format!("--nofile={FEW_FILES}");
        setup.started_by = vec!["prlimit".to_owned(), limit];
    })
    .await;
    let pid = shop.daemon.child.id();
    let socket = shop.daemon.socket.clone();
    let many: Vec<UnixStream> = (0..FEW_FILES)
        .map(|_| UnixStream::connect(&socket).unwrap())
        .collect();
    let said = "no connection can be taken";
    let exhausted = async || shop.daemon.log().contains(said).then_some(());
    eventually("a log line", exhausted).await;

    let before = processor_time(pid);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = processor_time(pid) - before;
    assert!(used < 50, "it used {used} of 200 hundredths of a second");
    assert_eq!(shop.daemon.log().matches(said).count(), 1);

    drop(many);
    let back = async || {
        shop.daemon
            .log()
            .contains("connections are taken again")
            .then_some(())
    };
    eventually("a log line", back).await;
    shop.login(ACCOUNT).await;
    shop.daemon.stops().await;
}
