//! The daemon's memory never gets into a file.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::Shop;

#[tokio::test]
async fn a_daemon_that_crashes_leaves_no_core_dump() {
    let Shop {
        mut daemon,
        setup: _setup,
        ..
    } = Shop::open().await;
    let process = format!("/proc/{}", daemon.child.id());
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let limit: Vec<&str> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(limit, ["0", "0"], "{limits}");

    // What is not dumpable belongs to root in /proc, whoever runs it (proc(5)).
    assert_eq!(std::fs::metadata(&process).unwrap().uid(), 0);

    let id = Pid::from_raw(i32::try_from(daemon.child.id()).unwrap());
    kill(id, Signal::SIGABRT).unwrap();
    let ended = tokio::task::spawn_blocking(move || daemon.child.wait().unwrap());
    let status = ended.await.unwrap();
    assert_eq!(status.signal(), Some(Signal::SIGABRT as i32));
    assert!(!status.core_dumped());
}
