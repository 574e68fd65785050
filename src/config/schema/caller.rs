//! The section about who may call.

use super::{Key, Number, Section};

/// Logins of one caller that may be under way: half of its site's, so that one
/// program cannot take all of them.
pub const MAX_PENDING_AUTHORIZATIONS: Number = Number {
    name: "max_pending_authorizations",
    meaning: "logins that it began and that are under way at once; one more is refused",
    range: 1..=1_000_000,
    default: 10_000,
};

/// Calls in flight of one caller: a hundred times what a busy shop has.
pub const MAX_CALLS_IN_FLIGHT: Number = Number {
    name: "max_calls_in_flight",
    meaning: "its calls that are being answered at once; one more is refused",
    range: 1..=4_096,
    default: 1_024,
};

/// Logins begun within a minute, as a site has it.
pub const MAX_STARTS_PER_MINUTE: Number = Number {
    name: "max_starts_per_minute",
    meaning: "logins that it begins within a minute; one more is refused",
    range: 1..=100_000_000,
    default: 60_000,
};

/// Each `[[caller]]`
pub const CALLER: Section = Section {
    path: "caller",
    keys: &[
        Key::new(
            "name",
            "its name in the log",
            "required",
            "1 to 63 letters, digits, `.`, `_`, `-`",
        ),
        Key::new(
            "site",
            "the one site that it works for",
            "required",
            "the name of a `[[site]]`",
        ),
        Key::new(
            "uid",
            "the user that it runs as, by name or number, seen on the Unix socket",
            "required, or the next",
            "no two callers of one user",
        ),
        Key::new(
            "token_sha256",
            "instead: the SHA-256 of its bearer token",
            "",
            "64 hexadecimal digits",
        ),
        Key::new(
            "client_certificate_sha256",
            "instead: the SHA-256 of the TLS certificate that it shows; needs `listen.tls.client_ca`",
            "",
            "64 hexadecimal digits, with or without colons",
        ),
        Key::new(
            "permissions",
            "what it may do",
            "required",
            "`login`, `leads`, `tokens`, `platform`, `admin`",
        ),
        MAX_PENDING_AUTHORIZATIONS.key(),
        MAX_CALLS_IN_FLIGHT.key(),
        MAX_STARTS_PER_MINUTE.key(),
    ],
};
