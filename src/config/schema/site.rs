//! The sections about a shop.

use super::{Key, Number, OptionalNumber, Section};
use crate::domain::retention::RetentionPeriod;

/// Minutes that a shopper may take in Instagram's window. A code of
/// Instagram's lives one hour, so no longer makes sense.
pub const AUTHORIZATION_TTL_MINUTES: Number = Number {
    name: "authorization_ttl_minutes",
    meaning: "how long a shopper may take in Instagram's window",
    range: 1..=60,
    default: 10,
};

/// Logins that may be under way at once; each takes about 1 KiB of the store.
pub const MAX_PENDING_AUTHORIZATIONS: Number = Number {
    name: "max_pending_authorizations",
    meaning: "logins of all its callers under way at once; one more is refused",
    range: 1..=1_000_000,
    default: 20_000,
};

/// Calls in flight of a site's callers together. The most is half of what may
/// wait for the disk, so that no site can take all of it.
pub const MAX_CALLS_IN_FLIGHT: Number = Number {
    name: "max_calls_in_flight",
    meaning: "calls of all its callers that are being answered at once; one more is refused",
    range: 1..=4_096,
    default: 2_048,
};

/// Logins begun within a minute: a thousand a second. The most is above what
/// any disk can keep.
pub const MAX_STARTS_PER_MINUTE: Number = Number {
    name: "max_starts_per_minute",
    meaning: "logins that all its callers begin within a minute; one more is refused",
    range: 1..=100_000_000,
    default: 60_000,
};

/// Hours that a signed request of Meta's is believed: Meta's own retries end
/// before a day, and a stolen one is of no use for long. At most a week.
pub const SIGNED_REQUEST_MAX_AGE_HOURS: Number = Number {
    name: "signed_request_max_age_hours",
    meaning: "how old a message of Meta's may be ([privacy.md](privacy.md))",
    range: 1..=7 * 24,
    default: 24,
};

/// Days without a login after which a lead is erased.
pub const DELETE_AFTER_DAYS: OptionalNumber = OptionalNumber {
    name: "delete_after_days",
    meaning: "after how many days without a login a lead is erased for good ([privacy.md](privacy.md)); see first whom that meets: `leadtap lead retention --dry-run --days N`",
    range: RetentionPeriod::DAYS,
    without: "none: nobody is erased",
};

/// Each `[[site]]`
pub const SITE: Section = Section {
    path: "site",
    keys: &[
        Key::new(
            "name",
            "begins every key in the store, so renaming a site hides its leads",
            "required",
            "1 to 63 of `a-z 0-9 -`",
        ),
        Key::new(
            "instagram_app_id",
            "the *Instagram App ID* in quotes, not the Meta app's id",
            "required",
            "1 to 32 digits",
        ),
        Key::new(
            "instagram_app_secret_file",
            "the file with the *Instagram App Secret*; a line end is ignored",
            "required, or the next",
            "mode 0600 or 0400",
        ),
        Key::new(
            "instagram_app_secret_credential",
            "instead: the name of a systemd credential",
            "",
            "",
        ),
        Key::new(
            "redirect_uris",
            "where Instagram sends shoppers back to, byte for byte as in Meta's dashboard",
            "required",
            "https, or http on loopback; 2048 bytes each",
        ),
        Key::new(
            "scopes",
            "permissions that may be asked for, and are where a call names none",
            "the dialect's basic one",
            "at most 16, the basic one among them",
        ),
        Key::new(
            "dialect",
            "Instagram's protocol; `\"basic-display\"` was switched off by Meta on 2024-12-04",
            "`\"instagram-login\"`",
            "`\"instagram-login\"`, `\"basic-display\"`",
        ),
        AUTHORIZATION_TTL_MINUTES.key(),
        MAX_PENDING_AUTHORIZATIONS.key(),
        MAX_CALLS_IN_FLIGHT.key(),
        MAX_STARTS_PER_MINUTE.key(),
        Key::new(
            "profile_refresh",
            "when a lead's profile is read again apart from its logins: with each refresh of its token, or once a day too ([tokens.md](tokens.md))",
            "`\"with-token\"`",
            "`\"with-token\"`, `\"daily\"`",
        ),
        Key::new(
            "canary",
            "whether Instagram's authorization window is looked at a few times a day, to tell of changes at Meta's ([operations.md](operations.md))",
            "`\"on\"`",
            "`\"on\"`, `\"off\"`",
        ),
        Key::new(
            "graph_version",
            "the version in paths of the graph API",
            "`\"v25.0\"`",
            "`\"\"` for none",
        ),
        Key::new(
            "deletion_status_url",
            "the shop's page where a person reads what became of a deletion that they asked Meta for, with `{code}` where the code goes; a warning where a caller with `platform` has none to give",
            "none",
            "https, or http on loopback; 2048 bytes",
        ),
        SIGNED_REQUEST_MAX_AGE_HOURS.key(),
        DELETE_AFTER_DAYS.key(),
        Key::new(
            "endpoints",
            "where Instagram is, for a sandbox; a table with the three keys below",
            "Instagram",
            "",
        ),
        Key::new(
            "webhook",
            "programs that are told of what happens to leads: `[[site.webhook]]` below",
            "none",
            "at most 16",
        ),
    ],
};

/// `endpoints` of a `[[site]]`
pub const SITE_ENDPOINTS: Section = Section {
    path: "site.endpoints",
    keys: &[
        Key::new(
            "authorize",
            "base URL of the authorization window",
            "`\"https://www.instagram.com\"`",
            "https, or http on loopback",
        ),
        Key::new(
            "api",
            "base URL that exchanges codes",
            "`\"https://api.instagram.com\"`",
            "https, or http on loopback",
        ),
        Key::new(
            "graph",
            "base URL of long-lived tokens and profiles",
            "`\"https://graph.instagram.com\"`",
            "https, or http on loopback",
        ),
    ],
};

/// Each `[[site.webhook]]`
pub const SITE_WEBHOOK: Section = Section {
    path: "site.webhook",
    keys: &[
        Key::new(
            "name",
            "how far it has come is kept under it; under another name it begins anew",
            "required",
            "1 to 63 of `a-z 0-9 -`",
        ),
        Key::new(
            "url",
            "where the program is",
            "required",
            "https; http only to this machine, with its host in `allow_private_hosts`; 2048 bytes",
        ),
        Key::new(
            "secret_file",
            "the file with the secret that deliveries are signed with",
            "required, or the next",
            "`whsec_` and the base64 of 24 to 64 bytes; mode 0600 or 0400",
        ),
        Key::new(
            "secret_credential",
            "instead: the name of a systemd credential",
            "",
            "",
        ),
        Key::new(
            "events",
            "what it is told of",
            "all",
            "`lead.created`, `lead.updated`, `lead.logged_in`, `lead.token_changed`, `lead.erased`",
        ),
        Key::new(
            "allow_private_hosts",
            "hosts that may have an address of this machine's or of a private network",
            "none",
            "host names or addresses, as in `url`",
        ),
    ],
};
