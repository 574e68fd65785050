//! Many tasks at once against plain maps, over everything that is kept about
//! leads: records, pointers, tokens, erasures and the log of changes.
//!
//! Each task has an account of its own, so that it knows what must be there;
//! the committer packs what all of them do into the same batches.

use proptest::prelude::*;

use super::*;
use crate::domain::change::{Change, ChangeKind, ChangePosition};
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::update::LeadUpdate;
use crate::storage::{Changes, LeadKey, TokenChange, Updated};

/// Tasks, each with an account of its own.
const TASKS: u64 = 8;

/// Logins of a task have numbers below this, in front of the task's own.
const LOGINS: u64 = 1_000;

const ERASURE: Erasure = Erasure {
    time: NOW,
    cause: ErasureCause::Shop,
};

/// What a task does to its account's lead.
#[derive(Clone, Copy, Debug)]
enum Act {
    Login,
    Rename(u8),
    /// With the etag of the version before, which must be refused.
    RenameLate(u8),
    Refresh(u8),
    /// From the token as it was before, which must be refused.
    RefreshLate,
    Erase,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::Login),
        3 => any::<u8>().prop_map(Act::Rename),
        1 => any::<u8>().prop_map(Act::RenameLate),
        3 => any::<u8>().prop_map(Act::Refresh),
        1 => Just(Act::RefreshLate),
        1 => Just(Act::Erase),
    ]
}

/// A lead as the plain map has it.
#[derive(Clone, Debug)]
struct Known {
    id: LeadId,
    logins: u64,
    name: String,
    token: String,
    /// An etag and a token revision that are not the newest.
    late: Option<(String, u64)>,
}

/// What a task knows of its account.
#[derive(Clone, Debug, Default)]
struct Account {
    lead: Option<Known>,
    erased: Vec<LeadId>,
    /// Everything that happened, by lead, in order.
    changes: BTreeMap<LeadId, Vec<ChangeKind>>,
    logins: u64,
}

struct Task {
    store: Store,
    site: Arc<Site>,
    number: u64,
    account: Account,
}

impl Task {
    fn profile(&self) -> InstagramProfile {
        let (id, user_id) = (500 + self.number, 700 + self.number);
        profile(&id.to_string(), Some(&user_id.to_string()))
    }

    fn note(&mut self, lead: LeadId, kind: ChangeKind) {
        self.account.changes.entry(lead).or_default().push(kind);
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Login => self.login().await,
            Act::Rename(name) => self.rename(format!("name {name}")).await,
            Act::RenameLate(name) => self.rename_late(format!("late {name}")).await,
            Act::Refresh(token) => self.refresh(format!("token {token}")).await,
            Act::RefreshLate => self.refresh_late().await,
            Act::Erase => self.erase().await,
        }
    }

    async fn login(&mut self) {
        let number = self.number * LOGINS + self.account.logins;
        self.account.logins += 1;
        let before = self.account.lead.take();
        let late = match &before {
            Some(known) => self.version(known.id).await,
            None => None,
        };
        let done = completed(&self.store, &self.site, number, self.profile()).await;
        let done = done.unwrap();
        assert_eq!(done.new_lead, before.is_none());
        let kind = if done.new_lead {
            assert!(!self.account.erased.contains(&done.lead.id));
            ChangeKind::Created
        } else {
            ChangeKind::LoggedIn
        };
        let known = before.unwrap_or(Known {
            id: done.lead.id,
            logins: 0,
            name: String::new(),
            token: String::new(),
            late: None,
        });
        assert_eq!(known.id, done.lead.id);
        self.note(known.id, kind);
        self.account.lead = Some(Known {
            logins: known.logins + 1,
            token: "long-token".to_owned(),
            late,
            ..known
        });
    }

    /// The version of a lead and of its token.
    async fn version(&self, lead: LeadId) -> Option<(String, u64)> {
        let found = self.store.lead(&self.site.id, LeadKey::Id(lead)).await;
        let token = self.store.token(&self.site.id, lead).await.unwrap();
        Some((found.unwrap()?.etag(), token?.revision))
    }

    async fn write(&self, lead: LeadId, etag: String, name: String) -> Updated {
        let update = LeadUpdate {
            full_name: Some(name),
            ..LeadUpdate::default()
        };
        let written = self
            .store
            .update_lead(&self.site.id, lead, etag, update, NOW);
        written.await.unwrap()
    }

    async fn rename(&mut self, name: String) {
        let Some(mut known) = self.account.lead.clone() else {
            return;
        };
        let late = self.version(known.id).await;
        let Updated::Done(lead) = self.write(known.id, String::new(), name.clone()).await else {
            panic!("not written");
        };
        assert_eq!(
            (&lead.contact.full_name, lead.login_count),
            (&name, known.logins)
        );
        if name != known.name {
            self.note(known.id, ChangeKind::Updated);
            known.late = late.map(|(etag, _)| (etag, u64::MAX));
        }
        known.name = name;
        self.account.lead = Some(known);
    }

    async fn rename_late(&mut self, name: String) {
        if let Some(known) = self.account.lead.clone()
            && let Some((etag, _)) = known.late
        {
            let found = self.store.lead(&self.site.id, LeadKey::Id(known.id)).await;
            if found.unwrap().unwrap().etag() != etag {
                let written = self.write(known.id, etag, name).await;
                assert_eq!(written, Updated::Stale);
            }
        }
    }

    async fn change_token(
        &self,
        lead: LeadId,
        revision: u64,
        secret: &str,
    ) -> Result<(), StoreError> {
        let kept = self
            .store
            .token(&self.site.id, lead)
            .await
            .unwrap()
            .unwrap();
        let lifetime = Duration::from_secs(5_184_000);
        let change = TokenChange {
            lead_id: lead,
            revision,
            token: kept.token.extended(Secret::from(secret), lifetime, NOW),
            profile: None,
            time: NOW,
        };
        self.store.change_token(&self.site.id, change).await
    }

    async fn refresh(&mut self, secret: String) {
        let Some(mut known) = self.account.lead.clone() else {
            return;
        };
        let before = self.store.lead(&self.site.id, LeadKey::Id(known.id)).await;
        let before = before.unwrap().unwrap();
        let kept = self.store.token(&self.site.id, known.id).await.unwrap();
        let revision = kept.unwrap().revision;
        self.change_token(known.id, revision, &secret)
            .await
            .unwrap();
        let after = self.store.lead(&self.site.id, LeadKey::Id(known.id)).await;
        // What is said of the token may be the same as before.
        if after.unwrap().unwrap().token != before.token {
            self.note(known.id, ChangeKind::TokenChanged);
        }
        known.token = secret;
        known.late = Some((before.etag(), revision));
        self.account.lead = Some(known);
    }

    async fn refresh_late(&mut self) {
        if let Some(known) = self.account.lead.clone()
            && let Some((_, revision)) = known.late
        {
            let now = self.store.token(&self.site.id, known.id).await.unwrap();
            if now.unwrap().revision != revision {
                let late = self.change_token(known.id, revision, "late").await;
                assert_eq!(late, Err(StoreError::Conflict));
            }
        }
    }

    async fn erase(&mut self) {
        let Some(known) = self.account.lead.take() else {
            return;
        };
        let erased = self
            .store
            .erase_leads(&self.site.id, vec![known.id], ERASURE)
            .await;
        let erased = erased.unwrap().remove(0).unwrap();
        assert_eq!(
            (erased.lead_id, erased.earlier, erased.token),
            (known.id, false, true)
        );
        self.note(known.id, ChangeKind::Erased);
        self.account.erased.push(known.id);
    }
}

/// All that one account has, held against the map.
async fn assert_account(store: &Store, site: &Site, number: u64, account: &Account) {
    let (id, user_id) = (500 + number, 700 + number);
    for key in [
        LeadKey::ScopedId(id.to_string().parse().unwrap()),
        LeadKey::UserId(user_id.to_string().parse().unwrap()),
    ] {
        let found = store.lead(&site.id, key).await.unwrap();
        let found = found.map(|lead| (lead.id, lead.login_count, lead.contact.full_name.clone()));
        let known = account.lead.as_ref();
        let known = known.map(|lead| (lead.id, lead.logins, lead.name.clone()));
        assert_eq!(found, known);
    }
    if let Some(known) = &account.lead {
        let token = store.token(&site.id, known.id).await.unwrap().unwrap();
        assert_eq!(token.token.secret, Secret::from(known.token.as_str()));
    }
    for gone in &account.erased {
        assert_eq!(
            store.lead(&site.id, LeadKey::Id(*gone)).await.unwrap(),
            None
        );
        assert!(store.token(&site.id, *gone).await.unwrap().is_none());
        let again = store.erase_leads(&site.id, vec![*gone], ERASURE).await;
        assert!(again.unwrap()[0].unwrap().earlier, "erased once");
    }
}

/// Everything that happened, as whoever follows the changes reads it.
async fn changes(store: &Store, site: &Site) -> Vec<Change> {
    let newest = *store.follow_changes(&site.id).borrow();
    let mut position = ChangePosition::BEGINNING;
    let mut all = Vec::new();
    loop {
        let read = store.changes(&site.id, position, newest, 7).await.unwrap();
        let Changes::Next(next) = read else {
            panic!("changes are gone");
        };
        let Some(last) = next.last() else {
            return all;
        };
        position = last.position;
        all.extend(next);
    }
}

async fn assert_all(store: &Store, site: &Site, accounts: &[Account]) {
    for (number, account) in (0..).zip(accounts) {
        assert_account(store, site, number, account).await;
    }
    let mut told: BTreeMap<LeadId, Vec<ChangeKind>> = BTreeMap::new();
    for change in changes(store, site).await {
        let of_lead = told.entry(change.lead).or_default();
        of_lead.push(change.kind);
        // Counted from 1, without gaps.
        assert_eq!(change.revision, of_lead.len() as u64, "{change:?}");
    }
    let known = accounts.iter().flat_map(|account| account.changes.clone());
    assert_eq!(told, known.collect());
    let tokens = store.tokens(&site.id, None, 1_000).await.unwrap();
    let leads = accounts.iter().filter(|account| account.lead.is_some());
    assert_eq!(tokens.entries.len(), leads.count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn tasks_that_change_leads_at_once_do_what_maps_do(
        acts in prop::collection::vec(prop::collection::vec(act(), 1..16), TASKS as usize)
    ) {
        at_once(async {
            let shelf = Shelf::new();
            let site = Arc::new(site("shop", 10_000));
            let store = shelf.open();
            let tasks = (0..).zip(acts).map(|(number, acts)| {
                let mut task = Task {
                    store: store.clone(),
                    site: Arc::clone(&site),
                    number,
                    account: Account::default(),
                };
                tokio::spawn(async move {
                    for act in acts {
                        task.act(act).await;
                    }
                    task.account
                })
            });
            let mut accounts = Vec::new();
            for task in tasks.collect::<Vec<_>>() {
                accounts.push(task.await.unwrap());
            }
            assert_all(&store, &site, &accounts).await;
            store.close();
            let store = shelf.open();
            assert_all(&store, &site, &accounts).await;
            store.close();
            drop(store);
            shelf.assert_whole();
        });
    }
}
