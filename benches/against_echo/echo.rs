//! The bare server that the daemon is held against: tonic with nothing on it,
//! answering messages of our sizes without looking at them.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Ready, ready};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tokio::net::{TcpListener, UnixListener};
use tokio_stream::wrappers::{TcpListenerStream, UnixListenerStream};
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server as Transport;
use tonic::{Status, codegen::Service};
use tonic_prost::ProstCodec;

use crate::load::Target;
use crate::process::{SERVER_CORE, Server};

/// The hidden first argument that makes this program the echo server.
pub(crate) const ROLE: &str = "--echo-server";

/// A message that is only its bytes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Blob {
    /// The bytes; prost shares and does not copy them when it reads them.
    #[prost(bytes = "bytes", tag = "1")]
    pub body: Bytes,
}

impl Blob {
    /// A message of about `bytes` bytes on the wire: tag and length take three.
    pub(crate) fn of_size(bytes: usize) -> Self {
        Self {
            body: vec![b'x'; bytes.saturating_sub(3)].into(),
        }
    }
}

/// The path of the rpc with the small answer.
pub(crate) const START: &str = "/bench.Echo/Start";
/// The path of the rpc with the large answer.
pub(crate) const LEAD: &str = "/bench.Echo/Lead";

/// The echo service.
#[derive(Clone)]
pub(crate) struct Echo {
    /// What `Start` answers.
    pub start: Blob,
    /// What `Lead` answers.
    pub lead: Blob,
}

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

#[derive(Clone)]
struct Answer(Blob);

impl UnaryService<Blob> for Answer {
    type Response = Blob;
    type Future = Ready<Result<tonic::Response<Blob>, Status>>;

    fn call(&mut self, _: tonic::Request<Blob>) -> Self::Future {
        ready(Ok(tonic::Response::new(self.0.clone())))
    }
}

impl Service<Request<Body>> for Echo {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    // The same steps as in the code that tonic generates for a service.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = match request.uri().path() {
            START => self.start.clone(),
            LEAD => self.lead.clone(),
            _ => return Box::pin(ready(Ok(Status::unimplemented("").into_http()))),
        };
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::default());
            Ok(grpc.unary(Answer(answer), request).await)
        })
    }
}

/// Sizes on the wire, taken from the daemon's own messages.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(crate) struct Sizes {
    /// Bytes of the small request.
    pub start_request: usize,
    /// Bytes of the small answer.
    pub start_reply: usize,
    /// Bytes of the request for a lead.
    pub lead_request: usize,
    /// Bytes of a lead.
    pub lead_reply: usize,
}

impl Default for Sizes {
    /// About what the daemon's messages have; for a run without it.
    fn default() -> Self {
        Self {
            start_request: 120,
            start_reply: 500,
            lead_request: 38,
            lead_reply: 1000,
        }
    }
}

/// Starts the echo server as a process of its own.
///
/// # Errors
/// Where it cannot be started.
pub(crate) fn start(unix: &Target, tcp: &Target, sizes: &Sizes) -> std::io::Result<Server> {
    let (Target::Unix(path), Target::Tcp(address, _)) = (unix, tcp) else {
        return Err(std::io::Error::other(
            "a Unix socket and an address, in this order",
        ));
    };
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ROLE).arg(path).arg(address.to_string());
    command.args([sizes.start_reply, sizes.lead_reply].map(|size| size.to_string()));
    Server::start(command, &[SERVER_CORE])
}

/// The echo server's `main`: one current-thread runtime, as the daemon has on
/// one core.
///
/// # Errors
/// Where the arguments are not those of [`start`], or it cannot listen.
pub(crate) fn serve(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut next = || arguments.next().ok_or("too few arguments");
    let (path, address) = (PathBuf::from(next()?), next()?);
    let echo = Echo {
        start: Blob::of_size(next()?.parse()?),
        lead: Blob::of_size(next()?.parse()?),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let unix = UnixListenerStream::new(UnixListener::bind(path)?);
        let tcp = TcpListenerStream::new(TcpListener::bind(address).await?);
        let mut transport = Transport::builder();
        let tcp = transport
            .add_service(echo.clone())
            .serve_with_incoming(tcp_without_delay(tcp));
        let unix = transport.add_service(echo).serve_with_incoming(unix);
        tokio::try_join!(unix, tcp)?;
        Ok(())
    })
}

/// tonic sets `TCP_NODELAY` only on sockets that it accepted itself.
fn tcp_without_delay(
    incoming: TcpListenerStream,
) -> impl tokio_stream::Stream<Item = std::io::Result<tokio::net::TcpStream>> {
    use tokio_stream::StreamExt;
    incoming.map(|stream| {
        let stream = stream?;
        stream.set_nodelay(true)?;
        Ok(stream)
    })
}
