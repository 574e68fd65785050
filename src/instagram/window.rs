//! Looks at Instagram's authorization window from afar, as a browser would that
//! is not logged in, to see whether it does what logins rest on.

use std::borrow::Cow;
use std::collections::HashMap;

use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE, LOCATION};
use reqwest::Response;
use url::Url;

use super::answer::{not_answered, url};
use super::meaning;
use super::refusal::failure;
use super::wording::{Confidential, tidy};
use super::{AuthorizationUrl, Instagram};
use crate::domain::clock::Timestamp;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::site::InstagramApp;
use crate::domain::window::{Window, WindowKind};
use crate::metrics::Endpoint;

/// Bytes of a page that are looked at for a sentence that refuses. Error pages
/// are small; the rest of a large one is not read.
const PAGE_BYTES: usize = 64 * 1024;

/// Bytes of a shape; the rest is cut.
const SHAPE_BYTES: usize = 120;

/// What a look at the window brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What the window does.
    pub window: Window,
    /// The error with which it sends the shopper back, and its description;
    /// empty where it does not.
    pub sent_back: String,
    /// When it answered, by the other side's clock, to the second.
    pub time: Option<Timestamp>,
}

impl Instagram {
    /// Opens the window for a login that nobody takes part in, and tells what
    /// it answers. No cookie is sent, nothing is followed, and the state is of
    /// no login.
    ///
    /// # Errors
    /// Fails as the way there does, and where Instagram has trouble of its own.
    pub async fn look_at_window(
        &self,
        app: &InstagramApp,
        request: &AuthorizationUrl<'_>,
    ) -> Result<Look, UpstreamFailure> {
        let confidential = Confidential(&[request.state, &app.secret]);
        let address = Self::authorization_url(app, request);
        let url = url(address.expose(), "", confidential)?;
        let opened = self.get(url.clone(), confidential)?;
        let call = async {
            let response = opened.send().await;
            let response = response.map_err(|error| not_answered(error, confidential))?;
            if response.status().is_server_error() {
                let message = format!("HTTP status {}", response.status().as_u16());
                let meaning = UpstreamMeaning::Unavailable;
                return Err(failure(meaning, &message, confidential));
            }
            Ok(read(response, &url, request.redirect_uri, confidential).await)
        };
        self.metrics.count(Endpoint::Window, call).await
    }
}

async fn read(
    mut response: Response,
    asked: &Url,
    redirect_uri: &str,
    confidential: Confidential<'_>,
) -> Look {
    let status = response.status();
    let time = date(response.headers());
    let header = |name| response.headers().get(name)?.to_str().ok();
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let target = header(LOCATION).and_then(|location| asked.join(location).ok());
    let mut sent_back = String::new();
    let (kind, shape) = match target.filter(|_| status.is_redirection()) {
        Some(target) => {
            let kind = of_redirect(&target, asked, redirect_uri);
            if kind == WindowKind::SendsBack {
                sent_back = words_of(&target, confidential);
            }
            (kind, place(&target))
        }
        None => {
            let page = head(&mut response).await;
            let refusal = meaning::of_page(&page);
            let said = refusal.map_or("", |(_, sentence)| sentence);
            let kind = match refusal {
                Some((UpstreamMeaning::RedirectUriRejected, _)) => WindowKind::RedirectUriRejected,
                Some(_) => WindowKind::AppRejected,
                None if status.is_success() && media == "text/html" => WindowKind::Opens,
                None => WindowKind::Other,
            };
            (kind, format!("{media} {said}"))
        }
    };
    let shape = format!("{} {}", status.as_u16(), shape.trim());
    Look {
        window: Window {
            kind,
            shape: tidy(shape.trim(), SHAPE_BYTES),
        },
        sent_back,
        time,
    }
}

/// A window that asks for a login first leads to a page of its own host. One
/// that leads back to the shop refuses, because nobody has allowed anything.
fn of_redirect(target: &Url, asked: &Url, redirect_uri: &str) -> WindowKind {
    let is_back = Url::parse(redirect_uri)
        .is_ok_and(|shop| (shop.origin(), shop.path()) == (target.origin(), target.path()));
    if is_back {
        WindowKind::SendsBack
    } else if target.host() == asked.host() {
        WindowKind::Opens
    } else {
        WindowKind::Other
    }
}

/// What the shop is told: the error, and its description.
fn words_of(back: &Url, confidential: Confidential<'_>) -> String {
    let pairs: HashMap<_, _> = back.query_pairs().collect();
    let said = ["error", "error_description"].map(|name| pairs.get(name).map(Cow::as_ref));
    let said: Vec<&str> = said.into_iter().flatten().collect();
    confidential.scrub(&said.join(", "), UpstreamFailure::MESSAGE_BYTES)
}

/// The time of an answer (RFC 9110 section 6.6.1).
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_micros(time.timestamp().as_microsecond()))
}

/// Where a redirect leads, without its query, which is another one each time.
fn place(target: &Url) -> String {
    format!("{}{}", target.host_str().unwrap_or_default(), target.path())
}

/// The beginning of a body; what there is of it where it breaks off.
async fn head(response: &mut Response) -> Vec<u8> {
    let mut head = Vec::new();
    while head.len() < PAGE_BYTES
        && let Ok(Some(part)) = response.chunk().await
    {
        let room = PAGE_BYTES.saturating_sub(head.len());
        head.extend(part.iter().take(room));
    }
    head
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::domain::secret::Secret;

    const ASKED: &str = "https://www.instagram.com/oauth/authorize?client_id=1";
    const BACK: &str = "https://shop.example/?wc-api=leadtap";

    async fn saw(status: u16, headers: &[(&'static str, &str)], page: &'static str) -> Look {
        let mut response = http::Response::new(page);
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        let asked = Url::parse(ASKED).unwrap();
        let secret = Secret::from("app-secret");
        read(response.into(), &asked, BACK, Confidential(&[&secret])).await
    }

    async fn kind_of_page(status: u16, kind: &str, page: &'static str) -> WindowKind {
        saw(status, &[("content-type", kind)], page)
            .await
            .window
            .kind
    }

    async fn led_to(location: &str) -> Look {
        saw(302, &[("location", location)], "").await
    }

    #[tokio::test]
    async fn a_window_opens_or_asks_for_instagrams_own_login() {
        let page = kind_of_page(200, "text/html; charset=utf-8", "<html>Allow</html>").await;
        assert_eq!(page, WindowKind::Opens);
        for login in [
            "https://www.instagram.com/accounts/login/?next=%2Foauth%2Fauthorize",
            "/accounts/login/",
        ] {
            assert_eq!(led_to(login).await.window.kind, WindowKind::Opens);
        }
    }

    #[tokio::test]
    async fn a_window_that_refuses_says_why_whatever_its_status() {
        for status in [200, 400] {
            for (page, kind) in [
                (
                    "<h1>Invalid redirect_uri</h1>",
                    WindowKind::RedirectUriRejected,
                ),
                ("<h1>Invalid platform app</h1>", WindowKind::AppRejected),
            ] {
                assert_eq!(kind_of_page(status, "text/html", page).await, kind);
            }
        }
    }

    #[tokio::test]
    async fn a_scope_that_is_none_sends_the_shopper_back() {
        let said = "&error=invalid_request&error_description=Invalid+Scopes%3A+app-secret";
        let look = led_to(&format!("{BACK}{said}")).await;
        assert_eq!(look.window.kind, WindowKind::SendsBack);
        let (error, description) = look.sent_back.split_once(", ").unwrap();
        assert_eq!(error, "invalid_request");
        assert!(description.starts_with("Invalid Scopes: "), "{description}");
        assert!(!description.contains("app-secret"), "{description}");
        // Neither the same host at another port, nor another path of it.
        for elsewhere in ["https://shop.example:8443/?x=1", "https://shop.example/pay"] {
            assert_eq!(led_to(elsewhere).await.window.kind, WindowKind::Other);
        }
    }

    #[tokio::test]
    async fn another_status_is_no_window() {
        for (status, kind) in [(404, "text/html"), (200, "application/json")] {
            assert_eq!(kind_of_page(status, kind, "{}").await, WindowKind::Other);
        }
    }

    #[tokio::test]
    async fn the_date_of_an_answer_is_read() {
        for (date, seconds) in [
            ("Wed, 25 Nov 2026 17:00:01 GMT", Some(1_795_626_001)),
            ("yesterday", None),
        ] {
            let time = saw(200, &[("date", date)], "").await.time;
            assert_eq!(time.map(|time| time.as_micros() / 1_000_000), seconds);
        }
        assert_eq!(saw(200, &[], "").await.time, None);
    }
}
