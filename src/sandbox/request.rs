//! What the authorization window is asked for, and whether it may open.

use serde::Deserialize;
use url::{Host, Url};

use super::Options;
use super::world::Dialect;

/// The permissions of today's dialect; the first is what a login needs.
const BUSINESS_SCOPES: [&str; 4] = [
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_messages",
    "instagram_business_manage_comments",
];

/// The permissions of the retired dialect; the first is what a login needs.
const BASIC_DISPLAY_SCOPES: [&str; 2] = ["user_profile", "user_media"];

/// The query of the window, and the hidden half of the consent form. Other
/// parameters, PKCE's among them, are tolerated and do nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WindowRequest {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) response_type: String,
    pub(super) scope: String,
    pub(super) state: Option<String>,
    pub(super) force_reauth: String,
}

/// Why the window shows an error page and redirects nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WindowFault {
    /// The `client_id` is not the app's.
    PlatformApp,
    /// The redirect URI is not one of the app's.
    RedirectUri,
    /// `response_type` is not `code`.
    ResponseType,
}

impl WindowRequest {
    /// Whether the window may open at all.
    pub(super) fn check(&self, options: &Options) -> Result<(), WindowFault> {
        if self.client_id != options.app_id {
            return Err(WindowFault::PlatformApp);
        }
        if !is_allowed(&self.redirect_uri, &options.redirect_uris) {
            return Err(WindowFault::RedirectUri);
        }
        if self.response_type != "code" {
            return Err(WindowFault::ResponseType);
        }
        Ok(())
    }

    /// The scopes asked for, separated by commas or blanks; or those of them
    /// that this dialect does not know. What a login needs must be there.
    pub(super) fn scopes(&self, dialect: Dialect) -> Result<Vec<String>, String> {
        let known: &[&str] = match dialect {
            Dialect::InstagramLogin => &BUSINESS_SCOPES,
            Dialect::BasicDisplay => &BASIC_DISPLAY_SCOPES,
        };
        let asked: Vec<&str> = self
            .scope
            .split([',', ' '])
            .filter(|scope| !scope.is_empty())
            .collect();
        let unknown: Vec<&str> = asked
            .iter()
            .copied()
            .filter(|scope| !known.contains(scope))
            .collect();
        let lacks_first = known.first().is_some_and(|first| !asked.contains(first));
        if unknown.is_empty() && !lacks_first {
            return Ok(asked.into_iter().map(str::to_owned).collect());
        }
        let named = if unknown.is_empty() { asked } else { unknown };
        Err(named.join(", "))
    }

    /// Where Cancel leads.
    pub(super) fn denial(&self, with_state: bool) -> String {
        self.failure(
            &[
                ("error", "access_denied"),
                ("error_reason", "user_denied"),
                ("error_description", "The user denied your request"),
            ],
            with_state,
        )
    }

    /// Where another error leads.
    pub(super) fn failure(&self, error: &[(&str, &str)], with_state: bool) -> String {
        let state = self.state.as_deref().filter(|_| with_state);
        let state = state.map(|state| ("state", state));
        self.back(error.iter().copied().chain(state))
    }

    /// Where Allow leads. Instagram appends `#_`, which no server ever sees.
    pub(super) fn success(&self, code: &str) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        self.back([("code", code)].into_iter().chain(state)) + "#_"
    }

    fn back<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let joint = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{joint}{query}", self.redirect_uri)
    }

    /// Scheme, host and port of the redirect URI, for the page's policy.
    pub(super) fn redirect_origin(&self) -> String {
        Url::parse(&self.redirect_uri)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }
}

/// Whether a redirect URI is listed, byte for byte; with nothing listed,
/// whether it stays on this machine.
fn is_allowed(redirect_uri: &str, listed: &[String]) -> bool {
    if !listed.is_empty() {
        return listed.iter().any(|one| one == redirect_uri);
    }
    let Ok(url) = Url::parse(redirect_uri) else {
        return false;
    };
    matches!(url.scheme(), "http" | "https")
        && url.fragment().is_none()
        && url.host().is_some_and(|host| is_loopback(&host))
}

/// Whether a host is this machine.
pub(super) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}
