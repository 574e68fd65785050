//! The secret in the shopper's cookie, which ties a login to this browser.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// The cookie's name. A shop on https would add the prefix `__Host-`, which
/// browsers refuse on plain http.
const NAME: &str = "leadtap_login";

/// 32 random bytes of this browser's.
pub(super) struct Binding(Zeroizing<[u8; 32]>);

impl Binding {
    /// A new one; `None` if the system has no randomness to give.
    pub(super) fn fresh() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(bytes.as_mut()).ok()?;
        Some(Self(bytes))
    }

    /// The one that the browser sent, if it is of the right size.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == NAME).then_some(value))?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(value).ok()?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// The secret itself: for the daemon alone.
    pub(super) fn secret(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Its SHA-256, which the daemon gets when the login begins.
    pub(super) fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.secret())
            .as_ref()
            .to_vec()
    }

    /// The value of `Set-Cookie`. `Lax`, since the way back from Instagram is
    /// a navigation from another site; no script can read it.
    pub(super) fn to_cookie(&self) -> String {
        let value = URL_SAFE_NO_PAD.encode(self.secret());
        format!("{NAME}={value}; HttpOnly; SameSite=Lax; Path=/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_comes_back_as_the_binding_it_was_made_of() {
        let binding = Binding::fresh().unwrap();
        let cookie = binding.to_cookie();
        let pair = cookie.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        let line = format!("theme=dark; {pair}");
        headers.insert(header::COOKIE, HeaderValue::from_str(&line).unwrap());
        assert_eq!(Binding::of(&headers).unwrap().secret(), binding.secret());
        assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"));
    }

    #[test]
    fn a_cookie_of_another_size_is_none() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("leadtap_login=AAAA"),
        );
        assert!(Binding::of(&headers).is_none());
    }
}
