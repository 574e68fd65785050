//! A daemon, a sandbox and a browser for each test, and nothing left of them
//! afterwards.

pub mod book;
pub mod browser;
pub mod caller;
pub mod command;
pub mod counting;
pub mod daemon;
pub mod desk;
pub mod fake;
pub mod faults;
pub mod in_process;
pub mod manager;
pub mod not_taken;
pub mod program;
pub mod receiver;
pub mod refusal;
pub mod relay;
pub mod reload;
pub mod scrape;
pub mod secrets;
pub mod shop;
pub mod tls;
pub mod tokens;
pub mod web;

pub use book::Book;
pub use browser::Browser;
pub use daemon::Setup;
pub use fake::Fake;
pub use faults::Disk;
pub use refusal::Refusal;
pub use shop::{Shop, Visit};

use std::net::TcpListener;
use std::time::{Duration, Instant};

/// How long anything may take that is expected to happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The daemon's program: as cargo built it beside the tests. An example is built
/// alone, and is the daemon itself where it is asked to `serve`.
pub fn program() -> String {
    let built = option_env!("CARGO_BIN_EXE_leadtap").map(str::to_owned);
    built.unwrap_or_else(|| {
        let example = std::env::current_exe().unwrap();
        example.into_os_string().into_string().unwrap()
    })
}

/// A port that nobody has, at the moment.
pub fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Waits until `done` gives something, or fails the test with `what`.
pub async fn eventually<T>(what: &str, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = done().await {
            return value;
        }
        assert!(
            Instant::now() < deadline,
            "{what} did not happen within {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
