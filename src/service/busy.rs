//! What is being looked after at the moment, so that nothing is by two at once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clones share it.
pub(super) struct Busy<K>(Arc<Mutex<HashSet<K>>>);

/// Until it is dropped, nobody else looks after the same.
pub(super) struct BusyWith<K: Eq + Hash> {
    busy: Busy<K>,
    which: K,
}

impl<K: Clone + Eq + Hash> Busy<K> {
    /// Begins with this, unless somebody else has.
    pub(super) fn begin(&self, which: K) -> Option<BusyWith<K>> {
        self.lock().insert(which.clone()).then(|| BusyWith {
            busy: self.clone(),
            which,
        })
    }
}

impl<K> Busy<K> {
    fn lock(&self) -> MutexGuard<'_, HashSet<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Clone for Busy<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Busy<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash> Drop for BusyWith<K> {
    fn drop(&mut self) {
        self.busy.lock().remove(&self.which);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_begun_twice_and_what_has_ended_can_begin_anew() {
        let busy = Busy::default();
        let first = busy.begin("one");
        assert!(first.is_some());
        assert!(busy.clone().begin("one").is_none());
        assert!(busy.begin("other").is_some());
        drop(first);
        assert!(busy.begin("one").is_some());
    }
}
