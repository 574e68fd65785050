//! The call that says who logged in.

use std::borrow::Cow;

use url::Url;

use super::Instagram;
use super::answer::url;
use super::refusal::{accepted, lacking};
use super::waiting::{Metered, metered};
use super::wire::{self, Fields, Raw};
use super::wording::{Confidential, tidy};
use crate::domain::clock::Timestamp;
use crate::domain::failure::UpstreamFailure;
use crate::domain::lead::{AccountType, InstagramProfile};
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::site::{Dialect, InstagramApp};
use crate::metrics::Endpoint;

impl Instagram {
    /// Asks who a token belongs to; `now` becomes the time of the answer. Can
    /// be called again.
    ///
    /// The token travels in a header, which clients in use are seen to do,
    /// and so stays out of URLs.
    ///
    /// # Errors
    /// Fails as Instagram, or the way there, does, and where the answer has no
    /// `id`. Any other field may be missing or of an odd type.
    pub async fn profile(
        &self,
        app: &InstagramApp,
        token: &Secret,
        now: Timestamp,
    ) -> Result<Metered<InstagramProfile>, UpstreamFailure> {
        let confidential = Confidential(&[token, &app.secret]);
        let mut url = url(&app.endpoints.graph, &path(app), confidential)?;
        url.set_query(Some(query(app.dialect)));
        let request = self.get(url, confidential)?.bearer_auth(token.expose());
        let call = async {
            let answer = self.send(request, confidential).await?;
            metered(&answer, || {
                let fields = accepted(&answer, confidential)?;
                read(fields.unwrapped(), now).ok_or_else(|| lacking("id", confidential))
            })
        };
        self.metrics.count(Endpoint::Profile, call).await
    }
}

/// The path with the configured version, or without one.
fn path(app: &InstagramApp) -> Cow<'static, str> {
    match app.graph_version.as_str() {
        "" => Cow::Borrowed("/me"),
        version => Cow::Owned(format!("/{version}/me")),
    }
}

/// Basic Display refuses a call that names a field it does not have.
const fn query(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::InstagramLogin => {
            "fields=id,user_id,username,name,account_type,profile_picture_url,\
             followers_count,follows_count,media_count"
        }
        Dialect::BasicDisplay => "fields=id,username,account_type,media_count",
    }
}

pub(super) fn read(fields: &Fields<'_>, now: Timestamp) -> Option<InstagramProfile> {
    Some(InstagramProfile {
        id: wire::text_or_number(fields.id)?.parse().ok()?,
        user_id: wire::text_or_number(fields.user_id).and_then(|id| id.parse().ok()),
        username: text(fields.username),
        name: text(fields.name),
        account_type: account_type(fields.account_type),
        profile_picture_url: picture(fields.profile_picture_url),
        followers_count: wire::number(fields.followers_count),
        follows_count: wire::number(fields.follows_count),
        media_count: wire::number(fields.media_count),
        fetched_time: now,
    })
}

fn text(raw: Raw<'_>) -> String {
    let text = wire::text(raw).unwrap_or_default();
    tidy(&text, limits::PROFILE_TEXT_BYTES)
}

/// Documented as `Business` and `Media_Creator`, upper case in the wild.
fn account_type(raw: Raw<'_>) -> Option<AccountType> {
    const NAMES: [(&str, AccountType); 4] = [
        ("business", AccountType::Business),
        ("media_creator", AccountType::Creator),
        ("creator", AccountType::Creator),
        ("personal", AccountType::Personal),
    ];
    let text = wire::text(raw)?;
    NAMES
        .into_iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, account_type)| account_type)
}

/// A shop shows this as an image, so only what a browser fetches passes. One
/// that is too long is dropped: cut, it would lead nowhere.
fn picture(raw: Raw<'_>) -> String {
    let url = wire::text(raw).unwrap_or_default();
    let fits = url.len() <= limits::PROFILE_TEXT_BYTES && url.bytes().all(|b| b.is_ascii_graphic());
    let web = || Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if fits && web() {
        url.into_owned()
    } else {
        String::new()
    }
}
