//! What Meta sends: the sandbox signs it, the shop hands it on.

use leadtap::grpc::pb::platform_service_client::PlatformServiceClient;
use leadtap::grpc::pb::{self, DeletionState, ErrorReason as Reason, TokenState};
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::support::caller::{self, caller_section};
use crate::support::shop::{ACCOUNT, keys};
use crate::support::{Refusal, Setup, Shop, eventually};

const HOUR: i64 = 60 * 60;

/// Lets the plugin's caller hand on what Meta sends, too.
fn with_platform(setup: &mut Setup) {
    let login = "permissions = [\"login\"]".to_owned();
    let both = "permissions = [\"login\", \"platform\"]".to_owned();
    setup.replaced.push((login, both));
    setup.site =
        "deletion_status_url = \"https://shop.example/deleted?code={code}&lang=en\"".into();
}

/// A shop that Meta speaks to.
struct Platform {
    shop: Shop,
    service: PlatformServiceClient<Channel>,
}

impl Platform {
    async fn open() -> Self {
        Self::open_with("").await
    }

    /// Whose site has these lines too.
    async fn open_with(site: &str) -> Self {
        let shop = Shop::open_with(|setup| {
            with_platform(setup);
            setup.site = format!("{}\n{site}", setup.site);
        })
        .await;
        let service = PlatformServiceClient::new(shop.daemon.channel().await);
        Self { shop, service }
    }

    /// What Meta posts, as the sandbox signs it.
    async fn signed(&self, order: Value) -> String {
        let post = reqwest::Method::POST;
        let answer = self.shop.fake.control(post, "signed-request", Some(order));
        answer.await["signed_request"].as_str().unwrap().to_owned()
    }

    async fn deauthorize(
        &self,
        signed_request: String,
    ) -> Result<pb::HandleDeauthorizationResponse, Status> {
        let request = pb::HandleDeauthorizationRequest { signed_request };
        let answer = self.service.clone().handle_deauthorization(request).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn delete(
        &self,
        signed_request: String,
    ) -> Result<pb::HandleDataDeletionResponse, Status> {
        let request = pb::HandleDataDeletionRequest { signed_request };
        let answer = self.service.clone().handle_data_deletion(request).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn status(&self, code: &str) -> Result<pb::DeletionStatus, Status> {
        let request = pb::GetDeletionStatusRequest {
            confirmation_code: code.to_owned(),
        };
        let answer = self.service.clone().get_deletion_status(request).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn lead(&self) -> pb::Lead {
        self.shop.login(ACCOUNT).await.lead.unwrap()
    }

    async fn is_gone(&self, lead: &pb::Lead) {
        for key in keys(lead) {
            let found = self.shop.lead(key).await;
            Refusal::from(found).is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST");
        }
    }
}

fn now() -> i64 {
    let clock = leadtap::domain::clock::SystemClock;
    leadtap::domain::clock::Clock::now(&clock).as_micros() / 1_000_000
}

/// Every form in which Meta may name the person.
fn forms() -> Vec<Value> {
    let mut forms = Vec::new();
    for id_field in ["user_id", "id"] {
        for padded in [false, true] {
            for id_as_number in [false, true] {
                forms.push(json!({
                    "account": ACCOUNT,
                    "id_field": id_field,
                    "padded": padded,
                    "id_as_number": id_as_number,
                }));
            }
        }
    }
    forms
}

#[tokio::test]
async fn a_person_who_asks_meta_for_deletion_is_erased_in_whatever_form_it_comes() {
    let meta = Platform::open().await;
    let begun = now();
    for (back, mut form) in (0..).zip(forms()) {
        // One message of one second is the same message, in whatever form.
        form["issued_at"] = json!(begun - back);
        let lead = meta.lead().await;
        let done = meta.delete(meta.signed(form.clone()).await).await.unwrap();
        meta.is_gone(&lead).await;
        let code = &done.confirmation_code;
        assert!(code.len() == 32 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(
            done.url,
            format!("https://shop.example/deleted?code={code}&lang=en")
        );
        let status = meta.status(code).await.unwrap();
        assert_eq!(status.state(), DeletionState::Erased, "{form}");
        assert_eq!((status.erased_leads, status.erased_tokens), (1, 1));
        assert_eq!(Some(&status), done.status.as_ref());
        assert_eq!(meta.status(&code.to_uppercase()).await.unwrap(), status);
    }
}

#[tokio::test]
async fn a_deletion_that_comes_again_has_the_same_code_and_spares_who_came_back() {
    let meta = Platform::open().await;
    let lead = meta.lead().await;
    let signed = meta.signed(json!({ "account": ACCOUNT })).await;
    let first = meta.delete(signed.clone()).await.unwrap();
    let back = meta.lead().await;
    assert_eq!(back.login_count, 1, "a new lead");
    let again = meta.delete(signed.clone()).await.unwrap();
    assert_eq!(again, first);
    let [by_id, ..] = keys(&back);
    assert_eq!(meta.shop.lead(by_id.clone()).await.unwrap(), back);
    // Whom it erased, the audit log says, and once.
    let lines = eventually("a line about the erasure", async || {
        let lines = meta.shop.daemon.audited("erasure.meta");
        (!lines.is_empty()).then_some(lines)
    })
    .await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["subject"], format!("lead {}", lead.lead_id));

    // Also when the daemon crashed in between.
    let Platform { shop, .. } = meta;
    let Shop {
        daemon,
        setup,
        fake: _fake,
        ..
    } = shop;
    daemon.kill_9();
    let daemon = setup.start().await;
    let mut service = PlatformServiceClient::new(daemon.channel().await);
    let request = pb::HandleDataDeletionRequest {
        signed_request: signed,
    };
    let again = service.handle_data_deletion(request).await.unwrap();
    assert_eq!(again.into_inner(), first);
    daemon.stops().await;
}

#[tokio::test]
async fn two_deliveries_at_once_are_one_deletion() {
    let meta = Platform::open().await;
    meta.lead().await;
    let signed = meta.signed(json!({ "account": ACCOUNT })).await;
    let (one, two) = tokio::join!(meta.delete(signed.clone()), meta.delete(signed));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    assert_eq!(one.status.unwrap().erased_leads, 1);
}

#[tokio::test]
async fn a_person_of_whom_nothing_is_held_gets_a_code_that_says_so() {
    let meta = Platform::open().await;
    let lead = meta.lead().await;
    let signed = meta.signed(json!({ "user_id": "17841400000000001" })).await;
    let done = meta.delete(signed).await.unwrap();
    let status = meta.status(&done.confirmation_code).await.unwrap();
    assert_eq!(status.state(), DeletionState::NothingHeld);
    assert_eq!((status.erased_leads, status.erased_tokens), (0, 0));
    let [by_id, ..] = keys(&lead);
    assert_eq!(meta.shop.lead(by_id).await.unwrap(), lead);
}

#[tokio::test]
async fn a_person_who_removes_the_app_keeps_the_lead_and_loses_the_token() {
    let meta = Platform::open().await;
    for form in forms() {
        let lead = meta.lead().await;
        let mut form = form;
        // The token was refreshed in this very second, or before it.
        form["issued_at"] = json!(now() + 1);
        let signed = meta.signed(form.clone()).await;
        let done = meta.deauthorize(signed.clone()).await.unwrap();
        assert_eq!(done.lead_id, lead.lead_id);
        assert!(done.token_revoked, "{form}");
        let [by_id, ..] = keys(&lead);
        let after = meta.shop.lead(by_id).await.unwrap();
        assert_eq!(after.token.unwrap().state(), TokenState::Revoked);
        assert_eq!(after.instagram, lead.instagram);
        let again = meta.deauthorize(signed).await.unwrap();
        assert!(!again.token_revoked, "it is over already");
    }
    let healed = meta.lead().await.token.unwrap();
    assert_eq!(healed.state(), TokenState::LongLived);
}

#[tokio::test]
async fn a_removal_that_is_older_than_the_token_leaves_it_alone() {
    let meta = Platform::open().await;
    let lead = meta.lead().await;
    let before = json!({ "account": ACCOUNT, "issued_at": now() - 60 });
    let done = meta.deauthorize(meta.signed(before).await).await.unwrap();
    assert!(!done.token_revoked);
    let [by_id, ..] = keys(&lead);
    assert_eq!(meta.shop.lead(by_id).await.unwrap(), lead);
    let nobody = json!({ "user_id": "17841400000000001" });
    let done = meta.deauthorize(meta.signed(nobody).await).await.unwrap();
    assert_eq!(done, pb::HandleDeauthorizationResponse::default());
}

#[tokio::test]
async fn what_meta_did_not_sign_is_not_acted_upon() {
    let meta = Platform::open().await;
    let lead = meta.lead().await;
    let genuine = meta.signed(json!({ "account": ACCOUNT })).await;
    for bad in [
        meta.signed(json!({ "account": ACCOUNT, "forged": true }))
            .await,
        meta.signed(json!({ "account": ACCOUNT, "algorithm": "none" }))
            .await,
        genuine.replace('.', ""),
        "rubbish".to_owned(),
        genuine[1..].to_owned(),
    ] {
        let refusals = [
            Refusal::from(meta.delete(bad.clone()).await),
            Refusal::from(meta.deauthorize(bad.clone()).await),
        ];
        for refusal in refusals {
            let refusal = refusal.is(
                Code::InvalidArgument,
                Reason::SignedRequestInvalid,
                "OPERATOR",
            );
            assert!(!refusal.message.contains(&bad), "{refusal:?}");
        }
    }
    let [by_id, ..] = keys(&lead);
    assert_eq!(meta.shop.lead(by_id).await.unwrap(), lead);
}

/// Messages of both kinds are believed from so many hours back to five minutes
/// ahead, and those outside change nothing.
async fn believes(meta: &Platform, hours: i64) {
    let lead = meta.lead().await;
    let signed = async |seconds: i64| {
        let order = json!({ "account": ACCOUNT, "issued_at": now() + seconds });
        meta.signed(order).await
    };
    for outside in [-hours * HOUR - 60, -400 * 24 * HOUR, 5 * 60 + 60] {
        let refusals = [
            Refusal::from(meta.deauthorize(signed(outside).await).await),
            Refusal::from(meta.delete(signed(outside).await).await),
        ];
        for refusal in refusals {
            refusal.is(
                Code::FailedPrecondition,
                Reason::SignedRequestExpired,
                "OPERATOR",
            );
        }
    }
    let [by_id, ..] = keys(&lead);
    assert_eq!(meta.shop.lead(by_id).await.unwrap(), lead);
    // One that is older than the token is believed, and leaves it alone.
    for (inside, revokes) in [(-hours * HOUR + 60, false), (5 * 60 - 60, true)] {
        let done = meta.deauthorize(signed(inside).await).await.unwrap();
        assert_eq!(
            (&done.lead_id, done.token_revoked),
            (&lead.lead_id, revokes)
        );
    }
    for (inside, erased) in [(-hours * HOUR + 60, 1), (5 * 60 - 60, 0)] {
        let done = meta.delete(signed(inside).await).await.unwrap();
        assert_eq!(done.status.unwrap().erased_leads, erased);
    }
    meta.is_gone(&lead).await;
}

#[tokio::test]
async fn a_message_is_believed_for_a_day_and_not_before_its_time() {
    believes(&Platform::open().await, 24).await;
}

#[tokio::test]
async fn a_message_is_believed_for_as_long_as_the_site_says() {
    for hours in [1, 100] {
        let line = format!("signed_request_max_age_hours = {hours}");
        believes(&Platform::open_with(&line).await, hours).await;
    }
}

#[tokio::test]
async fn what_cannot_be_a_message_or_a_code_breaks_its_limit() {
    let meta = Platform::open().await;
    for text in [String::new(), "a".repeat(4_097)] {
        let refusal = Refusal::from(meta.delete(text).await);
        let refusal = refusal.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        assert_eq!(refusal.fields[0].0, "signed_request");
    }
    for code in [String::new(), "a".repeat(257)] {
        let refusal = Refusal::from(meta.status(&code).await);
        let refusal = refusal.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        assert_eq!(refusal.fields[0].0, "confirmation_code");
    }
    for code in ["x", &"0".repeat(32)] {
        Refusal::from(meta.status(code).await).is(
            Code::NotFound,
            Reason::DeletionNotFound,
            "FIX_REQUEST",
        );
    }
}

#[tokio::test]
async fn of_two_sites_with_one_app_the_callers_is_meant() {
    const OTHER: &str = "another-site-bearer-token-71c0";
    let shop = Shop::open_with(|setup| {
        with_platform(setup);
        let site = setup.site_section("other", "");
        setup.more = site + &caller_section("other", "other", OTHER, "platform");
    })
    .await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let order = Some(json!({ "account": ACCOUNT }));
    let signed = shop
        .fake
        .control(reqwest::Method::POST, "signed-request", order)
        .await;
    let signed_request = signed["signed_request"].as_str().unwrap().to_owned();
    let mut other = PlatformServiceClient::new(caller::tcp(&shop.daemon).await);
    let bearer: tonic::metadata::MetadataValue<_> = format!("Bearer {OTHER}").parse().unwrap();
    let mut request = Request::new(pb::HandleDataDeletionRequest { signed_request });
    request
        .metadata_mut()
        .insert("authorization", bearer.clone());
    let done = other.handle_data_deletion(request).await.unwrap();
    let done = done.into_inner();
    assert_eq!(
        done.status.unwrap().state(),
        DeletionState::NothingHeld,
        "the other site knows nobody"
    );
    assert_eq!(done.url, "", "and has no page");
    let [by_id, ..] = keys(&lead);
    assert_eq!(shop.lead(by_id).await.unwrap(), lead);
    // Nor is its code known here.
    let mut here = PlatformServiceClient::new(shop.daemon.channel().await);
    let foreign = pb::GetDeletionStatusRequest {
        confirmation_code: done.confirmation_code,
    };
    Refusal::from(here.get_deletion_status(foreign).await).is(
        Code::NotFound,
        Reason::DeletionNotFound,
        "FIX_REQUEST",
    );
}
