use super::*;
use crate::domain::change::{ChangeKind, ChangePosition, LeadChange};
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::lead::Consent;
use crate::storage::keys::{self, Kind};
use crate::storage::{Changes, LeadKey};

const ERASURE: Erasure = Erasure {
    time: NOW,
    cause: ErasureCause::Shop,
};

/// What a search of the store's records must not find.
const PERSON: [&str; 6] = [
    "someone",
    "Someone",
    "81726354817263548",
    "91827364591827364",
    "/checkout/for-ada",
    "ada-was-here",
];

fn ada() -> InstagramProfile {
    profile("81726354817263548", Some("91827364591827364"))
}

/// A login of hers up to its lead, with what it says about her.
async fn login(store: &Store, site: &Site, number: u64) -> CompletedLogin {
    let mut start = pending("/checkout/for-ada");
    let word = ("note".to_owned(), "ada-was-here".to_owned());
    start.request.attributes = BTreeMap::from([word]);
    start.request.consent = Some(Consent {
        text_version: "1".to_owned(),
        agree_time: NOW,
        source: String::new(),
        withdraw_time: None,
    });
    store
        .start(site, &caller(), state(number), &start)
        .await
        .unwrap();
    let sent = start.at(Stage::CodeSent);
    let exchanged = sent.at(Stage::Exchanged(token("short-token")));
    for step in [sent, exchanged.clone()] {
        store.advance(&site.id, state(number), step).await.unwrap();
    }
    let token = token("long-token");
    let completion = Completion {
        state: state(number),
        login: Login {
            profile: ada(),
            attributes: exchanged.request.attributes.clone(),
            consent: exchanged.request.consent.clone(),
            token: token.status.clone(),
            time: NOW,
        },
        authorization: exchanged,
        token,
        new_lead_id: LeadId::new(Uuid::from_u128(u128::from(number))),
    };
    store.complete(&site.id, completion).await.unwrap()
}

async fn erase(store: &Store, site: &Site, lead: LeadId) -> Option<crate::storage::Erased> {
    let erased = store.erase_leads(&site.id, vec![lead], ERASURE).await;
    erased.unwrap()[0]
}

/// Every record of the store, key and value.
async fn records(store: &Store) -> Vec<u8> {
    let all = store.read(|_, engine| Ok(engine.scan(b"", 10_000)?)).await;
    let all = all.unwrap().into_iter();
    all.flat_map(|(key, value)| [key.to_vec(), value.to_vec()].concat())
        .collect()
}

fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |text: &&str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    PERSON.into_iter().filter(holds).collect()
}

#[tokio::test]
async fn no_record_says_anything_about_a_person_that_was_erased() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    store
        .start(&site, &caller(), state(9), &pending("/"))
        .await
        .unwrap();
    let lead = login(&store, &site, 1).await.lead;
    login(&store, &site, 2).await;
    assert_eq!(found_in(&records(&store).await), PERSON, "the search finds");

    let erased = erase(&store, &site, lead.id).await.unwrap();
    assert!(erased.token && !erased.earlier);
    assert_eq!(found_in(&records(&store).await), [""; 0]);
    for key in [
        LeadKey::Id(lead.id),
        LeadKey::ScopedId(ada().id),
        LeadKey::UserId(ada().user_id.unwrap()),
    ] {
        assert_eq!(store.lead(&site.id, key).await, Ok(None));
    }
    // Her logins are still known for what they are, also after a start.
    store.close();
    let store = shelf.open();
    for number in [1, 2] {
        let login = store.authorization(&site.id, state(number)).await;
        assert_eq!(login.unwrap().unwrap().stage.name(), "completed");
    }
    let other = store.authorization(&site.id, state(9)).await;
    assert_eq!(other, Ok(Some(pending("/"))), "nobody else's is touched");
    store.close();
}

#[tokio::test]
async fn an_erasure_is_repeated_harmlessly_and_found_on_its_own_site_alone() {
    let shelf = Shelf::new();
    let (here, there) = (site("here", 10), site("there", 10));
    let store = shelf.open();
    let lead = login(&store, &here, 1).await.lead;
    assert_eq!(erase(&store, &there, lead.id).await, None);
    let first = erase(&store, &here, lead.id).await.unwrap();
    let again = erase(&store, &here, lead.id).await.unwrap();
    assert!(!first.earlier && again.earlier);
    assert_eq!(again.erasure, first.erasure);
    let never = LeadId::new(Uuid::from_u128(77));
    assert_eq!(erase(&store, &here, never).await, None);
    store.close();
}

#[tokio::test]
async fn an_erasure_leaves_a_tombstone_a_line_in_the_log_and_a_count_of_nobody() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = login(&store, &site, 1).await.lead;
    erase(&store, &site, lead.id).await.unwrap();
    erase(&store, &site, lead.id).await.unwrap();
    let all = store.read(|_, engine| Ok(engine.scan(b"\x01", 100)?)).await;
    let all = all.unwrap();
    let kinds = all.iter().map(|(key, _)| keys::parse(key).unwrap().1);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            Kind::Authorization,
            Kind::Change,
            Kind::Change,
            Kind::Erasure,
            Kind::Visits
        ]
    );
    let log = store
        .changes(
            &site.id,
            ChangePosition::BEGINNING,
            *store.follow_changes(&site.id).borrow(),
            10,
        )
        .await;
    let Ok(Changes::Next(log)) = log else {
        panic!("{log:?}");
    };
    let log: Vec<_> = log.iter().map(|one| (one.kind, one.revision)).collect();
    assert_eq!(log, [(ChangeKind::Created, 1), (ChangeKind::Erased, 2)]);
    store.close();
}

#[tokio::test]
async fn whoever_logs_in_after_the_erasure_is_a_new_lead() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = login(&store, &site, 1).await.lead;
    // In one batch with a login that is just being completed.
    let (erased, login) = tokio::join!(erase(&store, &site, lead.id), login(&store, &site, 2));
    assert!(erased.is_some());
    let now = store.lead(&site.id, LeadKey::ScopedId(ada().id)).await;
    match now.unwrap() {
        Some(now) => assert!(login.new_lead && now.id != lead.id && now.login_count == 1),
        None => assert_eq!(login.lead.id, lead.id, "it came before the erasure"),
    }
    assert_eq!(store.lead(&site.id, LeadKey::Id(lead.id)).await, Ok(None));
    store.close();
}

#[tokio::test]
async fn nothing_is_written_about_an_erased_lead_again() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let lead = login(&store, &site, 1).await.lead;
    erase(&store, &site, lead.id).await.unwrap();
    let (here, stale) = (site.id.clone(), Arc::clone(&lead));
    let late = store
        .write(move |transaction| {
            let change = LeadChange::new(ChangeKind::Updated, NOW);
            transaction.keep_lead(&here, Some(&stale), (*stale).clone(), change)
        })
        .await;
    assert_eq!(late, Err(StoreError::Conflict));
    let (here, id) = (site.id.clone(), lead.id);
    let late = store
        .write(move |transaction| transaction.keep_token(&here, &id, &token("new-token")))
        .await;
    assert_eq!(late, Err(StoreError::Conflict));
    assert_eq!(found_in(&records(&store).await), [""; 0]);
    store.close();
}
