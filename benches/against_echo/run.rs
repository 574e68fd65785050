//! One run: starts everything, measures every row, prints, ends everything.

use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::calls;
use crate::daemon::Memory;
use crate::echo::Sizes;
use crate::logins::{self, Accounts};
use crate::measure::Bench;
use crate::options::Options;
use crate::process::{CLIENT_CORE, stay_on};
use crate::report::{self, Idle, Verdict};
use crate::rows::{self, Call};
use crate::servers;
use crate::upstream::Upstream;

/// How long the daemon rests before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// Runs all that `options` ask for; answers whether every goal was reached.
///
/// # Errors
/// Whatever kept it from measuring.
pub(crate) fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    stay_on(&[CLIENT_CORE])?;
    // On a disk: a temporary file system would make every sync free.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let upstream = Upstream::start()?;
    let idle = if options.echo_only {
        None
    } else {
        let idle = at_rest(&runtime, &folder.path().join("idle"), &upstream)?;
        println!("{}", report::idle_line(&idle));
        Some(idle)
    };
    let mut reached = idle.is_none_or(|idle| idle.verdict() == Verdict::Reached);

    let bench = prepared(options, runtime, folder.path(), upstream)?;
    println!("{:?}\n\n{}", bench.sizes, report::heading());
    let mut rows = Vec::new();
    for row in rows::all() {
        let skipped = options.echo_only && row.call == Call::Complete;
        if skipped || !row.to_string().contains(&options.only) {
            continue;
        }
        let measured = bench.measure(&row, options.rounds, options.window)?;
        let verdict = report::verdict(&row, &measured);
        print!("{}", report::lines(&row, &measured));
        reached &= !matches!(verdict, Verdict::Missed | Verdict::Untold);
        rows.push(json!({"measured": measured, "verdict": verdict}));
    }
    if let Some(file) = &options.json {
        let all = json!({"idle": idle, "sizes": bench.sizes, "rows": rows});
        std::fs::write(file, serde_json::to_vec_pretty(&all)?)?;
    }
    bench.echo.server.stop()?;
    if let Some(daemon) = bench.daemon {
        daemon.server.stop()?;
    }
    Ok(reached)
}

/// Starts a daemon on an empty store, lets it rest, and ends it.
fn at_rest(runtime: &Runtime, folder: &Path, upstream: &Upstream) -> Result<Idle, Box<dyn Error>> {
    let (daemon, took) = servers::daemon(runtime, folder, Memory::Default, upstream.address)?;
    std::thread::sleep(REST);
    let resident_mib = daemon.server.resident_kib()? as f64 / 1024.0;
    daemon.server.stop()?;
    Ok(Idle {
        start_ms: took.as_secs_f64() * 1e3,
        resident_mib,
    })
}

/// Starts echo and daemon, and fills the daemon's store.
fn prepared(
    options: &Options,
    runtime: Runtime,
    folder: &Path,
    upstream: Upstream,
) -> Result<Bench, Box<dyn Error>> {
    let accounts = Rc::new(Accounts::default());
    let mut sizes = Sizes::default();
    let mut leads: Rc<[Bytes]> = Rc::new([]);
    let mut daemon = None;
    if !options.echo_only {
        let (side, _) = servers::daemon(
            &runtime,
            &folder.join("leads"),
            Memory::AllLeads,
            upstream.address,
        )?;
        let begin = Instant::now();
        let ids = runtime.block_on(logins::preloaded(&side.unix, options.leads, &accounts))?;
        let took = begin.elapsed().as_secs_f64();
        println!("{} logins to fill the store: {took:.1} s", ids.len());
        leads = ids.iter().map(|id| calls::get_lead(id)).collect();
        sizes = servers::sizes(&runtime, &side.unix, &leads[0])?;
        daemon = Some(side);
    }
    Ok(Bench {
        echo: servers::echo(&runtime, folder, &sizes)?,
        folder: folder.to_owned(),
        runtime,
        daemon,
        upstream,
        sizes,
        leads,
        accounts,
    })
}
