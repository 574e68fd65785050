//! Takes lines from calls and writes them on a thread of its own.
//!
//! A thread and not tracing-appender's: this one writes what it lost into the
//! audit log itself, follows a file that was rotated, and is waited for at a
//! stop.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::bound::Bound;
use super::line::Line;
use super::output::{Destination, Output};
use crate::domain::clock::Clock;

/// Lines that may wait for the disk, about 400 bytes each. More are counted
/// and not written.
const QUEUE_CAPACITY: usize = 8192;

/// Lines written at once.
const MAX_BATCH: usize = 256;

/// How often it is written how many lines are missing.
const MISSING_INTERVAL: Duration = Duration::from_secs(10);

/// What a line about missing lines has as its act, and why they are missing.
const REFUSED: &str = "audit.refused_callers";
const LOST: &str = "audit.lost";

/// The audit log. Clones share it.
#[derive(Clone)]
pub struct AuditLog(Arc<Shared>);

/// A place for lines that is open and not in use yet.
pub struct Opened(Output);

struct Shared {
    queue: SyncSender<Message>,
    missing: Arc<Missing>,
    bound: Mutex<Bound>,
    clock: Arc<dyn Clock>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// Lines that were not written.
#[derive(Default)]
struct Missing {
    /// Of refused callers, beyond what they may cause.
    refused: AtomicU64,
    /// That nothing could be done with.
    lost: AtomicU64,
}

enum Message {
    Line(String),
    /// Lines from here on go there.
    Switch(Output),
    Stop,
}

impl AuditLog {
    /// Opens another place for the lines, and changes nothing yet.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(destination: Destination) -> io::Result<Opened> {
        Output::open(destination).map(Opened)
    }

    /// Lines from now on go there; those that wait go where they were meant to.
    /// Blocks while the queue is full.
    pub fn switch(&self, opened: Opened) {
        // Fails only after the end, when no line is written any more.
        let _ = self.0.queue.send(Message::Switch(opened.0));
    }

    /// Opens the log and starts its thread.
    ///
    /// # Errors
    /// When the file cannot be opened, or there can be no thread.
    pub fn start(destination: Destination, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let missing = Arc::new(Missing::default());
        let (queue, lines) = sync_channel(QUEUE_CAPACITY);
        let writer = Writer {
            output: Output::open(destination)?,
            missing: Arc::clone(&missing),
            clock: Arc::clone(&clock),
            told: Instant::now(),
            failing: false,
        };
        let writer = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(&lines))?;
        Ok(Self(Arc::new(Shared {
            queue,
            missing,
            bound: Mutex::new(Bound::new(Instant::now())),
            clock,
            writer: Mutex::new(Some(writer)),
        })))
    }

    /// Writes a line.
    pub fn write(&self, line: Line<'_>) {
        let text = line.text(self.0.clock.now());
        let sent = text.is_some_and(|text| self.0.queue.try_send(Message::Line(text)).is_ok());
        if !sent {
            self.0.missing.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes a line that a refused caller caused, unless there were very many
    /// of late.
    pub fn write_refused(&self, line: Line<'_>) {
        let mut bound = self.0.bound.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = bound.admits(Instant::now());
        drop(bound);
        if admitted {
            self.write(line);
        } else {
            self.0.missing.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes what is waiting and ends. Blocks until that is done; what comes
    /// afterwards is lost.
    pub fn close(&self) {
        // The queue may be full for a moment: this waits for its turn.
        let _ = self.0.queue.send(Message::Stop);
        let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writer.take() {
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditLog")
    }
}

/// The thread's own state.
struct Writer {
    output: Output,
    missing: Arc<Missing>,
    clock: Arc<dyn Clock>,
    /// When it was last written how many lines are missing.
    told: Instant,
    /// Whether the last write failed.
    failing: bool,
}

impl Writer {
    fn run(mut self, queue: &Receiver<Message>) {
        loop {
            let mut lines = String::new();
            let mut count = 0;
            let mut message = queue.recv_timeout(MISSING_INTERVAL);
            let mut next = None;
            let stop = loop {
                match message {
                    Ok(Message::Line(line)) => {
                        lines.push_str(&line);
                        count += 1;
                    }
                    Ok(Message::Switch(output)) => {
                        next = Some(output);
                        break false;
                    }
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break true,
                    Err(RecvTimeoutError::Timeout) => break false,
                }
                if count == MAX_BATCH {
                    break false;
                }
                message = queue.recv_timeout(Duration::ZERO);
            };
            self.write(&lines, count as u64);
            if let Some(output) = next {
                self.output = output;
            }
            if stop || self.told.elapsed() >= MISSING_INTERVAL {
                self.tell_missing();
            }
            if stop {
                return;
            }
        }
    }

    fn write(&mut self, lines: &str, count: u64) {
        if count == 0 {
            return;
        }
        match self.output.write(lines.as_bytes()) {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!("the audit log can be written again");
            }
            Ok(()) => {}
            Err(error) => {
                self.missing.lost.fetch_add(count, Ordering::Relaxed);
                // Once, not for each line.
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::error!(
                        %error,
                        "the audit log cannot be written: make room, or let the daemon's user write there; lines are counted until then"
                    );
                }
            }
        }
    }

    /// Writes how many lines are missing since it was last written.
    fn tell_missing(&mut self) {
        self.told = Instant::now();
        let missing = Arc::clone(&self.missing);
        for (why, counter) in [(REFUSED, &missing.refused), (LOST, &missing.lost)] {
            let count = counter.load(Ordering::Relaxed);
            if count == 0 {
                continue;
            }
            let line = Line::missing(why, count).text(self.clock.now());
            if self
                .output
                .write(line.unwrap_or_default().as_bytes())
                .is_ok()
            {
                counter.fetch_sub(count, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Phase;
    use super::*;
    use crate::domain::clock::{ManualClock, Timestamp};

    /// What a log wrote while it was worked with.
    fn written(work: impl FnOnce(&AuditLog)) -> Vec<serde_json::Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let clock = ManualClock::at(Timestamp::from_micros(0));
        let log = AuditLog::start(Destination::File(path.clone()), Arc::new(clock)).unwrap();
        work(&log);
        log.close();
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn what_was_written_before_the_end_is_there() {
        let lines = written(|log| {
            for _ in 0..1000 {
                log.write(Line::of(Phase::Done, "x"));
            }
        });
        let counted: u64 = lines.iter().filter_map(|line| line["count"].as_u64()).sum();
        let whole = lines.iter().filter(|line| line["act"] == "x").count();
        assert_eq!(whole as u64 + counted, 1000);
    }

    #[test]
    fn after_a_switch_lines_go_elsewhere_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let clock = ManualClock::at(Timestamp::from_micros(0));
        let log = AuditLog::start(Destination::File(path("one")), Arc::new(clock)).unwrap();
        log.write(Line::of(Phase::Done, "before"));
        log.switch(AuditLog::open(Destination::File(path("two"))).unwrap());
        log.write(Line::of(Phase::Done, "after"));
        log.close();
        let text = |name| std::fs::read_to_string(path(name)).unwrap();
        let (one, two) = (text("one"), text("two"));
        assert!(one.contains("before") && !one.contains("after"), "{one}");
        assert!(two.contains("after") && !two.contains("before"), "{two}");
        let nowhere = folder.path().join("no folder/three");
        assert!(AuditLog::open(Destination::File(nowhere)).is_err());
    }

    #[test]
    fn refused_callers_beyond_the_bound_are_counted() {
        let lines = written(|log| {
            for _ in 0..5000 {
                log.write_refused(Line::of(Phase::Done, "x"));
            }
        });
        let whole = lines.iter().filter(|line| line["act"] == "x").count() as u64;
        let last = lines.last().unwrap();
        assert_eq!(
            (&last["phase"], &last["act"]),
            (&"missing".into(), &REFUSED.into())
        );
        assert!((100..200).contains(&whole), "{whole}");
        assert_eq!(whole + last["count"].as_u64().unwrap(), 5000);
    }

    #[test]
    fn lines_that_a_full_disk_swallowed_are_counted() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let mut writer = Writer {
            output: Output::open(Destination::File(path.clone())).unwrap(),
            missing: Arc::default(),
            clock,
            told: Instant::now(),
            failing: false,
        };
        // A folder under the file's name refuses as a full disk does.
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        writer.write("a\nb\n", 2);
        writer.tell_missing();
        assert!(writer.failing);
        std::fs::remove_dir(&path).unwrap();
        writer.write("c\n", 1);
        writer.tell_missing();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.starts_with("c\n"), "{text}");
        assert!(
            text.contains("\"act\":\"audit.lost\"") && text.contains("\"count\":2"),
            "{text}"
        );
        assert!(!writer.failing);
    }
}
