//! What the run did, and what was found wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Instant;

/// Problems that are told; one ends the run, and the others follow from it.
const MOST_PROBLEMS: usize = 5;

/// Counts and findings, shared by all parts of the run.
pub struct Report {
    begun: Instant,
    counts: Mutex<BTreeMap<String, u64>>,
    problems: Mutex<Vec<String>>,
}

impl Report {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            counts: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// One more of this.
    pub fn count(&self, what: &str) {
        let mut counts = self.counts.lock().unwrap();
        match counts.get_mut(what) {
            Some(count) => *count += 1,
            None => {
                counts.insert(what.to_owned(), 1);
            }
        }
    }

    /// The largest so far of this.
    pub fn most(&self, what: &str, value: u64) {
        let mut counts = self.counts.lock().unwrap();
        let most = counts.entry(what.to_owned()).or_default();
        *most = value.max(*most);
    }

    /// Something that must not be.
    pub fn problem(&self, what: String) {
        let mut problems = self.problems.lock().unwrap();
        if problems.len() < MOST_PROBLEMS {
            problems.push(format!("after {:.1} s, {what}", self.seconds()));
        }
    }

    /// The same, of a check.
    pub fn check(&self, held: Result<(), String>) {
        if let Err(problem) = held {
            self.problem(problem);
        }
    }

    /// Whether something was found.
    pub fn is_troubled(&self) -> bool {
        !self.problems.lock().unwrap().is_empty()
    }

    /// What was found so far.
    pub fn problems(&self) -> Vec<String> {
        self.problems.lock().unwrap().clone()
    }

    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// One line of what happens at the moment.
    pub fn say(&self, what: &str) {
        println!("[{:>6.1} s] {what}", self.seconds());
    }

    /// How far the run is, in a line.
    pub fn progress(&self) {
        let counts = self.counts.lock().unwrap();
        let sum = |prefix: &str| -> u64 {
            let of = counts.iter().filter(|(what, _)| what.starts_with(prefix));
            of.map(|(_, count)| count).sum()
        };
        let (calls, faults, restarts) = (sum("call"), sum("fault"), sum("restart"));
        let logins = counts.get("login completed").copied().unwrap_or(0);
        drop(counts);
        let found = self.problems.lock().unwrap().len();
        self.say(&format!(
            "{calls} calls, {logins} logins, {faults} faults, {restarts} restarts, {found} problems"
        ));
    }

    /// Everything that was counted.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for (what, count) in self.counts.lock().unwrap().iter() {
            writeln!(text, "  {what:<44} {count:>9}").unwrap();
        }
        text
    }
}
