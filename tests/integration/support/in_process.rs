//! The daemon on a thread of this process, so that its clock can be moved.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use leadtap::app::{App, Listeners};
use leadtap::config::{Config, keys};
use leadtap::domain::clock::Clock;
use tokio::sync::oneshot;

use super::Setup;
use super::caller::{self, Client};

/// A daemon with a clock of the test's own. It stops when it is dropped.
pub struct InProcess {
    socket: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl InProcess {
    /// Starts it; it listens when this returns.
    pub fn start(setup: &Setup, clock: Arc<dyn Clock>) -> Self {
        Self::start_as(setup, clock, |app| app)
    }

    /// Starts it with something of its wiring changed.
    pub fn start_as(setup: &Setup, clock: Arc<dyn Clock>, change: impl FnOnce(App) -> App) -> Self {
        let config = Config::parse(&setup.configuration()).unwrap();
        let ring = keys::read(&config.keys).unwrap();
        let app = change(App::new(&config, ring, clock).unwrap());
        let listeners = Listeners::bind(&config.listen).unwrap();
        let (stop, stopped) = oneshot::channel();
        let until = async {
            let _ = stopped.await;
        };
        let serve = move || app.serve(listeners, until).unwrap();
        Self {
            socket: setup.path("leadtap.sock"),
            stop: Some(stop),
            thread: Some(std::thread::spawn(serve)),
        }
    }

    /// A client on its socket.
    pub async fn client(&self) -> Client {
        caller::client(caller::unix(&self.socket).await, None)
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}
