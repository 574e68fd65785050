//! What comes back from Instagram's window through the browser.
//!
//! Plugins hand over what they have: the query string, the path with it, or a
//! whole URL that somebody copied from the address bar. All of it is read
//! here, once, so that no plugin has to.

use std::borrow::Cow;
use std::fmt;

use crate::domain::authorization::Decline;
use crate::domain::limits;
use crate::domain::secret::Secret;

use super::wording::tidy;

/// Bytes of a code. Seen: up to 400.
const CODE_BYTES: usize = 2048;

/// Bytes of a state. Ours have 43.
const STATE_BYTES: usize = 512;

/// What Meta's window adds to the address it sends the browser to
/// (<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>:
/// "#_ … is not part of the code itself, so strip it out"). As a fragment it
/// never reaches a server; copied through an encoder it hangs on the last
/// value. The longer form is Facebook's.
const GLUED_ON: [&str; 2] = ["#_=_", "#_"];

/// Instagram's answer to a login.
#[derive(Clone, Debug, PartialEq)]
pub enum Callback {
    /// The shopper allowed it.
    Code {
        /// Works once, for an hour.
        code: Secret,
        /// Which login it belongs to.
        state: Secret,
    },
    /// The shopper, or the window, said no.
    Declined {
        /// What it said, cut to the limits.
        decline: Decline,
        /// Which login it belongs to, if it came back: nobody documents that.
        state: Option<Secret>,
    },
}

/// Why a callback is none. Never repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackError {
    /// Longer than [`limits::CALLBACK_BYTES`].
    TooLong,
    /// This parameter stands there twice, so nobody can say which one counts.
    Duplicate(&'static str),
    /// Neither `code` nor `error`.
    Nothing,
    /// Both `code` and `error`.
    Contradiction,
    /// A `code` without `state`.
    MissingState,
    /// `code` is too long or has characters that a code cannot have.
    BadCode,
    /// `state` is empty, too long or has characters that a state cannot have.
    BadState,
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "must have at most {} bytes", limits::CALLBACK_BYTES),
            Self::Duplicate(name) => write!(f, "must have the parameter {name} only once"),
            Self::Nothing => f.write_str(
                "must have the parameter code or error: \
                 pass the query string, or the whole URL, as the browser brought it",
            ),
            Self::Contradiction => f.write_str("must not have both code and error"),
            Self::MissingState => f.write_str("must have the parameter state beside code"),
            Self::BadCode => write!(
                f,
                "code must be 1 to {CODE_BYTES} printable ASCII characters"
            ),
            Self::BadState => write!(
                f,
                "state must be 1 to {STATE_BYTES} printable ASCII characters"
            ),
        }
    }
}

impl std::error::Error for CallbackError {}

/// The parameters that mean something; others are the shop's own.
#[derive(Default)]
struct Parameters<'a> {
    code: Option<Cow<'a, str>>,
    state: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    error_reason: Option<Cow<'a, str>>,
    error_description: Option<Cow<'a, str>>,
}

/// Reads a query string (with or without `?`), a path with one, or a whole
/// URL.
///
/// # Errors
/// Refuses whatever leaves a doubt about what Instagram said.
pub fn parse(callback_query: &str) -> Result<Callback, CallbackError> {
    if callback_query.len() > limits::CALLBACK_BYTES {
        return Err(CallbackError::TooLong);
    }
    let parameters = Parameters::read(query_of(callback_query.trim()))?;
    match (&parameters.code, &parameters.error) {
        (Some(_), Some(_)) => Err(CallbackError::Contradiction),
        (None, None) => Err(CallbackError::Nothing),
        (Some(code), None) => {
            let state = parameters.state.as_deref();
            Ok(Callback::Code {
                code: secret(code, CODE_BYTES).ok_or(CallbackError::BadCode)?,
                state: state_of(state.ok_or(CallbackError::MissingState)?)?,
            })
        }
        (None, Some(_)) => {
            // An empty state here is one that did not come back.
            let state = parameters
                .state
                .as_deref()
                .filter(|state| !state.is_empty());
            Ok(Callback::Declined {
                state: state.map(state_of).transpose()?,
                decline: parameters.decline(),
            })
        }
    }
}

impl<'a> Parameters<'a> {
    fn read(query: &'a str) -> Result<Self, CallbackError> {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (name, place) = match &*name {
                "code" => ("code", &mut parameters.code),
                "state" => ("state", &mut parameters.state),
                "error" => ("error", &mut parameters.error),
                "error_reason" => ("error_reason", &mut parameters.error_reason),
                "error_description" => ("error_description", &mut parameters.error_description),
                _ => continue,
            };
            if place.replace(without_glue(value)).is_some() {
                return Err(CallbackError::Duplicate(name));
            }
        }
        Ok(parameters)
    }

    fn decline(&self) -> Decline {
        let cut = |text: &Option<Cow<'_, str>>, max| tidy(text.as_deref().unwrap_or_default(), max);
        Decline {
            error: cut(&self.error, limits::DECLINED_CODE_BYTES),
            reason: cut(&self.error_reason, limits::DECLINED_CODE_BYTES),
            description: cut(&self.error_description, limits::DECLINED_TEXT_BYTES),
        }
    }
}

/// The query inside `text`, without the fragment.
///
/// A `?` begins the query in a URL and in a path, but is an ordinary character
/// inside of one (RFC 3986 section 3.4): what stands before it tells which.
fn query_of(text: &str) -> &str {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    match text.split_once('?') {
        Some((before, query)) if is_address(before) => query,
        _ => text,
    }
}

fn is_address(before: &str) -> bool {
    let url = before
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    url || before.starts_with('/') || !before.contains(['=', '&'])
}

fn without_glue(value: Cow<'_, str>) -> Cow<'_, str> {
    let kept = GLUED_ON
        .iter()
        .find_map(|glue| value.strip_suffix(glue))
        .map(str::len);
    match (kept, value) {
        (None, value) => value,
        (Some(kept), Cow::Borrowed(value)) => Cow::Borrowed(value.get(..kept).unwrap_or(value)),
        (Some(kept), Cow::Owned(mut value)) => {
            value.truncate(kept);
            Cow::Owned(value)
        }
    }
}

fn state_of(text: &str) -> Result<Secret, CallbackError> {
    secret(text, STATE_BYTES).ok_or(CallbackError::BadState)
}

/// Codes and states are printable ASCII (RFC 6749 appendices A.5 and A.11).
/// That also refuses what was not UTF-8: it decodes to U+FFFD.
fn secret(text: &str, max: usize) -> Option<Secret> {
    let printable = |byte: u8| (b' '..=b'~').contains(&byte);
    let fits = (1..=max).contains(&text.len()) && text.bytes().all(printable);
    fits.then(|| Secret::from(text))
}
