//! The table, and what it says about the goals.

use std::fmt::Write;

use serde::Serialize;

use crate::measure::{Figures, Measured};
use crate::rows::{Row, SYNC_MARGIN};

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
    /// There is none.
    NoGoal,
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

/// What a row says about its goal.
pub(crate) fn verdict(row: &Row, measured: &Measured) -> Verdict {
    if let (true, Some(daemon)) = (row.waits_for_one_sync(), &measured.daemon) {
        return if daemon.p50_us <= longest_p50(measured) {
            Verdict::Reached
        } else {
            Verdict::Missed
        };
    }
    match (row.goal(), measured.rate_ratio, measured.cpu_ratio) {
        (Some(goal), Some(rate), _) if rate >= goal => Verdict::Reached,
        (Some(goal), _, Some(cpu)) if cpu >= goal => Verdict::ReachedByCpu,
        (Some(_), Some(_), _) => Verdict::Missed,
        _ => Verdict::NoGoal,
    }
}

fn longest_p50(measured: &Measured) -> f64 {
    (measured.echo.p50_us + measured.sync_us) * SYNC_MARGIN
}

/// The heading of the table.
pub(crate) fn heading() -> String {
    format!(
        "{:<39} {:>9} {:>8} {:>8} {:>7} {:>7}  {:>6} {:>6}  {}\n",
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
        let ratio = |ratio: Option<f64>| ratio.unwrap_or_default();
        let tail = format!(
            "{:>6.2} {:>6.2}  {}",
            ratio(measured.rate_ratio),
            ratio(measured.cpu_ratio),
            goal_text(row, measured)
        );
        line(&mut out, "", daemon, &tail);
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

fn goal_text(row: &Row, measured: &Measured) -> String {
    let said = match verdict(row, measured) {
        Verdict::Reached => "reached",
        Verdict::ReachedByCpu => "reached by cpu",
        Verdict::Missed => "MISSED",
        Verdict::NoGoal => "",
    };
    if let Some(calls) = measured.upstream_calls {
        return format!("{calls:.2} upstream calls a login");
    }
    if row.waits_for_one_sync() {
        let longest = longest_p50(measured);
        let sync = measured.sync_us;
        return format!("p50 <= {longest:.0} us (one sync {sync:.0}): {said}");
    }
    row.goal()
        .map_or_else(String::new, |goal| format!(">= {goal:.2}: {said}"))
}
