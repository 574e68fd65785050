//! The calls that give tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Instagram;
use super::answer::url;
use super::refusal::{accepted, lacking};
use super::waiting::{Metered, metered};
use super::wire::{self, Raw};
use super::wording::Confidential;
use crate::domain::failure::UpstreamFailure;
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::site::InstagramApp;
use crate::metrics::Endpoint;

/// The longest life of a token that is believed. Instagram gives 60 days.
pub(super) const LONGEST_LIFETIME: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What a code is worth: a token for one hour.
#[derive(Clone, Debug, PartialEq)]
pub struct ShortLived {
    /// The token.
    pub token: Secret,
    /// The permissions granted; empty if Instagram did not say.
    pub scopes: BTreeSet<String>,
}

/// A token for sixty days.
#[derive(Clone, Debug, PartialEq)]
pub struct LongLived {
    /// The token, whether or not it is the one that was sent.
    pub token: Secret,
    /// How long it lives from now, unless refreshed.
    pub lifetime: Duration,
}

impl Instagram {
    /// Exchanges a code for a short-lived token. The code is sent at most
    /// once, on a connection of its own.
    ///
    /// The `user_id` that comes along is left alone: it is not the account's
    /// id, and who a person is comes from [`Instagram::profile`] only.
    ///
    /// # Errors
    /// After [`NotSent`](crate::domain::failure::UpstreamMeaning::NotSent) the
    /// code can be sent again; after anything else it is to be taken for used.
    pub async fn exchange_code(
        &self,
        app: &InstagramApp,
        code: &Secret,
        redirect_uri: &str,
    ) -> Result<ShortLived, UpstreamFailure> {
        let confidential = Confidential(&[code, &app.secret]);
        let url = url(&app.endpoints.api, "/oauth/access_token", confidential)?;
        let request = self.post_once(url, confidential)?.form(&[
            ("client_id", app.id.as_str()),
            ("client_secret", app.secret.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri),
            ("code", code.expose()),
        ]);
        let call = async {
            let answer = self.send(request, confidential).await?;
            let fields = accepted(&answer, confidential)?;
            let fields = fields.unwrapped();
            Ok(ShortLived {
                token: token(fields.access_token)
                    .ok_or_else(|| lacking("access_token", confidential))?,
                scopes: wire::scopes(fields.permissions),
            })
        };
        self.metrics.count(Endpoint::Code, call).await
    }

    /// Exchanges a short-lived token for a long-lived one. Can be called
    /// again.
    ///
    /// # Errors
    /// Fails as Instagram, or the way there, does.
    pub async fn exchange_for_long_lived(
        &self,
        app: &InstagramApp,
        token: &Secret,
    ) -> Result<Metered<LongLived>, UpstreamFailure> {
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", app.secret.expose()),
            ("access_token", token.expose()),
        ];
        let call = self.long_lived(app, "/access_token", &query, token);
        self.metrics.count(Endpoint::Exchange, call).await
    }

    /// Gives a long-lived token, at least a day old, another sixty days. Can
    /// be called again.
    ///
    /// # Errors
    /// Fails as Instagram, or the way there, does.
    pub async fn refresh(
        &self,
        app: &InstagramApp,
        token: &Secret,
    ) -> Result<Metered<LongLived>, UpstreamFailure> {
        let query = [
            ("grant_type", "ig_refresh_token"),
            ("access_token", token.expose()),
        ];
        let call = self.long_lived(app, "/refresh_access_token", &query, token);
        self.metrics.count(Endpoint::Refresh, call).await
    }

    /// The two calls whose token has to stand in the URL: Meta documents
    /// `access_token` as a query parameter of both
    /// (<https://developers.facebook.com/docs/instagram-platform/reference/access_token>,
    /// `…/refresh_access_token`), and no client is known to get through with a
    /// header. The URL travels inside TLS and is never written down here: an
    /// error is freed of it, and of the token.
    async fn long_lived(
        &self,
        app: &InstagramApp,
        path: &str,
        query: &[(&str, &str)],
        sent: &Secret,
    ) -> Result<Metered<LongLived>, UpstreamFailure> {
        let confidential = Confidential(&[sent, &app.secret]);
        let mut url = url(&app.endpoints.graph, path, confidential)?;
        url.query_pairs_mut().extend_pairs(query);
        let request = self.get(url, confidential)?;
        let answer = self.send(request, confidential).await?;
        metered(&answer, || {
            let fields = accepted(&answer, confidential)?;
            let fields = fields.unwrapped();
            Ok(LongLived {
                token: token(fields.access_token)
                    .ok_or_else(|| lacking("access_token", confidential))?,
                lifetime: lifetime(fields.expires_in)
                    .ok_or_else(|| lacking("expires_in", confidential))?,
            })
        })
    }
}

/// A token is what can be sent again as one: printable, without spaces (RFC
/// 6750 section 2.1), and short enough to be stored. Its beginning says
/// nothing that can be relied on.
pub(super) fn token(raw: Raw<'_>) -> Option<Secret> {
    let token = Secret::new(wire::text(raw)?.into_owned());
    let text = token.expose();
    let fits = (1..=limits::ACCESS_TOKEN_BYTES).contains(&text.len());
    (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(token)
}

pub(super) fn lifetime(raw: Raw<'_>) -> Option<Duration> {
    let lifetime = Duration::from_secs(wire::number(raw)?);
    (!lifetime.is_zero() && lifetime <= LONGEST_LIFETIME).then_some(lifetime)
}
