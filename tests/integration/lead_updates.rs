//! What a shop writes to a lead.

use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use prost_types::{FieldMask, Timestamp};
use tonic::{Code, Status};

use crate::support::desk::{self, Desk};
use crate::support::shop::ACCOUNT;
use crate::support::{Refusal, Shop};

const AGREED: Option<Timestamp> = Some(Timestamp {
    seconds: 1_790_000_000,
    nanos: 0,
});
const LATER: Option<Timestamp> = Some(Timestamp {
    seconds: 1_790_000_100,
    nanos: 0,
});

async fn update(desk: &Desk, lead: pb::Lead, paths: &[&str]) -> Result<pb::Lead, Status> {
    let request = pb::UpdateLeadRequest {
        lead: Some(lead),
        update_mask: Some(FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
    };
    let answer = desk.clone().update_lead(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn some_lead() -> (Shop, Desk, pb::Lead) {
    let (shop, desk) = desk::open().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    (shop, desk, lead)
}

fn contact(email: &str) -> pb::Contact {
    pb::Contact {
        email: email.to_owned(),
        email_verified_time: AGREED,
        full_name: "Ada Nord".to_owned(),
        phone: "+47 22 00 00 00".to_owned(),
    }
}

#[tokio::test]
async fn only_what_the_mask_names_is_written_and_it_stays() {
    let (shop, desk, mut lead) = some_lead().await;
    lead.contact = Some(contact("Ada.Nord@Example.ORG"));
    lead.attributes = [("tier".to_owned(), "gold".to_owned())].into();
    lead.instagram.as_mut().unwrap().username = "somebody.else".to_owned();
    let updated = update(&desk, lead.clone(), &["contact.full_name"])
        .await
        .unwrap();
    let written = updated.contact.clone().unwrap();
    assert_eq!(
        (
            written.full_name.as_str(),
            written.email.as_str(),
            written.phone.as_str()
        ),
        ("Ada Nord", "", "")
    );
    assert!(updated.attributes.is_empty() && updated.etag != lead.etag);

    lead.etag = updated.etag;
    let updated = update(&desk, lead.clone(), &["contact", "attributes"])
        .await
        .unwrap();
    assert_eq!(updated.contact, Some(contact("Ada.Nord@example.org")));
    assert_eq!(updated.attributes, lead.attributes);
    assert_eq!(updated.instagram.as_ref().unwrap().username, ACCOUNT);

    // The same once more is no change.
    lead.etag = updated.etag.clone();
    assert_eq!(
        update(&desk, lead.clone(), &["contact"]).await.unwrap(),
        updated
    );
    shop.daemon.stops().await;
    let daemon = shop.setup.start().await;
    let mut client = daemon.client().await;
    let key = Some(Key::LeadId(lead.lead_id));
    let found = client.get_lead(pb::GetLeadRequest { key }).await.unwrap();
    assert_eq!(found.into_inner(), updated);
}

#[tokio::test]
async fn of_two_writers_with_one_etag_one_wins_and_the_other_learns_why() {
    let (_shop, desk, mut lead) = some_lead().await;
    let mut other = lead.clone();
    lead.contact = Some(pb::Contact {
        phone: "1".to_owned(),
        ..Default::default()
    });
    other.contact = Some(pb::Contact {
        phone: "2".to_owned(),
        ..Default::default()
    });
    let (one, two) = tokio::join!(
        update(&desk, lead.clone(), &["contact.phone"]),
        update(&desk, other.clone(), &["contact.phone"])
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    let won = won.unwrap();
    Refusal::from(lost)
        .is(Code::Aborted, Reason::EtagMismatch, "FIX_REQUEST")
        .after(None);
    // Without an etag the last writer wins.
    other.etag = String::new();
    other.contact = Some(pb::Contact {
        phone: "3".to_owned(),
        ..Default::default()
    });
    let last = update(&desk, other, &["contact.phone"]).await.unwrap();
    assert_eq!(last.contact.unwrap().phone, "3");
    assert_ne!(last.etag, won.etag);
}

#[tokio::test]
async fn a_new_address_is_not_verified_and_the_same_one_stays_so() {
    let (_shop, desk, mut lead) = some_lead().await;
    lead.etag = String::new();
    lead.contact = Some(contact("a@example.org"));
    let verified = update(
        &desk,
        lead.clone(),
        &["contact.email", "contact.email_verified_time"],
    )
    .await
    .unwrap();
    assert_eq!(verified.contact.unwrap().email_verified_time, AGREED);
    let same = update(&desk, lead.clone(), &["contact.email"])
        .await
        .unwrap();
    assert_eq!(same.contact.unwrap().email_verified_time, AGREED);
    lead.contact = Some(contact("b@example.org"));
    let new = update(&desk, lead.clone(), &["contact.email"])
        .await
        .unwrap();
    assert_eq!(new.contact.unwrap().email_verified_time, None);
    lead.contact = Some(contact(""));
    let refusal = Refusal::from(update(&desk, lead.clone(), &["contact"]).await);
    assert_eq!(refusal.fields[0].0, "lead.contact.email_verified_time");
}

#[tokio::test]
async fn a_consent_is_written_and_withdrawn_and_not_brought_back() {
    let (_shop, desk, mut lead) = some_lead().await;
    lead.etag = String::new();
    let withdraw = |time| {
        Some(pb::Consent {
            withdraw_time: time,
            ..Default::default()
        })
    };
    lead.consent = withdraw(LATER);
    let refusal = Refusal::from(update(&desk, lead.clone(), &["consent.withdraw_time"]).await).is(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        "FIX_REQUEST",
    );
    assert!(refusal.message.contains("without a consent"), "{refusal:?}");

    let given = pb::Consent {
        text_version: "2026-11 en".to_owned(),
        agree_time: AGREED,
        source: "newsletter".to_owned(),
        withdraw_time: None,
    };
    lead.consent = Some(given.clone());
    let written = update(&desk, lead.clone(), &["consent"]).await.unwrap();
    assert_eq!(written.consent, Some(given.clone()));

    lead.consent = withdraw(LATER);
    let withdrawn = update(&desk, lead.clone(), &["consent.withdraw_time"])
        .await
        .unwrap();
    assert_eq!(
        withdrawn.consent,
        Some(pb::Consent {
            withdraw_time: LATER,
            ..given.clone()
        })
    );

    for (consent, path, words) in [
        (withdraw(None), "consent.withdraw_time", "must be set"),
        (None, "consent", "must be set"),
        (
            withdraw(Some(Timestamp {
                seconds: 1_789_999_999,
                nanos: 0,
            })),
            "consent.withdraw_time",
            "before the consent",
        ),
    ] {
        lead.consent = consent;
        let refusal = Refusal::from(update(&desk, lead.clone(), &[path]).await);
        assert!(refusal.message.contains(words), "{refusal:?}");
    }
}

#[tokio::test]
async fn each_field_has_its_limit_and_unknown_paths_are_named_with_the_known_ones() {
    let (_shop, desk, lead) = some_lead().await;
    let broken = pb::Lead {
        contact: Some(pb::Contact {
            email: "ada@localhost".to_owned(),
            email_verified_time: Some(Timestamp {
                seconds: 0,
                nanos: 0,
            }),
            full_name: "a".repeat(257),
            phone: "1\n2".to_owned(),
        }),
        attributes: [("UPPER".to_owned(), String::new())].into(),
        ..lead.clone()
    };
    let refusal = Refusal::from(update(&desk, broken, &["contact", "attributes"]).await).is(
        Code::InvalidArgument,
        Reason::RequestInvalid,
        "FIX_REQUEST",
    );
    let fields: Vec<&str> = refusal
        .fields
        .iter()
        .map(|(field, _)| field.as_str())
        .collect();
    let contact = ["email", "email_verified_time", "full_name", "phone"]
        .map(|field| format!("lead.contact.{field}"));
    assert_eq!(fields[..4], contact);
    assert_eq!(fields[4..], ["attributes"]);

    for paths in [
        &["instagram.username"][..],
        &[],
        &["*"],
        &["contact.email"; 17],
    ] {
        let refusal = Refusal::from(update(&desk, lead.clone(), paths).await).is(
            Code::InvalidArgument,
            Reason::RequestInvalid,
            "FIX_REQUEST",
        );
        assert_eq!(refusal.fields[0].0, "update_mask");
        assert!(
            refusal.message.contains("contact.email_verified_time"),
            "{refusal:?}"
        );
    }
    let nobody = pb::Lead {
        lead_id: "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned(),
        ..lead
    };
    Refusal::from(update(&desk, nobody, &["contact"]).await).is(
        Code::NotFound,
        Reason::LeadNotFound,
        "FIX_REQUEST",
    );
}
