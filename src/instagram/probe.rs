//! Questions that no login asks: whether what is configured would work.
//!
//! Nothing that is sent is worth anything: a code and a token that nobody gave.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, LOCATION};
use url::Url;

use super::answer::{Answer, url};
use super::meaning;
use super::refusal::failure;
use super::wording::Confidential;
use super::{AuthorizationUrl, Instagram, Limits};
use crate::domain::clock::Timestamp;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::secret::Secret;
use crate::domain::site::InstagramApp;

/// Bytes of a page: Instagram's login page has half a megabyte.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// What every question sends where a login sends what nobody may guess.
const NOTHING: &str = "leadtap-check";

/// What Instagram's window said, as far as a browser that is nobody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// It opens, or asks for Instagram's own login first.
    Opens,
    /// It says why it does not: one of its meanings, in its words.
    Refuses(UpstreamMeaning, String),
    /// It sends the shopper back at once, with this error and description.
    SendsBack(String, String),
}

/// An answer, and when it says that it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    /// What was answered.
    pub answer: T,
    /// The time by the other side's clock, to the second.
    pub time: Option<Timestamp>,
}

impl Limits {
    /// For questions, which may read whole pages.
    #[must_use]
    pub fn for_probes() -> Self {
        Self {
            max_body_bytes: PAGE_BYTES,
            total_timeout: Duration::from_secs(15),
            ..Self::default()
        }
    }
}

impl Instagram {
    /// Whether the window opens for this redirect URI.
    ///
    /// # Errors
    /// Fails as the way there does, and where something answers that is not
    /// Instagram's window.
    pub async fn probe_window(
        &self,
        app: &InstagramApp,
        redirect_uri: &str,
        scopes: &[String],
    ) -> Result<Dated<Window>, UpstreamFailure> {
        let state = Secret::from(NOTHING);
        let request = AuthorizationUrl {
            redirect_uri,
            scopes,
            state: &state,
            force_reauth: false,
        };
        let url = Self::authorization_url(app, &request);
        let confidential = Confidential(&[&app.secret]);
        let url = self::url(url.expose(), "", confidential)?;
        let answer = self
            .send(self.get(url, confidential)?, confidential)
            .await?;
        Ok(Dated {
            answer: window(&answer, redirect_uri, confidential)?,
            time: date(&answer.headers),
        })
    }

    /// Whether the app's id and secret are a pair that may exchange codes: the
    /// failure of an exchange that cannot succeed.
    ///
    /// # Errors
    /// Always, as [`exchange_code`](Self::exchange_code) does; what is fine is
    /// [`CodeRefused`](UpstreamMeaning::CodeRefused).
    pub async fn probe_app(&self, app: &InstagramApp, redirect_uri: &str) -> UpstreamFailure {
        let code = Secret::from(NOTHING);
        match self.exchange_code(app, &code, redirect_uri).await {
            Err(failure) => failure,
            Ok(_) => accepted_nothing(),
        }
    }

    /// Whether the graph answers: the failure of a profile without a token.
    ///
    /// # Errors
    /// Always; what is fine is [`TokenDead`](UpstreamMeaning::TokenDead).
    pub async fn probe_graph(&self, app: &InstagramApp, now: Timestamp) -> UpstreamFailure {
        match self.profile(app, &Secret::from(NOTHING), now).await {
            Err(failure) => failure,
            Ok(_) => accepted_nothing(),
        }
    }

    /// The HTTP status with which a page of the shop's answers.
    ///
    /// # Errors
    /// Fails as the way there does.
    pub async fn probe_page(&self, page: &str) -> Result<u16, UpstreamFailure> {
        let confidential = Confidential(&[]);
        let url = url(page, "", confidential)?;
        let answer = self
            .send(self.get(url, confidential)?, confidential)
            .await?;
        Ok(answer.status.as_u16())
    }
}

fn accepted_nothing() -> UpstreamFailure {
    let message = "what nobody gave was accepted, so this is not Instagram";
    failure(UpstreamMeaning::Unreadable, message, Confidential(&[]))
}

fn window(
    answer: &Answer,
    redirect_uri: &str,
    confidential: Confidential<'_>,
) -> Result<Window, UpstreamFailure> {
    if let Some(sent_back) = sent_back(answer, redirect_uri, confidential) {
        return Ok(sent_back);
    }
    if let Some((meaning, sentence)) = meaning::of_page(&answer.body) {
        return Ok(Window::Refuses(meaning, sentence.to_owned()));
    }
    let status = answer.status;
    if status.is_success() || status.is_redirection() {
        return Ok(Window::Opens);
    }
    let meaning = if status.is_server_error() {
        UpstreamMeaning::Unavailable
    } else {
        UpstreamMeaning::Unreadable
    };
    let message = format!("the window answered with HTTP status {}", status.as_u16());
    Err(failure(meaning, &message, confidential))
}

/// A redirect to the shop. Nobody has allowed anything, so it brings an error;
/// a redirect to anywhere else, such as Instagram's login, is none of it.
fn sent_back(
    answer: &Answer,
    redirect_uri: &str,
    confidential: Confidential<'_>,
) -> Option<Window> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    let (to, shop) = (Url::parse(location).ok()?, Url::parse(redirect_uri).ok()?);
    if (to.origin(), to.path()) != (shop.origin(), shop.path()) {
        return None;
    }
    let said = |name: &str| {
        let found = to.query_pairs().find(|(key, _)| key == name);
        let text = found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        confidential.scrub(&text, UpstreamFailure::MESSAGE_BYTES)
    };
    Some(Window::SendsBack(said("error"), said("error_description")))
}

/// The time of an answer (RFC 9110 section 6.6.1).
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_micros(time.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::*;

    const BACK: &str = "https://shop.example/?wc-api=leadtap";

    fn said(status: u16, location: &str, body: &str) -> Result<Window, UpstreamFailure> {
        let mut headers = HeaderMap::new();
        if !location.is_empty() {
            headers.insert(LOCATION, location.parse().unwrap());
        }
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        window(&answer, BACK, Confidential(&[]))
    }

    #[test]
    fn a_window_opens_or_asks_for_instagrams_own_login() {
        assert_eq!(said(200, "", "<html>Allow</html>"), Ok(Window::Opens));
        let login = "https://www.instagram.com/accounts/login/?next=%2Foauth%2Fauthorize";
        assert_eq!(said(302, login, ""), Ok(Window::Opens));
    }

    #[test]
    fn a_window_that_refuses_says_why_whatever_its_status() {
        for status in [200, 400] {
            let refused = said(status, "", "<h1>Invalid redirect_uri</h1>").unwrap();
            let Window::Refuses(meaning, _) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(meaning, UpstreamMeaning::RedirectUriRejected);
        }
    }

    #[test]
    fn a_scope_that_is_none_sends_the_shopper_back() {
        let location =
            format!("{BACK}&error=invalid_request&error_description=Invalid+Scopes%3A+x");
        let back = Window::SendsBack("invalid_request".to_owned(), "Invalid Scopes: x".to_owned());
        assert_eq!(said(302, &location, ""), Ok(back));
    }

    #[test]
    fn another_status_is_no_window() {
        let failed = |status| said(status, "", "").unwrap_err().meaning;
        assert_eq!(failed(502), UpstreamMeaning::Unavailable);
        assert_eq!(failed(404), UpstreamMeaning::Unreadable);
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(date(&headers), None);
        headers.insert(DATE, "Wed, 25 Nov 2026 17:00:01 GMT".parse().unwrap());
        let seconds = date(&headers).unwrap().as_micros() / 1_000_000;
        assert_eq!(seconds, 1_795_626_001);
        headers.insert(DATE, "yesterday".parse().unwrap());
        assert_eq!(date(&headers), None);
    }
}
