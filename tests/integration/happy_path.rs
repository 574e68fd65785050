use leadtap::grpc::pb::complete_authorization_response::Outcome;
use leadtap::grpc::pb::{self, get_lead_request::Key};

use crate::support::{Browser, Fake, Setup};

pub fn authorized(response: pb::CompleteAuthorizationResponse) -> pb::Authorized {
    match response.outcome {
        Some(Outcome::Authorized(authorized)) => authorized,
        other => panic!("not authorized: {other:?}"),
    }
}

#[tokio::test]
async fn a_shopper_taps_allows_and_is_a_lead() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let mut client = daemon.client().await;
    let browser = Browser::new();

    let started = client
        .start_authorization(browser.start_request())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(started.state.len(), 43);
    assert!(started.authorization_url.contains(&started.state));
    let callback = browser
        .allow(&started.authorization_url, "atelier.nord")
        .await;
    assert!(callback.ends_with("#_"), "as Instagram sends it");

    let request = browser.complete_request(&callback);
    let done = client
        .complete_authorization(request.clone())
        .await
        .unwrap()
        .into_inner();
    let done = authorized(done);
    assert!(done.new_lead && !done.replayed);
    assert_eq!(done.return_to, "/checkout?step=2");
    let lead = done.lead.unwrap();
    let profile = lead.instagram.clone().unwrap();
    assert_eq!(profile.username, "atelier.nord");
    assert_eq!(
        lead.token.clone().unwrap().state(),
        pb::TokenState::LongLived
    );

    for key in [
        Key::LeadId(lead.lead_id.clone()),
        Key::InstagramUserId(profile.user_id.clone()),
        Key::InstagramScopedId(profile.id.clone()),
    ] {
        let found = client
            .get_lead(pb::GetLeadRequest { key: Some(key) })
            .await
            .unwrap();
        assert_eq!(found.into_inner(), lead);
    }

    let again = authorized(
        client
            .complete_authorization(request)
            .await
            .unwrap()
            .into_inner(),
    );
    assert!(again.replayed && again.new_lead);
    assert_eq!(again.lead, Some(lead));
    assert!(daemon.stop().await.success());
}
