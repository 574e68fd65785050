//! Sends what happened to leads to a shop's own programs, as Standard Webhooks
//! (<https://www.standardwebhooks.com>) says.

mod client;
mod signature;

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::Response;

use client::Clients;

use crate::domain::clock::Timestamp;
use crate::domain::webhook::{DeliveryFailure, Webhook};
use crate::outbound::{BuildError, Outbound};

pub use signature::key_of;

/// One message to be delivered.
#[derive(Clone, Debug)]
pub struct Message {
    /// Stays the same however often it is delivered.
    pub id: String,
    /// Now.
    pub time: Timestamp,
    /// JSON.
    pub body: Vec<u8>,
}

/// A delivery that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub failure: DeliveryFailure,
    /// How long it asked us to wait.
    pub retry_after: Option<Duration>,
}

impl From<DeliveryFailure> for Failed {
    fn from(failure: DeliveryFailure) -> Self {
        Self {
            failure,
            retry_after: None,
        }
    }
}

/// Delivers messages.
#[derive(Clone)]
pub struct Sender(Clients);

impl Sender {
    /// Makes one.
    ///
    /// # Errors
    /// [`BuildError`], whose text says what to do.
    pub fn new(outbound: &Outbound) -> Result<Self, BuildError> {
        Clients::new(outbound, client::TOTAL_TIMEOUT).map(Self)
    }

    /// Delivers one message. Of the answer only its status is looked at; a
    /// redirect is not followed.
    ///
    /// # Errors
    /// [`Failed`], unless the status was one of success.
    pub async fn deliver(&self, webhook: &Webhook, message: &Message) -> Result<(), Failed> {
        let signature =
            signature::of(&webhook.secret, message).ok_or(DeliveryFailure::Misconfigured)?;
        let (client, url) = self.0.get(webhook)?;
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", signature::seconds(message.time))
            .header("webhook-signature", signature)
            .body(message.body.clone());
        let response = request.send().await.map_err(|error| client::why(&error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(Failed {
            failure: DeliveryFailure::Status(response.status().as_u16()),
            retry_after: retry_after(&response),
        })
    }
}

/// `Retry-After` in seconds; its other form, a date, is not looked at.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::secret::Secret;

    /// What a delivery comes to that may take this long, where nothing but
    /// these bytes is answered.
    async fn outcome(said: &'static str, total_timeout: Duration) -> Result<(), Failed> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let _ = connection.read(&mut [0; 1024]).await.unwrap();
            connection.write_all(said.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        let webhook = Webhook {
            name: "crm".parse().unwrap(),
            url,
            secret: Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            events: Vec::new(),
            allow_private_hosts: vec!["127.0.0.1".to_owned()],
        };
        let message = Message {
            id: "msg_1".to_owned(),
            time: Timestamp::from_micros(1_790_000_000_000_000),
            body: b"{}".to_vec(),
        };
        let clients = Clients::new(&Outbound::new().unwrap(), total_timeout);
        let outcome = Sender(clients.unwrap()).deliver(&webhook, &message).await;
        server.abort();
        outcome
    }

    #[tokio::test]
    async fn a_receiver_that_does_not_answer_in_time_has_failed() {
        let late = Err(DeliveryFailure::Timeout.into());
        for said in ["", "HTTP/1.1 200 So\r\n", "HTTP/1.1 100 Continue\r\n\r\n"] {
            assert_eq!(outcome(said, Duration::from_millis(200)).await, late);
        }
        // docs/webhooks.md says so; one that answers within it is waited for.
        assert_eq!(client::TOTAL_TIMEOUT, Duration::from_secs(20));
        let accepted = outcome("HTTP/1.1 200 So\r\n\r\n", client::TOTAL_TIMEOUT);
        assert_eq!(accepted.await, Ok(()));
    }
}
