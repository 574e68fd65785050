//! One run: starts everything, measures every row, prints, ends everything.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

use crate::calls;
use crate::daemon::Home;
use crate::echo::{self, Blob, Sizes};
use crate::load::{Caller, Target, framed, method};
use crate::logins::{self, Accounts};
use crate::measure::{Bench, Side};
use crate::options::Options;
use crate::process::{CLIENT_CORE, Server, stay_on};
use crate::report::{self, Idle, Verdict};
use crate::rows;
use crate::upstream::Upstream;

/// How long a server may take until it answers.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// Between two tries to reach a server that starts: also how exact the start
/// time is.
const START_POLL: Duration = Duration::from_micros(500);

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
    let mut reached = true;
    let idle = if options.echo_only {
        None
    } else {
        let idle = idle(&runtime, &folder.path().join("idle"), &upstream)?;
        reached &= idle.verdict() == Verdict::Reached;
        println!(
            "start on an empty store {:.0} ms, idle {:.1} MiB: {:?}\n",
            idle.start_ms,
            idle.resident_mib,
            idle.verdict()
        );
        Some(idle)
    };
    let bench = prepared(options, runtime, folder.path(), upstream)?;
    print!("{}", report::heading());
    let mut measured = Vec::new();
    for row in rows::all() {
        let skipped = options.echo_only && row.call == rows::Call::Complete;
        if skipped || !row.to_string().contains(&options.only) {
            continue;
        }
        let figures = bench.measure(&row, options.rounds, options.window)?;
        let verdict = report::verdict(&row, &figures);
        print!("{}", report::lines(&row, &figures));
        reached &= verdict != Verdict::Missed;
        measured.push(json!({"figures": figures, "verdict": verdict}));
    }
    if let Some(file) = &options.json {
        let all = json!({"idle": idle, "rows": measured, "sizes": format!("{:?}", bench.sizes)});
        std::fs::write(file, serde_json::to_vec_pretty(&all)?)?;
    }
    ended(bench)?;
    Ok(reached)
}

fn ended(bench: Bench) -> std::io::Result<()> {
    bench.echo.server.stop()?;
    match bench.daemon {
        Some((daemon, _)) => daemon.server.stop(),
        None => Ok(()),
    }
}

/// Starts a daemon on an empty store, lets it rest, and ends it.
fn idle(runtime: &Runtime, folder: &Path, upstream: &Upstream) -> Result<Idle, Box<dyn Error>> {
    let home = Home::create(folder, free_address()?, upstream.address)?;
    // The first start makes the store's files; it counts, as it is what a
    // shop sees after installing.
    let begin = Instant::now();
    let mut server = home.start()?;
    serving(
        runtime,
        &mut server,
        &home.unix,
        calls::HEALTH,
        &Bytes::new(),
    )
    .map_err(|why| format!("{why}\n{}", home.log()))?;
    let start_ms = begin.elapsed().as_secs_f64() * 1e3;
    runtime.block_on(tokio::time::sleep(REST));
    let resident_mib = server.resident_kib()? as f64 / 1024.0;
    server.stop()?;
    Ok(Idle {
        start_ms,
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
        let home = Home::create(&folder.join("daemon"), free_address()?, upstream.address)?;
        let mut server = home.start()?;
        serving(
            &runtime,
            &mut server,
            &home.unix,
            calls::HEALTH,
            &Bytes::new(),
        )
        .map_err(|why| format!("{why}\n{}", home.log()))?;
        let begin = Instant::now();
        let ids = runtime.block_on(logins::preloaded(&home.unix, options.leads, &accounts))?;
        println!(
            "{} logins to fill the store: {:.1} s",
            ids.len(),
            begin.elapsed().as_secs_f64()
        );
        leads = ids.iter().map(|id| calls::get_lead(id)).collect();
        sizes = sizes_of(&runtime, &home.unix, &leads[0])?;
        let (unix, tcp) = (home.unix.clone(), home.tcp.clone());
        daemon = Some((Side { server, unix, tcp }, home));
    }
    println!("{sizes:?}\n");
    let echo = echo_started(&runtime, folder, &sizes)?;
    Ok(Bench {
        runtime,
        echo,
        daemon,
        upstream,
        sizes,
        leads,
        accounts,
    })
}

fn echo_started(runtime: &Runtime, folder: &Path, sizes: &Sizes) -> Result<Side, Box<dyn Error>> {
    let unix = Target::Unix(folder.join("echo.sock"));
    // The same headers as at the daemon, which needs them.
    let tcp = Target::Tcp(free_address()?, crate::daemon::TOKEN.to_owned());
    let mut server = echo::start(&unix, &tcp, sizes)?;
    let frame = framed(&Blob::of_size(sizes.start_request));
    for target in [&unix, &tcp] {
        serving(runtime, &mut server, target, echo::START, &frame)?;
    }
    Ok(Side { server, unix, tcp })
}

/// Asks the daemon for the sizes of its messages.
fn sizes_of(runtime: &Runtime, target: &Target, lead: &Bytes) -> Result<Sizes, Box<dyn Error>> {
    let probe = async {
        let mut caller = Caller::connect(target).await?;
        let start = calls::start();
        let start_reply = caller.call(&method(calls::START), start.clone()).await?;
        let lead_reply = caller.call(&method(calls::GET_LEAD), lead.clone()).await?;
        Ok::<_, crate::load::CallFailure>(Sizes {
            start_request: start.len() - crate::load::GRPC_PREFIX_BYTES,
            start_reply: start_reply.len(),
            lead_request: lead.len() - crate::load::GRPC_PREFIX_BYTES,
            lead_reply: lead_reply.len(),
        })
    };
    Ok(runtime.block_on(LocalSet::new().run_until(probe))?)
}

/// Waits until the server answers one call.
fn serving(
    runtime: &Runtime,
    server: &mut Server,
    target: &Target,
    path: &str,
    message: &Bytes,
) -> Result<(), Box<dyn Error>> {
    let frame = if message.is_empty() {
        Bytes::from_static(&[0; crate::load::GRPC_PREFIX_BYTES])
    } else {
        message.clone()
    };
    let begin = Instant::now();
    loop {
        let answered = runtime.block_on(LocalSet::new().run_until(async {
            let mut caller = Caller::connect(target).await?;
            caller.call(&method(path), frame.clone()).await
        }));
        let Err(failure) = answered else {
            return Ok(());
        };
        if let Some(status) = server.ended()? {
            return Err(format!("the server ended: {status}").into());
        }
        if begin.elapsed() > START_PATIENCE {
            return Err(format!("no answer within {START_PATIENCE:?}: {failure}").into());
        }
        std::thread::sleep(START_POLL);
    }
}

/// An address that is free now; nobody else takes it in this moment.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
