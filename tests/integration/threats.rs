//! What went wrong elsewhere, so that it cannot here. `SECURITY.md` has the
//! table: each row names its test, and most of them stand here.

use std::collections::BTreeSet;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use prost_reflect::{DescriptorPool, MessageDescriptor};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tonic::Code;

use crate::support::caller::{self, caller_section};
use crate::support::shop::{ACCOUNT, authorized, get_lead, keys, profile};
use crate::support::{Browser, Fake, Refusal, Setup, Shop, Visit};

/// The paths of all fields that can be reached from a message, with `.`
/// between.
fn fields(message: &MessageDescriptor) -> BTreeSet<String> {
    fn walk(
        message: &MessageDescriptor,
        path: &str,
        seen: &[String],
        found: &mut BTreeSet<String>,
    ) {
        let mut seen = seen.to_vec();
        if seen.iter().any(|name| name == message.full_name()) {
            return;
        }
        seen.push(message.full_name().to_owned());
        for field in message.fields() {
            let path = format!("{path}.{}", field.name());
            if let Some(inner) = field.kind().as_message() {
                walk(inner, &path, &seen, found);
            }
            found.insert(path);
        }
    }
    let mut found = BTreeSet::new();
    walk(message, message.name(), &[], &mut found);
    found
}

fn contract() -> DescriptorPool {
    DescriptorPool::decode(leadtap::grpc::DESCRIPTORS).unwrap()
}

#[tokio::test]
async fn an_email_address_identifies_nobody() {
    // No request can look anything up by one: it only ever stands where it is written down.
    for method in contract()
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
    {
        for field in fields(&method.input()) {
            let written = field.contains(".contact.");
            assert!(
                written || !field.contains("email"),
                "{}: {field}",
                method.full_name()
            );
        }
    }
    // And two people with the same one are two leads, at every login.
    let shop = Shop::open().await;
    let login = async |account: &str| {
        let browser = Browser::new();
        let request = pb::StartAuthorizationRequest {
            attributes: [("email".to_owned(), "shared@shop.example".to_owned())].into(),
            ..browser.start_request()
        };
        let started = shop.client.clone().start_authorization(request).await;
        let visit = Visit {
            started: started.unwrap().into_inner(),
            browser,
        };
        let callback = visit.allow(account).await;
        authorized(visit.complete(&shop.client, &callback).await)
    };
    shop.fake
        .account(json!({ "username": "other", "account_type": "creator", "id": 31, "user_id": 32 }))
        .await;
    let (one, other) = (login(ACCOUNT).await, login("other").await);
    assert!(one.new_lead && other.new_lead);
    for (account, first) in [(ACCOUNT, one), ("other", other)] {
        let again = login(account).await;
        assert!(!again.new_lead);
        assert_eq!(again.lead.unwrap().lead_id, first.lead.unwrap().lead_id);
    }
}

#[tokio::test]
async fn a_callback_url_in_another_browser_logs_nobody_in() {
    let shop = Shop::open().await;
    // Somebody allows with an account of their own and sends the URL to a victim.
    let attacker = shop.visit().await;
    let url = attacker.allow(ACCOUNT).await;
    let mut client = shop.client.clone();
    for _ in 0..2 {
        let victim = Browser::new();
        let tapped = client
            .complete_authorization(victim.complete_request(&url))
            .await;
        Refusal::from(tapped).is(
            Code::PermissionDenied,
            Reason::BrowserBindingMismatch,
            "START_AGAIN",
        );
    }
    assert_eq!(shop.fake.calls(attacker.state()).await, [0, 0, 0]);
    // It is not even spoilt for the browser that began.
    authorized(attacker.complete(&shop.client, &url).await);
}

#[tokio::test]
async fn a_state_that_only_looks_right_is_worth_nothing() {
    // A state that needs no record would be good in every daemon with the same keys.
    let fake = Fake::start().await;
    let (one, mut two) = (Setup::with(&fake), Setup::with(&fake));
    let keys = one.path("keys");
    two.replaced.push((
        two.path("keys").display().to_string(),
        keys.display().to_string(),
    ));
    let (one, two) = (one.start().await, two.start().await);
    let (here, there) = (
        caller::client(one.channel().await, None),
        caller::client(two.channel().await, None),
    );
    let visit = Visit::begin(&here).await;
    let callback = visit.allow(ACCOUNT).await;
    Refusal::from(visit.complete(&there, &callback).await).is(
        Code::NotFound,
        Reason::AuthorizationNotFound,
        "START_AGAIN",
    );
    // Nor is one that differs in a single character.
    let state = visit.state();
    let other = if state.ends_with('A') { "Q" } else { "A" };
    let close = format!("{}{other}", &state[..state.len() - 1]);
    let changed = callback.replace(state, &close);
    Refusal::from(visit.complete(&here, &changed).await).is(
        Code::NotFound,
        Reason::AuthorizationNotFound,
        "START_AGAIN",
    );
    assert_eq!(fake.calls(state).await, [0, 0, 0]);
    authorized(visit.complete(&here, &callback).await);
    one.stops().await;
    two.stops().await;
}

/// Instagram's host for codes, which says of every token that it is somebody
/// else's.
async fn lying_api(fake: &Fake, ids: [u64; 2]) -> String {
    async fn exchange(
        State((to, ids)): State<(String, [u64; 2])>,
        form: Bytes,
    ) -> impl IntoResponse {
        let http = crate::support::fake::http();
        let request = http.post(format!("{to}/api/oauth/access_token")).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer["access_token"].is_string(), "{answer}");
        answer["user_id"] = json!(ids[0]);
        answer["id"] = json!(ids[1]);
        axum::Json(answer)
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/api/oauth/access_token", post(exchange))
        .with_state((fake.base.clone(), ids));
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

#[tokio::test]
async fn who_logged_in_is_who_the_profile_says_and_nobody_else() {
    const VICTIM: [u64; 2] = [41, 42];
    let fake = Fake::start().await;
    fake.account(json!({
        "username": "victim", "account_type": "business", "id": VICTIM[0], "user_id": VICTIM[1],
    }))
    .await;
    let mut setup = Setup::with(&fake);
    let lying = lying_api(&fake, VICTIM).await;
    setup
        .replaced
        .push((format!("{}/api", fake.base), format!("{lying}/api")));
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    let victim = Visit::begin(&client).await;
    let callback = victim.allow("victim").await;
    let victim = authorized(victim.complete(&client, &callback).await);
    assert_eq!(profile(&victim).username, "victim");

    // Neither the token endpoint nor the request has a say in it.
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    let claims = "user_id=42&id=41&instagram_user_id=42&username=victim";
    let callback = callback.replacen('?', &format!("?{claims}&"), 1);
    let done = authorized(visit.complete(&client, &callback).await);
    assert!(done.new_lead);
    assert_eq!(profile(&done).username, ACCOUNT);
    assert_ne!(
        done.lead.unwrap().lead_id,
        victim.lead.clone().unwrap().lead_id
    );
    for key in keys(&victim.lead.clone().unwrap()) {
        let lead = get_lead(&client, key).await.unwrap();
        assert_eq!(Some(lead), victim.lead, "untouched");
    }
    daemon.stops().await;
}

#[tokio::test]
async fn a_caller_whose_feature_is_off_gets_nothing() {
    const TOKEN: &str = "a-plugin-without-the-login-feature";
    let shop = Shop::open_with(|setup| {
        setup.more = caller_section("feed", "shop", TOKEN, "tokens");
    })
    .await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let channel = caller::tcp(&shop.daemon).await;
    let off = caller::client(channel.clone(), Some(TOKEN));
    let unknown = caller::client(channel, Some("nobody-configured-this"));
    for (client, code, reason) in [
        (off, Code::PermissionDenied, Reason::PermissionMissing),
        (unknown, Code::Unauthenticated, Reason::CallerUnknown),
    ] {
        let is_refused = |refusal: Refusal| {
            refusal.is(code, reason, "OPERATOR");
        };
        let start = Browser::new().start_request();
        is_refused(Refusal::from(
            client.clone().start_authorization(start).await,
        ));
        is_refused(Refusal::from(visit.complete(&client, &callback).await));
        for key in keys(&lead) {
            is_refused(Refusal::from(get_lead(&client, key).await));
        }
    }
    assert_eq!(shop.fake.calls(visit.state()).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_caller_cannot_choose_a_role() {
    let pool = contract();
    let login = pool.get_service_by_name("leadtap.v1.LoginService").unwrap();
    for method in login.methods() {
        // That tells a caller what the configuration says of it, and takes nothing.
        let tells = method.name() == "GetSite";
        let answer = if tells {
            Default::default()
        } else {
            fields(&method.output())
        };
        for field in fields(&method.input()).union(&answer) {
            for word in [
                "role",
                "capabilit",
                "permission",
                "admin",
                "wp_",
                "password",
            ] {
                assert!(!field.contains(word), "{field}");
            }
        }
    }
    // What a page smuggles in stays a text beside the lead.
    let shop = Shop::open().await;
    let browser = Browser::new();
    let request = pb::StartAuthorizationRequest {
        attributes: [("role".to_owned(), "administrator".to_owned())].into(),
        ..browser.start_request()
    };
    let started = shop.client.clone().start_authorization(request).await;
    let visit = Visit {
        started: started.unwrap().into_inner(),
        browser,
    };
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&shop.client, &callback).await)
        .lead
        .unwrap();
    assert_eq!(lead.attributes["role"], "administrator");
}

#[tokio::test]
async fn no_two_visitors_share_a_state() {
    const VISITORS: usize = 200;
    let shop = Shop::open().await;
    // As a page cache would: the same browser, the same request, at once.
    let browser = Browser::new();
    let starts = (0..VISITORS).map(|_| {
        let (mut client, request) = (shop.client.clone(), browser.start_request());
        async move {
            client
                .start_authorization(request)
                .await
                .unwrap()
                .into_inner()
        }
    });
    let started = futures_util::future::join_all(starts).await;
    let states: BTreeSet<_> = started.iter().map(|one| one.state.clone()).collect();
    assert_eq!(states.len(), VISITORS);
    for one in &started {
        assert!(one.authorization_url.contains(&one.state));
        assert_eq!(one.state.len(), 43, "256 random bits");
    }
}

#[tokio::test]
async fn a_cached_redirect_logs_the_next_visitor_into_nothing() {
    let shop = Shop::open().await;
    let first = shop.visit().await;
    // The next visitor is sent to the first one's window, and allows there.
    let next = Browser::new();
    let callback = next.allow(&first.started.authorization_url, ACCOUNT).await;
    let mut client = shop.client.clone();
    let answer = client
        .complete_authorization(next.complete_request(&callback))
        .await;
    Refusal::from(answer).is(
        Code::PermissionDenied,
        Reason::BrowserBindingMismatch,
        "START_AGAIN",
    );
    assert_eq!(shop.fake.calls(first.state()).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_second_tab_does_not_end_the_first() {
    let shop = Shop::open().await;
    let browser = Browser::new();
    let mut client = shop.client.clone();
    let mut tabs = Vec::new();
    for _ in 0..3 {
        let started = client.start_authorization(browser.start_request()).await;
        tabs.push(started.unwrap().into_inner());
    }
    let mut leads = BTreeSet::new();
    for tab in tabs {
        let callback = browser.allow(&tab.authorization_url, ACCOUNT).await;
        let request = browser.complete_request(&callback);
        let answer = client.complete_authorization(request).await;
        let done = authorized(answer.map(tonic::Response::into_inner));
        leads.insert(done.lead.unwrap().lead_id);
    }
    assert_eq!(leads.len(), 1);
}

/// The last column of each row of the table: a file, and a test in it.
#[test]
fn every_row_of_the_table_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (_, table) = document.split_once("| what happened elsewhere |").unwrap();
    let rows: Vec<_> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(rows.len() >= 9, "{rows:?}");
    for row in rows {
        let tests: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let [file, tests @ ..] = tests.as_slice() else {
            panic!("no test in {row}");
        };
        let code = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            assert!(code.contains(&format!("fn {test}(")), "no {test} in {file}");
        }
    }
}
