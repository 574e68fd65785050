//! `leadtap serve`

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::arguments::ConfigArgs;
use super::exit::{CommandError, Exit};
use super::{core_dumps, logging, service_manager, signals};
use crate::app::{App, Inherited, Listeners, Reloader, StartError};
use crate::config::{Config, Problems, keys};
use crate::domain::clock::{Clock, SystemClock};
use crate::storage::OpenError;
use crate::traces::{Traces, TracesError};

/// Run the daemon
///
/// Stays in the foreground and logs to standard error, as service managers want it. SIGTERM and
/// SIGINT stop it: calls under way are answered, for as long as limits.drain_seconds says. SIGHUP
/// makes it read its configuration and certificates again; one with a mistake is refused.
///
/// Sockets that systemd holds (LISTEN_FDS) are served as they are, if they are where the
/// configuration says; whoever calls while the daemon is started anew waits and is answered.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap serve\n  \
    leadtap serve --config ./leadtap.toml\n  \
    systemctl start leadtap\n  \
    systemctl reload leadtap")]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), CommandError> {
        core_dumps::forbid().map_err(|error| {
            CommandError::new(
                Exit::Fault,
                format!("Core dumps cannot be forbidden: {error}."),
                "Look for what restricts setrlimit and prctl, such as a SystemCallFilter= in the unit.",
            )
        })?;
        // Before any thread begins: it changes the environment.
        let passed = Inherited::take();
        let config = Config::load(&self.config.config).map_err(misconfigured)?;
        let traces = config.traces.as_ref().map(Traces::start).transpose();
        let traces = traces.map_err(untraceable)?;
        let level = logging::init(&config.log, traces.as_ref())
            .map_err(|error| CommandError::new(Exit::Fault, format!("No log: {error}."), ""))?;
        log_panics();
        tell_warnings(&config);
        let ring = keys::read(&config.keys).map_err(|problem| misconfigured(problem.into()))?;
        let app = App::new(&config, ring, Arc::new(SystemClock)).map_err(failed)?;
        let listeners = passed.and_then(|passed| Listeners::take_over(passed, &config.listen));
        let listeners = listeners.map_err(|error| failed(error.into()))?;
        let say = start_line(&config, &listeners);
        let (reloader, path) = (app.reloader(), self.config.config);
        let reload = move || {
            let _told = service_manager::Reloading::begin();
            reload(&path, &reloader, &level);
        };
        app.serve(listeners, until_stopped(say, reload))
            .map_err(failed)?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Ends when the daemon is to stop. Whoever hears that it serves, in the log
/// or as systemd does, may stop it from then on.
async fn until_stopped(say: impl FnOnce(), reload: impl Fn() + Clone + Send + 'static) {
    tokio::spawn(service_manager::watchdog());
    let say = || {
        say();
        service_manager::ready();
    };
    signals::stop_after(say, reload).await;
    service_manager::stopping();
}

/// What says that the daemon serves, and where.
fn start_line(config: &Config, listeners: &Listeners) -> impl FnOnce() + Send + use<> {
    let unix = config
        .listen
        .unix
        .as_ref()
        .map(|unix| unix.path.display().to_string());
    // Port 0 has become a real one.
    let tcp = listeners.tcp.as_ref().and_then(|tcp| tcp.local_addr().ok());
    let sites = config.sites.len();
    move || {
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            listen.unix = unix,
            listen.tcp = tcp.map(tracing::field::display),
            sites,
            "serving"
        );
    }
}

fn untraceable(error: TracesError) -> CommandError {
    let message = format!("No calls can be followed: {error}.");
    CommandError::new(
        Exit::Fault,
        message,
        "Correct [traces] in the configuration, or take it out.",
    )
}

fn tell_warnings(config: &Config) {
    let age = config.tls.as_ref();
    let age = age.and_then(|tls| tls.age(SystemClock.now()));
    for warning in config.warnings.0.iter().chain(&age) {
        tracing::warn!("{warning}");
    }
}

/// Takes the configuration over as it is now; or, if anything is wrong with it,
/// leaves everything as it was.
fn reload(path: &Path, reloader: &Reloader, level: &logging::Level) {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) => return refuse(path, &problems),
    };
    tell_warnings(&config);
    // This thread may wait; the runtime that it belongs to serves meanwhile.
    let reloaded = tokio::runtime::Handle::current().block_on(reloader.reload(&config));
    let left_out = match reloaded {
        Ok(left_out) => left_out,
        Err(problems) => return refuse(path, &problems),
    };
    for one in left_out {
        tracing::warn!(
            config.key = one.key,
            "a change of this takes a restart, and was left out: {}",
            one.why
        );
    }
    let (sites, callers) = (config.sites.len(), config.callers.len());
    tracing::info!(sites, callers, "the configuration was reloaded");
    level.set(&config.log);
}

fn refuse(path: &Path, problems: &Problems) {
    for problem in &problems.0 {
        tracing::error!("{problem}");
    }
    tracing::error!(
        config.file = %path.display(),
        "the new configuration is refused, and the old one stays: correct it and send SIGHUP again"
    );
}

/// A panic is caught where it can be and answered; this puts its place in the
/// log, in the form of every other line.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("it gave no reason");
        tracing::error!(
            panic.place = place,
            panic.text = text,
            "a fault inside leadtap"
        );
    }));
}

pub(super) fn misconfigured(problems: Problems) -> CommandError {
    CommandError::new(
        Exit::Configuration,
        format!("The daemon cannot start like this.\n{problems}"),
        "Run `leadtap check` after each change; it looks at the machine as well.",
    )
}

/// Why the daemon did not start, or stopped.
pub(super) fn failed(error: StartError) -> CommandError {
    let exit = match &error {
        StartError::Store(OpenError::InUse(_)) => Exit::Unavailable,
        StartError::Store(OpenError::Missing(_)) => Exit::NotFound,
        StartError::Store(OpenError::KeyMissing(_) | OpenError::WrongKey) => Exit::Configuration,
        StartError::Inherited(_) => Exit::Configuration,
        StartError::Audit(..) => Exit::CannotCreate,
        StartError::Store(_) | StartError::Io(_) => Exit::InputOutput,
        StartError::Outbound(_) | StartError::Ended(_) => Exit::Fault,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let sentence = match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    };
    CommandError::new(exit, sentence, "")
}
