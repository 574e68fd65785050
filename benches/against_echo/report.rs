//! The table, and what it says about the goals.

use std::fmt::Write;

use serde::Serialize;

use crate::figures::{Against, Figures, Measured};
use crate::rows::{Call, Row, SYNC_MARGIN};

/// The least share of its core that a busy echo server gets on a machine that
/// does nothing else; on one that does, calls a second are not looked at.
const QUIET_SHARE: f64 = 0.9;

/// Whether a goal was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It was.
    Reached,
    /// By CPU a call; not by throughput, which a busy machine halves.
    ReachedByCpu,
    /// It was not.
    Missed,
    /// The machine was too busy to tell: where calls share a sync, waiting for
    /// the processor makes batches larger, which flatters the CPU of each call.
    Untold,
    /// There is none.
    NoGoal,
}

impl Verdict {
    /// As the table says it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::ReachedByCpu => "reached by cpu",
            Self::Missed => "MISSED",
            Self::Untold => "not told",
            Self::NoGoal => "",
        }
    }
}

/// The daemon at rest.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Idle {
    /// From its start to its first good answer, milliseconds.
    pub start_ms: f64,
    /// Resident memory after two idle seconds, MiB.
    pub resident_mib: f64,
}

/// The most memory an idle daemon may keep, MiB.
pub(crate) const IDLE_GOAL_MIB: f64 = 20.0;

/// The longest that a start on an empty store may take, milliseconds.
pub(crate) const START_GOAL_MS: f64 = 100.0;

impl Idle {
    /// Whether both goals are reached.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.start_ms < START_GOAL_MS && self.resident_mib <= IDLE_GOAL_MIB {
            Verdict::Reached
        } else {
            Verdict::Missed
        }
    }
}

/// The daemon at rest, in a sentence.
pub(crate) fn idle_line(idle: &Idle) -> String {
    format!(
        "serving {:.0} ms after the start on an empty store (goal < {START_GOAL_MS:.0}), \
         {:.1} MiB resident when idle (goal <= {IDLE_GOAL_MIB:.0}): {}",
        idle.start_ms,
        idle.resident_mib,
        idle.verdict().word(),
    )
}

/// What a row says about its goal.
pub(crate) fn verdict(row: &Row, measured: &Measured) -> Verdict {
    let Some(daemon) = &measured.daemon else {
        return Verdict::NoGoal;
    };
    if row.waits_for_one_sync() {
        return if daemon.figures.p50_us <= longest_p50(&measured.echo, daemon) {
            Verdict::Reached
        } else {
            Verdict::Missed
        };
    }
    match row.goal() {
        None => Verdict::NoGoal,
        Some(goal) if daemon.rate_ratio >= goal && !disturbed(&measured.echo) => Verdict::Reached,
        Some(_) if row.shares_syncs() && disturbed(&measured.echo) => Verdict::Untold,
        Some(goal) if daemon.cpu_ratio >= goal && !row.shares_syncs() => Verdict::ReachedByCpu,
        Some(_) => Verdict::Missed,
    }
}

/// Whether the echo, with many calls in flight, did not get its whole core:
/// then the machine did other work, and its throughput says nothing.
fn disturbed(echo: &Figures) -> bool {
    echo.core_share() < QUIET_SHARE
}

fn longest_p50(echo: &Figures, daemon: &Against) -> f64 {
    (echo.p50_us + daemon.sync_us) * SYNC_MARGIN
}

/// The heading of the table.
pub(crate) fn heading() -> String {
    format!(
        "{:<39} {:>9} {:>8} {:>8} {:>7} {:>7}  {:>6} {:>6}  {}",
        "call, transport, in flight",
        "calls/s",
        "p50 us",
        "p99 us",
        "cpu us",
        "load us",
        "rate x",
        "cpu x",
        "goal"
    )
}

/// The lines of one row: the echo, and the daemon under it.
pub(crate) fn lines(row: &Row, measured: &Measured) -> String {
    let mut out = String::new();
    line(&mut out, &measured.name, &measured.echo, "");
    if let Some(daemon) = &measured.daemon {
        let tail = format!(
            "{:>6.2} {:>6.2}  {}",
            daemon.rate_ratio,
            daemon.cpu_ratio,
            goal_text(row, &measured.echo, daemon, verdict(row, measured))
        );
        line(&mut out, "", &daemon.figures, &tail);
    }
    out
}

fn line(out: &mut String, name: &str, figures: &Figures, tail: &str) {
    let server = if name.is_empty() { "leadtap" } else { "echo" };
    let name = format!("{name:<32}{server:>7}");
    let Figures {
        rate,
        p50_us,
        p99_us,
        cpu_us,
        load_cpu_us,
    } = figures;
    writeln!(
        out,
        "{name:<39} {rate:>9.0} {p50_us:>8.0} {p99_us:>8.0} {cpu_us:>7.2} {load_cpu_us:>7.2}  {tail}"
    )
    .expect("a String takes everything");
}

fn goal_text(row: &Row, echo: &Figures, daemon: &Against, verdict: Verdict) -> String {
    let said = verdict.word();
    if row.call == Call::Complete {
        return format!("{:.2} upstream calls a login", daemon.upstream_calls);
    }
    if row.waits_for_one_sync() {
        let (longest, sync) = (longest_p50(echo, daemon), daemon.sync_us);
        return format!("p50 <= {longest:.0} us (one sync {sync:.0}): {said}");
    }
    let Some(goal) = row.goal() else {
        return String::new();
    };
    if disturbed(echo) {
        let share = echo.core_share();
        return format!(">= {goal:.2}: {said} (busy machine: the echo got {share:.2} of its core)");
    }
    format!(">= {goal:.2}: {said}")
}
