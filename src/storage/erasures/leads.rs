//! What a list says.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::ErasedListError;
use super::known::{Known, Unknown};
use super::text::{self, Line, Place};
use super::{FILE, Hash, KEPT, MAX_BYTES, hash, list};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedLeads {
    known: Known,
    leads: HashMap<Hash, Timestamp>,
    /// Whether its lines have checksums.
    checked: bool,
    /// Which file it says that it is.
    place: Option<Place>,
    /// Whether it is that file: the one that the daemon writes.
    own: bool,
}

impl ErasedLeads {
    /// Nobody, since this moment.
    #[must_use]
    pub fn since(since: Timestamp) -> Self {
        Self {
            known: Known::since(since),
            leads: HashMap::new(),
            checked: true,
            place: None,
            own: false,
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`ErasedListError`], which says which line is wrong.
    pub fn read(path: &Path) -> Result<Self, ErasedListError> {
        let io = |error: io::Error| ErasedListError::Io(path.to_owned(), error.to_string());
        let file = File::open(path).map_err(io)?;
        let place = Place::of(&file).map_err(io)?;
        let mut text = String::new();
        file.take(MAX_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(io)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(ErasedListError::Line(path.to_owned(), 1));
        }
        let list = Self::parse(&text);
        let mut list = list.map_err(|line| ErasedListError::Line(path.to_owned(), line))?;
        list.own = list.place == Some(place);
        Ok(list)
    }

    fn parse(text: &str) -> Result<Self, usize> {
        // What a crash left half written was never acknowledged.
        let (whole, rest) = text.rsplit_once('\n').unwrap_or_default();
        let mut lines = (1_usize..).zip(whole.split('\n'));
        let (_, header) = lines.next().ok_or(1_usize)?;
        let (since, checked) = text::parse_header(header).ok_or(1_usize)?;
        let mut list = Self {
            checked,
            ..Self::since(since)
        };
        if text::is_whole_but_its_end(rest.as_bytes()) {
            return Err(whole.split('\n').count() + 1);
        }
        for (number, line) in lines {
            let line = if list.checked {
                text::unchecked(line).ok_or(number)?
            } else {
                line
            };
            list.add(Line::parse(line).ok_or(number)?);
        }
        Ok(list)
    }

    fn add(&mut self, line: Line) {
        match line {
            Line::Erased(hash, time) => {
                self.leads.insert(hash, time);
                self.known.reach(time);
            }
            Line::Until(time) => self.known.reach(time),
            Line::Since(time) => self.known.again_since(time),
            Line::Place(place) => self.place = Some(place),
        }
    }

    /// Whether a lead was erased.
    #[must_use]
    pub fn contains(&self, lead: &LeadId) -> Option<Timestamp> {
        self.leads.get(&hash(lead)).copied()
    }

    /// The times after this moment of which it does not tell who was erased.
    #[must_use]
    pub fn unknown_since(&self, moment: Timestamp) -> Vec<Unknown> {
        self.known.unknown_since(moment, self.own)
    }

    /// How many leads it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.leads.len()
    }

    /// Adds what another list of the same store says.
    pub fn join(&mut self, other: Self) {
        self.known.join(other.known);
        self.own |= other.own;
        self.leads.extend(other.leads);
    }

    /// Somebody says that it names everybody who was erased between these.
    pub fn vouch(&mut self, from: Timestamp, to: Timestamp) {
        let mut word = Known::since(from);
        word.reach(to);
        self.known.join(word);
    }

    /// Puts this list into a store's folder.
    ///
    /// # Errors
    /// The disk's own.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        list::replace(&folder.join(FILE), self)
    }

    /// Whether it stands in its place, in today's form.
    pub(super) const fn is_at_home(&self) -> bool {
        self.checked && self.own
    }

    /// Of the time between its last line and `now` it knows nothing.
    pub(super) fn was_away_until(&mut self, now: Timestamp) {
        self.known.again_since(now);
    }

    /// Takes out what is too old; tells whether there was something.
    pub(super) fn forget_old(&mut self) -> bool {
        let Some(newest) = self.leads.values().max().copied() else {
            return false;
        };
        let before = self.leads.len();
        self.leads.retain(|_, time| newest.since(*time) <= KEPT);
        let forgot = self.leads.len() < before;
        if forgot {
            let oldest = self.leads.values().min().copied();
            self.known.forget_before(oldest.unwrap_or(newest));
        }
        forgot
    }

    /// The whole list, for the file that stands in this place.
    pub(super) fn text(&self, place: Place) -> String {
        let mut text = String::new();
        let (since, until) = self.known.first();
        text::write_header(&mut text, since);
        Line::Place(place).write(&mut text);
        let mut leads: Vec<_> = self.leads.iter().collect();
        leads.sort_by_key(|(hash, time)| (**time, **hash));
        for (hash, time) in leads {
            Line::Erased(*hash, *time).write(&mut text);
        }
        // After the leads, whose times say too until when all is known.
        Line::Until(until).write(&mut text);
        for (since, until) in self.known.later() {
            Line::Since(*since).write(&mut text);
            Line::Until(*until).write(&mut text);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::erasures::tests::{DAY, NOW, lead};

    #[test]
    fn two_lists_of_one_store_become_one() {
        let mut one = ErasedLeads::since(NOW);
        let mut other = ErasedLeads::since(NOW.plus(2 * DAY));
        one.add(Line::Erased(hash(&lead(1)), NOW.plus(DAY)));
        other.add(Line::Erased(hash(&lead(2)), NOW.plus(3 * DAY)));
        one.join(other);
        assert!(one.contains(&lead(1)).is_some() && one.contains(&lead(2)).is_some());
        let unknown = one.unknown_since(NOW);
        let (from, to) = (NOW.plus(DAY), Some(NOW.plus(2 * DAY)));
        assert_eq!(unknown.first(), Some(&Unknown { from, to }));
        one.vouch(NOW, NOW.plus(2 * DAY));
        let (from, to) = (NOW.plus(3 * DAY), None);
        assert_eq!(one.unknown_since(NOW), [Unknown { from, to }]);
    }
}
