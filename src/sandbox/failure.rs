//! The failures that a knob can call for.

use serde::{Deserialize, Deserializer, Serialize};

/// A failure, and how often.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(into = "serde_json::Value")]
pub(super) struct FailureSetting {
    /// Which; none by default.
    pub(super) failure: FailureName,
    /// An error of the test's own making; comes before `failure`.
    pub(super) error: Option<ErrorBody>,
    /// How many calls it hits before they succeed again; without: all.
    pub(super) times: Option<u32>,
}

/// An error in Instagram's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorBody {
    /// `error.code`.
    pub(super) code: i64,
    /// `error.error_subcode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error_subcode: Option<i64>,
    /// `error.message`.
    #[serde(default)]
    pub(super) message: String,
    /// `error.type`.
    #[serde(default = "oauth_exception", rename = "type")]
    pub(super) kind: String,
    /// `error.is_transient`.
    #[serde(default)]
    pub(super) is_transient: bool,
    /// The HTTP status, 200 to 599.
    #[serde(default = "bad_request")]
    pub(super) status: u16,
}

fn oauth_exception() -> String {
    "OAuthException".to_owned()
}

const fn bad_request() -> u16 {
    400
}

macro_rules! failures {
    ($($variant:ident $name:literal $meaning:literal,)+) => {
        /// A failure by its name.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub(super) enum FailureName {
            $(#[doc = $meaning] #[serde(rename = $name)] $variant,)+
            /// Nothing goes wrong.
            #[default]
            #[serde(rename = "none")]
            None,
        }

        /// Every failure's name and what it does, as the documentation lists
        /// them.
        pub const FAILURES: &[(&str, &str)] = &[$(($name, $meaning),)+];
    };
}

failures! {
    CodeNotFound "code_not_found" "`token_failure` only: `Matching code was not found or was already used`",
    CodeUsed "code_used" "`token_failure` only: `This authorization code has been used`",
    InvalidPlatformApp "invalid_platform_app" "`token_failure` only: `Invalid platform app`",
    RedirectUriMismatch "redirect_uri_mismatch" "`token_failure` only: `Error validating verification code. …`",
    RoleTrap "role_trap" "100 `Unsupported request - method type: get`",
    Expired "expired" "190, subcode 463",
    PasswordChanged "password_changed" "190, subcode 460",
    AppRemoved "app_removed" "190, subcode 458",
    Checkpoint "checkpoint" "190, subcode 459",
    Unconfirmed "unconfirmed" "190, subcode 464",
    InvalidToken "invalid_token" "190, subcode 467",
    SessionInvalid "session_invalid" "102",
    Throttled "throttled" "80002 with `X-Business-Use-Case-Usage`",
    RateLimited "rate_limited" "4 with `X-App-Usage`",
    Blocked "blocked" "368",
    PermissionMissing "permission_missing" "10",
    BadParameter "bad_parameter" "100 with another message than the role trap's",
    Unknown "unknown" "1, with `is_transient`",
    Unavailable "unavailable" "2, with `is_transient`",
    Transient "transient" "a code of no meaning (960) with `is_transient`",
    ServerError "server_error" "HTTP 500 with an empty body",
    HtmlPage "html_page" "HTTP 200 with an HTML page where JSON belongs",
    NotJson "not_json" "HTTP 200, `application/json`, and text that is not JSON",
    CutOff "cut_off" "after the work: half of the body, then the connection closes",
    Lost "lost" "after the work: the connection closes without a byte of answer",
    Oversized "oversized" "after the work: an answer of `oversized_bytes`",
}

impl FailureSetting {
    /// What the journal calls it.
    pub(super) fn name(&self) -> String {
        let name = serde_json::json!(self.failure);
        match (&self.error, name.as_str()) {
            (None, Some(name)) => name.to_owned(),
            (Some(error), _) => format!("error {}", error.code),
            (None, None) => String::new(),
        }
    }

    /// Whether it does anything.
    pub(super) const fn is_some(&self) -> bool {
        self.error.is_some() || !matches!(self.failure, FailureName::None)
    }

    /// Whether it makes sense for the code exchange alone.
    pub(super) const fn is_for_codes_only(&self) -> bool {
        matches!(
            self.failure,
            FailureName::CodeNotFound
                | FailureName::CodeUsed
                | FailureName::InvalidPlatformApp
                | FailureName::RedirectUriMismatch
        )
    }
}

impl From<FailureSetting> for serde_json::Value {
    fn from(setting: FailureSetting) -> Self {
        if setting.error.is_none() && setting.times.is_none() {
            return serde_json::json!(setting.failure);
        }
        serde_json::json!({
            "failure": setting.failure,
            "error": setting.error,
            "times": setting.times,
        })
    }
}

impl<'de> Deserialize<'de> for FailureSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Detailed {
            #[serde(default)]
            failure: FailureName,
            #[serde(default)]
            error: Option<ErrorBody>,
            #[serde(default)]
            times: Option<u32>,
        }
        use serde::de::Error;
        let value = serde_json::Value::deserialize(deserializer)?;
        let detailed = if value.is_object() {
            serde_json::from_value(value).map_err(Error::custom)?
        } else {
            Detailed {
                failure: serde_json::from_value(value).map_err(Error::custom)?,
                error: None,
                times: None,
            }
        };
        let bad_status = |error: &ErrorBody| !(200..=599).contains(&error.status);
        if detailed.error.as_ref().is_some_and(bad_status) {
            return Err(Error::custom("`status` must be 200 to 599"));
        }
        Ok(Self {
            failure: detailed.failure,
            error: detailed.error,
            times: detailed.times,
        })
    }
}
