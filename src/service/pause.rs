//! Waits for something to do without asking again and again.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Waits until something is written, at least for `shortest` and at most for
/// `longest`. What was written before counts too, if nobody waited for it.
pub(super) async fn pause(
    written: &mut watch::Receiver<()>,
    shortest: Duration,
    longest: Duration,
) {
    let begun = Instant::now();
    // A store that is closed writes nothing more: then it is the longest time.
    if let Ok(Err(_)) = timeout_at(begun + longest, written.changed()).await {
        sleep_until(begun + longest).await;
    }
    sleep_until(begun + shortest).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn paused(written: &mut watch::Receiver<()>) -> Duration {
        let begun = Instant::now();
        pause(written, SECOND, 10 * SECOND).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn it_takes_as_long_as_nothing_is_written() {
        let (writes, mut written) = watch::channel(());
        assert!(paused(&mut written).await >= 10 * SECOND);
        writes.send_replace(());
        assert!(paused(&mut written).await < 2 * SECOND);
        let late = async {
            tokio::time::sleep(5 * SECOND).await;
            writes.send_replace(());
        };
        let (time, ()) = tokio::join!(paused(&mut written), late);
        assert!(time >= 5 * SECOND && time < 6 * SECOND, "{time:?}");
        drop(writes);
        assert!(paused(&mut written).await >= 10 * SECOND);
    }
}
