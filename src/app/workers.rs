//! One runtime of one thread for each core: over a Unix socket that was
//! measured to beat one runtime of two threads.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::doors::Open;
use super::observer::Observer;
use super::scrape::ScrapeListener;
use super::{App, Listeners, StartError};
use crate::grpc::connections::Room;
use crate::grpc::server::{self, End};
use crate::service::sweeper;

/// Threads a runtime may have for reads that block on the disk.
const BLOCKING_THREADS: usize = 16;

/// How long a blocking thread stays without work.
const BLOCKING_IDLE: Duration = Duration::from_secs(5);

/// How long a daemon whose sockets are kept serves the connections that it has
/// before it ends them, once it takes no more. Who has connected and not yet
/// sent a request does so meanwhile; a connection that ended before it would
/// be a failed call. Whoever connects meanwhile waits this much longer.
const SETTLE: Duration = Duration::from_millis(200);

/// Runs the daemon's workers until `shutdown` and the end of what is under way.
pub(super) fn run(
    app: &App,
    listeners: Listeners,
    scrapes: Option<ScrapeListener>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    let stop = Arc::new(watch::Sender::new(false));
    let (gatekeeper, stop_all) = (Arc::clone(&app.reloader.gatekeeper), Arc::clone(&stop));
    let doors = &app.reloader.doors;
    let (take_no_more, kept) = (doors.taking.clone(), listeners.kept);
    doors.open(listeners);
    let rooms = [app.rooms.unix.clone(), app.rooms.tcp.clone()];
    let background = async move {
        shutdown.await;
        if kept {
            take_no_more.cancel();
            rooms.iter().for_each(Room::hurry);
            gatekeeper.end_streams();
        } else {
            // Nobody comes after this daemon whom a caller could wait for.
            gatekeeper.close();
        }
        tracing::info!("stopping: answering what is under way");
        if kept {
            tokio::time::sleep(SETTLE).await;
        }
        stop_all.send_replace(true);
    };

    std::thread::scope(|scope| {
        let _stop = StopAll(&stop);
        let mut others = Vec::new();
        for number in 1..app.workers {
            let stop = Arc::clone(&stop);
            let name = format!("worker-{number}");
            let runtime = runtime()?;
            let work = move || serve(app, &runtime, &stop, std::future::pending());
            others.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn_scoped(scope, work)?,
            );
        }
        let first = runtime()?;
        let sweep = sweeper::run(app.services.store.clone(), Arc::clone(&app.services.clock));
        first.spawn(sweep);
        first.spawn(app.services.tokens.clone().keep_for_ever(app.sites()));
        first.spawn(app.retention.clone().keep_for_ever(app.sites()));
        // Ends with the runtime: what was not answered is sent again.
        first.spawn(app.services.webhooks.clone().deliver_for_ever(app.sites()));
        first.spawn(app.services.keys.clone().resume());
        first.spawn(app.canary().look_for_ever(app.sites(), app.first_look));
        if let Some(scrapes) = scrapes {
            first.spawn(scrapes.serve(Observer::of(app)));
        }
        let mut outcome = serve(app, &first, &stop, background);
        for other in others {
            let ended = other.join().unwrap_or_else(|_| {
                Err(StartError::Ended(
                    "a worker ended in a panic: see the log".to_owned(),
                ))
            });
            outcome = outcome.and(ended);
        }
        outcome
    })
}

/// Tells all workers to stop when it is dropped.
struct StopAll<'a>(&'a watch::Sender<bool>);

impl Drop for StopAll<'_> {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_keep_alive(BLOCKING_IDLE)
        .build()
}

/// One worker: serves all doors on its own runtime.
fn serve(
    app: &App,
    runtime: &Runtime,
    stop: &watch::Sender<bool>,
    background: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    // One worker that ends, for whatever reason, ends all of them.
    let _stop = StopAll(stop);
    runtime.block_on(async {
        tokio::spawn(background);
        let mut stopping = stop.subscribe();
        let (mut doors, mut servers) = (app.reloader.doors.watch(), Servers::default());
        let ended = loop {
            let open = Arc::clone(&doors.borrow_and_update());
            servers.serve_what_is_new(app, &open, &stopping)?;
            drop(open);
            // In this order: a listener that was told to stop may have ended already.
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => break None,
                _ = doors.changed() => {}
                Some(ended) = servers.tasks.join_next() => break Some(ended),
            }
        };
        if let Some(ended) = ended
            && !stop.send_replace(true)
        {
            return Err(StartError::Ended(format!(
                "a listener ended by itself: {ended:?}"
            )));
        }
        // From here on new connections are refused, not left waiting; unless
        // the next daemon takes them.
        app.reloader.doors.close();
        // A client that never hangs up must not hold up the stop.
        let drained = async {
            while servers.tasks.join_next().await.is_some() {}
            app.services.login.finished().await;
            app.services.tokens.finished().await;
        };
        let drain = app.limits.load().drain;
        if tokio::time::timeout(drain, drained).await.is_err() {
            tracing::warn!(
                drain.seconds = drain.as_secs(),
                "some clients did not hang up in time and were cut off"
            );
        }
        Ok(())
    })
}

/// The servers of one worker.
#[derive(Default)]
struct Servers {
    tasks: JoinSet<Result<(), tonic::transport::Error>>,
    /// What says when the doors that it serves take no more: a door that is
    /// served anew has another.
    unix: Option<CancellationToken>,
    tcp: Option<CancellationToken>,
}

impl Servers {
    /// Begins to serve the doors that it does not serve yet.
    fn serve_what_is_new(
        &mut self,
        app: &App,
        open: &Open,
        stopping: &watch::Receiver<bool>,
    ) -> Result<(), StartError> {
        let end = |taking: &CancellationToken| {
            let mut stopping = stopping.clone();
            let of_connections = async move {
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            End {
                of_taking: taking.clone(),
                of_connections,
            }
        };
        let router = || {
            server::router(&app.services, &app.reloader.gatekeeper)
                .map_err(|error| StartError::Ended(format!("the contract's descriptors: {error}")))
        };
        if let Some(door) = &open.unix
            && self.unix.as_ref() != Some(&door.taking)
        {
            self.unix = Some(door.taking.clone());
            let unix = UnixListener::from_std(door.handle()?)?;
            let room = app.rooms.unix.clone();
            self.tasks
                .spawn(server::serve(router()?, unix, room, end(&door.taking)));
        }
        if let Some(door) = &open.tcp
            && self.tcp.as_ref() != Some(&door.taking)
        {
            self.tcp = Some(door.taking.clone());
            let tcp = TcpListener::from_std(door.handle()?)?;
            let (room, end) = (app.rooms.tcp.clone(), end(&door.taking));
            match open.certificate.clone() {
                Some(certificate) => {
                    self.tasks
                        .spawn(server::serve_tls(router()?, tcp, certificate, room, end))
                }
                None => self.tasks.spawn(server::serve(router()?, tcp, room, end)),
            };
        }
        Ok(())
    }
}
