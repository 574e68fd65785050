//! Sealing: what can act is on disk only as ciphertext that is bound to its
//! place, so that it opens nowhere else.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::keyring::{KeyId, KeyRing};
use crate::domain::secret::Secret;
use crate::domain::site::SiteId;

/// Bytes of a key's id in front of the nonce.
const KEY_ID_LEN: usize = size_of::<KeyId>();

/// What a sealed text is for. Part of the associated data, so its number
/// never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The access token of a login that is under way.
    AuthorizationToken = 1,
    /// The access token of a lead.
    LeadToken = 2,
    /// A known text, to tell a wrong key ring from a damaged store.
    KeyCheck = 3,
    /// The key of a backup.
    BackupKey = 4,
    /// Where a listing or an export goes on.
    Cursor = 7,
}

impl Purpose {
    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 5] = [
        Self::AuthorizationToken,
        Self::LeadToken,
        Self::KeyCheck,
        Self::BackupKey,
        Self::Cursor,
    ];

    /// Whether it is in a record of some site, so that a rotation walks by. A
    /// new purpose belongs here and into `ALL`.
    #[must_use]
    pub const fn is_in_records(self) -> bool {
        match self {
            Self::AuthorizationToken | Self::LeadToken => true,
            // The store's own, which a rotation takes first.
            Self::KeyCheck => false,
            // In the backup's own file, which stays as it is.
            Self::BackupKey => false,
            // Handed out, and good for a short time.
            Self::Cursor => false,
        }
    }
}

/// The name of the key that `sealed` was sealed with; none where that is no
/// sealed text at all.
#[must_use]
pub fn key_of(sealed: &[u8]) -> Option<KeyId> {
    let (id, _) = sealed.split_first_chunk::<KEY_ID_LEN>()?;
    Some(KeyId::from_be_bytes(*id))
}

/// The one place where a ciphertext opens: site, record and purpose.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Whose record it is in; none for the store's own.
    pub site: Option<&'a SiteId>,
    /// Which record.
    pub record: &'a [u8],
    /// What for.
    pub purpose: Purpose,
}

impl Place<'_> {
    /// The associated data: every part has a fixed or a stated length, so no
    /// two places make the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let site = self.site.map_or("", SiteId::as_str).as_bytes();
        let mut data = Vec::with_capacity(16 + site.len() + self.record.len());
        data.extend_from_slice(b"leadtap\x01");
        data.push(self.purpose as u8);
        // A site's name has at most 63 bytes.
        data.push(u8::try_from(site.len()).unwrap_or(u8::MAX));
        data.extend_from_slice(site);
        data.extend_from_slice(self.record);
        data
    }

    /// Says in the log which record does not open, and why.
    fn tell(&self, error: SealError) {
        let Some(site) = self.site.filter(|_| self.purpose.is_in_records()) else {
            return;
        };
        let lead = (self.purpose == Purpose::LeadToken)
            .then(|| uuid::Uuid::from_slice(self.record).ok())
            .flatten();
        tracing::error!(
            site.id = %site,
            lead.id = lead.map(tracing::field::display),
            sealed.purpose = ?self.purpose,
            %error,
            "a sealed text does not open"
        );
    }
}

/// Seals and opens with a key ring. Clones share it.
#[derive(Clone, Debug)]
pub struct Sealer {
    ring: Arc<ArcSwap<KeyRing>>,
    random: SystemRandom,
}

impl Sealer {
    /// A sealer over this ring.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self {
            ring: Arc::new(ArcSwap::from_pointee(ring)),
            random: SystemRandom::new(),
        }
    }

    /// The ring as it is now.
    #[must_use]
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    /// Takes another ring in place of it.
    pub fn install(&self, ring: KeyRing) {
        self.ring.store(Arc::new(ring));
    }

    /// Seals `plain` so that it opens at `place` alone: key id, nonce,
    /// ciphertext, tag.
    ///
    /// The nonce is random. With 96 bits that is safe for 2^32 texts a key
    /// (NIST SP 800-38D section 8.3): 10,000 tokens refreshed every day reach
    /// it after 1,100 years.
    ///
    /// # Errors
    /// [`SealError::NoRandom`] when the operating system gives no random bytes.
    pub fn seal(&self, plain: &Secret, place: &Place<'_>) -> Result<Vec<u8>, SealError> {
        let ring = self.ring.load();
        let (id, key) = ring.sealing().ok_or(SealError::KeyMissing(0))?;
        let mut nonce = [0; NONCE_LEN];
        self.random
            .fill(&mut nonce)
            .map_err(|_| SealError::NoRandom)?;
        let mut text = plain.expose().as_bytes().to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.associated_data()),
            &mut text,
        )
        .map_err(|_| SealError::Altered)?;

        let mut sealed = Vec::with_capacity(KEY_ID_LEN + NONCE_LEN + text.len());
        sealed.extend_from_slice(&id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what [`Sealer::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SealError::KeyMissing`] when the ring lacks the key; otherwise
    /// [`SealError::Altered`]: cut short, changed, or from another place.
    pub fn open(&self, sealed: &[u8], place: &Place<'_>) -> Result<Secret, SealError> {
        let opened = self.open_quietly(sealed, place);
        if let Err(error) = &opened {
            place.tell(*error);
        }
        opened
    }

    fn open_quietly(&self, sealed: &[u8], place: &Place<'_>) -> Result<Secret, SealError> {
        let (id, rest) = sealed
            .split_first_chunk::<KEY_ID_LEN>()
            .ok_or(SealError::Altered)?;
        let (nonce, text) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::Altered)?;
        let id = KeyId::from_be_bytes(*id);
        let ring = self.ring.load();
        let key = ring.get(id).ok_or(SealError::KeyMissing(id))?;

        let mut text = Zeroizing::new(text.to_vec());
        let plain = key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place.associated_data()),
                &mut text,
            )
            .map_err(|_| SealError::Altered)?;
        let plain = std::str::from_utf8(plain).map_err(|_| SealError::Altered)?;
        Ok(Secret::from(plain))
    }
}

/// Why something cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The ring has no key of that name.
    KeyMissing(KeyId),
    /// It is not what was sealed here.
    Altered,
    /// The operating system gave no random bytes.
    NoRandom,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyMissing(id) => write!(
                f,
                "it is sealed with the key {id:08x}, which the key ring lacks: put the key back from a copy of the ring. The record itself is not damaged"
            ),
            Self::Altered => f.write_str(
                "it was cut short, changed, or moved from another place, or the key ring holds another key under the name of the one that sealed it",
            ),
            Self::NoRandom => f.write_str("the operating system gave no random bytes"),
        }
    }
}

impl std::error::Error for SealError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(KeyRing::parse(&KeyRing::generate().unwrap()).unwrap())
    }

    fn place<'a>(site: &'a SiteId, record: &'a [u8], purpose: Purpose) -> Place<'a> {
        Place {
            site: Some(site),
            record,
            purpose,
        }
    }

    #[test]
    fn what_was_sealed_opens_at_its_own_place_only() {
        let sealer = sealer();
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        let here = place(&a, b"1", Purpose::LeadToken);
        let sealed = sealer.seal(&Secret::from("token"), &here).unwrap();

        assert_eq!(sealer.open(&sealed, &here), Ok(Secret::from("token")));
        for elsewhere in [
            place(&b, b"1", Purpose::LeadToken),
            place(&a, b"2", Purpose::LeadToken),
            place(&a, b"1", Purpose::AuthorizationToken),
        ] {
            assert_eq!(sealer.open(&sealed, &elsewhere), Err(SealError::Altered));
        }
    }

    #[test]
    fn a_changed_byte_or_a_missing_end_is_noticed() {
        let sealer = sealer();
        let site = "a".parse().unwrap();
        let here = place(&site, b"1", Purpose::LeadToken);
        let sealed = sealer.seal(&Secret::from("token"), &here).unwrap();
        for at in KEY_ID_LEN..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(
                sealer.open(&changed, &here),
                Err(SealError::Altered),
                "byte {at}"
            );
            assert!(sealer.open(&sealed[..at], &here).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_lost_key_is_told_from_damage() {
        let site = "a".parse().unwrap();
        let here = place(&site, b"1", Purpose::LeadToken);
        let sealed = sealer().seal(&Secret::from("token"), &here).unwrap();
        assert!(matches!(
            sealer().open(&sealed, &here),
            Err(SealError::KeyMissing(_))
        ));
    }

    #[test]
    fn the_same_text_never_looks_the_same_twice() {
        let sealer = sealer();
        let site = "a".parse().unwrap();
        let here = place(&site, b"1", Purpose::LeadToken);
        let secret = Secret::from("token");
        assert_ne!(sealer.seal(&secret, &here), sealer.seal(&secret, &here));
    }
}
