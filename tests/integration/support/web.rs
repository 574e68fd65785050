//! gRPC-Web over HTTP/1.1, byte by byte: what the PHP client speaks, and what
//! no well-made client would send.

use std::path::Path;

use http::HeaderMap;
use prost::Message;
use tonic::{Code, Status};

use super::Refusal;

/// What came back to one call.
pub struct Answer {
    pub http_status: u16,
    pub headers: HeaderMap,
    /// The message, where there is one.
    pub message: Option<Vec<u8>>,
    /// How the call ended.
    pub status: Status,
}

/// An HTTP/1.1 client on the Unix socket.
pub struct Web(reqwest::Client);

impl Web {
    pub fn new(socket: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .unix_socket(socket)
            .http1_only()
            .no_proxy()
            .build();
        Self(client.unwrap())
    }

    /// Calls an rpc of LoginService with a message.
    pub async fn call(&self, rpc: &str, message: &impl Message) -> Answer {
        self.post(rpc, &[], frame(&message.encode_to_vec())).await
    }

    /// Calls an rpc of LoginService with any bytes.
    pub async fn post(&self, rpc: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.post_to(&format!("leadtap.v1.LoginService/{rpc}"), headers, body)
            .await
    }

    /// Calls any rpc, by its path, with any bytes.
    pub async fn post_to(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let url = format!("http://localhost/{path}");
        let mut request = self.0.post(url);
        request = request.header("content-type", "application/grpc-web+proto");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body).send().await.unwrap();
        let (http_status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap();
        read(http_status, headers, &body)
    }
}

/// A message in its frame: a flag, four bytes of length, the message.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    framed
}

fn read(http_status: u16, headers: HeaderMap, mut body: &[u8]) -> Answer {
    let mut message = None;
    // An error without a message has its status in the headers.
    let mut ending = headers.clone();
    while let [flag, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (part, next) = rest.split_at(length);
        body = next;
        if *flag & 0x80 == 0 {
            message = Some(part.to_vec());
            continue;
        }
        for line in std::str::from_utf8(part).unwrap().lines() {
            let (name, value) = line.split_once(':').unwrap();
            let name: http::HeaderName = name.trim().parse().unwrap();
            ending.insert(name, value.trim().parse().unwrap());
        }
    }
    let status = Status::from_header_map(&ending);
    Answer {
        http_status,
        headers,
        message,
        status: status.unwrap_or_else(|| Status::new(Code::Unknown, "no status came")),
    }
}

/// The error in an HTTP/1.1 answer as it came over the wire.
pub fn refusal_in(answer: &str) -> Refusal {
    let (head, _) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let headers: HeaderMap = lines
        .map(|(name, value)| {
            let name: http::HeaderName = name.parse().unwrap();
            (name, value.trim().parse().unwrap())
        })
        .collect();
    let status = Status::from_header_map(&headers);
    Refusal::of(&status.unwrap_or_else(|| panic!("no status in {answer:?}")))
}
