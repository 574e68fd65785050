use super::*;
use crate::domain::change::{ChangeKind, ChangePosition};
use crate::domain::failure::{TokenEnd, UpstreamMeaning};
use crate::domain::lead::LeadSource;
use crate::domain::token::TokenState;
use crate::domain::upkeep::{REFRESH_AGE, Upkeep};
use crate::storage::{Changes, Import, KeptToken, LeadKey, TokenChange};

const END: Timestamp = Timestamp::from_micros(i64::MAX);

fn lead_id(number: u128) -> LeadId {
    LeadId::new(Uuid::from_u128(number))
}

fn import(number: u64) -> Import {
    Import {
        profile: profile(&number.to_string(), Some(&format!("9{number}"))),
        token: Token::imported(Secret::from("dashboard-token"), NOW),
        time: NOW,
        new_lead_id: lead_id(u128::from(number)),
    }
}

async fn kept(store: &Store, site: &Site, lead: LeadId) -> KeptToken {
    store.token(&site.id, lead).await.unwrap().unwrap()
}

fn change(lead_id: LeadId, from: &KeptToken, token: Token) -> TokenChange {
    TokenChange {
        lead_id,
        revision: from.revision,
        token,
        profile: None,
        time: NOW,
    }
}

#[tokio::test]
async fn a_token_stands_once_among_those_that_are_due_whatever_becomes_of_it() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = complete(&store, &site, 1, profile("11", None))
        .await
        .unwrap()
        .id;
    let due = async |store: &Store| store.due_tokens(&site.id, END, 10).await.unwrap();
    let short = kept(&store, &site, lead).await;
    assert_eq!(due(&store).await, [(short.due.unwrap(), lead)]);

    let token = short
        .token
        .extended(Secret::from("long"), Duration::from_secs(5_184_000), NOW);
    store
        .change_token(&site.id, change(lead, &short, token))
        .await
        .unwrap();
    store.close();
    let store = shelf.open();
    let long = kept(&store, &site, lead).await;
    assert_eq!(long.token.secret, Secret::from("long"));
    assert!(long.due > short.due);
    assert_eq!(due(&store).await, [(long.due.unwrap(), lead)]);
    // None of it is due now.
    assert_eq!(store.due_tokens(&site.id, NOW, 10).await.unwrap(), []);

    let dead = long.token.clone().ended(TokenEnd::PasswordChanged);
    store
        .change_token(&site.id, change(lead, &long, dead))
        .await
        .unwrap();
    assert_eq!(due(&store).await, []);
    let status = store
        .lead(&site.id, LeadKey::Id(lead))
        .await
        .unwrap()
        .unwrap()
        .token
        .clone();
    let status = status.unwrap();
    assert_eq!(
        (status.state, status.end),
        (TokenState::Revoked, Some(TokenEnd::PasswordChanged))
    );
    store.close();
}

#[tokio::test]
async fn a_login_in_between_wins_over_a_refresh() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = complete(&store, &site, 1, profile("11", None))
        .await
        .unwrap()
        .id;
    let before = kept(&store, &site, lead).await;
    complete(&store, &site, 2, profile("11", None))
        .await
        .unwrap();
    let after = kept(&store, &site, lead).await;
    let refreshed = before.token.extended(Secret::from("late"), TTL, NOW);
    let late = store
        .change_token(&site.id, change(lead, &before, refreshed))
        .await;
    assert_eq!(late, Err(StoreError::Conflict));
    assert_eq!(kept(&store, &site, lead).await, after);
    store.close();
}

#[tokio::test]
async fn what_only_the_keeper_wants_to_know_does_not_change_the_lead() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let before = complete(&store, &site, 1, profile("11", None))
        .await
        .unwrap();
    let read = kept(&store, &site, before.id).await;
    let mut token = read.token.clone();
    token.upkeep = token.upkeep.failed(UpstreamMeaning::Unavailable, NOW, TTL);
    store
        .change_token(&site.id, change(before.id, &read, token.clone()))
        .await
        .unwrap();
    assert_eq!(
        store
            .lead(&site.id, LeadKey::Id(before.id))
            .await
            .unwrap()
            .unwrap(),
        before
    );
    let after = kept(&store, &site, before.id).await;
    assert_eq!((after.token, after.revision), (token, read.revision + 1));
    store.close();
}

#[tokio::test]
async fn an_imported_token_makes_a_lead_that_never_logged_in_or_finds_it() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let first = store.import_token(&site.id, import(1)).await.unwrap();
    assert!(first.new_lead);
    let lead = store
        .lead(&site.id, LeadKey::Id(first.lead_id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((lead.login_count, lead.source), (0, LeadSource::Import));
    let due = kept(&store, &site, first.lead_id).await.due.unwrap();
    assert!(due.since(NOW) >= REFRESH_AGE && due.since(NOW) < 5 * REFRESH_AGE);

    let again = store.import_token(&site.id, import(1)).await.unwrap();
    assert_eq!((again.lead_id, again.new_lead), (first.lead_id, false));
    let login = complete(&store, &site, 2, profile("1", Some("91")))
        .await
        .unwrap();
    assert_eq!(
        (login.id, login.login_count, login.source),
        (first.lead_id, 1, LeadSource::Import)
    );
    store.close();
}

#[tokio::test]
async fn a_profile_that_belongs_to_another_lead_is_not_taken_from_it() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let one = store
        .import_token(&site.id, import(1))
        .await
        .unwrap()
        .lead_id;
    let other = store
        .import_token(&site.id, import(2))
        .await
        .unwrap()
        .lead_id;
    let read = kept(&store, &site, one).await;
    let change = TokenChange {
        profile: Some(profile("2", Some("92"))),
        ..change(
            one,
            &read,
            read.token.extended(Secret::from("new"), TTL, NOW),
        )
    };
    store.change_token(&site.id, change).await.unwrap();
    assert_eq!(
        kept(&store, &site, one).await.token.secret,
        Secret::from("new")
    );
    for (id, lead) in [("1", one), ("2", other)] {
        let found = store
            .lead(&site.id, LeadKey::ScopedId(id.parse().unwrap()))
            .await;
        assert_eq!(found.unwrap().unwrap().id, lead);
    }
    store.close();
}

#[tokio::test]
async fn a_token_is_put_off_and_one_that_is_not_due_leaves_the_list() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = store
        .import_token(&site.id, import(1))
        .await
        .unwrap()
        .lead_id;
    let due = kept(&store, &site, lead).await.due.unwrap();
    let later = due.plus(TTL);
    store
        .put_off_token(&site.id, lead, due, later)
        .await
        .unwrap();
    assert_eq!(
        store.due_tokens(&site.id, END, 10).await.unwrap(),
        [(later, lead)]
    );
    // It is not due then any more, so there is nothing to take away.
    store
        .put_off_token(&site.id, lead, due, later)
        .await
        .unwrap();
    assert_eq!(
        store.due_tokens(&site.id, END, 10).await.unwrap(),
        [(later, lead)]
    );
    store.close();
}

#[tokio::test]
async fn tokens_are_listed_page_by_page_and_of_one_site() {
    let shelf = Shelf::new();
    let (one, two) = (site("one", 10), site("two", 10));
    let store = shelf.open();
    for number in 1..=5 {
        store.import_token(&one.id, import(number)).await.unwrap();
        store.import_token(&two.id, import(number)).await.unwrap();
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.tokens(&one.id, after, 2).await.unwrap();
        let mut entries = page.entries.iter();
        assert!(entries.all(|entry| entry.upkeep != Upkeep::default()));
        found.extend(page.entries.into_iter().map(|entry| entry.lead_id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, (1..=5).map(lead_id).collect::<Vec<_>>());
    store.close();
}

#[tokio::test]
async fn whoever_follows_the_leads_hears_of_each_change_of_a_token() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = store.import_token(&site.id, import(1)).await.unwrap();
    let lead = lead.lead_id;
    let read = kept(&store, &site, lead).await;
    let renewed = read.token.extended(Secret::from("new"), TTL, NOW.plus(TTL));
    store
        .change_token(&site.id, change(lead, &read, renewed))
        .await
        .unwrap();
    let read = kept(&store, &site, lead).await;
    let mut described = profile("1", Some("91"));
    described.followers_count = Some(12_345);
    let described = TokenChange {
        profile: Some(described),
        ..change(lead, &read, read.token.clone())
    };
    store.change_token(&site.id, described).await.unwrap();
    let read = kept(&store, &site, lead).await;
    let ended = read.token.clone().ended(TokenEnd::Checkpoint);
    store
        .change_token(&site.id, change(lead, &read, ended))
        .await
        .unwrap();

    let newest = *store.follow_changes(&site.id).borrow();
    let changes = store.changes(&site.id, ChangePosition::BEGINNING, newest, 10);
    let Changes::Next(changes) = changes.await.unwrap() else {
        panic!("the beginning is still there")
    };
    let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
    use ChangeKind::{Created, TokenChanged, Updated};
    assert_eq!(kinds, [Created, TokenChanged, Updated, TokenChanged]);
    store.close();
}

#[tokio::test]
async fn a_profile_that_says_nothing_new_is_no_change_and_its_time_is_kept() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = store.import_token(&site.id, import(1)).await.unwrap();
    let key = LeadKey::Id(lead.lead_id);
    let before = store.lead(&site.id, key.clone()).await.unwrap().unwrap();
    let newest = *store.follow_changes(&site.id).borrow();
    // One that comes without the account's id says nothing new either.
    for (user_id, after) in [(Some("91"), TTL), (None, 2 * TTL)] {
        let read = kept(&store, &site, lead.lead_id).await;
        let mut described = profile("1", user_id);
        described.fetched_time = NOW.plus(after);
        let described = TokenChange {
            profile: Some(described),
            ..change(lead.lead_id, &read, read.token.clone())
        };
        store.change_token(&site.id, described).await.unwrap();
        let now = store.lead(&site.id, key.clone()).await.unwrap().unwrap();
        assert_eq!(now.instagram.fetched_time, NOW.plus(after));
        assert_eq!(now.etag(), before.etag());
    }
    assert_eq!(*store.follow_changes(&site.id).borrow(), newest);
    // It is on the medium too, and not in the cache alone.
    store.close();
    let store = shelf.open();
    let now = store.lead(&site.id, key).await.unwrap().unwrap();
    assert_eq!(now.instagram.fetched_time, NOW.plus(2 * TTL));
    assert_eq!(now.instagram.user_id, before.instagram.user_id);
    store.close();
}
