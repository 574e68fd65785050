//! Of which times a list tells who was erased.

use crate::domain::clock::Timestamp;

/// A time of which no list tells who was erased; no end is until today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The first moment of it.
    pub from: Timestamp,
    /// The first moment of which something is known again.
    pub to: Option<Timestamp>,
}

/// From a moment to another.
type Span = (Timestamp, Timestamp);

/// Times of which every erasure is known, the ends included; in order, and no
/// two of them touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    first: Span,
    later: Vec<Span>,
}

impl Known {
    /// This moment.
    pub const fn since(moment: Timestamp) -> Self {
        Self {
            first: (moment, moment),
            later: Vec::new(),
        }
    }

    /// The newest time reaches to this moment. The newest word counts: a clock
    /// that was ahead for a while must not vouch for what is still to come.
    pub fn reach(&mut self, moment: Timestamp) {
        let (from, to) = self.later.last_mut().unwrap_or(&mut self.first);
        *to = moment.max(*from);
    }

    /// Another time begins.
    pub fn again_since(&mut self, moment: Timestamp) {
        self.join(Self::since(moment));
    }

    /// What either of two knows.
    pub fn join(&mut self, other: Self) {
        let mut all: Vec<_> = self.all().chain(other.all()).collect();
        all.sort_unstable();
        all.dedup_by(|later, earlier| {
            let touch = later.0 <= earlier.1;
            if touch {
                earlier.1 = earlier.1.max(later.1);
            }
            touch
        });
        self.set(all);
    }

    /// Nothing of what was before this moment.
    pub fn forget_before(&mut self, moment: Timestamp) {
        let all = self.all().filter(|(_, to)| *to > moment);
        let all: Vec<_> = all.map(|(from, to)| (from.max(moment), to)).collect();
        *self = Self::since(moment);
        self.set(all);
    }

    fn set(&mut self, all: Vec<Span>) {
        let mut all = all.into_iter();
        if let Some(first) = all.next() {
            self.first = first;
            self.later = all.collect();
        }
    }

    fn all(&self) -> impl Iterator<Item = Span> {
        std::iter::once(self.first).chain(self.later.iter().copied())
    }

    /// The earliest of the times.
    pub const fn first(&self) -> Span {
        self.first
    }

    /// The others, in order.
    pub fn later(&self) -> &[Span] {
        &self.later
    }

    /// The times from `moment` on of which nothing is known. Whoever `goes_on`
    /// knows all since the beginning of the newest time.
    pub fn unknown_since(&self, moment: Timestamp, goes_on: bool) -> Vec<Unknown> {
        let mut unknown = Vec::new();
        let mut from = moment;
        for (begin, end) in self.all() {
            if begin > from {
                let to = Some(begin);
                unknown.push(Unknown { from, to });
            }
            from = from.max(end);
        }
        if !goes_on {
            unknown.push(Unknown { from, to: None });
        }
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(hour: i64) -> Timestamp {
        Timestamp::from_micros(hour * 3_600_000_000)
    }

    fn known(times: &[(i64, i64)]) -> Known {
        let mut known = Known::since(at(0));
        let times = times.iter();
        known.set(times.map(|(from, to)| (at(*from), at(*to))).collect());
        known
    }

    fn unknown(known: &Known, since: i64, goes_on: bool) -> Vec<(i64, Option<i64>)> {
        let hour = |time: Timestamp| time.as_micros() / 3_600_000_000;
        let unknown = known.unknown_since(at(since), goes_on).into_iter();
        unknown
            .map(|time| (hour(time.from), time.to.map(hour)))
            .collect()
    }

    #[test]
    fn what_goes_on_knows_all_since_its_newest_time_began() {
        let one = known(&[(5, 9)]);
        assert!(unknown(&one, 7, true).is_empty());
        assert!(unknown(&one, 20, true).is_empty());
        assert_eq!(unknown(&one, 3, true), [(3, Some(5))]);
    }

    #[test]
    fn a_copy_knows_nothing_of_what_came_after_it() {
        let one = known(&[(5, 9)]);
        assert_eq!(unknown(&one, 7, false), [(9, None)]);
        assert_eq!(unknown(&one, 20, false), [(20, None)]);
    }

    #[test]
    fn two_lists_do_not_bridge_what_neither_knows() {
        let mut one = known(&[(1, 4)]);
        one.join(known(&[(6, 9)]));
        assert_eq!(unknown(&one, 2, true), [(4, Some(6))]);
        one.join(known(&[(3, 7)]));
        assert_eq!(one, known(&[(1, 9)]));
        one.again_since(at(12));
        assert_eq!(unknown(&one, 2, true), [(9, Some(12))]);
        one.reach(at(13));
        one.forget_before(at(10));
        assert_eq!(one, known(&[(12, 13)]));
        one.forget_before(at(20));
        assert_eq!(one, known(&[(20, 20)]));
    }

    #[test]
    fn a_clock_that_was_ahead_vouches_for_nothing_once_it_is_right() {
        let mut one = known(&[(5, 5)]);
        one.reach(at(9000));
        one.reach(at(7));
        assert_eq!(one, known(&[(5, 7)]));
    }
}
