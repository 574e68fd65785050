//! A daemon that nobody calls leaves the machine alone.

use std::path::Path;
use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::shop::ACCOUNT;
use crate::support::{Setup, Shop};

/// How long it is watched, and how often: others run on this machine, and what
/// they cost the daemon only adds to a count, so the least of them is its own.
const WATCHED: Duration = Duration::from_secs(12);
const WATCHES: usize = 5;

/// Switches in that time, at most: one a second.
const AT_MOST: u64 = 12;

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

/// How often it wakes while it is watched.
async fn watched(daemon: &Daemon) -> u64 {
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
    let mut least = u64::MAX;
    for _ in 0..WATCHES {
        least = least.min(watched(&shop.daemon).await);
        if least <= AT_MOST {
            break;
        }
    }
    assert!(least <= AT_MOST, "{least} times in {WATCHED:?}");
    shop.daemon.stops().await;
}
