//! Every key that a configuration may have, with what the documentation says
//! of it. Anything else stops the start.

pub mod caller;
pub mod daemon;
mod key;
pub mod site;

pub use caller::CALLER;
pub use daemon::{
    AUDIT, KEYS, LIMITS, LISTEN, LISTEN_TLS, LISTEN_UNIX, LOG, METRICS, STORE, TRACES,
};
pub use key::{Default, Key, Number, OptionalNumber, Range};
pub use site::{SITE, SITE_ENDPOINTS, SITE_WEBHOOK};

/// A section and its keys. The tables of `docs/configuration.md` are written
/// from here.
pub struct Section {
    /// Its path: empty for the top, `site` for each `[[site]]`.
    pub path: &'static str,
    /// What may stand in it.
    pub keys: &'static [Key],
}

impl Section {
    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.iter().map(|key| key.name)
    }

    /// Whether it has a key of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// The file itself: its keys are the other sections.
pub const TOP: Section = Section {
    path: "",
    keys: &[
        Key::section("listen"),
        Key::section("store"),
        Key::section("keys"),
        Key::section("log"),
        Key::section("audit"),
        Key::section("metrics"),
        Key::section("traces"),
        Key::section("limits"),
        Key::section("site"),
        Key::section("caller"),
    ],
};

/// All sections.
pub const ALL: [&Section; 15] = [
    &TOP,
    &LISTEN,
    &LISTEN_UNIX,
    &LISTEN_TLS,
    &STORE,
    &KEYS,
    &LOG,
    &AUDIT,
    &METRICS,
    &TRACES,
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
        .find(|other| !other.path.is_empty() && other.has(written))
    {
        return format!("It belongs in [{}].", home.path);
    }
    let known: Vec<&str> = section.names().collect();
    match nearest(written, &known) {
        Some(right) => format!("Did you mean `{right}`?"),
        None => format!("Known here: {}.", known.join(", ")),
    }
}
