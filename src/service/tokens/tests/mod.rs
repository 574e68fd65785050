//! The keeper over a real store, a clock of the test's own, and an Instagram
//! that remembers every token it gave out and holds the keeper to its rules.

mod access;
mod end;
mod instagram;
mod kill;
mod pace;
mod profile;
mod reload;
mod schedule;
mod short_lived;
mod year;

use std::sync::Arc;
use std::time::Duration;

use instagram::Fake;
use tempfile::TempDir;
use uuid::Uuid;

use super::Tokens;
use crate::domain::clock::{Clock, ManualClock, Timestamp};
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::secret::Secret;
use crate::domain::site::{ProfileRefresh, Site};
use crate::domain::testing;
use crate::domain::token::{Token, TokenState, TokenStatus};
use crate::service::{Circuits, Sites};
use crate::storage::{Import, KeyRing, LeadKey, Options, Store, TokenChange};

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A store, a keeper and an Instagram, at one time.
struct World {
    folder: TempDir,
    keys: Secret,
    store: Store,
    clock: ManualClock,
    instagram: Arc<Fake>,
    tokens: Tokens,
    site: Arc<Site>,
}

impl World {
    fn new() -> Self {
        let folder = in_memory();
        let keys = KeyRing::generate().unwrap();
        let store = open(&folder, &keys);
        let clock = ManualClock::at(NOW);
        let instagram = Arc::new(Fake::new(clock.clone()));
        let tokens = tokens(&store, &instagram, &clock);
        let site = site("shop");
        Self {
            folder,
            keys,
            store,
            clock,
            instagram,
            tokens,
            site,
        }
    }

    /// The daemon stops and starts again.
    async fn restart(&mut self) {
        self.tokens.finished().await;
        self.store.close();
        self.store = open(&self.folder, &self.keys);
        self.tokens = tokens(&self.store, &self.instagram, &self.clock);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Time passes in steps, after each of which the keeper looks.
    async fn pass(&self, time: Duration, step: Duration) {
        let end = self.now().plus(time);
        while self.now() < end {
            self.clock.advance(step);
            self.look().await;
        }
    }

    /// The keeper looks at what is due.
    async fn look(&self) {
        self.look_at(&self.site).await;
    }

    async fn look_at(&self, site: &Arc<Site>) {
        let sites = Sites::new(vec![Arc::clone(site)]);
        while self.tokens.round(&sites, site).await.unwrap() {}
    }

    /// A token of the account, imported from the dashboard.
    async fn import(&self, account: u64) -> LeadId {
        self.import_to(&self.site, account).await
    }

    async fn import_to(&self, site: &Site, account: u64) -> LeadId {
        let import = Import {
            profile: instagram::profile(account, self.now()),
            token: Token::imported(self.instagram.dashboard(account), self.now()),
            time: self.now(),
            new_lead_id: lead_id_of(account),
        };
        let imported = self.store.import_token(&site.id, import).await;
        imported.unwrap().lead_id
    }

    /// A token of the account that a login left short-lived.
    async fn short_lived(&self, account: u64) -> LeadId {
        let lead = self.import(account).await;
        let kept = self
            .store
            .token(&self.site.id, lead)
            .await
            .unwrap()
            .unwrap();
        let secret = self.instagram.short_lived(account);
        let change = TokenChange {
            lead_id: lead,
            revision: kept.revision,
            token: Token::short_lived(secret, kept.token.status.scopes, self.now()),
            profile: None,
            time: self.now(),
        };
        self.store
            .change_token(&self.site.id, change)
            .await
            .unwrap();
        lead
    }

    async fn lead(&self, lead: LeadId) -> Arc<Lead> {
        self.lead_at(&self.site, lead).await
    }

    async fn lead_at(&self, site: &Site, lead: LeadId) -> Arc<Lead> {
        let found = self.store.lead(&site.id, LeadKey::Id(lead)).await;
        found.unwrap().unwrap()
    }

    async fn status(&self, lead: LeadId) -> TokenStatus {
        self.status_at(&self.site, lead).await
    }

    async fn status_at(&self, site: &Site, lead: LeadId) -> TokenStatus {
        self.lead_at(site, lead).await.token.clone().unwrap()
    }

    async fn state(&self, lead: LeadId) -> TokenState {
        self.status(lead).await.state
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.store.close();
    }
}

/// The id of the lead that an import makes for the account.
fn lead_id_of(account: u64) -> LeadId {
    LeadId::new(Uuid::from_u128(u128::from(account)))
}

fn tokens(store: &Store, instagram: &Arc<Fake>, clock: &ManualClock) -> Tokens {
    let clock = Arc::new(clock.clone());
    let circuits = Circuits::new(clock.clone());
    Tokens::new(store.clone(), instagram.clone(), circuits, clock)
}

/// Where a sync costs nothing, if the machine has such a place: what survives
/// a power cut is tested elsewhere.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn open(folder: &TempDir, keys: &Secret) -> Store {
    let options = Options {
        path: folder.path().to_owned(),
        cache_bytes: 64 << 20,
        lead_cache: 20_000,
    };
    Store::open(options, KeyRing::parse(keys).unwrap()).unwrap()
}

fn site(name: &str) -> Arc<Site> {
    Arc::new(testing::site(name))
}
