//! A server on loopback that plays one step for each request.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What the server does once it has read a request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Sends these bytes and keeps the connection open.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes and then nothing, for ever.
    Hang(Vec<u8>),
}

impl Step {
    /// A JSON answer with status 200.
    pub(super) fn json(body: &str) -> Self {
        Self::answer(200, "Content-Type: application/json\r\n", body)
    }

    /// An answer with status 400, as Instagram gives for nearly all refusals.
    pub(super) fn refusal(body: &str) -> Self {
        Self::answer(400, "", body)
    }

    /// A whole answer; `headers` has each line's end.
    pub(super) fn answer(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n");
        Self::Send((head + body).into_bytes())
    }

    fn bytes(&self) -> &[u8] {
        let (Self::Send(bytes) | Self::Close(bytes) | Self::Reset(bytes) | Self::Hang(bytes)) =
            self;
        bytes
    }
}

/// The server; it ends when dropped.
pub(super) struct Upstream {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Log {
    connections: usize,
    requests: Vec<String>,
}

impl Upstream {
    /// Answers every request with `step`.
    pub(super) async fn always(step: Step) -> Self {
        Self::playing(vec![step]).await
    }

    /// Answers each request with the next step, and further ones with the
    /// last.
    pub(super) async fn playing(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let task = tokio::spawn(accept(listener, Arc::new(steps), Arc::clone(&log)));
        Self { address, log, task }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    /// Every request so far: its head and body as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().requests.clone()
    }

    /// The only request so far.
    pub(super) fn request(&self) -> String {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1);
        requests.remove(0)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, steps: Arc<Vec<Step>>, log: Arc<Mutex<Log>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        log.lock().unwrap().connections += 1;
        connections.spawn(serve(stream, Arc::clone(&steps), Arc::clone(&log)));
    }
}

async fn serve(mut stream: TcpStream, steps: Arc<Vec<Step>>, log: Arc<Mutex<Log>>) {
    while let Some(request) = read_request(&mut stream).await {
        let step = {
            let mut log = log.lock().unwrap();
            log.requests.push(request);
            let nth = log.requests.len().min(steps.len()) - 1;
            steps[nth].clone()
        };
        if stream.write_all(step.bytes()).await.is_err() {
            return;
        }
        match step {
            Step::Send(_) => {}
            Step::Close(_) => return,
            Step::Reset(_) => return stream.set_zero_linger().unwrap(),
            Step::Hang(_) => std::future::pending().await,
        }
    }
}

/// A request with its body; nothing at the end of the connection, or if it
/// does not speak HTTP.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Some(text.into_owned());
        }
        let not_http = bytes
            .first()
            .is_some_and(|first| !first.is_ascii_uppercase());
        if not_http || stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap())
}
