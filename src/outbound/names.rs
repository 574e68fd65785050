//! Looks names up, a few at a time.
//!
//! The system's own look-up holds a thread until it is over: for half a minute
//! where no DNS server answers, although whoever asked gave up long before. Those
//! threads are the ones that read the store, so a few are all it may have.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

/// Look-ups at once, among all workers. Each is a thread that reads no store
/// meanwhile.
const PLACES: usize = 4;

/// How long a look-up waits for a place. Shorter than any connection may take
/// to come about, so that whoever waited learns what it was that took so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The look-up itself, which blocks.
type LookUp = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Looks names up for some clients. Clones share the places; whose look-ups
/// must not stand in the way of others has its own.
#[derive(Clone)]
pub struct Names {
    places: Arc<Semaphore>,
    patience: Duration,
    look_up: Arc<LookUp>,
}

impl Default for Names {
    fn default() -> Self {
        Self::with(PATIENCE, by_the_system)
    }
}

impl Names {
    fn with(
        patience: Duration,
        look_up: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            patience,
            look_up: Arc::new(look_up),
        }
    }

    /// The addresses that a name has.
    ///
    /// # Errors
    /// When it has none, or when nobody says so in time, for want of a place too.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let place = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(self.patience, place).await;
        let place = place.map_err(|_| NoPlace)??;
        let (look_up, name) = (Arc::clone(&self.look_up), name.to_owned());
        let work = move || {
            // Given back with the thread, and not when nobody waits any more.
            let _place = place;
            look_up(&name)
        };
        Ok(tokio::task::spawn_blocking(work).await??)
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            Ok(without_port(found))
        })
    }
}

/// As reqwest takes them: the port is put in by who connects.
#[must_use]
pub fn without_port(found: Vec<IpAddr>) -> Addrs {
    Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)))
}

fn by_the_system(name: &str) -> io::Result<Vec<IpAddr>> {
    let found = (name, 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}

/// All places were taken for longer than anybody may wait.
#[derive(Debug)]
pub struct NoPlace;

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "names are looked up without an answer: do this machine's DNS servers (/etc/resolv.conf) work?",
        )
    }
}

impl Error for NoPlace {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Mutex, PoisonError};

    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    /// A DNS that does not answer until the sender is dropped.
    fn hanging() -> (Names, Sender<()>) {
        let (healed, hangs) = channel::<()>();
        let hangs = Mutex::new(hangs);
        let names = Names::with(SOON, move |_| {
            let hangs = hangs.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = hangs.recv();
            Ok(vec![IpAddr::from([192, 0, 2, 1])])
        });
        (names, healed)
    }

    #[test]
    fn a_dns_that_hangs_leaves_threads_to_the_store_and_says_what_is_wrong() {
        // As a worker has it, and one thread more than may be held.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(PLACES + 1)
            .build()
            .unwrap();
        let (names, healed) = hanging();
        runtime.block_on(async {
            // Those who asked gave up; their threads are held all the same.
            for _ in 0..PLACES {
                let asked = tokio::time::timeout(SOON, names.addresses("graph.example"));
                assert!(asked.await.is_err());
            }
            let error = names.addresses("graph.example").await.unwrap_err();
            assert!(error.is::<NoPlace>(), "{error}");
            assert!(error.to_string().contains("/etc/resolv.conf"));
            let read = tokio::task::spawn_blocking(|| "read").await;
            assert_eq!(read.unwrap(), "read");
            // When it answers again, so do we.
            drop(healed);
            let found = names.addresses("graph.example").await.unwrap();
            assert_eq!(found, [IpAddr::from([192, 0, 2, 1])]);
        });
    }

    #[tokio::test]
    async fn clients_look_their_names_up_here() {
        let (names, healed) = hanging();
        for _ in 0..PLACES {
            let asked = tokio::time::timeout(SOON, names.addresses("graph.example"));
            assert!(asked.await.is_err());
        }
        let client = crate::outbound::Outbound::new()
            .unwrap()
            .client(names, Duration::from_secs(5), Duration::from_secs(5))
            .build()
            .unwrap();
        let error = client.get("https://graph.example/").send().await;
        let error = error.unwrap_err();
        // Nothing was sent, so that a code can be sent again.
        assert!(error.is_connect(), "{error:?}");
        assert!(format!("{error:?}").contains("NoPlace"), "{error:?}");
        drop(healed);
    }

    #[tokio::test]
    async fn the_system_knows_this_machine() {
        let found = Names::default().addresses("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
        assert!(!found.is_empty());
    }
}
