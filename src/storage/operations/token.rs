//! Tokens: due, read, changed, imported, listed.

use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::domain::token::{Token, TokenStatus};
use crate::domain::upkeep::Upkeep;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError, StoredToken};
use crate::storage::store::Store;
use crate::storage::transaction::{Import, Imported, TokenChange};

/// A lead's token as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptToken {
    /// The token.
    pub token: Token,
    /// Its revision, for [`Store::change_token`].
    pub revision: u64,
    /// When its keeper must look at it; never, once it has ended.
    pub due: Option<Timestamp>,
}

/// What is known of a lead's token without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    /// Whose.
    pub lead_id: LeadId,
    /// What may be said about it.
    pub status: TokenStatus,
    /// What its keeper remembers.
    pub upkeep: Upkeep,
}

/// Some of a site's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntries {
    /// In the order of their leads' ids. One that cannot be read is left out.
    pub entries: Vec<TokenEntry>,
    /// After which lead it goes on; none at the end.
    pub next: Option<LeadId>,
}

impl Store {
    /// The tokens of a site that are due, the longest due first, at most
    /// `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn due_tokens(
        &self,
        site: &SiteId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, LeadId)>, StoreError> {
        let first = self.first_due_tokens(site, limit).await?;
        Ok(first
            .into_iter()
            .take_while(|(due, _)| *due <= now)
            .collect())
    }

    /// The tokens of a site that are due first, at most `limit`, also where
    /// that is in the future.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn first_due_tokens(
        &self,
        site: &SiteId,
        limit: usize,
    ) -> Result<Vec<(Timestamp, LeadId)>, StoreError> {
        let prefix = keys::all(site, Kind::TokenDue);
        self.read(move |_, engine| {
            let found = engine.scan_within(&prefix, &prefix, limit)?;
            found.iter().map(|(key, _)| due_of(key)).collect()
        })
        .await
    }

    /// A lead's token; none if the site has no such lead, or it no token.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn token(
        &self,
        site: &SiteId,
        lead: LeadId,
    ) -> Result<Option<KeptToken>, StoreError> {
        let site = site.clone();
        self.read(move |shared, engine| {
            let Some(stored) = stored(engine, &keys::token(&site, &lead))? else {
                return Ok(None);
            };
            Ok(Some(KeptToken {
                revision: stored.revision,
                due: stored.due,
                token: stored.open(&shared.sealer, &site, &lead)?,
            }))
        })
        .await
    }

    /// What is known of a lead's token, without opening it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn token_entry(
        &self,
        site: &SiteId,
        lead_id: LeadId,
    ) -> Result<Option<TokenEntry>, StoreError> {
        let key = keys::token(site, &lead_id);
        self.read(move |_, engine| {
            let stored = stored(engine, &key)?;
            Ok(stored.map(|stored| entry(lead_id, stored)))
        })
        .await
    }

    /// The tokens of a site in the order of their leads' ids, of at most `limit`
    /// of them, after that of the lead `after`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn tokens(
        &self,
        site: &SiteId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<TokenEntries, StoreError> {
        let prefix = keys::all(site, Kind::Token);
        let first = match after {
            Some(lead) => keys::next(keys::token(site, &lead)),
            None => prefix.clone(),
        };
        self.read(move |shared, engine| {
            let found = engine.scan_within(&prefix, &first, limit)?;
            let (mut entries, mut last) = (Vec::new(), None);
            for (key, value) in &found {
                let own = keys::parse(key).and_then(|(_, _, own)| keys::parse_lead(own));
                let lead_id = own.ok_or(StoreError::Record(RecordError::Malformed))?;
                last = Some(lead_id);
                let stored = shared.unreadable.decode(key, value, &shared.metrics);
                entries.extend(stored.map(|stored| entry(lead_id, stored)));
            }
            let next = last.filter(|_| found.len() == limit);
            Ok(TokenEntries { entries, next })
        })
        .await
    }

    /// Keeps what became of a token, and on its lead what is to be said of it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the token changed since it was read, or
    /// the lead is gone.
    pub async fn change_token(&self, site: &SiteId, change: TokenChange) -> Result<(), StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.change_token(&site, change))
            .await
    }

    /// Keeps a token of an account, and makes a lead for it where there is
    /// none.
    ///
    /// # Errors
    /// [`StoreError::IdentityConflict`] when the two ids of the profile belong
    /// to two leads.
    pub async fn import_token(
        &self,
        site: &SiteId,
        import: Import,
    ) -> Result<Imported, StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.import_token(&site, import))
            .await
    }

    /// Puts off a token that is due at `due` and cannot be opened.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn put_off_token(
        &self,
        site: &SiteId,
        lead: LeadId,
        due: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let site = site.clone();
        self.write(move |transaction| transaction.put_off_token(&site, &lead, due, until))
            .await
    }
}

fn due_of(key: &[u8]) -> Result<(Timestamp, LeadId), StoreError> {
    keys::parse(key)
        .and_then(|(_, _, own)| keys::parse_time_and_lead(own))
        .ok_or(StoreError::Record(RecordError::Malformed))
}

fn stored(engine: &Engine, key: &[u8]) -> Result<Option<StoredToken>, StoreError> {
    match engine.get(key)? {
        Some(value) => Ok(Some(record::decode(&value)?)),
        None => Ok(None),
    }
}

fn entry(lead_id: LeadId, stored: StoredToken) -> TokenEntry {
    TokenEntry {
        lead_id,
        status: stored.status,
        upkeep: stored.upkeep,
    }
}
