//! What the process takes of the machine, under the names that every Prometheus
//! client has for it.

use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage};
use nix::sys::time::TimeVal;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

use super::registry::Registry;

use std::sync::atomic::AtomicU64;

/// Bytes of the kernel's `kB` (proc(5)).
const KIB: i64 = 1024;

#[derive(Debug, Default)]
pub(super) struct Process {
    cpu: Counter<f64, AtomicU64>,
    resident: Gauge,
    open_files: Gauge,
    most_files: Gauge,
}

impl Process {
    /// Asks the system. What it does not say stays as it was.
    pub(super) fn refresh(&self) {
        if let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) {
            let used = seconds(usage.user_time()) + seconds(usage.system_time());
            let more = used - self.cpu.get();
            if more > 0.0 {
                self.cpu.inc_by(more);
            }
        }
        if let Some(bytes) = resident() {
            self.resident.set(bytes);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            self.open_files.set(number(files.count() as u64));
        }
        if let Ok((soft, _)) = getrlimit(Resource::RLIMIT_NOFILE) {
            self.most_files.set(number(soft));
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.add_process(
            "cpu_seconds",
            "Processor time of the daemon, in the kernel and outside",
            self.cpu.clone(),
        );
        for (name, help, gauge) in [
            (
                "resident_memory_bytes",
                "Memory that the daemon holds",
                &self.resident,
            ),
            (
                "open_fds",
                "File descriptors that are open",
                &self.open_files,
            ),
            ("max_fds", "File descriptors that may be", &self.most_files),
        ] {
            registry.add_process(name, help, gauge.clone());
        }
    }
}

fn seconds(time: TimeVal) -> f64 {
    let whole = u64::try_from(time.tv_sec()).unwrap_or(0);
    let rest = u64::try_from(time.tv_usec()).unwrap_or(0);
    (Duration::from_secs(whole) + Duration::from_micros(rest)).as_secs_f64()
}

fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: i64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * KIB)
}

pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_the_process_takes() {
        let process = Process::default();
        process.refresh();
        assert!(process.resident.get() > 1_000_000);
        assert!((3..=process.most_files.get()).contains(&process.open_files.get()));
        let before = process.cpu.get();
        process.refresh();
        assert!(before > 0.0 && process.cpu.get() >= before);
    }
}
