//! Calls are followed, for a collector of OpenTelemetry, and nothing secret is
//! told on the way.

use std::sync::{Arc, Mutex};

use leadtap::grpc::pb;
use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use crate::support::caller::{hex, unix};
use crate::support::fake::APP_SECRET;
use crate::support::shop::ACCOUNT;
use crate::support::{Fake, Setup, Shop, eventually};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// All that a collector was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Told {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let of_resources = request.into_inner().resource_spans.into_iter();
        let spans = of_resources
            .flat_map(|one| one.scope_spans)
            .flat_map(|one| one.spans);
        self.0.lock().unwrap().extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A collector on this machine; it ends when it is dropped.
struct Collector {
    told: Told,
    address: String,
    server: JoinHandle<()>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let told = Told::default();
        let service = TraceServiceServer::new(told.clone());
        let server = tokio::spawn(async move {
            let incoming = TcpListenerStream::new(listener);
            let serving = Server::builder().add_service(service);
            serving.serve_with_incoming(incoming).await.unwrap();
        });
        Self {
            told,
            address,
            server,
        }
    }

    fn spans(&self) -> Vec<Span> {
        self.told.0.lock().unwrap().clone()
    }

    fn named(&self, name: &str) -> Vec<Span> {
        let mut spans = self.spans();
        spans.retain(|span| span.name == name);
        spans
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn followed(setup: &mut Setup, otlp: &str, percent: u8) {
    setup.more = format!("[traces]\notlp = \"{otlp}\"\nsample_percent = {percent}");
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|one| one.key == key)?;
    match found.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        other => Some(format!("{other:?}")),
    }
}

/// A call that the caller follows, or says that it does not.
async fn asked_for(shop: &Shop, flag: &str) {
    let mut client = LoginServiceClient::new(unix(&shop.daemon.socket).await);
    let key = pb::get_lead_request::Key::InstagramUserId("1".to_owned());
    let mut request = Request::new(pb::GetLeadRequest { key: Some(key) });
    let traceparent = format!("00-{TRACE}-{PARENT}-{flag}");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", traceparent.parse().unwrap());
    client.get_lead(request).await.unwrap_err();
}

const GET_LEAD: &str = "/leadtap.v1.LoginService/GetLead";
const COMPLETE: &str = "/leadtap.v1.LoginService/CompleteAuthorization";

#[tokio::test]
async fn a_login_is_followed_to_instagram_and_to_the_disk_and_no_secret_with_it() {
    let collector = Collector::start().await;
    let shop = Shop::open_with(|setup| followed(setup, &collector.address, 100)).await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = visit.complete(&shop.client, &callback).await.unwrap();
    let (other, _, _) = shop
        .refused_login(json!({"token_failure": "code_used"}))
        .await;
    shop.daemon.stops().await;

    let [done, failed] = &collector.named(COMPLETE)[..] else {
        panic!("{:?}", collector.spans());
    };
    assert_eq!(attribute(done, "site.id").as_deref(), Some("shop"));
    assert_eq!(attribute(done, "rpc.code").as_deref(), Some("OK"));
    let code = attribute(failed, "rpc.code");
    assert_eq!(code.as_deref(), Some("FAILED_PRECONDITION"));
    for (name, calls) in [("code", 2), ("exchange", 1), ("profile", 1)] {
        let spans = collector.named(name);
        assert_eq!(spans.len(), calls, "{name}");
        assert_eq!(spans[0].trace_id, done.trace_id, "{name} is part of it");
        let meaning = attribute(&spans[0], "upstream.meaning");
        assert_eq!(meaning.as_deref(), Some("answered"));
    }
    let mut writes = collector.named("store.write");
    writes.retain(|span| span.trace_id == done.trace_id);
    assert!(writes.len() >= 3, "{writes:?}");

    let text = format!("{:?}", collector.spans());
    let Some(pb::complete_authorization_response::Outcome::Authorized(lead)) = lead.outcome else {
        panic!("not authorized");
    };
    let lead = lead.lead.unwrap();
    let code = callback.split("code=").nth(1).unwrap();
    let code = code.split(['&', '#']).next().unwrap();
    let profile = lead.instagram.unwrap();
    for secret in [
        APP_SECRET,
        visit.state(),
        other.state(),
        code,
        &hex(&visit.browser.binding),
        &format!("{:?}", visit.browser.binding),
        &lead.lead_id,
        &profile.user_id,
        &profile.id,
        &profile.username,
        "access_token",
        "IGAA",
        "checkout",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn a_call_is_part_of_what_its_caller_follows() {
    let collector = Collector::start().await;
    let shop = Shop::open_with(|setup| followed(setup, &collector.address, 0)).await;
    asked_for(&shop, "01").await;
    shop.login(ACCOUNT).await;
    shop.daemon.stops().await;
    let [span] = &collector.named(GET_LEAD)[..] else {
        panic!("{:?}", collector.spans());
    };
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), PARENT);
    assert_eq!(attribute(span, "rpc.code").as_deref(), Some("NOT_FOUND"));
    let others = collector.spans();
    let others = others.iter().filter(|span| hex(&span.trace_id) != TRACE);
    assert_eq!(others.count(), 0, "nobody else asked to be followed");
}

#[tokio::test]
async fn a_caller_that_follows_nothing_is_not_followed() {
    let collector = Collector::start().await;
    let shop = Shop::open_with(|setup| followed(setup, &collector.address, 100)).await;
    asked_for(&shop, "00").await;
    shop.visit().await;
    shop.daemon.stops().await;
    assert_eq!(collector.named(GET_LEAD).len(), 0);
    let started = collector.named("/leadtap.v1.LoginService/StartAuthorization");
    assert_eq!(started.len(), 1, "while others are");
}

#[tokio::test]
async fn without_a_collector_everything_goes_on() {
    let shop = Shop::open_with(|setup| followed(setup, "http://127.0.0.1:9", 100)).await;
    shop.login(ACCOUNT).await;
    shop.daemon.stops().await;
}

#[tokio::test]
async fn the_log_is_the_same_beside_the_traces() {
    let collector = Collector::start().await;
    let shop = Shop::open_with(|setup| {
        setup.level = "info".to_owned();
        followed(setup, &collector.address, 100);
    })
    .await;
    shop.login(ACCOUNT).await;
    let logged = async || {
        shop.daemon
            .log()
            .contains("the login was completed")
            .then_some(())
    };
    eventually("the login is logged", logged).await;
    assert!(
        !shop.daemon.log().contains("DEBUG"),
        "{}",
        shop.daemon.log()
    );
    shop.daemon.stops().await;
}

#[tokio::test]
async fn traces_go_to_this_machine_alone() {
    let fake = Fake::start().await;
    for address in [
        "http://192.0.2.1:4317",
        "https://127.0.0.1:4317",
        "http://127.0.0.1",
        "127.0.0.1:4317",
    ] {
        let mut setup = Setup::with(&fake);
        followed(&mut setup, address, 100);
        let (exit, said) = setup.refused().await;
        assert_eq!(exit, Some(78), "{address}: {said}");
        assert!(said.contains("traces.otlp"), "{said}");
    }
}
