//! Leads, a page at a time.

use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use tonic::Code;

use crate::support::caller::{self, caller_section};
use crate::support::desk::{self, Desk};
use crate::support::{Refusal, Shop};

async fn page(
    desk: &Desk,
    request: pb::ListLeadsRequest,
) -> Result<pb::ListLeadsResponse, tonic::Status> {
    let answer = desk.clone().list_leads(request).await;
    answer.map(tonic::Response::into_inner)
}

/// The ids of all pages of so many.
async fn ids(desk: &Desk, filter: &str, order_by: &str, page_size: i32) -> Vec<String> {
    let mut ids = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListLeadsRequest {
            page_size,
            page_token,
            filter: filter.to_owned(),
            order_by: order_by.to_owned(),
        };
        let page = page(desk, request).await.unwrap();
        ids.extend(page.leads.into_iter().map(|lead| lead.lead_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return ids;
        }
    }
}

#[tokio::test]
async fn leads_are_listed_by_filter_and_order() {
    let (shop, desk) = desk::open().await;
    let mut leads = Vec::new();
    for number in 0..5 {
        leads.push(desk::lead(&shop, number, 100 * number).await);
    }
    let of = |numbers: &[usize]| -> Vec<String> {
        numbers
            .iter()
            .map(|number| leads[*number].lead_id.clone())
            .collect()
    };
    assert_eq!(ids(&desk, "", "", 0).await, of(&[4, 3, 2, 1, 0]));
    for page_size in [1, 2, 1000, i32::MAX] {
        assert_eq!(
            ids(&desk, "", "create_time", page_size).await,
            of(&[0, 1, 2, 3, 4])
        );
    }
    shop.login("lead.1").await;
    assert_eq!(
        ids(&desk, "", "last_login_time desc", 2).await,
        of(&[1, 4, 3, 2, 0])
    );
    let many = "followers_count >= 100 AND NOT account_type = BUSINESS";
    assert_eq!(ids(&desk, many, "create_time asc", 1).await, of(&[1, 3]));
    let none = "contact.email:* OR create_time < \"2020-01-01\"";
    assert_eq!(ids(&desk, none, "", 10).await, of(&[]));
    let alive = "token.state = LONG_LIVED AND last_login_time > \"2020-01-01\"";
    assert_eq!(
        ids(&desk, alive, "last_login_time", 3).await,
        of(&[0, 2, 3, 4, 1])
    );
}

#[tokio::test]
async fn what_is_no_filter_order_or_size_is_told_with_what_there_is() {
    let (_shop, desk) = desk::open().await;
    let request = pb::ListLeadsRequest {
        page_size: -1,
        page_token: String::new(),
        filter: "followers >= 5".to_owned(),
        order_by: "username".to_owned(),
    };
    let refusal = Refusal::from(page(&desk, request).await)
        .is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST")
        .after(None);
    let fields: Vec<&str> = refusal
        .fields
        .iter()
        .map(|(field, _)| field.as_str())
        .collect();
    assert_eq!(fields, ["page_size", "filter", "order_by"]);
    for words in ["at character 1", "followers_count", "last_login_time"] {
        assert!(refusal.message.contains(words), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_page_token_is_good_for_its_own_site_filter_and_order_alone() {
    const OTHER: &str = "another-sites-lead-token-55e0";
    let shop = Shop::open_with(|setup| {
        desk::with_leads(setup);
        setup.more =
            setup.site_section("other", "") + &caller_section("other", "other", OTHER, "leads");
    })
    .await;
    let desk = LeadServiceClient::new(shop.daemon.channel().await);
    for number in 0..3 {
        desk::lead(&shop, number, 1).await;
    }
    let request = pb::ListLeadsRequest {
        page_size: 1,
        filter: "followers_count = 1".to_owned(),
        ..Default::default()
    };
    let token = page(&desk, request.clone()).await.unwrap().next_page_token;
    let next = pb::ListLeadsRequest {
        page_token: token.clone(),
        ..request
    };
    assert_eq!(page(&desk, next.clone()).await.unwrap().leads.len(), 1);

    let mut changed = token.clone().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let forged = [
        pb::ListLeadsRequest {
            filter: String::new(),
            ..next.clone()
        },
        pb::ListLeadsRequest {
            order_by: "create_time asc".to_owned(),
            ..next.clone()
        },
        pb::ListLeadsRequest {
            page_token: changed,
            ..next.clone()
        },
        pb::ListLeadsRequest {
            page_token: token[..token.len() - 1].to_owned(),
            ..next.clone()
        },
        pb::ListLeadsRequest {
            page_token: "made up".to_owned(),
            ..next.clone()
        },
        pb::ListLeadsRequest {
            page_token: "A".repeat(1025),
            ..next.clone()
        },
    ];
    for request in forged {
        Refusal::from(page(&desk, request).await)
            .is(
                Code::InvalidArgument,
                Reason::PageTokenInvalid,
                "FIX_REQUEST",
            )
            .after(None);
    }
    let mut request = tonic::Request::new(next);
    let bearer = format!("Bearer {OTHER}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    let elsewhere = LeadServiceClient::new(caller::tcp(&shop.daemon).await);
    Refusal::from(elsewhere.clone().list_leads(request).await).is(
        Code::InvalidArgument,
        Reason::PageTokenInvalid,
        "FIX_REQUEST",
    );
}

#[tokio::test]
async fn pages_stay_whole_while_shoppers_log_in_and_over_a_restart() {
    let (shop, desk) = desk::open().await;
    let mut expected = Vec::new();
    for number in 0..6 {
        expected.push(desk::lead(&shop, number, 1).await.lead_id);
    }
    let request = pb::ListLeadsRequest {
        page_size: 2,
        order_by: "last_login_time desc".to_owned(),
        ..Default::default()
    };
    let first = page(&desk, request.clone()).await.unwrap();
    // One that is to come and one that was there come back, and somebody new comes.
    for account in ["lead.0", "lead.5"] {
        shop.login(account).await;
    }
    desk::lead(&shop, 6, 1).await;
    let mut given: Vec<String> = first
        .leads
        .iter()
        .map(|lead| lead.lead_id.clone())
        .collect();
    let mut page_token = first.next_page_token;
    shop.daemon.stops().await;
    let daemon = shop.setup.start().await;
    let desk = LeadServiceClient::new(daemon.channel().await);
    while !page_token.is_empty() {
        let request = pb::ListLeadsRequest {
            page_token,
            ..request.clone()
        };
        let next = page(&desk, request).await.unwrap();
        given.extend(next.leads.into_iter().map(|lead| lead.lead_id));
        page_token = next.next_page_token;
    }
    given.sort_unstable();
    expected.sort_unstable();
    assert_eq!(given, expected);
}
