//! One at a time for each login: whoever comes second waits, and then finds
//! what the first one left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::domain::ids::StateHash;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// Who is at work on which login. A state is unique among all sites.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<StateHash, Turn>>>);

/// The right to work on one login, until it is dropped.
pub(super) struct MyTurn {
    turns: Turns,
    state: StateHash,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else works on this login.
    pub(super) async fn take(&self, state: StateHash) -> MyTurn {
        let turn = Arc::clone(self.lock().entry(state).or_default());
        // Made before the wait, so that one who gives up waiting tidies up too.
        let mut mine = MyTurn {
            turns: self.clone(),
            state,
            guard: None,
        };
        mine.guard = Some(turn.lock_owned().await);
        mine
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StateHash, Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MyTurn {
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
