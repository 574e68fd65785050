//! How long whoever looks at the daemon waits for the store.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

/// How long the store may take for one figure. Whoever looks at a daemon whose
/// disk is slow is told all the rest.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long no figure is waited for after one that took too long: many sites'
/// figures would each wait in turn, for longer than a scrape may take.
const IMPATIENT_FOR: Duration = Duration::from_secs(5);

/// Whether the store was slow a moment ago. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Patience(Arc<Mutex<Option<Instant>>>);

impl Patience {
    /// What `figure` comes to; none where that takes too long, or another one
    /// did a moment ago.
    pub async fn with<T>(&self, figure: impl Future<Output = T>) -> Option<T> {
        let is_spent = |slow: Instant| slow.elapsed() < IMPATIENT_FOR;
        if self.slow().is_some_and(is_spent) {
            return None;
        }
        let figure = timeout(PATIENCE, figure).await.ok();
        let slow = figure.is_none().then(Instant::now);
        if slow.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = slow;
        }
        figure
    }

    fn slow(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_store_is_waited_for_once_and_asked_again_later() {
        let (patience, begun) = (Patience::default(), Instant::now());
        assert_eq!(patience.with(ready(1)).await, Some(1));
        // A hundred figures of a store that hangs take as long as one.
        for _ in 0..100 {
            assert_eq!(patience.with(pending::<()>()).await, None);
        }
        assert_eq!(begun.elapsed(), PATIENCE);
        tokio::time::advance(IMPATIENT_FOR).await;
        assert_eq!(patience.clone().with(ready(2)).await, Some(2));
    }
}
