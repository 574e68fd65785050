//! Sends a call and reads its answer, within the limits.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::{RequestBuilder, Response};
use url::Url;

use super::Instagram;
use super::client::Connection;
use super::refusal::failure;
use super::wording::Confidential;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};

/// A whole answer, whatever it says.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why a body could not be read to its end.
enum BodyError {
    TooLarge,
    Transport(reqwest::Error),
}

impl Instagram {
    /// A GET of `url`.
    pub(super) fn get(
        &self,
        url: Url,
        confidential: Confidential<'_>,
    ) -> Result<RequestBuilder, UpstreamFailure> {
        let client = self.clients.get(&url, Connection::Pooled);
        let client = client.map_err(|_| insecure(confidential))?;
        Ok(client.get(url))
    }

    /// A POST to `url`, on a connection of its own.
    pub(super) fn post_once(
        &self,
        url: Url,
        confidential: Confidential<'_>,
    ) -> Result<RequestBuilder, UpstreamFailure> {
        let client = self.clients.get(&url, Connection::Fresh);
        let client = client.map_err(|_| insecure(confidential))?;
        Ok(client.post(url))
    }

    /// Sends the call, once, and reads its answer.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        confidential: Confidential<'_>,
    ) -> Result<Answer, UpstreamFailure> {
        let response = request.send().await;
        let mut response = response.map_err(|error| not_answered(error, confidential))?;
        match read(&mut response, self.max_body_bytes).await {
            Ok(body) => Ok(Answer {
                status: response.status(),
                headers: std::mem::take(response.headers_mut()),
                body,
            }),
            Err(error) => Err(not_readable(error, response.status(), confidential)),
        }
    }
}

/// `path` at the host `base`.
pub(super) fn url(
    base: &str,
    path: &str,
    confidential: Confidential<'_>,
) -> Result<Url, UpstreamFailure> {
    let base = base.trim_end_matches('/');
    Url::parse(&format!("{base}{path}")).map_err(|_| {
        let message = "the configured address of Instagram is not a URL";
        failure(UpstreamMeaning::RequestRejected, message, confidential)
    })
}

async fn read(response: &mut Response, max: usize) -> Result<Bytes, BodyError> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > max) {
        return Err(BodyError::TooLarge);
    }
    let mut whole = Bytes::new();
    while let Some(part) = response.chunk().await.map_err(BodyError::Transport)? {
        if whole.len().saturating_add(part.len()) > max {
            return Err(BodyError::TooLarge);
        }
        // Nearly every answer arrives in one part, and is not copied then.
        whole = if whole.is_empty() {
            part
        } else {
            let mut longer = BytesMut::from(whole);
            longer.extend_from_slice(&part);
            longer.freeze()
        };
    }
    Ok(whole)
}

/// A call without an answer. Only while connecting is it certain that nothing
/// of the call was sent: not so when a used connection breaks, or the time is
/// over, since hyper does not tell how far it got.
pub(super) fn not_answered(
    error: reqwest::Error,
    confidential: Confidential<'_>,
) -> UpstreamFailure {
    let meaning = if error.is_connect() {
        UpstreamMeaning::NotSent
    } else if error.is_builder() {
        UpstreamMeaning::RequestRejected
    } else {
        UpstreamMeaning::NoAnswer
    };
    failure(meaning, &chain(error), confidential)
}

/// An answer that began and has no usable end. A server that says 5xx is in
/// trouble, whatever it says further.
fn not_readable(
    error: BodyError,
    status: StatusCode,
    confidential: Confidential<'_>,
) -> UpstreamFailure {
    let (meaning, message) = match error {
        BodyError::TooLarge => (
            UpstreamMeaning::Unreadable,
            "the answer is too large".to_owned(),
        ),
        BodyError::Transport(error) => (
            UpstreamMeaning::NoAnswer,
            format!("the answer is cut off: {}", chain(error)),
        ),
    };
    let meaning = if status.is_server_error() {
        UpstreamMeaning::Unavailable
    } else {
        meaning
    };
    failure(meaning, &message, confidential)
}

fn insecure(confidential: Confidential<'_>) -> UpstreamFailure {
    let message = "the configured address of Instagram must begin with https://";
    failure(UpstreamMeaning::RequestRejected, message, confidential)
}

/// An error with its causes, and without its URL, which can hold secrets.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        let next = error.to_string();
        // Some layers repeat the text of the one below.
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
