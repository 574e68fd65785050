//! What comes back through the browser, in every form.

use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::Code;
use url::Url;

use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Refusal, Shop};

#[tokio::test]
async fn a_callback_in_doubt_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let url = Url::parse(&callback).unwrap();
    let code = url
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1;
    let state = visit.state();
    for (query, told) in [
        (
            format!("code={code}&code={code}&state={state}"),
            "code only once",
        ),
        (
            format!("code={code}&code=other&state={state}"),
            "code only once",
        ),
        (
            format!("code={code}&state={state}&state={state}"),
            "state only once",
        ),
        (
            format!("code={code}&state={state}&%73tate=x"),
            "state only once",
        ),
        (format!("state={state}"), "code or error"),
        (
            format!("code={code}&error=access_denied&state={state}"),
            "both",
        ),
        (format!("error=a&error=b&state={state}"), "error only once"),
        (format!("code={code}"), "state beside code"),
        (format!("code=&state={state}"), "code must be"),
        (
            format!("code={}&state={state}", "c".repeat(2_049)),
            "code must be",
        ),
        (format!("code={code}&state={state}%00"), "state must be"),
        (
            format!("code={code}&state={}", "s".repeat(513)),
            "state must be",
        ),
        (
            "https://shop.example/instagram/callback".to_owned(),
            "code or error",
        ),
    ] {
        let refusal = Refusal::from(visit.complete(&shop.client, &query).await)
            .is(
                Code::InvalidArgument,
                Reason::CallbackInvalid,
                "START_AGAIN",
            )
            .after(None);
        assert!(refusal.message.contains(told), "{refusal:?} for {told}");
        assert!(!refusal.message.contains(&*code) && !refusal.message.contains(state));
    }
    let huge = format!("{callback}&x={}", "x".repeat(8_192));
    let refusal = Refusal::from(visit.complete(&shop.client, &huge).await);
    refusal.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
    assert_eq!(shop.fake.calls(state).await, [0, 0, 0]);

    let done = authorized(visit.complete(&shop.client, &callback).await);
    assert!(done.new_lead && !done.replayed);
}

#[tokio::test]
async fn a_callback_is_understood_however_the_shop_got_hold_of_it() {
    let shop = Shop::open().await;
    for form in 0..7 {
        let visit = shop.visit().await;
        let url = visit.allow(ACCOUNT).await;
        let without_fragment = url.strip_suffix("#_").unwrap();
        let query = without_fragment.split_once('?').unwrap().1;
        let given = match form {
            0 => url.clone(),
            1 => without_fragment.to_owned(),
            2 => query.to_owned(),
            3 => format!("?{query}#_"),
            4 => format!("/instagram/callback?{query}"),
            5 => format!("  {query}%23_\n"),
            _ => format!("utm_source=a+b&{query}&wc-api=leadtap"),
        };
        let done = authorized(visit.complete(&shop.client, &given).await);
        assert!(!done.replayed, "form {form}");
    }
}
