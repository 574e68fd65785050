//! A bare JSON server on a Unix socket: what `php-client/benches/start.php`
//! holds a call of leadtap's against. It keeps nothing, and answers as many
//! bytes as StartAuthorization does.
//!
//! ```sh
//! cargo bench --bench bare_json -- /tmp/json.sock
//! ```

#![allow(clippy::expect_used, reason = "a benchmark that cannot go on ends")]
#![allow(missing_docs, reason = "a program, not a library")]

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::UnixListener;

/// The size of an authorization URL with everything in it.
const URL_BYTES: usize = 230;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let socket = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let socket = socket.expect("say which socket: cargo bench --bench bare_json -- SOCKET");
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).expect("the socket can be bound");
    let app = Router::new().route("/start", post(start));
    axum::serve(listener, app).await.expect("it serves");
}

async fn start(Json(_): Json<Value>) -> Json<Value> {
    Json(json!({
        "authorization_url": "u".repeat(URL_BYTES),
        "state": "s".repeat(43),
        "expire_time": "2026-11-25T12:00:00Z",
    }))
}
