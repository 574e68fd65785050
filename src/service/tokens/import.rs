//! A token that somebody generated in Meta's dashboard.

use std::sync::Arc;

use super::{TokenError, Tokens};
use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::token::Token;
use crate::service::random;
use crate::storage::{Import, Imported};

/// What Instagram says of a token of another product.
const FOREIGN: &str = "cannot parse access token";

/// What Instagram says of one that is cut off, or that it ended.
const INVALID_SESSION: &str = "session key invalid";

impl Tokens {
    /// Asks Instagram whose the token is, and keeps it with that account's
    /// lead, which is created where there is none. It is taken to be
    /// long-lived and fresh: it is not exchanged, which Instagram refuses, and
    /// first refreshed when it is a day old for certain.
    ///
    /// # Errors
    /// [`TokenError`]: all that can be wrong with such a token.
    pub async fn import(&self, site: Arc<Site>, secret: Secret) -> Result<Imported, TokenError> {
        let tokens = self.clone();
        let work = async move {
            tokens.leave(&site.id).map_err(TokenError::Upstream)?;
            let now = tokens.clock.now();
            let profile = tokens.port.profile(&site, &secret, now).await;
            tokens.heard(&site.id, &profile);
            let import = Import {
                profile: profile.map_err(refusal)?.answer,
                token: Token::imported(secret, now),
                time: now,
                new_lead_id: random::lead_id(now),
            };
            let imported = tokens.store.import_token(&site.id, import).await?;
            tracing::info!(
                site.id = %site.id, lead.id = %imported.lead_id, lead.new = imported.new_lead,
                "a token was imported"
            );
            Ok(imported)
        };
        self.to_its_end(work).await
    }
}

fn refusal(failure: UpstreamFailure) -> TokenError {
    let said = failure.message.to_ascii_lowercase();
    if said.contains(FOREIGN) {
        return TokenError::Foreign(failure);
    }
    match failure.meaning {
        UpstreamMeaning::TokenDead(end) => TokenError::Refused(end, failure),
        _ if said.contains(INVALID_SESSION) => TokenError::Refused(TokenEnd::Invalid, failure),
        _ => TokenError::Upstream(failure),
    }
}
