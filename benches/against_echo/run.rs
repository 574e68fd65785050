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
use crate::php;
use crate::process::{CLIENT_CORE, stay_on};
use crate::report::{self, Idle, Verdict};
use crate::rows::{self, Call, Row};
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

    let php = from_php(options, &runtime, folder.path(), &upstream)?;
    reached &= !php.iter().any(php::Measured::missed);
    let mut rows = Vec::new();
    let wanted = wanted(options);
    if wanted.is_empty() {
        write_json(options, &json!({"idle": idle, "php": php, "rows": rows}))?;
        return Ok(reached);
    }

    let bench = prepared(options, runtime, folder.path(), upstream)?;
    println!("{:?}\n\n{}", bench.sizes, report::heading());
    for row in wanted {
        let measured = bench.measure(&row, options.rounds, options.window)?;
        let verdict = report::verdict(&row, &measured);
        print!("{}", report::lines(&row, &measured));
        reached &= !matches!(verdict, Verdict::Missed | Verdict::Untold);
        rows.push(json!({"measured": measured, "verdict": verdict}));
    }
    let all = json!({"idle": idle, "php": php, "sizes": bench.sizes, "rows": rows});
    write_json(options, &all)?;
    bench.echo.server.stop()?;
    if let Some(daemon) = bench.daemon {
        daemon.server.stop()?;
    }
    Ok(reached)
}

/// The rows that `options` ask for.
fn wanted(options: &Options) -> Vec<Row> {
    let mut rows = rows::all();
    rows.retain(|row| {
        let skipped = options.echo_only && row.call == Call::Complete;
        !skipped && row.to_string().contains(&options.only)
    });
    rows
}

/// Measures and prints the calls from PHP, where they are asked for and there
/// is a PHP.
fn from_php(
    options: &Options,
    runtime: &Runtime,
    folder: &Path,
    upstream: &Upstream,
) -> Result<Vec<php::Measured>, Box<dyn Error>> {
    if options.echo_only || !php::NAME.contains(&options.only) {
        return Ok(Vec::new());
    }
    if let Some(why) = php::missing() {
        println!("{}: skipped: {why}", php::NAME);
        return Ok(Vec::new());
    }
    let measured = php::measure(runtime, folder, upstream, options.rounds)?;
    for line in &measured {
        println!("{line}");
    }
    Ok(measured)
}

fn write_json(options: &Options, all: &serde_json::Value) -> Result<(), Box<dyn Error>> {
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_vec_pretty(all)?)?;
    }
    Ok(())
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
