//! A bare JSON server on a Unix socket: what a call from PHP is held against.
//! It keeps nothing, and answers as many bytes as StartAuthorization does.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::process::{SERVER_CORE, stay_on};

/// The size of an authorization URL with everything in it.
const URL_BYTES: usize = 230;

/// Serves on `socket` until the process ends, on a thread of its own and on the
/// same core as the daemon.
///
/// # Errors
/// Where it cannot listen.
pub(crate) fn start(socket: &Path) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    listener.set_nonblocking(true)?;
    std::thread::spawn(move || serve(listener));
    Ok(())
}

fn serve(listener: UnixListener) -> io::Result<()> {
    stay_on(&[SERVER_CORE])?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = Router::new().route("/start", post(answer));
        axum::serve(tokio::net::UnixListener::from_std(listener)?, app).await
    })
}

async fn answer(Json(_): Json<Value>) -> Json<Value> {
    Json(json!({
        "authorization_url": "u".repeat(URL_BYTES),
        "state": "s".repeat(43),
        "expire_time": "2026-11-25T12:00:00Z",
    }))
}
