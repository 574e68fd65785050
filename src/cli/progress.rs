//! A line that shows how far something long has come, on a terminal alone.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Cells of the bar.
const CELLS: u64 = 24;

/// How often the line is drawn anew, at most.
const REDRAW: Duration = Duration::from_millis(100);

/// Bytes in a mebibyte.
const MIB: u64 = 1024 * 1024;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes, shown as MiB and with their rate.
    Bytes,
    /// Records.
    Records,
}

/// The line.
pub(super) struct Progress<'a> {
    out: Option<Box<dyn Write + 'a>>,
    what: &'static str,
    unit: Unit,
    begun: Instant,
    drawn: Option<Instant>,
}

impl Progress<'static> {
    /// On standard error, where that is a terminal.
    pub(super) fn standard(what: &'static str, unit: Unit) -> Self {
        let stderr = io::stderr();
        let out = stderr
            .is_terminal()
            .then(|| Box::new(stderr) as Box<dyn Write>);
        Self::on(out, what, unit)
    }
}

impl<'a> Progress<'a> {
    fn on(out: Option<Box<dyn Write + 'a>>, what: &'static str, unit: Unit) -> Self {
        Self {
            out,
            what,
            unit,
            begun: Instant::now(),
            drawn: None,
        }
    }

    /// This much of it is done.
    pub(super) fn at(&mut self, done: u64, of: u64) {
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        let Some(out) = &mut self.out else { return };
        let line = line(self.what, self.unit, done, of, self.begun.elapsed());
        // A terminal that went away is nobody's loss.
        let _ = write!(out, "\r{line}\x1b[K").and_then(|()| out.flush());
        self.drawn = Some(Instant::now());
    }
}

impl Drop for Progress<'_> {
    /// Takes the line away: what comes next is the result.
    fn drop(&mut self) {
        if let (Some(out), Some(_)) = (&mut self.out, self.drawn) {
            let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

fn line(what: &str, unit: Unit, done: u64, of: u64, took: Duration) -> String {
    // What changes meanwhile is done twice: never above the whole.
    let part = |whole: u64| (done.min(of) * whole).checked_div(of).unwrap_or(0);
    let filled = part(CELLS);
    let bar: String = (0..CELLS)
        .map(|cell| if cell < filled { '#' } else { '.' })
        .collect();
    let percent = part(100);
    match unit {
        Unit::Records => format!("{what} [{bar}] {percent:>3} %  {done} records"),
        Unit::Bytes => {
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
            let rate = done.saturating_mul(1000) / millis / MIB;
            let mebibytes = done / MIB;
            format!("{what} [{bar}] {percent:>3} %  {mebibytes} MiB, {rate} MiB/s")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let line = line("Backing up", Unit::Records, 30, 120, Duration::ZERO);
        assert_eq!(
            line,
            "Backing up [######..................]  25 %  30 records"
        );
    }

    #[test]
    fn more_than_was_expected_is_no_more_than_the_whole() {
        let line = line("x", Unit::Bytes, 9 * MIB, 3 * MIB, Duration::from_secs(3));
        assert!(line.contains("100 %  9 MiB, 3 MiB/s"), "{line}");
        assert!(line.contains("[########################]"), "{line}");
    }

    #[test]
    fn the_line_is_gone_at_the_end_and_without_a_terminal_there_is_none() {
        let mut shown = Vec::new();
        let mut progress = Progress::on(Some(Box::new(&mut shown)), "x", Unit::Records);
        progress.at(1, 2);
        drop(progress);
        assert!(shown.ends_with(b"\r\x1b[K"));
        let mut nowhere = Progress::on(None, "x", Unit::Records);
        nowhere.at(1, 2);
        assert_eq!(nowhere.drawn, None);
    }
}
