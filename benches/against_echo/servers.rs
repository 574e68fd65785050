//! Starting the servers, each on the server's core, until they answer.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

use crate::calls;
use crate::daemon::{Home, Memory, TOKEN};
use crate::echo::{self, Blob, Sizes};
use crate::load::{CallFailure, Caller, GRPC_PREFIX_BYTES, Target, framed, method};
use crate::process::Server;
use crate::rows::Transport;

/// How long a server may take until it answers.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// Between two tries to reach a server that starts: also how exact the start
/// time is.
const START_POLL: Duration = Duration::from_micros(500);

/// A server with both its addresses.
pub(crate) struct Side {
    /// The process.
    pub server: Server,
    /// Its Unix socket.
    pub unix: Target,
    /// Its TCP address.
    pub tcp: Target,
}

impl Side {
    /// Where it is reached over `transport`.
    pub(crate) fn target(&self, transport: Transport) -> &Target {
        match transport {
            Transport::Unix => &self.unix,
            Transport::Tcp => &self.tcp,
        }
    }
}

/// Starts a daemon with an empty store in `folder`; answers with the time from
/// its start to its first good answer.
///
/// # Errors
/// With the daemon's log, where it does not serve.
pub(crate) fn daemon(
    runtime: &Runtime,
    folder: &Path,
    memory: Memory,
    upstream: SocketAddr,
) -> Result<(Side, Duration), Box<dyn Error>> {
    let home = Home::create(folder, memory, free_address()?, upstream)?;
    let begin = Instant::now();
    let mut server = home.start()?;
    let empty = Bytes::from_static(&[0; GRPC_PREFIX_BYTES]);
    serving(runtime, &mut server, &home.unix, calls::HEALTH, &empty)
        .map_err(|why| format!("{why}\n{}", home.log()))?;
    let took = begin.elapsed();
    let (unix, tcp) = (home.unix, home.tcp);
    Ok((Side { server, unix, tcp }, took))
}

/// Starts the echo server with its socket in `folder`.
///
/// # Errors
/// Where it does not serve.
pub(crate) fn echo(
    runtime: &Runtime,
    folder: &Path,
    sizes: &Sizes,
) -> Result<Side, Box<dyn Error>> {
    let unix = Target::Unix(folder.join("echo.sock"));
    // The same headers as at the daemon, which needs them.
    let tcp = Target::Tcp(free_address()?, TOKEN.to_owned());
    let mut server = echo::start(&unix, &tcp, sizes)?;
    let frame = framed(&Blob::of_size(sizes.start_request));
    for target in [&unix, &tcp] {
        serving(runtime, &mut server, target, echo::START, &frame)?;
    }
    Ok(Side { server, unix, tcp })
}

/// Asks the daemon for the sizes of its messages.
///
/// # Errors
/// The call that failed.
pub(crate) fn sizes(
    runtime: &Runtime,
    target: &Target,
    lead: &Bytes,
) -> Result<Sizes, CallFailure> {
    let start = calls::start();
    let probe = async {
        let mut caller = Caller::connect(target).await?;
        let start_reply = caller.call(&method(calls::START), start.clone()).await?;
        let lead_reply = caller.call(&method(calls::GET_LEAD), lead.clone()).await?;
        Ok(Sizes {
            start_request: start.len() - GRPC_PREFIX_BYTES,
            start_reply: start_reply.len(),
            lead_request: lead.len() - GRPC_PREFIX_BYTES,
            lead_reply: lead_reply.len(),
        })
    };
    runtime.block_on(LocalSet::new().run_until(probe))
}

/// Waits until the server answers one call.
fn serving(
    runtime: &Runtime,
    server: &mut Server,
    target: &Target,
    path: &str,
    frame: &Bytes,
) -> Result<(), Box<dyn Error>> {
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
