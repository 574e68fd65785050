//! A site's tokens, page by page.

use super::{TokenError, Tokens};
use crate::domain::ids::LeadId;
use crate::domain::site::Site;
use crate::domain::token::TokenState;
use crate::storage::TokenEntry;

/// Tokens looked at for one page: a filter that few of them pass must not make
/// one call read the whole store.
const LOOKED_AT: usize = 2_000;

/// Which tokens.
#[derive(Clone, Debug, Default)]
pub struct TokenQuery {
    /// Only those in one of these states; empty for all.
    pub states: Vec<TokenState>,
    /// Only those behind that of this lead.
    pub after: Option<LeadId>,
    /// How many at most.
    pub limit: usize,
}

/// Some of them.
#[derive(Clone, Debug)]
pub struct TokenPage {
    /// In the order of their leads' ids, which is that of their creation.
    pub entries: Vec<TokenEntry>,
    /// Where the next page begins; none after the last one.
    pub next: Option<LeadId>,
}

impl Tokens {
    /// A page of a site's tokens. It can have fewer than were asked for, or
    /// none, and not be the last.
    ///
    /// # Errors
    /// When the store cannot read them.
    pub async fn list(&self, site: &Site, query: TokenQuery) -> Result<TokenPage, TokenError> {
        let now = self.clock.now();
        let limit = if query.states.is_empty() {
            query.limit
        } else {
            LOOKED_AT
        };
        let found = self.store.tokens(&site.id, query.after, limit).await?;
        let (mut next, mut last) = (found.next, query.after);
        let mut entries = Vec::new();
        for entry in found.entries {
            if entries.len() == query.limit {
                next = last;
                break;
            }
            last = Some(entry.lead_id);
            let state = entry.status.state_at(now);
            if query.states.is_empty() || query.states.contains(&state) {
                entries.push(entry);
            }
        }
        Ok(TokenPage { entries, next })
    }
}
