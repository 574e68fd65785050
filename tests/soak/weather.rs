//! What befalls the daemon: Instagram's faults, the wire's, the disk's, and its
//! own sudden end.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use leadtap::grpc::pb;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use nix::sys::signal::{Signal, kill};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::random::Random;
use crate::shop::{Run, channel};
use crate::support::daemon::Daemon;
use crate::support::faults::{copy, replace_store};
use crate::support::{Disk, Setup};
use crate::wire::Wire;

/// How long an operator waits for a command of theirs.
const OPERATOR: Duration = Duration::from_secs(20);

/// How long the daemon works on after the copy was made that replaces what it
/// wrote since.
const LOST: Duration = Duration::from_secs(3);

/// What can happen next.
#[derive(Clone, Copy)]
enum Event {
    Instagram,
    Wire,
    Disk,
    Kill,
    PowerCut,
    Stop,
    Reload,
    Rotate,
    Compact,
    Backup,
    Calm,
}

const EVENTS: [(u64, Event); 11] = [
    (6, Event::Instagram),
    (6, Event::Wire),
    (6, Event::Disk),
    (4, Event::Kill),
    (3, Event::PowerCut),
    (3, Event::Stop),
    (1, Event::Reload),
    (1, Event::Rotate),
    (1, Event::Compact),
    (1, Event::Backup),
    (3, Event::Calm),
];

/// The daemon, and everything that can be wrong around it.
pub struct Weather {
    run: Run,
    random: Random,
    setup: Setup,
    daemon: Option<Daemon>,
    wire: watch::Sender<Wire>,
    /// None where the disk cannot be made to fail.
    disk: Option<Disk>,
    shadows: u32,
}

impl Weather {
    /// Starts the daemon.
    pub async fn begin(run: Run, random: Random, setup: Setup, wire: watch::Sender<Wire>) -> Self {
        let mut weather = Self {
            run,
            random,
            setup,
            daemon: None,
            wire,
            disk: None,
            shadows: 0,
        };
        if disks_can_fail() {
            weather.new_shadow();
        } else {
            let report = &weather.run.report;
            report.say("no C compiler, or no x86-64 Linux: the disk is left alone");
        }
        weather.start().await;
        weather
    }

    /// What a power cut leaves is kept anew from here on.
    fn new_shadow(&mut self) {
        let old = self.shadow();
        for gone in [old.clone(), old.with_extension("twins")] {
            let _ = std::fs::remove_dir_all(gone);
        }
        self.shadows += 1;
        // Without a seed nothing unsynced is kept; with one, some of it is.
        let seed = (!self.random.once_in(4)).then(|| self.random.below(1 << 30));
        let shadow = self.shadow();
        self.disk = Some(Disk::losing_power(&mut self.setup, &shadow, seed));
    }

    fn shadow(&self) -> PathBuf {
        self.setup.path(&format!("shadow-{}", self.shadows))
    }

    async fn start(&mut self) {
        let mut daemon = self.setup.spawn();
        if let Some(status) = daemon.ended_or_serves().await {
            let log = daemon.log();
            self.run
                .report
                .problem(format!("the daemon does not start, {status}:\n{log}"));
        }
        self.daemon = Some(daemon);
    }

    /// One thing after the other until `end`, or until something is wrong.
    pub async fn rage_until(&mut self, end: Instant) {
        while Instant::now() < end && !self.run.report.is_troubled() {
            let calm = Duration::from_millis(100 + self.random.below(900));
            tokio::time::sleep(calm).await;
            self.still_runs();
            let event = self.random.weighted(&EVENTS);
            self.happen(event).await;
        }
        self.heal().await;
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Instagram => self.instagram().await,
            Event::Wire => self.trouble_on_the_wire().await,
            Event::Disk => self.trouble_on_the_disk().await,
            Event::Kill => {
                self.note("restart, kill -9");
                self.kill();
                self.start().await;
            }
            Event::PowerCut => self.cut_power().await,
            Event::Stop => self.stop().await,
            Event::Reload => self.reload(),
            Event::Rotate => self.operate("fault: keys rotated", rotate).await,
            Event::Compact => self.operate("fault: store compacted", compact).await,
            Event::Backup => self.operate("fault: backup made", backup).await,
            Event::Calm => self.hold(1_000).await,
        }
    }

    fn note(&self, what: &str) {
        self.run.report.count(what);
    }

    /// Leaves it so for a while.
    async fn hold(&mut self, most_ms: u64) {
        let time = Duration::from_millis(100 + self.random.below(most_ms));
        tokio::time::sleep(time).await;
    }

    /// Everything works again.
    pub async fn heal(&mut self) {
        self.wire.send_replace(Wire::Whole);
        self.run.fake.forget_knobs().await;
        if let Some(disk) = &self.disk {
            disk.heal();
        }
    }

    async fn instagram(&mut self) {
        const FAILURES: [(&str, &str); 13] = [
            ("token_failure", "lost"),
            ("token_failure", "cut_off"),
            ("token_failure", "server_error"),
            ("token_failure", "html_page"),
            ("exchange_failure", "unavailable"),
            ("exchange_failure", "cut_off"),
            ("exchange_failure", "server_error"),
            ("exchange_failure", "lost"),
            ("me_failure", "unavailable"),
            ("me_failure", "lost"),
            ("me_failure", "server_error"),
            ("me_failure", "not_json"),
            ("me_failure", "cut_off"),
        ];
        const DELAYS: [&str; 3] = ["token_delay_ms", "exchange_delay_ms", "me_delay_ms"];
        if self.random.once_in(3) {
            let slow = DELAYS[self.random.index(DELAYS.len())];
            self.note(&format!("fault: Instagram, {slow}"));
            let delay = 50 + self.random.below(1_000);
            self.run.fake.knobs(json!({ slow: delay })).await;
        } else {
            let (knob, failure) = FAILURES[self.random.index(FAILURES.len())];
            self.note(&format!("fault: Instagram, {knob} {failure}"));
            self.run.fake.knobs(json!({ knob: failure })).await;
        }
        self.hold(2_000).await;
        self.run.fake.forget_knobs().await;
    }

    async fn trouble_on_the_wire(&mut self) {
        let bytes = usize::try_from(self.random.below(600)).unwrap();
        let kinds = [
            ("refuses", Wire::Refuses),
            ("is silent", Wire::Silent),
            ("resets", Wire::Resets(bytes)),
            ("is cut", Wire::Cuts(bytes)),
        ];
        let (how, wire) = kinds[self.random.index(kinds.len())];
        self.note(&format!("fault: the wire {how}"));
        self.wire.send_replace(wire);
        self.hold(2_500).await;
        self.wire.send_replace(Wire::Whole);
    }

    async fn trouble_on_the_disk(&mut self) {
        const HOW: [&str; 9] = [
            "enospc",
            "enospc-grow",
            "erofs",
            "eio-write",
            "eio-read",
            "eio-fsync",
            "eio-fsync-drop",
            "slow-fsync",
            "slow-write",
        ];
        let how = HOW[self.random.index(HOW.len())];
        let words = match how {
            "slow-fsync" | "slow-write" => format!("{how} {}", 1 + self.random.below(80)),
            _ => how.to_owned(),
        };
        let Some(disk) = &self.disk else { return };
        disk.fail(&words);
        self.note(&format!("fault: the disk, {how}"));
        self.hold(1_200).await;
        // It ends in the middle of it, at times.
        let dies = self.random.once_in(4);
        if dies {
            self.note("restart, kill -9 on a failing disk");
            self.kill();
        }
        if let Some(disk) = &self.disk {
            disk.heal();
        }
        if dies {
            self.start().await;
        }
    }

    fn kill(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.kill_9();
        }
    }

    /// Kills it, and what was not synced is gone.
    async fn cut_power(&mut self) {
        if self.disk.is_none() {
            return;
        }
        self.note("restart, power cut");
        self.kill();
        replace_store(&self.setup, &self.shadow());
        self.new_shadow();
        self.start().await;
    }

    async fn stop(&mut self) {
        self.note("restart, SIGTERM");
        if let Some(daemon) = self.daemon.take() {
            let log = self.setup.path("log");
            let status = daemon.stop().await;
            if !status.success() {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                let report = &self.run.report;
                report.problem(format!("SIGTERM ended it with {status}:\n{log}"));
            }
        }
        self.start().await;
    }

    fn reload(&self) {
        self.note("fault: SIGHUP");
        if let Some(daemon) = &self.daemon {
            let pid = i32::try_from(daemon.child.id()).unwrap();
            let _ = kill(nix::unistd::Pid::from_raw(pid), Signal::SIGHUP);
        }
    }

    /// What an operator does; what a fault does to it is not looked at.
    async fn operate<W: Future<Output = Result<(), tonic::Status>>>(
        &self,
        what: &str,
        work: impl FnOnce(Operator) -> W,
    ) {
        let operator = AdminServiceClient::new(channel(&self.run.socket));
        match tokio::time::timeout(OPERATOR, work(operator)).await {
            Ok(Ok(())) => self.note(what),
            Ok(Err(_)) => self.note(&format!("{what}, or not")),
            Err(_) => self.run.report.problem(format!("{what}: it hung")),
        }
    }

    /// Nobody ended it but this.
    fn still_runs(&mut self) {
        let Some(daemon) = &mut self.daemon else {
            return;
        };
        if let Ok(Some(status)) = daemon.child.try_wait() {
            let log = daemon.log();
            self.run
                .report
                .problem(format!("the daemon ended by itself, {status}:\n{log}"));
        }
        let id = daemon.child.id();
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{id}/status")) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            let mib = kib.unwrap_or(0) / 1024;
            self.run
                .report
                .most("most: resident MiB of the daemon", mib);
        }
        if let Ok(open) = std::fs::read_dir(format!("/proc/{id}/fd")) {
            let open = open.count() as u64;
            self.run.report.most("most: open files of the daemon", open);
        }
    }

    /// Puts a copy of the store in its place that is some seconds old: exactly
    /// what must never happen, for the check to find out.
    pub async fn lose_what_was_acknowledged(&mut self) {
        self.heal().await;
        if let Some(daemon) = self.daemon.take() {
            daemon.stop().await;
        }
        let older = self.setup.path("older");
        copy(&self.setup.data(), &older);
        self.start().await;
        tokio::time::sleep(LOST).await;
        self.kill();
        replace_store(&self.setup, &older);
        if self.disk.is_some() {
            self.new_shadow();
        }
        self.start().await;
    }

    /// The crash after which the last look is taken.
    pub async fn crash(&mut self) {
        self.kill();
        self.start().await;
    }

    /// The end; the folder is kept where somebody wants to look at it.
    pub async fn end(mut self, keep: bool) {
        self.stop().await;
        self.kill();
        if keep {
            let folder = self.setup.folder.keep();
            println!("the daemon's folder is {}", folder.display());
        }
    }
}

type Operator = AdminServiceClient<tonic::transport::Channel>;

/// A new key, everything sealed with it, the old ones gone.
async fn rotate(mut operator: Operator) -> Result<(), tonic::Status> {
    operator.add_key(pb::AddKeyRequest {}).await?;
    let steps = operator.rotate_keys(pb::RotateKeysRequest {}).await?;
    let mut steps = steps.into_inner();
    while steps.message().await?.is_some() {}
    let keys = operator.list_keys(pb::ListKeysRequest {}).await?;
    for key in keys.into_inner().keys {
        if key.state() == pb::KeyState::Opens && key.sealed_records == 0 {
            let key_id = key.key_id;
            let message = pb::RetireKeyRequest { key_id };
            operator.retire_key(message).await?;
        }
    }
    Ok(())
}

async fn compact(mut operator: Operator) -> Result<(), tonic::Status> {
    let steps = operator.compact_store(pb::CompactStoreRequest {}).await?;
    let mut steps = steps.into_inner();
    while steps.message().await?.is_some() {}
    Ok(())
}

async fn backup(mut operator: Operator) -> Result<(), tonic::Status> {
    let chunks = operator.create_backup(pb::CreateBackupRequest {}).await?;
    let mut chunks = chunks.into_inner();
    while chunks.message().await?.is_some() {}
    Ok(())
}

/// Whether the library of `tests/faults` can be had here.
fn disks_can_fail() -> bool {
    let compiler = Command::new("cc").arg("--version").output();
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
        && compiler.is_ok_and(|said| said.status.success())
}
