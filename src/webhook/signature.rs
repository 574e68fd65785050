//! The signature of a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use zeroize::Zeroizing;

use super::Message;
use crate::domain::clock::Timestamp;
use crate::domain::secret::Secret;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// The key in a secret; none where it is not `whsec_` and base64.
#[must_use]
pub fn key_of(secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose().strip_prefix(PREFIX)?;
    BASE64.decode(text).ok().map(Zeroizing::new)
}

/// The time as it is sent and signed.
pub(super) fn seconds(time: Timestamp) -> String {
    (time.as_micros() / 1_000_000).to_string()
}

/// The header's value: HMAC-SHA256 over id, time and body.
pub(super) fn of(secret: &Secret, message: &Message) -> Option<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key_of(secret)?);
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{}.{}.", message.id, seconds(message.time)).as_bytes());
    context.update(&message.body);
    Some(format!("v1,{}", BASE64.encode(context.sign())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Standard Webhooks' own libraries.
    #[test]
    fn the_signature_is_the_one_of_standard_webhooks() {
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            time: Timestamp::from_micros(1_614_265_330_000_000),
            body: br#"{"test": 2432232314}"#.to_vec(),
        };
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(
            of(&secret, &message).unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn another_text_is_no_secret() {
        for text in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%"] {
            assert!(key_of(&Secret::from(text)).is_none(), "{text}");
        }
    }
}
