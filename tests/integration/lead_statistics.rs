//! How many leads and logins there were, and what a caller hears of its site.

use leadtap::domain::clock::{Clock, SystemClock};
use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use prost_types::Timestamp;
use tonic::{Code, Status};

use crate::support::desk::{self, Desk};
use crate::support::shop::ACCOUNT;
use crate::support::{Refusal, Shop, eventually};

const HOUR: i64 = 60 * 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

async fn statistics(
    desk: &Desk,
    boundaries: Vec<Timestamp>,
) -> Result<pb::GetLeadStatisticsResponse, Status> {
    let request = pb::GetLeadStatisticsRequest { boundaries };
    let answer = desk.clone().get_lead_statistics(request).await;
    answer.map(tonic::Response::into_inner)
}

/// The hour that it is now.
fn this_hour() -> i64 {
    let now = SystemClock.now().as_micros() / 1_000_000;
    now - now % HOUR
}

#[tokio::test]
async fn leads_and_logins_are_counted_between_the_boundaries_and_an_erasure_takes_nothing_away() {
    let (shop, desk) = desk::open().await;
    shop.login("mira_makes").await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    shop.login(ACCOUNT).await;
    let request = pb::DeleteLeadRequest {
        key: Some(pb::delete_lead_request::Key::LeadId(lead.lead_id)),
    };
    desk.clone().delete_lead(request).await.unwrap();

    // The hour may have turned meanwhile, so the last stretch has two.
    let now = this_hour();
    let boundaries = vec![at(now - 3 * HOUR), at(now - HOUR), at(now + HOUR)];
    let found = statistics(&desk, boundaries).await.unwrap();
    let interval = |start, new_leads, logins| pb::LeadStatistics {
        start_time: Some(at(start)),
        new_leads,
        logins,
    };
    let expected = [interval(now - 3 * HOUR, 0, 0), interval(now - HOUR, 2, 3)];
    assert_eq!(found.intervals, expected);
    drop(desk);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn the_states_of_the_tokens_are_told_without_the_permission_for_tokens() {
    let shop = Shop::open_with(desk::with_leads).await;
    shop.login(ACCOUNT).await;
    // The tokens are counted when the daemon starts, and then once an hour.
    let Shop { daemon, setup, .. } = shop;
    daemon.stops().await;
    let daemon = setup.start().await;
    let desk = Desk::new(daemon.channel().await);
    let found = eventually("the tokens are counted", async || {
        let found = statistics(&desk, Vec::new()).await.unwrap();
        found.token_count_time.is_some().then_some(found)
    })
    .await;
    assert_eq!(found.intervals, []);
    let state = pb::TokenState::LongLived.into();
    assert_eq!(found.token_counts, [pb::TokenCount { state, count: 1 }]);
    drop(desk);
    daemon.stops().await;
}

#[tokio::test]
async fn boundaries_that_are_none_are_refused_by_the_field() {
    let (shop, desk) = desk::open().await;
    let now = this_hour();
    let many = (0..368).map(|number| at(now + number * HOUR)).collect();
    for (boundaries, words) in [
        (vec![at(now)], "2 to 367"),
        (many, "2 to 367"),
        (vec![at(now), at(now)], "later"),
        (vec![at(now), at(now - HOUR)], "later"),
        (vec![at(now), at(now + 60)], "quarter of an hour"),
        (
            vec![
                at(now),
                Timestamp {
                    seconds: now + HOUR,
                    nanos: 1,
                },
            ],
            "quarter of an hour",
        ),
        (vec![at(now), at(i64::MAX)], "quarter of an hour"),
        (vec![at(now), at(now + 371 * 24 * HOUR)], "370 days"),
    ] {
        let refusal = Refusal::from(statistics(&desk, boundaries).await).is(
            Code::InvalidArgument,
            Reason::RequestInvalid,
            "FIX_REQUEST",
        );
        let (field, problem) = &refusal.fields[0];
        assert_eq!(field, "boundaries");
        assert!(problem.contains(words), "{problem}");
    }
    drop(desk);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn statistics_take_the_permission_for_leads() {
    let shop = Shop::open().await;
    let desk = Desk::new(shop.daemon.channel().await);
    Refusal::from(statistics(&desk, Vec::new()).await).is(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        "OPERATOR",
    );
    drop(desk);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_caller_hears_what_its_site_is_configured_to_be() {
    let shop = Shop::open_with(|setup| {
        desk::with_leads(setup);
        setup.site = "deletion_status_url = \"https://shop.example/gone?code={code}\"".to_owned();
    })
    .await;
    let mut client = LoginServiceClient::new(shop.daemon.channel().await);
    let site = client.get_site(pb::GetSiteRequest {}).await.unwrap();
    let site = site.into_inner();
    assert_eq!(site.site_id, "shop");
    assert_eq!(site.daemon_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(site.permissions, ["login", "leads"]);
    assert_eq!(site.redirect_uris.len(), 1);
    assert_eq!(site.scopes, ["instagram_business_basic"]);
    let page = "https://shop.example/gone?code={code}";
    assert_eq!(site.deletion_status_url, page);
    drop(client);
    shop.daemon.stops().await;
}
