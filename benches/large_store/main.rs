//! A shop with many leads: how long the daemon takes to serve, how fast a
//! backup is, and what callers notice of it.
//!
//! ```sh
//! cargo bench --bench large_store
//! LEADTAP_SCALE_LEADS=100000 cargo bench --bench large_store
//! ```

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has failed, and it prints its figures"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leadtap::domain::clock::{Clock, SystemClock, Timestamp};
use leadtap::domain::ids::LeadId;
use leadtap::domain::lead::InstagramProfile;
use leadtap::domain::secret::Secret;
use leadtap::domain::site::SiteId;
use leadtap::domain::token::Token;
use leadtap::grpc::pb;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use leadtap::storage::{Import, KeyRing, Options, Store};
use tokio::task::JoinSet;
use tonic::transport::Endpoint;

/// The daemon: `LEADTAP_BIN`, or as cargo built it for this run.
fn program() -> String {
    std::env::var("LEADTAP_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_leadtap").to_owned())
}

/// Leads, unless `LEADTAP_SCALE_LEADS` says how many.
const LEADS: u64 = 1_000_000;

/// Writes under way while the store is filled.
const WRITERS: u64 = 512;

/// Starts of which the median counts.
const STARTS: usize = 5;

/// Clients that call all the time, and how long each waits between two calls:
/// some 400 calls a second in all, far more than a large shop's.
const CLIENTS: usize = 4;
const PAUSE: Duration = Duration::from_millis(10);

/// How long they are measured without a backup.
const ALONE: Duration = Duration::from_secs(10);

/// The latency that 99 of 100 calls stay below.
const PERCENTILE: f64 = 99.0;

fn import(number: u64, base: Timestamp) -> Import {
    let time = base.plus(Duration::from_micros(number));
    let digits = |from: u64| (from + number).to_string();
    Import {
        profile: InstagramProfile {
            id: digits(25_000_000_000_000_000).parse().unwrap(),
            user_id: Some(digits(17_841_400_000_000_000).parse().unwrap()),
            username: format!("somebody.{number}"),
            name: format!("Somebody {number}"),
            account_type: None,
            profile_picture_url: "https://scontent.cdninstagram.com/v/t51.2885-19/".repeat(4),
            followers_count: Some(number),
            follows_count: Some(1),
            media_count: Some(2),
            fetched_time: time,
        },
        token: Token::imported(Secret::new(format!("IGAA{number:0>160}")), time),
        time,
        // As the daemon makes them: the first id of a moment would be that of many.
        new_lead_id: LeadId::new(uuid::Uuid::now_v7()),
    }
}

/// A folder with all that a daemon is told.
struct Home {
    folder: tempfile::TempDir,
    ring: String,
}

impl Home {
    fn new() -> Self {
        // Beside the build, because /tmp may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let ring = KeyRing::generate().unwrap().expose().to_owned();
        let home = Self { folder, ring };
        let here = home.folder.path().display().to_string();
        home.secret("keys", &home.ring);
        home.secret("app-secret", "bench");
        let uid = nix::unistd::Uid::current();
        let config = format!(
            r#"[listen]
unix = {{ path = "{here}/leadtap.sock", mode = "0600" }}
[store]
path = "{here}/data"
[keys]
file = "{here}/keys"
[[site]]
name = "shop"
instagram_app_id = "1"
instagram_app_secret_file = "{here}/app-secret"
redirect_uris = ["https://shop.example/back"]
endpoints = {{ authorize = "http://127.0.0.1:9/www", api = "http://127.0.0.1:9/api", graph = "http://127.0.0.1:9/graph" }}
max_pending_authorizations = 1000000
[[caller]]
name = "bench"
site = "shop"
uid = {uid}
permissions = ["login", "admin"]
"#
        );
        std::fs::write(home.path("leadtap.toml"), config).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn secret(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Starts a daemon; gives it and how long it took to serve.
    fn start(&self) -> (Daemon, Duration) {
        let begun = Instant::now();
        let mut child = Command::new(program())
            .args(["serve", "--config"])
            .arg(self.path("leadtap.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("serving") {
            let read = log.read_line(&mut said).unwrap();
            assert!(read > 0, "the daemon ended: {said}");
        }
        let took = begun.elapsed();
        // Whoever logs into a pipe that nobody reads stops.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        (Daemon(child), took)
    }

    /// The median start, and its resident memory afterwards.
    fn starts(&self) -> Duration {
        let mut times: Vec<_> = (0..STARTS).map(|_| self.start().1).collect();
        times.sort_unstable();
        times[STARTS / 2]
    }

    async fn fill(&self, leads: u64) {
        let options = Options {
            path: self.path("data"),
            cache_bytes: 512 << 20,
            lead_cache: 0,
        };
        let store = Store::open(options, KeyRing::parse(&Secret::from(&*self.ring)).unwrap());
        let store = store.unwrap();
        let site: SiteId = "shop".parse().unwrap();
        let base = SystemClock.now();
        let mut writers = JoinSet::new();
        for first in 0..WRITERS {
            let (store, site) = (store.clone(), site.clone());
            writers.spawn(async move {
                let mut number = first;
                while number < leads {
                    store
                        .import_token(&site, import(number, base))
                        .await
                        .unwrap();
                    number += WRITERS;
                }
            });
        }
        writers.join_all().await;
        store.close();
    }
}

/// A daemon; it is stopped when it is dropped, as systemd does it.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

/// Calls until it is told to stop: reads and begun logins in turns. Gives how
/// long each took.
async fn calls(socket: PathBuf, stop: Arc<AtomicBool>, client: usize, leads: u64) -> Vec<Duration> {
    let address = format!("unix://{}", socket.display());
    let channel = Endpoint::try_from(address)
        .unwrap()
        .connect()
        .await
        .unwrap();
    let mut client_of_it = LoginServiceClient::new(channel);
    let mut times = Vec::new();
    let mut number = client as u64;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        if number.is_multiple_of(2) {
            let id = 17_841_400_000_000_000 + number.wrapping_mul(7_919) % leads;
            let key = Some(Key::InstagramUserId(id.to_string()));
            let found = client_of_it.get_lead(pb::GetLeadRequest { key }).await;
            found.unwrap();
        } else {
            let request = pb::StartAuthorizationRequest {
                browser_binding_hash: vec![7; 32],
                ..Default::default()
            };
            client_of_it.start_authorization(request).await.unwrap();
        }
        times.push(begun.elapsed());
        number += 1;
        tokio::time::sleep(PAUSE).await;
    }
    times
}

/// The latency of calls while something happens.
async fn percentile_during(socket: &Path, leads: u64, what: impl Future<Output = ()>) -> Duration {
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(calls(socket.to_owned(), Arc::clone(&stop), client, leads));
    }
    what.await;
    stop.store(true, Ordering::Relaxed);
    let mut times: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    times.sort_unstable();
    let rank = (times.len() as f64 * PERCENTILE / 100.0) as usize;
    times[rank.min(times.len() - 1)]
}

fn figure(what: &str, figure: impl std::fmt::Display) {
    println!("{what:<46} {figure}");
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let leads = std::env::var("LEADTAP_SCALE_LEADS").map_or(LEADS, |text| text.parse().unwrap());
    let home = Home::new();
    figure(
        "start to serving, empty, median",
        format!("{:.1?}", home.starts()),
    );
    let begun = Instant::now();
    home.fill(leads).await;
    figure(
        &format!("filled with {leads} leads"),
        format!("{:.1?}", begun.elapsed()),
    );
    let (daemon, first) = home.start();
    drop(daemon);
    figure("start to serving, the first", format!("{first:.1?}"));
    figure("start to serving, median", format!("{:.1?}", home.starts()));

    let (daemon, _) = home.start();
    let socket = home.path("leadtap.sock");
    // Its look at every record, in the background after each start, is over then.
    let warm = percentile_during(&socket, leads, tokio::time::sleep(ALONE)).await;
    let alone = percentile_during(&socket, leads, tokio::time::sleep(ALONE)).await;
    figure(
        "p99 in the first 10 s after the start",
        format!("{warm:.2?}"),
    );
    figure("p99 alone", format!("{alone:.2?}"));
    let file = home.path("one.backup");
    let begun = Instant::now();
    let backup = async {
        let mut command = Command::new(program());
        command
            .arg("backup")
            .arg(&file)
            .arg("--socket")
            .arg(&socket)
            .stdout(Stdio::null());
        let done = tokio::task::spawn_blocking(move || command.status().unwrap());
        assert!(done.await.unwrap().success());
    };
    let during = percentile_during(&socket, leads, backup).await;
    let took = begun.elapsed();
    let bytes = std::fs::metadata(&file).unwrap().len();
    let mb = bytes as f64 / 1e6;
    figure(
        "backup",
        format!(
            "{mb:.0} MB in {took:.1?}, {:.1} MB/s",
            mb / took.as_secs_f64()
        ),
    );
    figure(
        "p99 during the backup",
        format!(
            "{during:.2?}, {:.2} times",
            during.as_secs_f64() / alone.as_secs_f64()
        ),
    );
    drop(daemon);
}
