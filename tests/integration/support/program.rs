//! A program of the shop's whose every answer is the test's, and which writes
//! down what came.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Fake, PATIENCE, Setup, receiver};

/// A listening program.
pub struct Program {
    listener: TcpListener,
    url: String,
}

/// A delivery that came, and waits for its answer. Dropped, it gets none.
pub struct Delivery {
    /// Its headers, by their names in small letters.
    pub headers: Value,
    /// Its body, byte for byte.
    pub body: String,
    stream: TcpStream,
}

impl Program {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/leads", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// A configuration whose webhook leads here.
    pub fn setup(&self, fake: &Fake) -> Setup {
        let mut setup = receiver::setup(fake);
        let usual = format!("{}/webhooks/crm", fake.base);
        setup.site = setup.site.replace(&usual, &self.url);
        setup
    }

    /// The next connection, of which nothing was read.
    pub async fn connection(&self) -> TcpStream {
        let accepted = tokio::time::timeout(PATIENCE, self.listener.accept()).await;
        accepted.expect("a connection comes").unwrap().0
    }

    /// The next delivery. A connection that breaks off before it is whole is
    /// none.
    pub async fn next(&self) -> Delivery {
        loop {
            if let Some(delivery) = read(self.connection().await).await {
                return delivery;
            }
        }
    }
}

impl Delivery {
    pub fn id(&self) -> &str {
        self.headers["webhook-id"].as_str().unwrap()
    }

    /// What it tells.
    pub fn told(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whoever sent it may be gone.
    pub async fn answer(mut self, status: u16) {
        let answer =
            format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let _ = self.stream.write_all(answer.as_bytes()).await;
        let _ = self.stream.shutdown().await;
    }
}

async fn read(mut stream: TcpStream) -> Option<Delivery> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let headers: serde_json::Map<String, Value> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), json!(value)))
            .collect();
        let length: usize = headers["content-length"].as_str()?.parse().ok()?;
        if body.len() == length {
            return Some(Delivery {
                headers: Value::Object(headers),
                body: body.to_owned(),
                stream,
            });
        }
    }
}
