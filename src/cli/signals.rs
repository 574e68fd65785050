//! When to stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to stop: SIGTERM from a service manager,
/// SIGINT from a terminal. Without signals it never ends, and says so once.
pub(super) async fn stop() {
    if let Err(error) = wait().await {
        tracing::error!(%error, "signals cannot be received: stop the process with SIGKILL");
        std::future::pending::<()>().await;
    }
}

async fn wait() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
