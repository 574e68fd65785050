//! `leadtap sandbox`

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::arguments::Format;
use super::exit::{CommandError, Exit};
use super::output::Output;
use super::{client, signals};
use crate::domain::clock::SystemClock;
use crate::domain::secret::Secret;
use crate::sandbox::{self, Options};

/// Run a fake Instagram to develop against
///
/// Speaks Instagram's login protocol on this machine, with test accounts and without any Meta
/// account: docs/sandbox.md is its manual. It lets anybody in as anybody, so it listens on loopback
/// only. Ctrl-C ends it, and it forgets everything.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap sandbox\n  \
    leadtap sandbox --listen 127.0.0.1:9100 --redirect-uri http://127.0.0.1:8080/callback\n  \
    curl -X PUT http://127.0.0.1:9000/sandbox/knobs -d '{\"me_failure\": \"role_trap\"}'")]
pub(super) struct Sandbox {
    /// Where it listens: an address of this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// The Instagram App ID that it knows
    #[arg(long, value_name = "NUMBER", default_value = "990602627938098")]
    app_id: String,
    /// The Instagram App Secret that it knows; as fake as the rest, so it may be seen
    #[arg(long, value_name = "TEXT", default_value = "sandbox-app-secret")]
    app_secret: String,
    /// A redirect URI that it knows, byte for byte; none: any on this machine
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
}

impl Sandbox {
    pub(super) fn run(self) -> Result<(), CommandError> {
        client::run(async move {
            let listener = TcpListener::bind(self.listen).await.map_err(|error| {
                CommandError::new(
                    Exit::Unavailable,
                    format!("The sandbox cannot listen on {}: {error}.", self.listen),
                    "Stop what listens there, or give another address with --listen.",
                )
            })?;
            let address = listener.local_addr()?;
            let mut output = Output::standard(Format::Human);
            output.result(|_| self.banner(address), || serde_json::Value::Null)?;
            let options = Options {
                app_id: self.app_id,
                app_secret: Secret::new(self.app_secret),
                redirect_uris: self.redirect_uris,
            };
            let sandbox = sandbox::Sandbox::new(options, Arc::new(SystemClock));
            Ok(sandbox.serve(listener, signals::stop()).await?)
        })
    }

    /// What belongs in the daemon's configuration.
    fn banner(&self, address: SocketAddr) -> String {
        let Self {
            app_id, app_secret, ..
        } = self;
        format!(
            "A fake Instagram listens on http://{address}/ (Ctrl-C ends it).\n\
             For a [[site]] of the daemon's configuration:\n\
             \n  instagram_app_id = \"{app_id}\"\
             \n  endpoints = {{ authorize = \"http://{address}/www\", api = \"http://{address}/api\", graph = \"http://{address}/graph\" }}\n\
             \nIts app secret, for the file that instagram_app_secret_file names: {app_secret}\n"
        )
    }
}
