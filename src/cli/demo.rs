//! `leadtap demo`

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::transport::Endpoint;

use super::exit::{CommandError, Exit};
use super::output::Output;
use super::{client, render_lead, serve, signals};
use crate::app::{App, Listeners};
use crate::config::{Config, keys};
use crate::domain::clock::SystemClock;
use crate::domain::secret::Secret;
use crate::grpc::pb;
use crate::sandbox::shop::Shop;
use crate::sandbox::{Options, Sandbox};
use crate::storage::KeyRing;

/// The Instagram App ID and App Secret that sandbox and daemon agree on.
const APP_ID: &str = "990602627938098";
const APP_SECRET: &str = "demo-app-secret";

/// See "Continue with Instagram" work, with nothing but this program
///
/// Runs a fake Instagram, the daemon on a temporary store and a one-page shop, all on this machine,
/// and prints the shop's address. Each login's lead is printed as `leadtap lead show` shows it.
/// Ctrl-C ends all of it and removes the store.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap demo\n  \
    leadtap demo --listen 127.0.0.1:8080")]
pub(super) struct Demo {
    /// Where the shop listens: an address of this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let folder = tempfile::Builder::new()
            .prefix("leadtap-demo-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()?;
        let result = client::run(run(self.listen, &folder));
        folder.close()?;
        result
    }
}

async fn run(listen: SocketAddr, folder: &TempDir) -> Result<(), CommandError> {
    let fake = TcpListener::bind("127.0.0.1:0").await?;
    let counter = TcpListener::bind(listen).await.map_err(|error| {
        CommandError::new(
            Exit::Unavailable,
            format!("The shop cannot listen on {listen}: {error}."),
            "Stop what listens there, or give another address with --listen.",
        )
    })?;
    let shop_address = counter.local_addr()?;
    let redirect_uri = format!("http://{shop_address}/callback");
    let socket = folder.path().join("leadtap.sock");

    let config = configure(folder.path(), &redirect_uri, fake.local_addr()?)?;
    let ring = keys::read(&config.keys)
        .map_err(|problem| CommandError::new(Exit::Fault, problem.to_string(), ""))?;
    let (stop, stopping) = watch::channel(false);
    let daemon = start_daemon(&config, ring, stopping)?;

    let options = Options {
        app_id: APP_ID.to_owned(),
        app_secret: Secret::from(APP_SECRET),
        redirect_uris: vec![redirect_uri.clone()],
    };
    let sandbox = Sandbox::new(options, Arc::new(SystemClock));
    let channel = Endpoint::try_from(format!("unix://{}", socket.display()))
        .map_err(|error| CommandError::new(Exit::Fault, format!("{error}."), ""))?
        .connect_lazy();
    let shop = Shop::new(channel, redirect_uri, print_lead);

    let mut output = Output::standard(super::arguments::Format::Human);
    output.result(
        |style| {
            format!(
                "{} Open this address:\n\nhttp://{shop_address}/\n\nCtrl-C ends it and removes what it stored.\n",
                style.strong("The demo is running.")
            )
        },
        || serde_json::Value::Null,
    )?;

    let pages = async {
        let never = std::future::pending;
        tokio::try_join!(sandbox.serve(fake, never()), shop.serve(counter, never()))
    };
    let pages = tokio::select! {
        ended = pages => ended.map(|_| ()),
        () = signals::stop() => Ok(()),
    };
    stop.send_replace(true);
    let daemon = tokio::task::spawn_blocking(move || daemon.join()).await;
    pages?;
    match daemon {
        Ok(Ok(served)) => served,
        _ => Err(CommandError::new(
            Exit::Fault,
            "The daemon ended in a panic.",
            "",
        )),
    }
}

/// Runs the daemon as `leadtap serve` does, on threads of its own.
fn start_daemon(
    config: &Config,
    ring: KeyRing,
    mut stopping: watch::Receiver<bool>,
) -> Result<std::thread::JoinHandle<Result<(), CommandError>>, CommandError> {
    let app = App::new(config, ring, Arc::new(SystemClock)).map_err(serve::failed)?;
    let listeners = Listeners::bind(&config.listen)?;
    let run = move || {
        let stop = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        app.serve(listeners, stop).map_err(serve::failed)
    };
    Ok(std::thread::Builder::new()
        .name("daemon".to_owned())
        .spawn(run)?)
}

/// Writes what a store admin would write, and reads it as the daemon does.
fn configure(
    folder: &Path,
    redirect_uri: &str,
    instagram: SocketAddr,
) -> Result<Config, CommandError> {
    let ring = KeyRing::generate()
        .map_err(|error| CommandError::new(Exit::Fault, format!("{error}."), ""))?;
    write_secret(&folder.join("keys"), &ring)?;
    write_secret(&folder.join("app-secret"), &Secret::from(APP_SECRET))?;
    let uid = nix::unistd::Uid::current();
    let here = folder.display();
    let text = format!(
        r#"
[listen]
unix = {{ path = "{here}/leadtap.sock", mode = "0600" }}
[store]
path = "{here}/data"
[keys]
file = "{here}/keys"
[limits]
drain_seconds = 1
worker_threads = 1
[[site]]
name = "demo"
instagram_app_id = "{APP_ID}"
instagram_app_secret_file = "{here}/app-secret"
redirect_uris = ["{redirect_uri}"]
endpoints = {{ authorize = "http://{instagram}/www", api = "http://{instagram}/api", graph = "http://{instagram}/graph" }}
[[caller]]
name = "shop"
site = "demo"
uid = {uid}
permissions = ["login"]
"#
    );
    Config::parse(&text)
        .map_err(|problems| CommandError::new(Exit::Configuration, problems.to_string(), ""))
}

fn write_secret(path: &Path, secret: &Secret) -> Result<(), CommandError> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(secret.expose().as_bytes())?;
    Ok(())
}

/// The lead as the command line shows it. The terminal is quick, and a closed
/// one is no reason to stop.
fn print_lead(lead: &pb::Lead) {
    let mut output = Output::standard(super::arguments::Format::Human);
    let _ = output.result(
        |style| {
            format!(
                "\n{}\n{}",
                style.strong("A lead:"),
                render_lead(lead, style)
            )
        },
        || serde_json::Value::Null,
    );
}
