//! Reading what happened to leads.

use tokio::sync::watch;

use crate::domain::change::{Change, ChangeNumber, ChangePosition};
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError, StoredChange};
use crate::storage::store::Store;

/// Changes looked at in one go for one lead's.
const LOOKED_AT: usize = 2048;

/// What came after a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The next ones, in order; none where there is nothing new.
    Next(Vec<Change>),
    /// Some were taken away before they were read, or the position is of
    /// another store: only a new list of all leads helps.
    Forgotten,
}

impl Store {
    /// Up to where this site's changes are on the medium; wakes whoever waits
    /// on it when there are more.
    #[must_use]
    pub fn follow_changes(&self, site: &SiteId) -> watch::Receiver<ChangeNumber> {
        self.shared.feed.follow(site)
    }

    /// The position after the newest change up to `newest`, which is what
    /// [`Store::follow_changes`] gave.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_change(
        &self,
        site: &SiteId,
        newest: ChangeNumber,
    ) -> Result<ChangePosition, StoreError> {
        let site = site.clone();
        self.read(move |_, engine| {
            let prefix = keys::all(&site, Kind::Change);
            let last = keys::change(&site, newest);
            let found = engine.scan_back(&prefix, &last, 1)?;
            found
                .first()
                .map_or(Ok(ChangePosition::BEGINNING), |(key, value)| {
                    let (number, stored) = read(key, value)?;
                    Ok(stored.position(number))
                })
        })
        .await
    }

    /// What is still known of what happened to one lead, at most the `most`
    /// newest. It looks through the whole log, some at a time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn changes_of_lead(
        &self,
        site: &SiteId,
        lead: LeadId,
        most: usize,
    ) -> Result<Vec<Change>, StoreError> {
        let mut last = Some(*self.follow_changes(site).borrow());
        let mut changes = Vec::new();
        while let Some(from) = last.take().filter(|_| changes.len() < most) {
            let site = site.clone();
            let step = self.read(move |_, engine| {
                let prefix = keys::all(&site, Kind::Change);
                let found = engine.scan_back(&prefix, &keys::change(&site, from), LOOKED_AT)?;
                let mut of_lead = Vec::new();
                let mut earliest = None;
                for (key, value) in &found {
                    let (number, stored) = read(key, value)?;
                    earliest = Some(number).filter(|_| found.len() == LOOKED_AT);
                    of_lead.extend(stored.change(number).filter(|change| change.lead == lead));
                }
                Ok((of_lead, earliest.and_then(ChangeNumber::before)))
            });
            let (some, before) = step.await?;
            changes.extend(some);
            last = before;
        }
        changes.truncate(most);
        changes.reverse();
        Ok(changes)
    }

    /// At most `limit` changes after `position`, up to `newest`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn changes(
        &self,
        site: &SiteId,
        position: ChangePosition,
        newest: ChangeNumber,
        limit: usize,
    ) -> Result<Changes, StoreError> {
        let site = site.clone();
        self.read(move |_, engine| after(engine, &site, position, newest, limit))
            .await
    }
}

fn after(
    engine: &Engine,
    site: &SiteId,
    position: ChangePosition,
    newest: ChangeNumber,
    limit: usize,
) -> Result<Changes, StoreError> {
    let prefix = keys::all(site, Kind::Change);
    let first = keys::change(site, position.number);
    let found = engine.scan_within(&prefix, &first, limit.saturating_add(1))?;
    let mut found = found.iter().map(|(key, value)| read(key, value)).peekable();
    let from_the_beginning = position == ChangePosition::BEGINNING;
    let nothing_is_missing = match found.peek() {
        // What the position is after must still be what it was.
        Some(Ok((number, stored))) if *number == position.number => {
            stored.position(*number) == position
        }
        Some(Ok((_, stored))) => from_the_beginning && matches!(stored, StoredChange::Kept { .. }),
        Some(Err(error)) => return Err(error.clone()),
        None => from_the_beginning,
    };
    if !nothing_is_missing {
        return Ok(Changes::Forgotten);
    }
    let mut changes = Vec::new();
    for next in found {
        let (number, stored) = next?;
        if number > newest || changes.len() == limit {
            break;
        }
        if number > position.number {
            changes.extend(stored.change(number));
        }
    }
    Ok(Changes::Next(changes))
}

/// A record of the log.
fn read(key: &[u8], value: &[u8]) -> Result<(ChangeNumber, StoredChange), StoreError> {
    Ok((number(key)?, record::decode(value)?))
}

/// The number under which a record of the log stands.
///
/// # Errors
/// When it is none.
pub fn number(key: &[u8]) -> Result<ChangeNumber, StoreError> {
    keys::parse(key)
        .and_then(|(_, _, own)| keys::change_number(own))
        .ok_or(StoreError::Record(RecordError::Malformed))
}
