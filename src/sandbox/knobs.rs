//! The knobs: what the sandbox can be told to do differently.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::failure::FailureSetting;

/// The longest that an answer can be told to wait.
pub(super) const MAX_DELAY_MS: u64 = 600_000;

/// The largest that an oversized answer can be told to be.
pub(super) const MAX_OVERSIZED_BYTES: u64 = 1 << 30;

/// One knob, as the documentation lists it.
#[derive(Clone, Copy, Debug)]
pub struct KnobInfo {
    /// Its name in the JSON of `PUT /sandbox/knobs`.
    pub name: &'static str,
    /// What it can be set to.
    pub values: &'static str,
    /// What it is when nobody sets it, as JSON.
    pub default: &'static str,
}

const FAILURE_VALUES: &str = "a failure";
const DELAY_VALUES: &str = "0 to 600000";

const fn knob(name: &'static str, values: &'static str, default: &'static str) -> KnobInfo {
    KnobInfo {
        name,
        values,
        default,
    }
}

/// Every knob, in the order of a login.
pub const KNOBS: &[KnobInfo] = &[
    knob(
        "window_page",
        "consent, invalid_platform_app, invalid_redirect_uri, server_error, login_first",
        r#""consent""#,
    ),
    knob(
        "window_error",
        "none, invalid_scopes, insufficient_developer_role",
        r#""none""#,
    ),
    knob("denial_state", "true, false", "true"),
    knob("token_envelope", "full, wrapped, bare", r#""full""#),
    knob("token_id", "auto, number, string", r#""auto""#),
    knob(
        "token_permissions",
        "auto, array, string, absent",
        r#""auto""#,
    ),
    knob("token_failure", FAILURE_VALUES, r#""none""#),
    knob("token_delay_ms", DELAY_VALUES, "0"),
    knob("exchange_failure", FAILURE_VALUES, r#""none""#),
    knob("exchange_delay_ms", DELAY_VALUES, "0"),
    knob("long_lived_seconds", "1 to 5183944", "5183944"),
    knob("refresh_failure", FAILURE_VALUES, r#""none""#),
    knob("refresh_delay_ms", DELAY_VALUES, "0"),
    knob("refresh_keeps_token", "true, false", "false"),
    knob("me_envelope", "flat, wrapped", r#""flat""#),
    knob("me_ids", "string, number", r#""string""#),
    knob("me_account_type", "upper, documented", r#""upper""#),
    knob("me_missing", "an array of field names", "[]"),
    knob("me_failure", FAILURE_VALUES, r#""none""#),
    knob("me_delay_ms", DELAY_VALUES, "0"),
    knob("usage_percent", "0 to 100", "0"),
    knob("regain_minutes", "0 to 1440", "19"),
    knob("oversized_bytes", "1 to 1073741824", "8388608"),
];

/// The knobs of one call, all of them set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Knobs {
    pub(super) window_page: WindowPage,
    pub(super) window_error: WindowError,
    pub(super) denial_state: bool,
    pub(super) token_envelope: TokenEnvelope,
    pub(super) token_id: TokenId,
    pub(super) token_permissions: TokenPermissions,
    pub(super) token_failure: FailureSetting,
    pub(super) token_delay_ms: u64,
    pub(super) exchange_failure: FailureSetting,
    pub(super) exchange_delay_ms: u64,
    pub(super) long_lived_seconds: u64,
    pub(super) refresh_failure: FailureSetting,
    pub(super) refresh_delay_ms: u64,
    pub(super) refresh_keeps_token: bool,
    pub(super) me_envelope: MeEnvelope,
    pub(super) me_ids: MeIds,
    pub(super) me_account_type: MeAccountType,
    pub(super) me_missing: Vec<String>,
    pub(super) me_failure: FailureSetting,
    pub(super) me_delay_ms: u64,
    pub(super) usage_percent: u64,
    pub(super) regain_minutes: u64,
    pub(super) oversized_bytes: u64,
}

/// Sixty days, less what Instagram itself takes off.
pub(super) const LONG_LIVED_SECONDS: u64 = 5_183_944;

impl Default for Knobs {
    fn default() -> Self {
        Self {
            window_page: WindowPage::Consent,
            window_error: WindowError::None,
            denial_state: true,
            token_envelope: TokenEnvelope::Full,
            token_id: TokenId::Auto,
            token_permissions: TokenPermissions::Auto,
            token_failure: FailureSetting::default(),
            token_delay_ms: 0,
            exchange_failure: FailureSetting::default(),
            exchange_delay_ms: 0,
            long_lived_seconds: LONG_LIVED_SECONDS,
            refresh_failure: FailureSetting::default(),
            refresh_delay_ms: 0,
            refresh_keeps_token: false,
            me_envelope: MeEnvelope::Flat,
            me_ids: MeIds::String,
            me_account_type: MeAccountType::Upper,
            me_missing: Vec::new(),
            me_failure: FailureSetting::default(),
            me_delay_ms: 0,
            usage_percent: 0,
            regain_minutes: 19,
            oversized_bytes: 8 << 20,
        }
    }
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name { $($variant),+ }
    };
}

choice!(
    /// What the authorization window shows.
    WindowPage { Consent, InvalidPlatformApp, InvalidRedirectUri, ServerError, LoginFirst }
);
choice!(
    /// What Allow brings back instead of a code.
    WindowError { None, InvalidScopes, InsufficientDeveloperRole }
);
choice!(
    /// Which of the three shapes of the token answer.
    TokenEnvelope { Full, Wrapped, Bare }
);
choice!(
    /// How the token answer writes its id; `Auto` is as its shape has it.
    TokenId { Auto, Number, String }
);
choice!(
    /// How the token answer writes its permissions.
    TokenPermissions { Auto, Array, String, Absent }
);
choice!(
    /// Whether the profile is inside `data`.
    MeEnvelope { Flat, Wrapped }
);
choice!(
    /// How the profile writes its ids.
    MeIds { String, Number }
);
choice!(
    /// `MEDIA_CREATOR` as seen in the wild, or `Media_Creator` as documented.
    MeAccountType { Upper, Documented }
);

impl Knobs {
    /// The knobs in `settings`, the rest at their defaults.
    pub(super) fn from_settings(settings: Map<String, Value>) -> Self {
        // Settings were checked one by one when they were made.
        serde_json::from_value(Value::Object(settings)).unwrap_or_default()
    }
}

/// Says what is wrong with one setting, and what would be right.
pub(super) fn check(name: &str, value: &Value) -> Result<(), String> {
    let Some(info) = KNOBS.iter().find(|info| info.name == name) else {
        return Err(unknown(name));
    };
    let mut one = Map::new();
    one.insert(name.to_owned(), value.clone());
    let wrong = |why: String| {
        format!(
            "the knob `{name}` cannot be that ({why}); it can be: {}",
            info.values
        )
    };
    let knobs: Knobs =
        serde_json::from_value(Value::Object(one)).map_err(|error| wrong(error.to_string()))?;
    knobs.check_ranges().map_err(|why| wrong(why.to_owned()))
}

/// Names the knob that `name` was probably meant to be.
fn unknown(name: &str) -> String {
    let nearest = KNOBS
        .iter()
        .max_by(|a, b| {
            let likeness = |info: &KnobInfo| strsim::jaro_winkler(name, info.name);
            likeness(a).total_cmp(&likeness(b))
        })
        .map_or("", |info| info.name);
    format!("there is no knob `{name}`; the nearest is `{nearest}`")
}

impl Knobs {
    fn check_ranges(&self) -> Result<(), &'static str> {
        let delays = [
            self.token_delay_ms,
            self.exchange_delay_ms,
            self.refresh_delay_ms,
            self.me_delay_ms,
        ];
        if delays.iter().any(|delay| *delay > MAX_DELAY_MS) {
            return Err("too long");
        }
        if !(1..=LONG_LIVED_SECONDS).contains(&self.long_lived_seconds)
            || self.usage_percent > 100
            || self.regain_minutes > 1440
            || !(1..=MAX_OVERSIZED_BYTES).contains(&self.oversized_bytes)
        {
            return Err("out of range");
        }
        let known = |field: &String| super::profile::FIELDS.contains(&field.as_str());
        if !self.me_missing.iter().all(known) {
            return Err("not a field of /me");
        }
        let graph = [
            &self.exchange_failure,
            &self.refresh_failure,
            &self.me_failure,
        ];
        if graph.iter().any(|setting| setting.is_for_codes_only()) {
            return Err("only `token_failure` can be that");
        }
        Ok(())
    }
}
