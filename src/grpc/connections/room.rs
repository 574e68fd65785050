//! How many connections a listener has open.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{HURRIED_LINGER, LINGER};

/// How long the log stays silent about a shortage that comes and goes, as one
/// of file descriptors does.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// The places of one listener. All workers that take its connections share it.
#[derive(Clone, Debug)]
pub struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    listener: &'static str,
    most: AtomicUsize,
    /// Places that are no more, once their connections have ended.
    owed: AtomicUsize,
    places: Arc<Semaphore>,
    /// Places with a connection: the others that are taken wait for one.
    open: AtomicUsize,
    /// Whether the log has heard that all places are taken.
    full: AtomicBool,
    /// Whether the log has heard that the system gives no more connections, and
    /// not yet that it does.
    exhausted: AtomicBool,
    /// Whether the next daemon waits for the connections of this one to end.
    hurry: AtomicBool,
    /// When it heard.
    said: Mutex<Option<Instant>>,
}

/// The place of one connection, until it is dropped.
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    room: Room,
    /// Whether there is a connection in it.
    is_open: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_open {
            self.room.0.open.fetch_sub(1, Ordering::Relaxed);
        }
        if self.room.pays()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

impl Place {
    /// How long its connection waits for the client to hang up.
    pub(super) fn linger(&self) -> Duration {
        if self.room.0.hurry.load(Ordering::Relaxed) {
            HURRIED_LINGER
        } else {
            LINGER
        }
    }
}

impl Room {
    /// Room for `most` connections of the listener that the configuration
    /// calls by this key.
    #[must_use]
    pub fn new(listener: &'static str, most: usize) -> Self {
        Self(Arc::new(Shared {
            listener,
            most: AtomicUsize::new(most),
            owed: AtomicUsize::new(0),
            places: Arc::new(Semaphore::new(most)),
            open: AtomicUsize::new(0),
            full: AtomicBool::new(false),
            exhausted: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            said: Mutex::new(None),
        }))
    }

    /// From now on there is room for so many. Where more are open, none ends:
    /// new ones wait until there are fewer.
    pub fn resize(&self, most: usize) {
        let room = &*self.0;
        let before = room.most.swap(most, Ordering::Relaxed);
        if let Some(less) = before.checked_sub(most) {
            let free = room.places.forget_permits(less);
            room.owed.fetch_add(less - free, Ordering::Relaxed);
            return;
        }
        // Places that were still owed are not taken away after all.
        let more = (before..most).filter(|_| !self.pays()).count();
        room.places.add_permits(more);
    }

    /// Whether one of the places that are owed is taken away now.
    fn pays(&self) -> bool {
        let owed = &self.0.owed;
        owed.load(Ordering::Relaxed) > 0
            && owed
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |owed| {
                    owed.checked_sub(1)
                })
                .is_ok()
    }

    /// From now on connections that end wait less long for their clients.
    pub fn hurry(&self) {
        self.0.hurry.store(true, Ordering::Relaxed);
    }

    /// The key of its listener, how many connections are open, and how many
    /// may be.
    #[must_use]
    pub fn occupancy(&self) -> (&'static str, usize, usize) {
        let room = &*self.0;
        let open = room.open.load(Ordering::Relaxed);
        (room.listener, open, room.most.load(Ordering::Relaxed))
    }

    /// Waits for a place. Until there is one, whoever connects waits in the
    /// system's queue.
    pub(super) async fn place(&self) -> Place {
        let room = &*self.0;
        let places = Arc::clone(&room.places);
        if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
            room.full.store(false, Ordering::Relaxed);
            return self.with(Some(permit));
        }
        if !room.full.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                listener = room.listener,
                max_connections = room.most.load(Ordering::Relaxed),
                "all connections are taken: more wait until one closes; see limits.max_connections"
            );
        }
        self.with(places.acquire_owned().await.ok())
    }

    fn with(&self, permit: Option<OwnedSemaphorePermit>) -> Place {
        Place {
            permit,
            room: self.clone(),
            is_open: false,
        }
    }

    /// The system gave no connection.
    pub(super) fn exhausted(&self, error: &io::Error) {
        let room = &*self.0;
        let mut said = room.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_some_and(|said| said.elapsed() < SAY_AGAIN) {
            return;
        }
        *said = Some(Instant::now());
        room.exhausted.store(true, Ordering::Relaxed);
        tracing::error!(
            listener = room.listener,
            %error,
            "no connection can be taken: raise LimitNOFILE in the unit if file descriptors are out; it is tried again"
        );
    }

    /// The system gave a connection for this place.
    pub(super) fn taken(&self, place: &mut Place) {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        place.is_open = true;
        let exhausted = &self.0.exhausted;
        if exhausted.load(Ordering::Relaxed) && exhausted.swap(false, Ordering::Relaxed) {
            tracing::info!(listener = self.0.listener, "connections are taken again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(room: &Room) -> usize {
        room.0.places.available_permits()
    }

    #[tokio::test]
    async fn a_room_that_becomes_smaller_ends_nothing_and_lets_fewer_in() {
        let room = Room::new("listen.unix", 3);
        let open = [room.place().await, room.place().await, room.place().await];
        room.resize(1);
        assert_eq!(free(&room), 0);
        let [one, two, three] = open;
        drop(one);
        drop(two);
        assert_eq!(free(&room), 0, "one place, and it is taken");
        drop(three);
        assert_eq!(free(&room), 1);
        assert_eq!(room.occupancy().2, 1);
    }

    #[tokio::test]
    async fn a_room_that_becomes_larger_again_takes_nothing_away() {
        let room = Room::new("listen.unix", 2);
        let open = [room.place().await, room.place().await];
        room.resize(1);
        room.resize(4);
        assert_eq!(free(&room), 2);
        drop(open);
        assert_eq!(free(&room), 4);
    }
}
