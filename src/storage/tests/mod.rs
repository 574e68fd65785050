//! The store as the rest of leadtap sees it, on a real sled in a temporary
//! folder. What needs another process (a kill, a power cut, a full disk) is
//! tested with the daemon in `tests/`.

mod backup;
mod changes;
mod compacting;
mod concurrent;
mod concurrent_leads;
mod damage;
mod erasing;
mod erasure;
mod idle;
mod journal;
mod leads;
mod letters;
mod listing;
mod logins;
mod model;
mod operations;
mod releases;
mod sealed;
mod sweeping;
mod tokens;
mod visits;
mod walking;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;

use super::{
    CompletedLogin, Completion, KeyRing, LoginState, Options, Store, StoreError, opening, verify,
};
use crate::domain::allowance::Allowance;
use crate::domain::authorization::{Authorization, AuthorizationRequest, Stage};
use crate::domain::caller::{Caller, Permission};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{BrowserBindingHash, LeadId};
use crate::domain::lead::{InstagramProfile, Login};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::testing;
use crate::domain::token::Token;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const TTL: Duration = Duration::from_secs(600);

/// A store in a folder of its own, which can be closed and opened again.
struct Shelf {
    folder: TempDir,
    keys: Secret,
}

impl Shelf {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keys: KeyRing::generate().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn options(&self) -> Options {
        Options {
            path: self.path().to_owned(),
            cache_bytes: 8 << 20,
            lead_cache: 100,
        }
    }

    fn try_open(&self) -> Result<Store, super::OpenError> {
        self.wait_until_closed();
        Store::open(self.options(), KeyRing::parse(&self.keys).unwrap())
    }

    fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    /// Whoever had the database before lets go of its lock a moment after it
    /// was closed: sled's own threads hold it until they notice.
    fn wait_until_closed(&self) {
        let deadline = Instant::now() + Duration::from_secs(2);
        opening::is_let_go_of(|| opening::is_locked(self.path()), deadline);
    }

    /// Holds, of a store that was closed, that every record is where it should
    /// be, and that the ledger counts what is there.
    fn assert_whole(&self) {
        self.wait_until_closed();
        let keys = KeyRing::parse(&self.keys).unwrap();
        let examined = verify(&self.options(), keys, &mut |_, _| ()).unwrap();
        assert!(examined.is_whole(), "{examined:?}");
    }

    /// sled itself, for a test that tampers with it.
    fn database(&self) -> sled::Db {
        self.wait_until_closed();
        sled::open(self.path().join("store")).unwrap()
    }
}

/// Runs tasks of a test at once, on more threads than a batch needs to mix them.
fn at_once(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

fn site(name: &str, max_pending_authorizations: usize) -> Site {
    Site {
        max_pending_authorizations,
        ..testing::site(name)
    }
}

/// A program of any site's, which may begin as many logins as the site.
fn caller() -> Arc<Caller> {
    caller_with("plugin", usize::MAX)
}

fn caller_with(name: &str, max_pending_authorizations: usize) -> Arc<Caller> {
    Arc::new(Caller {
        name: name.to_owned(),
        site: "shop".parse().unwrap(),
        permissions: [Permission::Login].into_iter().collect(),
        allowance: Allowance {
            calls_in_flight: 1,
            starts_per_minute: 1,
        },
        max_pending_authorizations,
    })
}

fn state(number: u64) -> LoginState {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    LoginState::with_hash(hash)
}

fn pending(return_to: &str) -> Authorization {
    let request = AuthorizationRequest {
        redirect_uri: "https://shop.example/back".to_owned(),
        browser_binding: BrowserBindingHash([7; 32]),
        return_to: return_to.to_owned(),
        attributes: BTreeMap::from([("page".to_owned(), "checkout".to_owned())]),
        consent: None,
        create_time: NOW,
    };
    Authorization::begin(request, NOW.plus(TTL))
}

fn token(text: &str) -> Token {
    Token::short_lived(Secret::from(text), std::collections::BTreeSet::new(), NOW)
}

fn profile(id: &str, user_id: Option<&str>) -> InstagramProfile {
    InstagramProfile {
        user_id: user_id.map(|id| id.parse().unwrap()),
        username: "someone".to_owned(),
        name: "Someone".to_owned(),
        followers_count: Some(1),
        ..testing::profile(id, NOW)
    }
}

/// Takes a login from its beginning to `Exchanged`.
async fn exchanged(store: &Store, site: &Site, number: u64) -> Authorization {
    let start = pending("/");
    store
        .start(site, &caller(), state(number), &start)
        .await
        .unwrap();
    let sent = start.at(Stage::CodeSent);
    store
        .advance(&site.id, state(number), sent.clone())
        .await
        .unwrap();
    let exchanged = sent.at(Stage::Exchanged(token("short-token")));
    store
        .advance(&site.id, state(number), exchanged.clone())
        .await
        .unwrap();
    exchanged
}

/// Takes a login from its beginning to its lead.
async fn complete(
    store: &Store,
    site: &Site,
    number: u64,
    profile: InstagramProfile,
) -> Result<Arc<super::super::domain::lead::Lead>, StoreError> {
    completed(store, site, number, profile)
        .await
        .map(|done| done.lead)
}

async fn completed(
    store: &Store,
    site: &Site,
    number: u64,
    profile: InstagramProfile,
) -> Result<CompletedLogin, StoreError> {
    let authorization = exchanged(store, site, number).await;
    let token = token("long-token");
    let completion = Completion {
        state: state(number),
        login: Login {
            profile,
            attributes: authorization.request.attributes.clone(),
            consent: None,
            token: token.status.clone(),
            time: NOW,
        },
        authorization,
        token,
        new_lead_id: LeadId::new(Uuid::from_u128(u128::from(number))),
    };
    store.complete(&site.id, completion).await
}
