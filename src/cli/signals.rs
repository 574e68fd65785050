//! When to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ends when the process is asked to stop: SIGTERM from a service manager,
/// SIGINT from a terminal. `listening` is called once such a signal is waited
/// for, and `reload` at each SIGHUP, on a thread that may block. Without
/// signals it never ends, and says so once.
pub(super) async fn stop_after(
    listening: impl FnOnce(),
    reload: impl Fn() + Clone + Send + 'static,
) {
    let waited = async {
        let hangup = signal(SignalKind::hangup())?;
        wait(listening, reloads(hangup, reload)).await
    };
    or_never(waited.await).await;
}

/// Ends when the process is asked to stop. SIGHUP ends it as any other process.
pub(super) async fn stop() {
    or_never(wait(|| (), std::future::pending()).await).await;
}

async fn or_never(waited: io::Result<()>) {
    if let Err(error) = waited {
        tracing::error!(%error, "signals cannot be received: stop the process with SIGKILL");
        std::future::pending::<()>().await;
    }
}

async fn wait(listening: impl FnOnce(), meanwhile: impl Future<Output = ()>) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    listening();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = meanwhile => {}
    }
    Ok(())
}

/// One reload after the other, for ever.
async fn reloads(mut hangup: Signal, reload: impl Fn() + Clone + Send + 'static) {
    while hangup.recv().await.is_some() {
        // A panic in it is in the log already.
        let _ = tokio::task::spawn_blocking(reload.clone()).await;
    }
    std::future::pending::<()>().await;
}
