//! Looks at Instagram's authorization window from afar, as a browser would that
//! is not logged in, to see whether it still does what logins rest on.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::Url;

use super::answer::not_answered;
use super::meaning;
use super::refusal::failure;
use super::wording::{Confidential, tidy};
use super::{AuthorizationUrl, Instagram};
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::site::InstagramApp;
use crate::domain::window::{Window, WindowKind};
use crate::metrics::Endpoint;

/// Bytes of a page that are looked at for a sentence that refuses. Error pages
/// are small; the rest of a large one is not read.
const PAGE_BYTES: usize = 64 * 1024;

/// Bytes of a shape; the rest is cut.
const SHAPE_BYTES: usize = 120;

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
    ) -> Result<Window, UpstreamFailure> {
        let confidential = Confidential(&[request.state, &app.secret]);
        let address = Self::authorization_url(app, request);
        let unusable = |_| {
            let message = "the configured address of the authorization window is not a URL";
            failure(UpstreamMeaning::RequestRejected, message, confidential)
        };
        let url = Url::parse(address.expose()).map_err(unusable)?;
        let opened = self.get(url.clone(), confidential)?;
        let call = async {
            let response = opened.send().await;
            let response = response.map_err(|error| not_answered(error, confidential))?;
            if response.status().is_server_error() {
                let message = format!("HTTP status {}", response.status().as_u16());
                let meaning = UpstreamMeaning::Unavailable;
                return Err(failure(meaning, &message, confidential));
            }
            Ok(read(response, &url, request.redirect_uri).await)
        };
        self.metrics.count(Endpoint::Window, call).await
    }
}

async fn read(mut response: Response, asked: &Url, redirect_uri: &str) -> Window {
    let status = response.status();
    let header = |name| response.headers().get(name)?.to_str().ok();
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let target = header(LOCATION).and_then(|location| asked.join(location).ok());
    let (kind, shape) = match target.filter(|_| status.is_redirection()) {
        Some(target) => (of_redirect(&target, asked, redirect_uri), place(&target)),
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
    Window {
        kind,
        shape: tidy(shape.trim(), SHAPE_BYTES),
    }
}

/// A window that asks for a login first leads to a page of its own host. One
/// that leads back to the shop refuses, because nobody has allowed anything.
fn of_redirect(target: &Url, asked: &Url, redirect_uri: &str) -> WindowKind {
    let back = Url::parse(redirect_uri)
        .is_ok_and(|back| back.host() == target.host() && back.path() == target.path());
    if back {
        WindowKind::SendsBack
    } else if target.host() == asked.host() {
        WindowKind::Opens
    } else {
        WindowKind::Other
    }
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
