//! How many lines refused callers may cause: whoever may not call must not be
//! able to fill the disk either.

use std::time::{Duration, Instant};

/// Lines at once. What a mistake in a configuration causes is written in full.
const AT_ONCE: u32 = 100;

/// How often one more may come after that: some 30 MB of lines a day, however
/// many try. The rest is counted.
const ONE_MORE: Duration = Duration::from_secs(1);

/// A bucket of lines that fills again as time goes by.
#[derive(Debug)]
pub(super) struct Bound {
    left: u32,
    filled: Instant,
}

impl Bound {
    /// A full one.
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            left: AT_ONCE,
            filled: now,
        }
    }

    /// Whether one more line may be written.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        while self.left < AT_ONCE && now.duration_since(self.filled) >= ONE_MORE {
            self.left += 1;
            self.filled += ONE_MORE;
        }
        if self.left == AT_ONCE {
            self.filled = now;
        }
        let admits = self.left > 0;
        self.left = self.left.saturating_sub(1);
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_gets_a_hundred_lines_and_one_a_second() {
        let begin = Instant::now();
        let mut bound = Bound::new(begin);
        let admitted = |bound: &mut Bound, at| (0..1000).filter(|_| bound.admits(at)).count();
        assert_eq!(admitted(&mut bound, begin), 100);
        assert_eq!(admitted(&mut bound, begin + Duration::from_millis(999)), 0);
        assert_eq!(admitted(&mut bound, begin + Duration::from_millis(1001)), 1);
        assert_eq!(admitted(&mut bound, begin + Duration::from_secs(4)), 3);
    }

    #[test]
    fn after_a_quiet_time_there_is_room_for_a_hundred_again_and_no_more() {
        let begin = Instant::now();
        let mut bound = Bound::new(begin);
        while bound.admits(begin) {}
        let later = begin + Duration::from_secs(3600);
        assert_eq!((0..1000).filter(|_| bound.admits(later)).count(), 100);
    }
}
