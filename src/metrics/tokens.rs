//! What the keeper of the tokens did.

use prometheus_client::metrics::counter::Counter as Inner;

use super::registry::Registry;

/// A number that only grows. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Counter(Inner);

impl Counter {
    /// One more.
    pub fn more(&self) {
        self.0.inc();
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

/// Counters since the start of the daemon.
#[derive(Clone, Debug, Default)]
pub struct TokenCounters {
    /// Tokens exchanged or refreshed.
    pub renewed: Counter,
    /// Tries that failed and are repeated.
    pub failed: Counter,
    /// Tokens that ended: Instagram said so, or their time ran out.
    pub ended: Counter,
    /// Tokens whose last seven days began without a refresh.
    pub warned: Counter,
    /// Tokens handed out.
    pub handed_out: Counter,
}

impl TokenCounters {
    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            (
                "token_renewals",
                "Tokens that were exchanged or refreshed",
                &self.renewed,
            ),
            (
                "token_renewal_failures",
                "Tries to renew a token that failed and are repeated",
                &self.failed,
            ),
            (
                "tokens_ended",
                "Tokens that ended, because Instagram said so or their time ran out",
                &self.ended,
            ),
            (
                "token_warnings",
                "Tokens whose last seven days began without a refresh",
                &self.warned,
            ),
            (
                "tokens_handed_out",
                "Tokens that were handed out to a caller",
                &self.handed_out,
            ),
        ] {
            registry.add(name, help, counter.0.clone());
        }
    }
}
