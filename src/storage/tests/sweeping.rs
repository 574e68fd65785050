use super::*;
use crate::domain::authorization::Decline;

const LATER: Duration = Duration::from_secs(600 + 600 + 1);

#[tokio::test]
async fn what_expired_is_taken_away_and_stays_away() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    for number in 0..10 {
        store
            .start(&site, &caller(), state(number), &pending("/"))
            .await
            .unwrap();
    }
    let declined = pending("/").at(Stage::Declined(Decline::default()));
    store.advance(&site.id, state(3), declined).await.unwrap();

    let (nothing, _) = store.sweep(NOW, 100, Vec::new()).await.unwrap();
    assert_eq!((nothing.begun, nothing.authorizations), (0, 0));
    let (report, _) = store.sweep(NOW.plus(LATER), 100, Vec::new()).await.unwrap();
    assert_eq!(report.begun, 9);
    assert_eq!(report.authorizations, 1);
    assert_eq!(store.pending_authorizations(&site.id), 0);
    store.close();

    let store = shelf.open();
    for number in 0..10 {
        assert_eq!(store.authorization(&site.id, state(number)).await, Ok(None));
    }
    store.close();
}

#[tokio::test]
async fn a_sweep_is_bounded_and_goes_on_where_it_stopped() {
    let shelf = Shelf::new();
    let sites = [site("a", 100), site("b", 100), site("c", 100)];
    let store = shelf.open();
    let mut number = 0;
    for site in &sites {
        for _ in 0..7 {
            number += 1;
            store
                .start(site, &caller(), state(number), &pending("/"))
                .await
                .unwrap();
            let declined = pending("/").at(Stage::Declined(Decline::default()));
            store
                .advance(&site.id, state(number), declined)
                .await
                .unwrap();
        }
    }
    let (mut cursor, mut swept, mut rounds) = (Vec::new(), 0, 0);
    loop {
        let (report, moved) = store.sweep(NOW.plus(LATER), 4, cursor).await.unwrap();
        assert!(report.begun <= 4 && report.authorizations <= 4);
        cursor = moved;
        swept += report.authorizations;
        rounds += 1;
        assert!(rounds < 50);
        if !report.more {
            break;
        }
    }
    assert_eq!(swept, 21);
    store.close();
}

#[tokio::test]
async fn a_lead_is_never_swept() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    let lead = complete(&store, &site, 1, profile("1", Some("2")))
        .await
        .unwrap();
    store
        .sweep(NOW.plus(LATER * 1000), 100, Vec::new())
        .await
        .unwrap();
    let found = store
        .lead(&site.id, super::super::LeadKey::Id(lead.id))
        .await
        .unwrap();
    assert_eq!(found, Some(lead));
    assert_eq!(store.authorization(&site.id, state(1)).await, Ok(None));
    store.close();
}
