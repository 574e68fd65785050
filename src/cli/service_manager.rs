//! What systemd is told of the daemon (sd_notify(3)). Where it was not started
//! by systemd, nothing is told and nothing is missed.

use std::time::Duration;

use sd_notify::NotifyState;

/// The daemon serves: the store is open and the listeners are bound.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The daemon was asked to stop, and answers what is under way.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The daemon reads its configuration again, from the making of this until its
/// end, however it comes about.
pub(super) struct Reloading(());

impl Reloading {
    /// Tells that it begins. The time tells apart two reloads that overlap
    /// (`Type=notify-reload` in systemd.service(5)).
    pub(super) fn begin() -> Self {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(_) => tell(&[NotifyState::Reloading]),
        }
        Self(())
    }
}

impl Drop for Reloading {
    fn drop(&mut self) {
        ready();
    }
}

/// Tells for ever that the runtime still runs, if the unit has a watchdog:
/// twice in the time after which systemd would start the daemon anew.
pub(super) async fn watchdog() {
    let Some(patience) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut interval = tokio::time::interval((patience / 2).max(Duration::from_millis(1)));
    loop {
        interval.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be told of the daemon's state");
    }
}
