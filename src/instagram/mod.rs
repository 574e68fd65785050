//! The protocol that Instagram speaks, from our side of the wire.
//!
//! | file | what it holds |
//! |---|---|
//! | `authorize` | the address of Instagram's window |
//! | [`callback`] | what comes back from it through the browser |
//! | `tokens`, `profile` | the four calls |
//! | `probe` | whether what is configured would work |
//! | `window` | a look at the window from afar |
//! | `client`, `answer` | how a call leaves, and how its answer is read |
//! | `wire` | the shapes of answers, private to this layer |
//! | `refusal`, `meaning`, `waiting` | what an answer that is none means |
//! | `wording` | texts from outside, made fit to be shown |
//! | [`signed_request`] | what Meta itself posts to a shop |
//!
//! Two dialects are spoken, [`InstagramLogin`](crate::domain::site::Dialect)
//! and Basic Display; they differ in the authorization host, which is
//! configuration, and in the fields of a profile.

mod answer;
mod authorize;
pub mod callback;
mod client;
#[doc(hidden)]
pub mod fuzzing;
mod meaning;
mod probe;
mod profile;
mod refusal;
pub mod signed_request;
#[cfg(test)]
mod tests;
mod tokens;
mod waiting;
mod window;
mod wire;
mod wording;

use std::sync::Arc;
use std::time::Duration;

use crate::metrics::UpstreamMetrics;
use crate::outbound::{BuildError, Outbound};

pub use authorize::AuthorizationUrl;
pub use tokens::{LongLived, ShortLived};
pub use waiting::Metered;
pub use window::Look;

/// How long a call to Instagram may take, and how much may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the name, the connection and the TLS handshake together. What does
    /// not stand by then counts as not sent. Below
    /// [`total_timeout`](Self::total_timeout), or it never gets its turn.
    pub connect_timeout: Duration,
    /// For one whole call, to the last byte of its answer. A login makes three
    /// calls, and a shopper waits for all of them.
    pub total_timeout: Duration,
    /// Bytes of an answer's body; a larger one is unreadable. The largest
    /// answer seen is a profile of about 1 KB.
    pub max_body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(8),
            max_body_bytes: 64 * 1024,
        }
    }
}

/// Instagram, as one can call it. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Instagram {
    clients: Arc<client::Clients>,
    max_body_bytes: usize,
    metrics: UpstreamMetrics,
}

impl Instagram {
    /// Reads the machine's proxy settings (`HTTPS_PROXY`, `NO_PROXY`); opens no
    /// connection.
    ///
    /// # Errors
    /// Fails where the HTTP clients cannot be made.
    pub fn new(outbound: &Outbound, limits: Limits) -> Result<Self, BuildError> {
        Ok(Self {
            clients: Arc::new(client::Clients::new(outbound, limits)?),
            max_body_bytes: limits.max_body_bytes,
            metrics: UpstreamMetrics::default(),
        })
    }

    /// What became of the calls.
    #[must_use]
    pub fn metrics(&self) -> &UpstreamMetrics {
        &self.metrics
    }
}

impl std::fmt::Debug for Instagram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instagram").finish_non_exhaustive()
    }
}
