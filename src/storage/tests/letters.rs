//! Dead letters by whom they are about.

use super::*;
use crate::domain::change::{ChangeKind, ChangeNumber, ChangePosition};
use crate::domain::webhook::{DeadLetter, DeliveryFailure, WebhookName};

#[tokio::test]
async fn the_letters_about_a_lead_are_found_whichever_webhook_gave_them_up() {
    let shelf = Shelf::new();
    let (store, site) = (shelf.open(), site("shop", 10));
    let webhooks: [WebhookName; 2] = ["crm", "mail"].map(|name| name.parse().unwrap());
    let lead = |number: u64| LeadId::new(Uuid::from_u128(u128::from(number % 3)));
    let letter = move |number: u64| DeadLetter {
        position: ChangePosition {
            number: ChangeNumber {
                sequence: number,
                index: 0,
            },
            check: 0,
        },
        lead: lead(number),
        kind: ChangeKind::Updated,
        time: NOW,
        give_up_time: NOW,
        failure: DeliveryFailure::Timeout,
    };
    let (here, names) = (site.id.clone(), webhooks.clone());
    let kept = store.write(move |transaction| {
        (0..600).try_for_each(|number| {
            let webhook = &names[usize::from(number % 2 == 1)];
            transaction.keep_dead_letter(&here, webhook, &letter(number))
        })
    });
    kept.await.unwrap();
    let found = store.letters_of_lead(&site.id, lead(1), 1000);
    let found = found.await.unwrap();
    assert_eq!(found.len(), 200);
    assert!(found.iter().all(|(_, letter)| letter.lead == lead(1)));
    for webhook in webhooks {
        let its = found.iter().filter(|(name, _)| *name == webhook);
        assert_eq!(its.count(), 100);
    }
    store.close();
}
