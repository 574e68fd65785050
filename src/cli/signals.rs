//! When to stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to stop: SIGTERM from a service manager,
/// SIGINT from a terminal. `listening` is called once such a signal is waited
/// for. Without signals it never ends, and says so once.
pub(super) async fn stop_after(listening: impl FnOnce()) {
    if let Err(error) = wait(listening).await {
        tracing::error!(%error, "signals cannot be received: stop the process with SIGKILL");
        std::future::pending::<()>().await;
    }
}

/// The same, for whoever has nothing to do first.
pub(super) async fn stop() {
    stop_after(|| ()).await;
}

async fn wait(listening: impl FnOnce()) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    listening();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
