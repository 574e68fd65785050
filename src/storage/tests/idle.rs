use super::*;
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::storage::erasures::{ErasedLeads, FILE};

#[tokio::test]
async fn a_lead_that_is_no_longer_idle_is_spared_with_what_its_login_says() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let spared = complete(&store, &site, 1, profile("1", None))
        .await
        .unwrap();
    let erased = complete(&store, &site, 2, profile("2", None))
        .await
        .unwrap();
    // Both were idle when they were looked up, and then the first logged in.
    let found = store.idle_leads(&site.id, NOW, None, 10).await.unwrap();
    assert_eq!(found.len(), 2);
    let authorization = exchanged(&store, &site, 3).await;
    let late = Completion {
        state: state(3),
        login: Login {
            profile: profile("1", None),
            attributes: BTreeMap::new(),
            consent: None,
            token: token("t").status,
            time: NOW.plus(Duration::from_secs(1)),
        },
        authorization,
        token: token("t"),
        new_lead_id: LeadId::new(Uuid::from_u128(9)),
    };
    store.complete(&site.id, late).await.unwrap();

    let leads = found.into_iter().map(|(_, lead)| lead).collect();
    let erasure = Erasure {
        time: NOW,
        cause: ErasureCause::Retention,
    };
    let done = store.erase_idle_leads(&site.id, leads, NOW, erasure).await;
    let done: Vec<_> = done.unwrap().into_iter().flatten().collect();
    assert_eq!(done.len(), 1);
    assert_eq!((done[0].lead_id, done[0].erasure), (erased.id, erasure));
    assert!(done[0].token && !done[0].earlier);
    for (number, says) in [(1, true), (2, false), (3, true)] {
        let login = store.authorization(&site.id, state(number)).await;
        let said = !login.unwrap().unwrap().request.attributes.is_empty();
        assert_eq!(said, says, "login {number}");
    }
    let list = ErasedLeads::read(&shelf.path().join(FILE)).unwrap();
    assert_eq!(list.contains(&erased.id), Some(NOW));
    assert_eq!(list.contains(&spared.id), None);
    store.close();
}

#[tokio::test]
async fn idle_leads_come_in_their_order_from_any_place_and_of_one_site() {
    let shelf = Shelf::new();
    let (here, there) = (site("here", 10), site("there", 10));
    let store = shelf.open();
    complete(&store, &there, 9, profile("9", None))
        .await
        .unwrap();
    for number in 1..=3 {
        complete(&store, &here, number, profile(&number.to_string(), None))
            .await
            .unwrap();
    }
    let all = store.idle_leads(&here.id, NOW, None, 10).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted());
    let rest = store.idle_leads(&here.id, NOW, Some(all[0]), 1).await;
    assert_eq!(rest.unwrap(), all[1..2]);
    let earlier = Timestamp::from_micros(NOW.as_micros() - 1);
    assert_eq!(
        store.idle_leads(&here.id, earlier, None, 10).await,
        Ok(vec![])
    );
    store.close();
}
