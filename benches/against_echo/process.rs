//! Child processes: started on a core, measured, and ended.

use std::io;
use std::process::{Child, Command};
use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// The core that the measured server has to itself.
pub(crate) const SERVER_CORE: usize = 0;

/// The core of the load and of everything else.
pub(crate) const CLIENT_CORE: usize = 1;

/// A server process. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    clock: ClockId,
}

impl Server {
    /// Starts `command` on `cores`; all threads it makes stay there.
    ///
    /// # Errors
    /// Where the machine has no such core, or the program cannot be started.
    pub(crate) fn start(mut command: Command, cores: &[usize]) -> io::Result<Self> {
        let cores = cores.to_vec();
        // A child inherits the cores of the thread that starts it.
        let starter = std::thread::spawn(move || {
            stay_on(&cores)?;
            command.spawn()
        });
        let child = starter.join().expect("the starter does not panic")?;
        let clock = clock_getcpuclockid(pid(&child))?;
        Ok(Self { child, clock })
    }

    /// CPU time of all its threads so far, in user and system mode.
    ///
    /// # Errors
    /// Where the process has ended.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        Ok(clock_gettime(self.clock)?.into())
    }

    /// Resident memory in KiB (`VmRSS`).
    ///
    /// # Errors
    /// Where the process has ended.
    pub(crate) fn resident_kib(&self) -> io::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|text| text.trim().trim_end_matches(" kB").parse().ok())
            .ok_or_else(|| io::Error::other("the process has no VmRSS: it ended"))
    }

    /// The exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> io::Result<Option<std::process::ExitStatus>> {
        self.child.try_wait()
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// Where it cannot be signalled.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        kill(pid(&self.child), Signal::SIGTERM)?;
        self.child.wait().map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).expect("a pid is an i32"))
}

/// Keeps the calling thread, and all that it starts, on `cores`.
///
/// # Errors
/// Where the machine has none of them.
pub(crate) fn stay_on(cores: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// CPU time of this process so far.
///
/// # Errors
/// None on Linux.
pub(crate) fn own_cpu() -> io::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}
