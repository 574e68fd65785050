//! Every key that a configuration may have. Anything else stops the start.

/// A section and its keys. `docs/configuration.md` lists the same, and a test
/// holds the two together.
pub struct Section {
    /// Its path: empty for the top, `site` for each `[[site]]`.
    pub path: &'static str,
    /// What may stand in it.
    pub keys: &'static [&'static str],
}

/// The file itself.
pub const TOP: Section = Section {
    path: "",
    keys: &[
        "listen", "store", "keys", "log", "audit", "limits", "site", "caller",
    ],
};
/// `[listen]`
pub const LISTEN: Section = Section {
    path: "listen",
    keys: &["unix", "tcp", "tls"],
};
/// `[listen.tls]`
pub const LISTEN_TLS: Section = Section {
    path: "listen.tls",
    keys: &["certificate", "key", "key_credential", "client_ca"],
};
/// `[listen.unix]`
pub const LISTEN_UNIX: Section = Section {
    path: "listen.unix",
    keys: &["path", "mode", "group"],
};
/// `[store]`
pub const STORE: Section = Section {
    path: "store",
    keys: &["path", "cache_mib", "lead_cache"],
};
/// `[keys]`
pub const KEYS: Section = Section {
    path: "keys",
    keys: &["file", "credential"],
};
/// `[log]`
pub const LOG: Section = Section {
    path: "log",
    keys: &["format", "level"],
};
/// `[audit]`
pub const AUDIT: Section = Section {
    path: "audit",
    keys: &["file"],
};
/// `[limits]`
pub const LIMITS: Section = Section {
    path: "limits",
    keys: &["drain_seconds", "max_connections", "worker_threads"],
};
/// Each `[[site]]`
pub const SITE: Section = Section {
    path: "site",
    keys: &[
        "name",
        "instagram_app_id",
        "instagram_app_secret_file",
        "instagram_app_secret_credential",
        "redirect_uris",
        "scopes",
        "dialect",
        "authorization_ttl_minutes",
        "max_pending_authorizations",
        "max_calls_in_flight",
        "max_starts_per_minute",
        "profile_refresh",
        "graph_version",
        "deletion_status_url",
        "signed_request_max_age_hours",
        "delete_after_days",
        "endpoints",
        "webhook",
    ],
};
/// `endpoints` of a `[[site]]`
pub const SITE_ENDPOINTS: Section = Section {
    path: "site.endpoints",
    keys: &["authorize", "api", "graph"],
};
/// Each `[[site.webhook]]`
pub const SITE_WEBHOOK: Section = Section {
    path: "site.webhook",
    keys: &[
        "name",
        "url",
        "secret_file",
        "secret_credential",
        "events",
        "allow_private_hosts",
    ],
};
/// Each `[[caller]]`
pub const CALLER: Section = Section {
    path: "caller",
    keys: &[
        "name",
        "site",
        "uid",
        "token_sha256",
        "client_certificate_sha256",
        "permissions",
        "max_calls_in_flight",
        "max_starts_per_minute",
    ],
};

/// All sections.
pub const ALL: [&Section; 13] = [
    &TOP,
    &LISTEN,
    &LISTEN_UNIX,
    &LISTEN_TLS,
    &STORE,
    &KEYS,
    &LOG,
    &AUDIT,
    &LIMITS,
    &SITE,
    &SITE_ENDPOINTS,
    &SITE_WEBHOOK,
    &CALLER,
];

/// How alike two words must be (Jaro-Winkler, 0 to 1) for the one to be taken
/// for a slip of the other.
const ALIKE: f64 = 0.75;

/// The word of `known` that `written` was most likely meant to be.
#[must_use]
pub fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|word| (strsim::jaro_winkler(written, word), *word))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

/// What to do about the key `written`, which `section` does not have.
pub(super) fn advice(section: &Section, written: &str) -> String {
    if let Some(home) = ALL
        .iter()
        .find(|other| !other.path.is_empty() && other.keys.contains(&written))
    {
        return format!("It belongs in [{}].", home.path);
    }
    match nearest(written, section.keys) {
        Some(right) => format!("Did you mean `{right}`?"),
        None => format!("Known here: {}.", section.keys.join(", ")),
    }
}
