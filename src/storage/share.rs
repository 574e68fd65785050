//! A site's share of what may wait for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::committer::QUEUE_CAPACITY;
use super::error::StoreError;

/// Beginnings of one site that may wait for the disk: half the queue, so that
/// a flood of one leaves room for the logins of all others. A caller that hangs
/// up at once does not take its beginning out of the queue, so counting calls
/// in flight is not enough.
pub const SITE_SHARE: usize = QUEUE_CAPACITY / 2;

/// One place in the queue, counted until it is dropped.
pub struct Place(Arc<AtomicUsize>);

impl Place {
    /// Takes one of a site's places.
    ///
    /// # Errors
    /// [`StoreError::SiteOverloaded`] when it has all of them.
    pub fn take(waiting: &Arc<AtomicUsize>) -> Result<Self, StoreError> {
        let place = Self(Arc::clone(waiting));
        if waiting.fetch_add(1, Ordering::Relaxed) < SITE_SHARE {
            Ok(place)
        } else {
            Err(StoreError::SiteOverloaded)
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_its_share_and_no_more() {
        let waiting = Arc::default();
        let mut places: Vec<_> = (0..SITE_SHARE)
            .map(|_| Place::take(&waiting).unwrap())
            .collect();
        for _ in 0..2 {
            assert!(Place::take(&waiting).is_err());
        }
        places.pop();
        let _place = Place::take(&waiting).unwrap();
        assert!(Place::take(&waiting).is_err());
    }
}
