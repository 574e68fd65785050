//! One at a time for each login, and for each token: whoever comes second
//! waits, and then finds what the first one left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// Who is at work on what. A login's state and a lead's id are unique among
/// all sites.
#[derive(Clone)]
pub(super) struct Turns<K>(Arc<Mutex<HashMap<K, Turn>>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// The right to work on one thing, until it is dropped.
pub(super) struct MyTurn<K: Copy + Eq + Hash> {
    turns: Turns<K>,
    state: K,
    guard: Option<OwnedMutexGuard<()>>,
}

impl<K: Copy + Eq + Hash> Turns<K> {
    /// Waits until nobody else works on this.
    pub(super) async fn take(&self, state: K) -> MyTurn<K> {
        let turn = Arc::clone(self.lock().entry(state).or_default());
        // Made before the wait, so that one who gives up waiting tidies up too.
        let mut mine = MyTurn {
            turns: Self(Arc::clone(&self.0)),
            state,
            guard: None,
        };
        mine.guard = Some(turn.lock_owned().await);
        mine
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for MyTurn<K> {
    fn drop(&mut self) {
        self.guard = None;
        if let Entry::Occupied(turn) = self.turns.lock().entry(self.state) {
            // Everyone who waits holds a clone, and clones are made under this lock.
            if Arc::strong_count(turn.get()) == 1 {
                turn.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::StateHash;

    #[tokio::test]
    async fn a_second_one_waits_and_nothing_is_left_behind() {
        let turns = Turns::default();
        let state = StateHash([1; 32]);
        let first = turns.take(state).await;
        let second = turns.take(state);
        tokio::pin!(second);
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        let other = turns.take(StateHash([2; 32])).await;
        drop(first);
        drop(second.await);
        drop(other);
        assert!(turns.lock().is_empty());
    }

    #[tokio::test]
    async fn one_who_gives_up_waiting_leaves_nothing_behind() {
        let turns = Turns::default();
        let state = StateHash([1; 32]);
        let first = turns.take(state).await;
        {
            let second = turns.take(state);
            tokio::pin!(second);
            assert!(futures_util::poll!(second.as_mut()).is_pending());
        }
        drop(first);
        assert!(turns.lock().is_empty());
    }
}
