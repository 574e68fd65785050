//! The sections about the daemon itself.

use super::{Key, Number, OptionalNumber, Section};

/// `[listen]`
pub const LISTEN: Section = Section {
    path: "listen",
    keys: &[
        Key::new(
            "unix",
            "the Unix socket, a table with the three keys below",
            "none",
            "",
        ),
        Key::new(
            "tcp",
            "an address and port for callers with a token or a certificate",
            "none",
            "loopback, or any with TLS; port 0 lets the system choose",
        ),
        Key::new(
            "tls",
            "how TCP is sealed, a table with the keys below",
            "none",
            "",
        ),
    ],
};

/// `[listen.unix]`
pub const LISTEN_UNIX: Section = Section {
    path: "listen.unix",
    keys: &[
        Key::new(
            "path",
            "where it stands; not in `/tmp`, of which services see their own",
            "required",
            "at most 107 bytes",
        ),
        Key::new(
            "mode",
            "its permission bits in octal; connecting takes the right to write",
            "`\"0660\"`",
            "owner reads and writes",
        ),
        Key::new(
            "group",
            "its group, by name or number",
            "the daemon's own",
            "a group of this machine",
        ),
    ],
};

/// `[listen.tls]`
pub const LISTEN_TLS: Section = Section {
    path: "listen.tls",
    keys: &[
        Key::new(
            "certificate",
            "the certificate and those that lead to its issuer, in PEM",
            "required",
            "",
        ),
        Key::new(
            "key",
            "its private key, in PEM, without a passphrase",
            "required, or the next",
            "mode 0600 or 0400",
        ),
        Key::new(
            "key_credential",
            "instead: the name of a systemd credential",
            "",
            "",
        ),
        Key::new(
            "client_ca",
            "authorities whose client certificates are looked at, in PEM",
            "none: nobody is asked for one",
            "",
        ),
    ],
};

/// Mebibytes of the store's cache. 64 hold the working set of some 10,000
/// shoppers; a daemon beside PHP must stay small.
pub const CACHE_MIB: Number = Number {
    name: "cache_mib",
    meaning: "memory of the store's cache in MiB; more is faster with many leads",
    range: 8..=65_536,
    default: 64,
};

/// Decoded leads kept in memory.
pub const LEAD_CACHE: Number = Number {
    name: "lead_cache",
    meaning: "leads kept ready in memory, about 1 KiB each",
    range: 0..=10_000_000,
    default: 10_000,
};

/// `[store]`
pub const STORE: Section = Section {
    path: "store",
    keys: &[
        Key::new(
            "path",
            "the folder, of the daemon's user alone; made if it is missing",
            "required",
            "",
        ),
        CACHE_MIB.key(),
        LEAD_CACHE.key(),
    ],
};

/// `[keys]`
pub const KEYS: Section = Section {
    path: "keys",
    keys: &[
        Key::new(
            "file",
            "the key ring, of the daemon's user or root alone, and not inside `store.path`",
            "",
            "mode 0600 or 0400",
        ),
        Key::new(
            "credential",
            "instead: the name of a systemd credential (`LoadCredential=NAME:FILE` in the unit)",
            "",
            "",
        ),
    ],
};

/// `[log]`
pub const LOG: Section = Section {
    path: "log",
    keys: &[
        Key::new(
            "format",
            "lines for people or JSON objects; on standard error",
            "`\"human\"`",
            "`\"human\"`, `\"json\"`",
        ),
        Key::new(
            "level",
            "how much, also by module: `\"info,leadtap::service=debug\"`",
            "`\"info\"`",
            "off, error, warn, info, debug, trace",
        ),
    ],
};

/// `[audit]`
pub const AUDIT: Section = Section {
    path: "audit",
    keys: &[Key::new(
        "file",
        "the file for the audit log ([audit.md](audit.md)); its folder must exist",
        "standard error, whatever `log.level` says",
        "",
    )],
};

/// `[metrics]`
pub const METRICS: Section = Section {
    path: "metrics",
    keys: &[Key::new(
        "listen",
        "an address and port where Prometheus scrapes `/metrics` ([metrics.md](metrics.md))",
        "none: nobody is told",
        "loopback; port 0 lets the system choose",
    )],
};

/// Of a hundred calls whose caller does not say, how many are followed.
pub const SAMPLE_PERCENT: Number = Number {
    name: "sample_percent",
    meaning: "of a hundred calls, how many are followed; a `traceparent` from the caller decides by itself",
    range: 0..=100,
    default: 100,
};

/// `[traces]`
pub const TRACES: Section = Section {
    path: "traces",
    keys: &[
        Key::new(
            "otlp",
            "the OTLP endpoint of an OpenTelemetry collector, which calls are followed to ([metrics.md](metrics.md#traces))",
            "none: no call is followed",
            "http on loopback, with its port: `\"http://127.0.0.1:4317\"`",
        ),
        SAMPLE_PERCENT.key(),
    ],
};

/// Seconds that calls under way have to finish after a stop was asked for.
pub const DRAIN_SECONDS: Number = Number {
    name: "drain_seconds",
    meaning: "how long calls under way may finish after a stop; then the daemon exits",
    range: 1..=300,
    default: 10,
};

/// Connections that one listener has open: what a PHP-FPM with thousands of
/// children takes, and far below the file descriptors that systemd gives.
pub const MAX_CONNECTIONS: Number = Number {
    name: "max_connections",
    meaning: "connections that each listener has open; more wait",
    range: 1..=100_000,
    default: 4_096,
};

/// Threads that serve calls.
pub const WORKER_THREADS: OptionalNumber = OptionalNumber {
    name: "worker_threads",
    meaning: "threads that serve calls",
    range: 1..=1024,
    without: "one a core",
};

/// `[limits]`
pub const LIMITS: Section = Section {
    path: "limits",
    keys: &[
        DRAIN_SECONDS.key(),
        MAX_CONNECTIONS.key(),
        WORKER_THREADS.key(),
    ],
};
