//! `startAuthorization` from PHP beside a bare JSON POST from PHP, with the
//! store on the disk and in memory, so that the share of the sync is seen.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::bare_json;
use crate::daemon::Memory;
use crate::disk::one_sync;
use crate::figures::median;
use crate::load::Target;
use crate::report::Verdict;
use crate::servers::{self, Side};
use crate::upstream::Upstream;

/// What `--only` is matched with.
pub(crate) const NAME: &str = "StartAuthorization from PHP, unix, 1";

/// The most that a call may take, in times of the JSON POST.
const GOAL: f64 = 1.5;

/// Calls of each kind in a round, on fresh and again on kept connections.
const CALLS: &str = "1000";

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/php-client/benches/start.php");

/// A file system that syncs for nothing.
const IN_MEMORY: &str = "/dev/shm";

/// Medians of one kind of connection, microseconds.
#[derive(Clone, Copy, Deserialize)]
struct Times {
    /// The client's whole call.
    leadtap: f64,
    /// The same message under the fewest headers, sent without the client.
    bytes: f64,
    /// The bare POST to the bare server.
    json: f64,
}

/// What the script prints.
#[derive(Deserialize)]
struct Round {
    fresh: Times,
    kept: Times,
}

/// One line: a store and a kind of connection.
#[derive(Serialize)]
pub(crate) struct Measured {
    name: String,
    leadtap_us: f64,
    bytes_us: f64,
    json_us: f64,
    /// The call over the POST: median of the rounds' ratios.
    ratio: f64,
    /// The bytes over the POST, likewise: what no client can go below.
    bytes_ratio: f64,
    /// One write and sync where the store is, microseconds; median.
    sync_us: f64,
    verdict: Verdict,
}

impl Measured {
    fn of(name: String, rounds: &[Times], sync_us: f64) -> Self {
        let of = |figure: fn(&Times) -> f64| median(rounds.iter().map(figure).collect());
        let ratio = of(|times| times.leadtap / times.json);
        Self {
            name,
            leadtap_us: of(|times| times.leadtap),
            bytes_us: of(|times| times.bytes),
            json_us: of(|times| times.json),
            ratio,
            bytes_ratio: of(|times| times.bytes / times.json),
            sync_us,
            verdict: if ratio <= GOAL {
                Verdict::Reached
            } else {
                Verdict::Missed
            },
        }
    }

    /// Whether the goal was missed.
    pub(crate) fn missed(&self) -> bool {
        self.verdict == Verdict::Missed
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            leadtap_us,
            bytes_us,
            json_us,
            ratio,
            bytes_ratio,
            sync_us,
            verdict,
        } = self;
        write!(
            f,
            "{NAME}, {name}: {leadtap_us:.0} us, its bytes without the client {bytes_us:.0}, \
             JSON POST {json_us:.0}, one sync {sync_us:.0}; {ratio:.2} times the POST \
             ({bytes_ratio:.2} without the client), goal <= {GOAL:.1}: {}",
            verdict.word()
        )
    }
}

/// Why nothing can be measured here, if so.
pub(crate) fn missing() -> Option<String> {
    let asked = Command::new("php").arg("--version").output();
    match asked {
        Ok(answer) if answer.status.success() => None,
        Ok(answer) => Some(format!("php --version: {}", answer.status)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some("php is not installed".to_owned())
        }
        Err(error) => Some(format!("php --version: {error}")),
    }
}

/// Measures with a store in `folder` and with one in memory, in turns.
///
/// # Errors
/// The call that failed, or a server that does not start.
pub(crate) fn measure(
    runtime: &Runtime,
    folder: &Path,
    upstream: &Upstream,
    rounds: usize,
) -> Result<Vec<Measured>, Box<dyn Error>> {
    let memory = tempfile::tempdir_in(IN_MEMORY)?;
    let json = folder.join("json.sock");
    bare_json::start(&json)?;
    let stores = [
        ("store on disk", folder.join("php")),
        ("store in memory", memory.path().join("php")),
    ];
    let mut sides = Vec::new();
    for (name, home) in &stores {
        let (side, _) = servers::daemon(runtime, home, Memory::Default, upstream.address)?;
        sides.push((name, home, side, Vec::new(), Vec::new()));
    }
    for _ in 0..rounds {
        for (_, home, side, taken, syncs) in &mut sides {
            taken.push(round(side, &json)?);
            syncs.push(one_sync(home)?.as_secs_f64() * 1e6);
        }
    }
    let mut all = Vec::new();
    for (name, _, side, taken, syncs) in sides {
        side.server.stop()?;
        let sync = median(syncs);
        let fresh: Vec<_> = taken.iter().map(|round| round.fresh).collect();
        let kept: Vec<_> = taken.iter().map(|round| round.kept).collect();
        all.push(Measured::of(format!("{name}, fresh"), &fresh, sync));
        all.push(Measured::of(format!("{name}, kept"), &kept, sync));
    }
    Ok(all)
}

/// One run of the script; it inherits the load's core.
fn round(side: &Side, json: &Path) -> Result<Round, Box<dyn Error>> {
    let Target::Unix(daemon) = &side.unix else {
        return Err("the daemon has no Unix socket".into());
    };
    let mut php = Command::new("php");
    let answer = php.arg(SCRIPT).arg(daemon).arg(json).arg(CALLS).output()?;
    if !answer.status.success() {
        let why = String::from_utf8_lossy(&answer.stderr).into_owned();
        return Err(format!("{SCRIPT}: {why}").into());
    }
    Ok(serde_json::from_slice(&answer.stdout)?)
}
