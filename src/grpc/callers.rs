//! Who is calling: the uid behind the Unix socket, a bearer token, or a client
//! certificate.

use std::collections::HashMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use super::traffic::{Meter, Traffic};
use crate::domain::caller::Caller;
use crate::domain::site::Site;

/// What a caller proves itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The user that the process behind the Unix socket runs as, as the kernel
    /// tells it (`SO_PEERCRED`, unix(7)).
    Uid(u32),
    /// The SHA-256 of a bearer token (RFC 6750 section 2.1).
    TokenSha256([u8; 32]),
    /// The SHA-256 of the certificate that its client showed in the TLS
    /// handshake, where it proved to have the key.
    CertificateSha256([u8; 32]),
}

/// A caller and the site it works for.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// For which site, and for no other.
    pub site: Arc<Site>,
    /// What it has going on.
    pub traffic: Arc<Traffic>,
}

impl Access {
    /// A caller of a site, whose callers share `meter`.
    #[must_use]
    pub fn new(caller: Caller, site: Arc<Site>, meter: Arc<Meter>) -> Self {
        Self {
            traffic: Arc::new(Traffic::of_caller(caller.allowance, meter)),
            caller: Arc::new(caller),
            site,
        }
    }
}

/// All who may call.
#[derive(Debug, Default)]
pub struct Callers {
    by_uid: HashMap<u32, Access>,
    by_token: Vec<([u8; 32], Access)>,
    by_certificate: HashMap<[u8; 32], Access>,
}

impl Callers {
    /// From what was configured; of two with the same proof the later one
    /// counts, which the configuration does not let happen.
    #[must_use]
    pub fn new(callers: impl IntoIterator<Item = (Proof, Access)>) -> Self {
        let mut all = Self::default();
        for (proof, access) in callers {
            match proof {
                Proof::Uid(uid) => {
                    all.by_uid.insert(uid, access);
                }
                Proof::TokenSha256(hash) => all.by_token.push((hash, access)),
                Proof::CertificateSha256(hash) => {
                    all.by_certificate.insert(hash, access);
                }
            }
        }
        all
    }

    /// The caller that runs as this user.
    #[must_use]
    pub fn by_uid(&self, uid: u32) -> Option<&Access> {
        self.by_uid.get(&uid)
    }

    /// The caller with this certificate. It is no secret, so it is looked up.
    #[must_use]
    pub fn by_certificate(&self, sha256: &[u8; 32]) -> Option<&Access> {
        self.by_certificate.get(sha256)
    }

    /// The caller with this `authorization` metadata. Every hash is compared,
    /// and in constant time, so that the time tells nothing about any.
    #[must_use]
    pub fn by_authorization(&self, authorization: &[u8]) -> Option<&Access> {
        let token = bearer(authorization)?;
        let hash = digest(&SHA256, token);
        let mut found = None;
        for (known, access) in &self.by_token {
            if bool::from(known.as_slice().ct_eq(hash.as_ref())) {
                found = Some(access);
            }
        }
        found
    }
}

/// The token of `Bearer TOKEN`; the scheme in any case (RFC 9110 section 11.1).
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = authorization.split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"Bearer ")
        .then(|| token.trim_ascii())
}
