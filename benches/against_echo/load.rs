//! The load: callers that keep a number of calls in flight, and what it took.
//!
//! The callers speak HTTP/2 through `h2` itself. tonic's own client costs more
//! CPU a call than the echo server does, so that on two cores it, and not the
//! server, would set the pace.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use hdrhistogram::Histogram;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::LocalSet;

use crate::process::Server;

/// Calls that share one connection, at most: a shop has many short-lived PHP
/// workers and no connection carries more than a few calls at once.
const CALLS_A_CONNECTION: usize = 32;

/// The window of one stream: no reply of ours ever waits for it.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;

/// The window of a connection: no set of replies ever waits for it.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

/// The flag and the length before each gRPC message.
pub(crate) const GRPC_PREFIX_BYTES: usize = 5;

/// Warm-up before each measured window: connections, caches, branch predictors.
const WARM_UP: Duration = Duration::from_millis(150);

/// The longest latency that is told apart: more counts as this.
const LONGEST_LATENCY_NANOS: u64 = 60_000_000_000;

/// How long the last calls of a round may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Where a server listens.
#[derive(Clone)]
pub(crate) enum Target {
    /// A Unix socket.
    Unix(PathBuf),
    /// A loopback address, and the bearer token of a caller there.
    Tcp(SocketAddr, String),
}

/// What can go wrong with one call.
#[derive(Debug)]
pub(crate) enum CallFailure {
    /// The socket, or HTTP/2 on it.
    Connection(String),
    /// An answer with another gRPC status than OK.
    Status(String),
}

impl std::fmt::Display for CallFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(why) => write!(f, "the connection failed: {why}"),
            Self::Status(why) => write!(f, "the call was refused: {why}"),
        }
    }
}

impl std::error::Error for CallFailure {}

impl From<h2::Error> for CallFailure {
    fn from(error: h2::Error) -> Self {
        Self::Connection(error.to_string())
    }
}

impl From<std::io::Error> for CallFailure {
    fn from(error: std::io::Error) -> Self {
        Self::Connection(error.to_string())
    }
}

/// A gRPC message as it goes over the wire: prefix and bytes.
pub(crate) fn framed(message: &impl prost::Message) -> Bytes {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(GRPC_PREFIX_BYTES + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).expect("our messages are small"));
    message.encode_raw(&mut frame);
    frame.freeze()
}

/// The headers of every call. `token`: as a caller over TCP has one.
pub(crate) fn headers(token: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("te", HeaderValue::from_static("trailers"));
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    if let Some(token) = token {
        let value = format!("Bearer {token}");
        headers.insert("authorization", value.parse().expect("a header value"));
    }
    headers
}

/// One connection to a server.
#[derive(Clone)]
pub(crate) struct Caller {
    send: SendRequest<Bytes>,
    headers: HeaderMap,
}

impl Caller {
    /// Connects. Must run inside a [`LocalSet`].
    pub(crate) async fn connect(target: &Target) -> Result<Self, CallFailure> {
        match target {
            Target::Unix(path) => Self::over(UnixStream::connect(path).await?, None).await,
            Target::Tcp(address, token) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Self::over(stream, Some(token)).await
            }
        }
    }

    async fn over<S>(stream: S, token: Option<&str>) -> Result<Self, CallFailure>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (send, connection) = h2::client::Builder::new()
            .initial_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .handshake(stream)
            .await?;
        tokio::task::spawn_local(connection);
        let headers = headers(token);
        Ok(Self { send, headers })
    }

    /// Makes one call; answers with the reply's message.
    pub(crate) async fn call(&mut self, method: &Uri, frame: Bytes) -> Result<Bytes, CallFailure> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = method.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.headers_mut() = self.headers.clone();

        let mut send = self.send.clone().ready().await?;
        let (response, mut body) = send.send_request(request, false)?;
        body.send_data(frame, true)?;
        let response = response.await?;
        refuse_bad_status(response.headers())?;

        let mut stream = response.into_body();
        let mut reply = Bytes::new();
        while let Some(chunk) = stream.data().await {
            let chunk = chunk?;
            stream.flow_control().release_capacity(chunk.len())?;
            reply = joined(reply, chunk);
        }
        let trailers = stream.trailers().await?.unwrap_or_default();
        refuse_bad_status(&trailers)?;
        if reply.len() < GRPC_PREFIX_BYTES {
            return Err(CallFailure::Status("an empty answer".into()));
        }
        Ok(reply.slice(GRPC_PREFIX_BYTES..))
    }
}

/// An answer nearly always comes as one frame; then nothing is copied.
fn joined(first: Bytes, second: Bytes) -> Bytes {
    if first.is_empty() {
        return second;
    }
    [first, second].concat().into()
}

fn refuse_bad_status(headers: &HeaderMap) -> Result<(), CallFailure> {
    match headers.get("grpc-status") {
        None => Ok(()),
        Some(status) if status == "0" => Ok(()),
        Some(status) => {
            let text = headers.get("grpc-message");
            Err(CallFailure::Status(format!("{status:?} {text:?}")))
        }
    }
}

/// Where the calls of a round come from: the next request, framed, or `None`
/// when there is nothing left to call.
pub(crate) type Requests = Rc<dyn Fn() -> Option<Bytes>>;

/// One round: which rpc, with what, how many at once, for how long.
pub(crate) struct Round {
    /// The rpc, as a URI.
    pub method: Uri,
    /// The requests.
    pub requests: Requests,
    /// Calls in flight.
    pub in_flight: usize,
    /// The measured time.
    pub window: Duration,
}

/// The URI of an rpc, from its path `/package.Service/Method`.
pub(crate) fn method(path: &str) -> Uri {
    format!("http://localhost{path}")
        .parse()
        .expect("a path of ours")
}

/// What one round took.
pub(crate) struct Sample {
    /// Calls that ended inside the measured window.
    pub calls: u64,
    /// Calls that ended at all, with those of the warm-up and the last ones.
    pub answered: u64,
    /// How long the window was.
    pub seconds: f64,
    /// CPU of the server process in the window, microseconds.
    pub server_cpu_us: f64,
    /// CPU of this process in the window, microseconds: the load, and where
    /// there is one, the upstream.
    pub client_cpu_us: f64,
    /// Latencies in nanoseconds.
    pub latency: Histogram<u64>,
}

struct Recorder {
    recording: bool,
    ended: bool,
    answered: u64,
    latency: Histogram<u64>,
    failure: Option<CallFailure>,
}

/// Runs one round against `target` and measures `server` during it.
///
/// # Errors
/// The first call that failed: a benchmark of failures measures nothing.
pub(crate) async fn run(
    target: &Target,
    server: &Server,
    round: &Round,
) -> Result<Sample, CallFailure> {
    LocalSet::new()
        .run_until(inside(target, server, round))
        .await
}

async fn inside(target: &Target, server: &Server, round: &Round) -> Result<Sample, CallFailure> {
    let recorder = Rc::new(RefCell::new(Recorder {
        recording: false,
        ended: false,
        answered: 0,
        latency: Histogram::new_with_bounds(1, LONGEST_LATENCY_NANOS, 3).expect("fixed bounds"),
        failure: None,
    }));
    let connections = round.in_flight.div_ceil(CALLS_A_CONNECTION);
    let mut callers = Vec::with_capacity(connections);
    for _ in 0..connections {
        callers.push(Caller::connect(target).await?);
    }
    let workers: Vec<_> = (0..round.in_flight)
        .map(|n| {
            let caller = callers[n % connections].clone();
            let work = worker(
                caller,
                round.method.clone(),
                Rc::clone(&round.requests),
                Rc::clone(&recorder),
            );
            tokio::task::spawn_local(work)
        })
        .collect();

    tokio::time::sleep(WARM_UP).await;
    let begin = Reading::now(server)?;
    recorder.borrow_mut().recording = true;
    let deadline = begin.at + round.window;
    while Instant::now() < deadline && !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        let left = deadline.saturating_duration_since(Instant::now());
        tokio::time::sleep(left.min(Duration::from_millis(20))).await;
    }
    recorder.borrow_mut().recording = false;
    let end = Reading::now(server)?;

    recorder.borrow_mut().ended = true;
    let drained = tokio::time::timeout(DRAIN, async {
        for worker in workers {
            worker.await.ok();
        }
    });
    if drained.await.is_err() {
        return Err(CallFailure::Connection(format!(
            "calls were still unanswered {DRAIN:?} after the round"
        )));
    }
    let recorder = Rc::into_inner(recorder)
        .expect("every worker has ended")
        .into_inner();
    match recorder.failure {
        Some(failure) => Err(failure),
        None => Ok(begin.until(&end, recorder)),
    }
}

async fn worker(
    mut caller: Caller,
    method: Uri,
    requests: Requests,
    recorder: Rc<RefCell<Recorder>>,
) {
    while !recorder.borrow().ended {
        let Some(frame) = requests() else { break };
        let begin = Instant::now();
        let answer = caller.call(&method, frame).await;
        let took = begin.elapsed();
        let mut recorder = recorder.borrow_mut();
        recorder.answered += u64::from(answer.is_ok());
        match answer {
            Err(failure) => {
                recorder.failure.get_or_insert(failure);
                recorder.ended = true;
            }
            Ok(_) if recorder.recording => {
                let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                recorder.latency.saturating_record(nanos);
            }
            Ok(_) => {}
        }
    }
}

/// The clocks at one moment.
struct Reading {
    at: Instant,
    server_cpu: Duration,
    client_cpu: Duration,
}

impl Reading {
    fn now(server: &Server) -> std::io::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server_cpu: server.cpu()?,
            client_cpu: crate::process::own_cpu()?,
        })
    }

    fn until(&self, end: &Self, recorder: Recorder) -> Sample {
        let micros = |from: Duration, to: Duration| (to - from).as_secs_f64() * 1e6;
        Sample {
            calls: recorder.latency.len(),
            answered: recorder.answered,
            seconds: (end.at - self.at).as_secs_f64(),
            server_cpu_us: micros(self.server_cpu, end.server_cpu),
            client_cpu_us: micros(self.client_cpu, end.client_cpu),
            latency: recorder.latency,
        }
    }
}
