//! How a login begins.

use std::sync::Arc;

use url::Url;

use super::Login;
use crate::domain::authorization::{Authorization, AuthorizationRequest};
use crate::domain::caller::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::BrowserBindingHash;
use crate::domain::lead::{Attributes, Consent};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::instagram::{AuthorizationUrl, Instagram};
use crate::metrics::LoginStep;
use crate::service::error::LoginError;
use crate::service::random;
use crate::storage::LoginState;

/// What a shop asks for when a login begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where Instagram sends the shopper back to; empty for the only one.
    pub redirect_uri: String,
    /// The permissions to ask for; empty for the site's.
    pub scopes: Vec<String>,
    /// Which browser may finish it.
    pub browser_binding: BrowserBindingHash,
    /// Where the shop wants to go on; may be empty.
    pub return_to: String,
    /// Ask for the password again.
    pub force_reauth: bool,
    /// For the lead.
    pub attributes: Attributes,
    /// For the lead.
    pub consent: Option<Consent>,
}

/// A login that has begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// Where the shopper goes; holds the state.
    pub authorization_url: Secret,
    /// The state.
    pub state: Secret,
    /// When the shopper must be back.
    pub expire_time: Timestamp,
}

impl Login {
    /// Begins a login. It is on the medium when this returns.
    ///
    /// # Errors
    /// [`LoginError`]: a redirect URI or scope that is not the site's, a
    /// `return_to` that leads away, too many logins under way.
    pub async fn start(
        &self,
        site: &Site,
        caller: &Arc<Caller>,
        request: Start,
    ) -> Result<Started, LoginError> {
        let outcome = self.begin(site, caller, request).await;
        match &outcome {
            Ok(_) => self.reached(&site.id, LoginStep::Started),
            Err(error) => self.count_error(&site.id, LoginStep::NotStarted, error),
        }
        outcome
    }

    async fn begin(
        &self,
        site: &Site,
        caller: &Arc<Caller>,
        request: Start,
    ) -> Result<Started, LoginError> {
        let redirect_uri = redirect_uri(site, request.redirect_uri)?;
        let scopes = scopes(site, request.scopes)?;
        if !stays_on_site(&request.return_to, &redirect_uri) {
            return Err(LoginError::ReturnToNotAllowed);
        }
        let state = random::state().ok_or(LoginError::NoRandom)?;
        let now = self.clock.now();
        let expire_time = now.plus(site.authorization_ttl);
        let authorization_url = Instagram::authorization_url(
            &site.app,
            &AuthorizationUrl {
                redirect_uri: &redirect_uri,
                scopes: &scopes,
                state: &state,
                force_reauth: request.force_reauth,
            },
        );
        let authorization = Authorization::begin(
            AuthorizationRequest {
                redirect_uri,
                browser_binding: request.browser_binding,
                return_to: request.return_to,
                attributes: request.attributes,
                consent: request.consent,
                create_time: now,
            },
            expire_time,
        );
        self.store
            .start(site, caller, LoginState::of(&state), &authorization)
            .await?;
        Ok(Started {
            authorization_url,
            state,
            expire_time,
        })
    }
}

fn redirect_uri(site: &Site, asked: String) -> Result<String, LoginError> {
    if asked.is_empty() {
        return match site.redirect_uris.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(LoginError::RedirectUriAmbiguous),
        };
    }
    if site.redirect_uris.contains(&asked) {
        Ok(asked)
    } else {
        Err(LoginError::RedirectUriNotAllowed)
    }
}

fn scopes(site: &Site, asked: Vec<String>) -> Result<Vec<String>, LoginError> {
    if asked.is_empty() {
        return Ok(site.scopes.clone());
    }
    match asked.iter().find(|scope| !site.scopes.contains(scope)) {
        Some(foreign) => Err(LoginError::ScopeNotAllowed(foreign.clone())),
        None => Ok(asked),
    }
}

/// Whether a browser that follows `return_to` stays with the shop: an open
/// redirect (CWE-601) would lend the shop's name to a phisher.
fn stays_on_site(return_to: &str, redirect_uri: &str) -> bool {
    if return_to.is_empty() {
        return true;
    }
    // Browsers drop tabs and line ends and read `\` as `/`.
    if return_to.contains(|c: char| c.is_control() || c == '\\') {
        return false;
    }
    if return_to.starts_with('/') {
        return !return_to.starts_with("//");
    }
    match (Url::parse(return_to), Url::parse(redirect_uri)) {
        (Ok(target), Ok(shop)) => {
            target.scheme() == shop.scheme() && target.origin() == shop.origin()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_within_the_shop_is_allowed() {
        let shop = "https://shop.example/instagram/callback";
        for inside in [
            "",
            "/",
            "/checkout?a=//b",
            "https://shop.example/x",
            "https://shop.example:443/",
        ] {
            assert!(stays_on_site(inside, shop), "{inside}");
        }
    }

    #[test]
    fn a_return_that_leads_away_is_refused() {
        let shop = "https://shop.example/instagram/callback";
        for away in [
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "http://shop.example/",
            "https://shop.example.evil.example/",
            "https://shop.example@evil.example/",
            "https://shop.example:8443/",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://shop.example/x",
            "checkout",
        ] {
            assert!(!stays_on_site(away, shop), "{away}");
        }
    }
}
