//! Listing leads, step by step.

use std::cell::Cell;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sled::IVec;

use super::change;
use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{Record, RecordError, StoredChange};
use crate::storage::store::{Shared, Store};

/// Leads looked at in one step: some milliseconds of a blocking thread, and a
/// few hundred KB.
const LOOKED_AT: usize = 512;

/// Leads looked at in one step for a small page.
const LOOKED_AT_LEAST: usize = 64;

/// Changes looked at in one step.
const CHANGES_LOOKED_AT: usize = 1024;

/// The orders in which leads are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadOrder {
    /// By their ids, which begin with the millisecond of the first login.
    CreateTime,
    /// By the newest login.
    LastLoginTime,
}

/// Moments, the ends included; none for no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The earliest.
    pub from: Option<Timestamp>,
    /// The latest.
    pub to: Option<Timestamp>,
}

/// A listing that is under way: no lead that is there all the time is missed
/// or given twice, whatever else is written meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// In which order.
    pub order: LeadOrder,
    /// Whether from the end.
    pub descending: bool,
    /// When it began.
    pub start: Timestamp,
    /// Leads that moved in the order before this change were looked at.
    pub changes: ChangeNumber,
    /// The record's own part of the last key that was looked at.
    pub after: Option<Vec<u8>>,
}

/// What one step of a listing brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The leads that were asked for, in order.
    pub leads: Vec<Lead>,
    /// Where the next step goes on; none at the end.
    pub next: Option<Listing>,
    /// Records that cannot be read, and were left out.
    pub unreadable: usize,
}

impl Store {
    /// Begins a listing.
    ///
    /// # Errors
    /// When the store is out of service.
    pub async fn start_listing(
        &self,
        order: LeadOrder,
        descending: bool,
        now: Timestamp,
    ) -> Result<Listing, StoreError> {
        let start = self
            .write(move |transaction| Ok(transaction.start_listing(now)))
            .await?;
        Ok(Listing {
            order,
            descending,
            start: start.time,
            changes: start.changes,
            after: None,
        })
    }

    /// Looks at some more leads, and gives at most `most` of those that are to
    /// be kept. `within` leaves out in advance what would not be kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_leads(
        &self,
        site: &SiteId,
        listing: Listing,
        within: TimeRange,
        most: usize,
        keep: impl Fn(&Lead) -> bool + Send + 'static,
    ) -> Result<Step, StoreError> {
        let site = site.clone();
        self.read(move |shared, engine| {
            let walk = Walk {
                shared,
                engine,
                unreadable: Cell::new(0),
                site: &site,
                listing: &listing,
                within,
                most,
                keep: &keep,
            };
            match listing.order {
                LeadOrder::CreateTime => walk.by_creation(),
                LeadOrder::LastLoginTime => walk.by_login(),
            }
        })
        .await
    }
}

/// One step.
struct Walk<'a> {
    shared: &'a Shared,
    engine: &'a Engine,
    unreadable: Cell<usize>,
    site: &'a SiteId,
    listing: &'a Listing,
    within: TimeRange,
    most: usize,
    keep: &'a dyn Fn(&Lead) -> bool,
}

/// A part of an index, read in the listing's direction.
struct Part {
    records: Vec<(IVec, IVec)>,
    /// Whether there is no more.
    at_the_end: bool,
}

impl Walk<'_> {
    fn by_creation(&self) -> Result<Step, StoreError> {
        let part = self.part(Kind::Lead)?;
        let mut leads = Vec::new();
        let mut after = None;
        let mut at_the_end = part.at_the_end;
        for (key, value) in &part.records {
            if leads.len() == self.most {
                at_the_end = false;
                break;
            }
            after = Some(own(key)?.to_vec());
            let lead: Option<Lead> = self.decode(key, value);
            leads.extend(lead.filter(|lead| (self.keep)(lead)));
        }
        Ok(self.step(leads, after, self.listing.changes, at_the_end))
    }

    fn by_login(&self) -> Result<Step, StoreError> {
        let part = self.part(Kind::LoginOrder)?;
        let mut leads = Vec::new();
        let mut seen = HashSet::new();
        let mut after = None;
        let mut at_the_end = part.at_the_end;
        for (key, _) in &part.records {
            if leads.len() == self.most {
                at_the_end = false;
                break;
            }
            let own = own(key)?;
            after = Some(own.to_vec());
            // A lead that moved in this moment is found by its change.
            if let Some(lead) = self.lead_at(own)? {
                seen.insert(lead.id);
                if (self.keep)(&lead) {
                    leads.push(lead);
                }
            }
        }
        // After the leads: what moved before it was looked at is written down by now.
        let (moves, changes, all) = self.moves()?;
        let moved = self.moved(&moves, after.as_deref(), &seen)?;
        if all && leads.len() + moved.len() <= self.most {
            leads.splice(0..0, moved);
            return Ok(self.step(leads, after, changes, at_the_end));
        }
        // More moved than fits: this step goes no further in the order.
        self.only_moved(&moves, changes)
    }

    fn only_moved(&self, moves: &[Move], changes: ChangeNumber) -> Result<Step, StoreError> {
        let mut leads = Vec::new();
        let nobody = HashSet::new();
        for one in moves {
            if leads.len() == self.most {
                return Ok(self.step(leads, None, one.number, false));
            }
            leads.extend(self.moved(std::slice::from_ref(one), None, &nobody)?);
        }
        Ok(self.step(leads, None, changes, false))
    }

    fn step(
        &self,
        leads: Vec<Lead>,
        after: Option<Vec<u8>>,
        changes: ChangeNumber,
        at_the_end: bool,
    ) -> Step {
        let next = Listing {
            changes,
            after: after.or_else(|| self.listing.after.clone()),
            ..self.listing.clone()
        };
        Step {
            leads,
            next: (!at_the_end).then_some(next),
            unreadable: self.unreadable.get(),
        }
    }

    /// One that cannot be read is left out, and counted.
    fn decode<T: Record>(&self, key: &[u8], value: &[u8]) -> Option<T> {
        let Shared {
            unreadable,
            metrics,
            ..
        } = self.shared;
        let record = unreadable.decode(key, value, metrics);
        if record.is_none() {
            self.unreadable.set(self.unreadable.get() + 1);
        }
        record
    }

    fn lead(&self, key: &[u8]) -> Result<Option<Lead>, StoreError> {
        let value = self.engine.get(key)?;
        Ok(value.and_then(|value| self.decode(key, &value)))
    }

    /// The next records of an index.
    fn part(&self, kind: Kind) -> Result<Part, StoreError> {
        let look = (2 * self.most).clamp(LOOKED_AT_LEAST, LOOKED_AT);
        let prefix = keys::all(self.site, kind);
        let key = |own: &[u8]| [prefix.as_slice(), own].concat();
        let mut first = self.bound(self.within.from, Edge::First, &prefix);
        let latest = match self.listing.order {
            LeadOrder::CreateTime => self.within.to,
            LeadOrder::LastLoginTime => {
                let start = self.listing.start;
                Some(self.within.to.map_or(start, |to| to.min(start)))
            }
        };
        let mut last = self.bound(latest, Edge::Last, &prefix);
        let after = self.listing.after.as_deref().map(key);
        let mut records = if self.listing.descending {
            if let Some(after) = &after {
                last = last.min(after.clone());
            }
            self.engine.scan_back(&first, &last, look + 1)?
        } else {
            if let Some(after) = &after {
                first = first.max(keys::next(after.clone()));
            }
            let mut records = self.engine.scan_within(&prefix, &first, look + 1)?;
            records.retain(|(key, _)| **key <= *last);
            records
        };
        // Going backwards the last one that was looked at comes first again.
        records.retain(|(key, _)| after.as_deref() != Some(&**key));
        let at_the_end = records.len() < look;
        records.truncate(look);
        Ok(Part {
            records,
            at_the_end,
        })
    }

    /// The key at one edge of the records of a moment.
    fn bound(&self, time: Option<Timestamp>, edge: Edge, prefix: &[u8]) -> Vec<u8> {
        let id = match edge {
            Edge::First => LeadId::FIRST,
            Edge::Last => LeadId::LAST,
        };
        match (time, self.listing.order, edge) {
            (None, _, Edge::First) => prefix.to_vec(),
            // Longer than any key of this kind, and of its highest bytes.
            (None, _, Edge::Last) => [prefix, &[u8::MAX; 32]].concat(),
            (Some(time), LeadOrder::LastLoginTime, _) => keys::login_order(self.site, time, &id),
            (Some(time), LeadOrder::CreateTime, Edge::First) => {
                keys::lead(self.site, &LeadId::first_of(time))
            }
            (Some(time), LeadOrder::CreateTime, Edge::Last) => {
                keys::lead(self.site, &LeadId::last_of(time))
            }
        }
    }

    /// The lead that stands at this place in the order of newest logins.
    fn lead_at(&self, own: &[u8]) -> Result<Option<Lead>, StoreError> {
        let malformed = StoreError::Record(RecordError::Malformed);
        let (_, id) = own.split_at_checked(size_of::<i64>()).ok_or(malformed)?;
        let lead = self.lead(&keys::lead_of(self.site, id))?;
        Ok(lead.filter(|lead| {
            let key = keys::login_order(self.site, lead.last_login_time, &lead.id);
            key.ends_with(own)
        }))
    }

    /// Who logged in since the listing last looked; where to look from next;
    /// and whether that was all.
    fn moves(&self) -> Result<(Vec<Move>, ChangeNumber, bool), StoreError> {
        let prefix = keys::all(self.site, Kind::Change);
        let first = keys::change(self.site, self.listing.changes);
        let found = self
            .engine
            .scan_within(&prefix, &first, CHANGES_LOOKED_AT)?;
        let mut moves = Vec::new();
        let mut next = self.listing.changes;
        for (key, value) in &found {
            let number = change::number(key)?;
            next = ChangeNumber {
                index: number.index.saturating_add(1),
                ..number
            };
            if let Some(StoredChange::Kept {
                lead,
                login_before: Some(before),
                ..
            }) = self.decode(key, value)
            {
                moves.push(Move {
                    number,
                    lead,
                    before,
                });
            }
        }
        Ok((moves, next, found.len() < CHANGES_LOOKED_AT))
    }

    /// Of the leads that moved, those that left the part of the order that is
    /// still to come, before they were looked at.
    fn moved(
        &self,
        moves: &[Move],
        after: Option<&[u8]>,
        seen: &HashSet<LeadId>,
    ) -> Result<Vec<Lead>, StoreError> {
        let mut leads = Vec::new();
        for one in moves {
            let key = keys::login_order(self.site, one.before, &one.lead);
            let was = own(&key)?;
            let looked_at = |upto: Option<&[u8]>| {
                upto.is_some_and(|upto| {
                    if self.listing.descending {
                        was >= upto
                    } else {
                        was <= upto
                    }
                })
            };
            let earlier = looked_at(self.listing.after.as_deref());
            let in_this_step = looked_at(after) && seen.contains(&one.lead);
            if one.before > self.listing.start || earlier || in_this_step {
                continue;
            }
            let lead = self.lead(&keys::lead(self.site, &one.lead))?;
            leads.extend(lead.filter(|lead| (self.keep)(lead)));
        }
        Ok(leads)
    }
}

/// A lead that left its place in the order of newest logins.
struct Move {
    number: ChangeNumber,
    lead: LeadId,
    /// The login that it stood at.
    before: Timestamp,
}

/// Of the records of one moment.
#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

fn own(key: &[u8]) -> Result<&[u8], StoreError> {
    keys::parse(key)
        .map(|(_, _, own)| own)
        .ok_or(StoreError::Record(RecordError::Malformed))
}
