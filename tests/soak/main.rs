//! Load, faults and kills for as long as one likes, against a model.
//!
//! ```sh
//! cargo run --release --example soak -- --minutes 60
//! ```
//!
//! Shops begin, complete, decline and repeat logins, read, update, erase and
//! export leads, use tokens and follow the changes, over the real daemon in a
//! process of its own and the sandbox Instagram. Meanwhile Instagram fails, the
//! wire is cut, the disk fails, and the daemon is killed, stopped and loses its
//! power. Whatever it answered must stay so: nothing that was acknowledged is
//! lost, and nothing happens twice. `docs/faults.md` says what is checked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for whoever develops leadtap"
)]

mod answer;
mod model;
mod random;
mod report;
mod shop;
#[path = "../integration/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::expect_used,
    reason = "the tests need more of it"
)]
mod support;
mod tally;
mod visits;
mod weather;
mod wire;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use random::Random;
use report::Report;
use shop::{Run, Shop};
use support::{Fake, Setup};
use tally::Tally;
use weather::Weather;

/// As the daemon has it, which this program is when it is asked to `serve`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Between two looks at everything.
const ROUND: Duration = Duration::from_secs(20);

/// Between two lines that say how far the run is.
const PROGRESS: Duration = Duration::from_secs(10);

/// Soaks the daemon in load and faults, and checks that nothing that was
/// acknowledged is lost and nothing happens twice. Exit code 0: so it is. 1:
/// it is not, and the lines say what was found.
#[derive(Parser)]
struct Arguments {
    /// How long, in minutes.
    #[arg(long, default_value_t = 2.0)]
    minutes: f64,

    /// Decides what is done and what befalls the daemon, as an earlier run
    /// printed it. When exactly each thing happens is up to the machine.
    #[arg(long)]
    seed: Option<u64>,

    /// Shops that are at work at once, each with four accounts at Instagram.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=48))]
    shops: u64,

    /// Shows that the check can fail: an older copy of the store is put in the
    /// place of the newest. Exit code 0: it was found out.
    #[arg(long)]
    prove: bool,
}

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == "serve")
    {
        return leadtap::cli::run(std::env::args_os());
    }
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(soak(&arguments))
}

async fn soak(arguments: &Arguments) -> ExitCode {
    let seed = arguments.seed.unwrap_or_else(random_seed);
    println!("seed {seed}; the same choices again: --seed {seed}");
    let report = Arc::new(Report::new());
    let fake = Arc::new(Fake::start().await);
    let to = fake.base.trim_start_matches("http://").parse().unwrap();
    let (wire_at, wire) = wire::open(to, Arc::clone(&report)).await;
    let setup = prepared(&fake, &format!("http://{wire_at}"));
    let run = Run {
        socket: setup.path("leadtap.sock"),
        fake,
        report: Arc::clone(&report),
        tally: Arc::new(Tally::default()),
        http: support::fake::http(),
    };
    let mut weather = Weather::begin(run.clone(), Random::of(seed, 0), setup, wire).await;
    tokio::spawn(Arc::clone(&run.tally).listen(run.socket.clone(), Arc::clone(&report)));
    tokio::spawn(tell_progress(Arc::clone(&report)));
    let mut shops = Vec::new();
    for number in 0..usize::try_from(arguments.shops).unwrap() {
        let random = Random::of(seed, 1 + number as u64);
        shops.push(Shop::open(run.clone(), number, random).await);
    }

    let end = Instant::now() + Duration::from_secs_f64(60.0 * arguments.minutes.max(0.0));
    let mut lost = !arguments.prove;
    while Instant::now() < end && !report.is_troubled() {
        let (stop, stopping) = watch::channel(false);
        let work: JoinSet<Shop> = shops
            .into_iter()
            .map(|shop| shop.work(stopping.clone()))
            .collect();
        if !std::mem::replace(&mut lost, true) {
            tokio::time::sleep(PROGRESS / 4).await;
            weather.lose_what_was_acknowledged().await;
        }
        weather.rage_until(end.min(Instant::now() + ROUND)).await;
        stop.send_replace(true);
        shops = audited(work.join_all().await, &report).await;
        report.count("look at everything");
    }
    if !report.is_troubled() {
        weather.crash().await;
        audited(shops, &report).await;
    }
    verdict(arguments, seed, weather, &report).await
}

/// Lets every shop hold all that it knows against the daemon.
async fn audited(shops: Vec<Shop>, report: &Report) -> Vec<Shop> {
    if report.is_troubled() {
        return shops;
    }
    let audits: JoinSet<Shop> = shops
        .into_iter()
        .map(|mut shop| async move {
            shop.audit().await;
            shop
        })
        .collect();
    audits.join_all().await
}

async fn verdict(arguments: &Arguments, seed: u64, weather: Weather, report: &Report) -> ExitCode {
    let found = report.is_troubled();
    weather.end(found && !arguments.prove).await;
    println!("{}", report.summary());
    let problems = report.problems();
    for problem in problems.iter().filter(|_| !arguments.prove) {
        println!("- {problem}");
    }
    println!(
        "{}",
        match (found, arguments.prove) {
            (false, false) => "Nothing that was acknowledged was lost, and nothing happened twice.",
            (true, false) => "The daemon did not keep what it said: see above.",
            (true, true) => "An older copy of the store was found out, as it must be.",
            (false, true) => "An older copy of the store was NOT found out: the check is no good.",
        }
    );
    println!("seed {seed}");
    if found == arguments.prove {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A daemon whose callers may do everything, as often as they like.
fn prepared(fake: &Fake, wire: &str) -> Setup {
    let mut setup = Setup::with(fake);
    setup.level = "warn,leadtap::cli=info".to_owned();
    setup.site = "max_starts_per_minute = 100000000\nmax_pending_authorizations = 1000000\nauthorization_ttl_minutes = 60".to_owned();
    let usual = "name = \"plugin\"\n".to_owned();
    let more = format!("{usual}max_starts_per_minute = 100000000\n");
    setup.replaced.push((usual, more));
    let usual = "permissions = [\"login\"]\n[[caller]]\nname = \"remote\"".to_owned();
    let more = usual.replace(
        "[\"login\"]",
        "[\"login\", \"leads\", \"tokens\", \"admin\"]",
    );
    setup.replaced.push((usual, more));
    for host in ["api", "graph"] {
        let usual = format!("{}/{host}\"", fake.base);
        setup.replaced.push((usual, format!("{wire}/{host}\"")));
    }
    setup
}

async fn tell_progress(report: Arc<Report>) {
    loop {
        tokio::time::sleep(PROGRESS).await;
        report.progress();
    }
}

fn random_seed() -> u64 {
    use ring::rand::SecureRandom;
    let mut bytes = [0; 4];
    ring::rand::SystemRandom::new().fill(&mut bytes).unwrap();
    u64::from(u32::from_be_bytes(bytes))
}
