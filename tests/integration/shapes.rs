//! Every shape in which Instagram answers leads to the same lead.

use leadtap::grpc::pb::{self, get_lead_request::Key};
use serde_json::{Value, json};

use crate::support::caller::{self, caller_section};
use crate::support::shop::{ACCOUNT, authorized, profile};
use crate::support::{Shop, Visit};

/// The token of the caller of another site.
const OTHER_TOKEN: &str = "another-site-bearer-token-93c1";

#[tokio::test]
async fn every_shape_of_the_token_answer_logs_in() {
    let shop = Shop::open().await;
    let granted = ["instagram_business_basic"];
    for (envelope, id, permissions, scopes) in [
        ("full", "auto", "auto", &granted[..]),
        ("full", "string", "string", &granted[..]),
        ("full", "number", "absent", &[]),
        ("wrapped", "auto", "auto", &granted[..]),
        ("wrapped", "number", "array", &granted[..]),
        ("wrapped", "string", "absent", &[]),
        ("bare", "auto", "auto", &[]),
        ("bare", "string", "array", &granted[..]),
        ("bare", "number", "string", &granted[..]),
    ] {
        let knobs = json!({
            "token_envelope": envelope, "token_id": id, "token_permissions": permissions,
        });
        let lead = login_under(&shop, knobs).await.lead.unwrap();
        let token = lead.token.unwrap();
        assert_eq!(token.state(), pb::TokenState::LongLived);
        assert_eq!(token.scopes, scopes, "{envelope} {id} {permissions}");
    }
}

#[tokio::test]
async fn every_shape_of_the_profile_says_the_same() {
    let shop = Shop::open().await;
    for envelope in ["flat", "wrapped"] {
        for ids in ["string", "number"] {
            for account_type in ["upper", "documented"] {
                let knobs = json!({
                    "me_envelope": envelope, "me_ids": ids, "me_account_type": account_type,
                });
                let visit = shop.visit_under(knobs).await;
                let callback = visit.allow("mira_makes").await;
                let profile = profile(&authorized(visit.complete(&shop.client, &callback).await));
                assert_eq!(profile.id, "27640875392278832");
                assert_eq!(profile.user_id, "17841405793187220");
                assert_eq!(profile.username, "mira_makes");
                assert_eq!(profile.name, "Mira Lindqvist");
                assert_eq!(profile.account_type(), pb::AccountType::Creator);
                assert_eq!(profile.followers_count, Some(86_213));
                assert_eq!(profile.follows_count, Some(182));
                assert_eq!(profile.media_count, Some(342));
                assert!(profile.profile_picture_url.starts_with("https://"));
            }
        }
    }
}

#[tokio::test]
async fn a_profile_with_nothing_but_an_id_is_a_lead() {
    let shop = Shop::open().await;
    let missing = json!({ "me_missing": [
        "user_id", "username", "name", "account_type", "profile_picture_url",
        "followers_count", "follows_count", "media_count",
    ]});
    let authorized = login_under(&shop, missing).await;
    let profile = profile(&authorized);
    let bare = pb::InstagramProfile {
        id: "27640875392278831".to_owned(),
        fetched_time: profile.fetched_time,
        ..Default::default()
    };
    assert_eq!(profile, bare);
    let found = shop.lead(Key::InstagramScopedId(profile.id)).await.unwrap();
    assert_eq!(Some(found), authorized.lead);
}

#[tokio::test]
async fn a_profile_that_names_no_account_leaves_the_known_account_id() {
    let shop = Shop::open().await;
    let first = shop.login(ACCOUNT).await;
    let again = login_under(&shop, json!({ "me_missing": ["user_id"] })).await;
    assert!(!again.new_lead);
    assert_eq!(profile(&again).user_id, profile(&first).user_id);
    assert_eq!(again.lead.unwrap().login_count, 2);
}

#[tokio::test]
async fn ids_beyond_what_a_float_holds_stay_digit_for_digit() {
    let shop = Shop::open().await;
    let pairs = [
        ("9007199254740993", "9007199254740995"),
        ("9223372036854775809", "18446744073709551615"),
    ];
    for (n, (id, user_id)) in pairs.into_iter().enumerate() {
        for ids in ["number", "string"] {
            let username = format!("big.{n}.{ids}");
            shop.fake
                .account(json!({
                    "username": username, "account_type": "creator", "id": id, "user_id": user_id,
                }))
                .await;
            let visit = shop
                .visit_under(json!({ "me_ids": ids, "token_id": ids }))
                .await;
            let callback = visit.allow(&username).await;
            let authorized = authorized(visit.complete(&shop.client, &callback).await);
            let profile = profile(&authorized);
            assert_eq!((&*profile.id, &*profile.user_id), (id, user_id), "{ids}");
            let key = Key::InstagramUserId(user_id.to_owned());
            assert_eq!(Some(shop.lead(key).await.unwrap()), authorized.lead);
        }
    }
}

#[tokio::test]
async fn ids_beyond_any_integer_stay_digit_for_digit() {
    let (id, user_id) = (
        "98765432109876543210987654321098",
        "18446744073709551616000000000001",
    );
    for (profile_answer, name) in [
        (json!({ "id": id, "user_id": user_id }).to_string(), "text"),
        (
            format!(r#"{{"data":[{{"id":{id},"user_id":{user_id}}}]}}"#),
            "number",
        ),
    ] {
        let instagram = scripted::instagram(profile_answer).await;
        let shop = Shop::open_with(|setup| {
            let usual = format!("{}/graph", setup.instagram);
            setup.replaced.push((usual, instagram.clone()));
        })
        .await;
        let profile = profile(&shop.login(ACCOUNT).await);
        assert_eq!((&*profile.id, &*profile.user_id), (id, user_id), "{name}");
        let found = shop.lead(Key::InstagramUserId(user_id.to_owned())).await;
        assert_eq!(found.unwrap().instagram, Some(profile));
    }
}

#[tokio::test]
async fn the_retired_dialect_logs_in_a_personal_account() {
    let shop = Shop::open_with(|setup| {
        let section = setup.site_section("retired", "dialect = \"basic-display\"");
        let section = section.replace("/www\"", "/api\"");
        let caller = caller_section("retired", "retired", OTHER_TOKEN, "login");
        setup.more = section + &caller;
    })
    .await;
    let client = caller::client(shop.daemon.channel().await, Some(OTHER_TOKEN));
    for envelope in ["full", "wrapped", "bare"] {
        let visit = Visit::begin(&client).await;
        let knobs = json!({ "token_envelope": envelope });
        shop.fake.knobs_for(visit.state(), knobs).await;
        assert!(visit.started.authorization_url.contains("user_profile"));
        let callback = visit.allow("jonas.at.home").await;
        let authorized = authorized(visit.complete(&client, &callback).await);
        let profile = profile(&authorized);
        assert_eq!(profile.account_type(), pb::AccountType::Personal);
        assert_eq!(
            (&*profile.username, &*profile.user_id),
            ("jonas.at.home", "")
        );
        assert_eq!(profile.media_count, Some(343));
        let token = authorized.lead.unwrap().token.unwrap();
        assert_eq!(token.state(), pb::TokenState::LongLived);
    }
    assert!(shop.daemon.log().contains("switched off on 2024-12-04"));
}

#[tokio::test]
async fn what_the_shop_gave_at_the_start_is_on_the_lead() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let agree_time = visit.started.expire_time.map(|mut time| {
        time.seconds -= 3_600;
        time
    });
    let consent = pb::Consent {
        text_version: "2026-11 en".to_owned(),
        agree_time,
        source: "checkout".to_owned(),
        withdraw_time: None,
    };
    let mut request = visit.browser.start_request();
    request.attributes = [("campaign".to_owned(), "Frühling".to_owned())].into();
    request.consent = Some(consent.clone());
    request.force_reauth = true;
    let started = shop.client.clone().start_authorization(request).await;
    let visit = Visit {
        started: started.unwrap().into_inner(),
        ..visit
    };
    assert!(
        visit
            .started
            .authorization_url
            .contains("force_reauth=true")
    );
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
    let lead = lead.unwrap();
    assert_eq!(lead.attributes["campaign"], "Frühling");
    assert_eq!(lead.consent, Some(consent));
}

async fn login_under(shop: &Shop, knobs: Value) -> pb::Authorized {
    let visit = shop.visit_under(knobs).await;
    let callback = visit.allow(ACCOUNT).await;
    authorized(visit.complete(&shop.client, &callback).await)
}

/// A graph host whose profile is what a test says: the sandbox's ids end at
/// 64 bits.
mod scripted {
    use axum::Router;
    use axum::routing::get;
    use tokio::net::TcpListener;

    /// Starts one; gives its address.
    pub async fn instagram(profile: String) -> String {
        let token = r#"{"access_token":"IGAAlong","token_type":"bearer","expires_in":5183944}"#;
        let routes = Router::new()
            .route("/access_token", get(move || async move { token }))
            .route("/v25.0/me", get(move || async move { profile }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        base
    }
}
