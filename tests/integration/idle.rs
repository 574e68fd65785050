//! A daemon that nobody calls leaves the machine alone.

use std::path::Path;
use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::shop::ACCOUNT;
use crate::support::{Setup, Shop};

/// How long it is watched.
const WATCHED: Duration = Duration::from_secs(12);

/// Switches in that time, at most. Less than one a second was measured on a
/// machine at rest; here others run, and what was begun before may still end.
const AT_MOST: u64 = 30;

/// How often a thread of the daemon was given the processor so far.
fn switches(daemon: &Daemon) -> u64 {
    let tasks = format!("/proc/{}/task", daemon.child.id());
    let of_thread = |task: &Path| {
        let status = std::fs::read_to_string(task.join("status")).unwrap_or_default();
        let counts = status
            .lines()
            .filter(|line| line.starts_with("voluntary_ctxt_switches"));
        let counts = counts.filter_map(|line| line.split_whitespace().last());
        counts
            .filter_map(|count| count.parse::<u64>().ok())
            .sum::<u64>()
    };
    let tasks = std::fs::read_dir(tasks).unwrap();
    tasks.map(|task| of_thread(&task.unwrap().path())).sum()
}

/// How often it wakes, once it has settled.
async fn watched(daemon: &Daemon) -> u64 {
    let settled = crate::support::eventually("it settles", async || {
        let before = switches(daemon);
        tokio::time::sleep(Duration::from_secs(2)).await;
        (switches(daemon).saturating_sub(before) < 10).then_some(())
    });
    settled.await;
    let before = switches(daemon);
    tokio::time::sleep(WATCHED).await;
    switches(daemon).saturating_sub(before)
}

#[tokio::test]
async fn an_idle_daemon_hardly_wakes() {
    let metrics = |setup: &mut Setup| {
        setup.more = "[metrics]\nlisten = \"127.0.0.1:0\"".to_owned();
    };
    let shop = Shop::open_with(metrics).await;
    shop.login(ACCOUNT).await;
    let woken = watched(&shop.daemon).await;
    assert!(woken <= AT_MOST, "{woken} times in {WATCHED:?}");
    shop.daemon.stops().await;
}
