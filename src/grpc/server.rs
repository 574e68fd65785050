//! One listener speaks gRPC and gRPC-Web.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic_web::GrpcWebLayer;
use tower::layer::util::{Identity, Stack};

use super::admin::AdminHandlers;
use super::connections::{Certificate, Listener, Room, Until, incoming, incoming_tls};
use super::gate::{GateLayer, Gatekeeper};
use super::lead::LeadHandlers;
use super::login::LoginHandlers;
use super::pb::admin_service_server::AdminServiceServer;
use super::pb::lead_service_server::LeadServiceServer;
use super::pb::login_service_server::LoginServiceServer;
use super::pb::platform_service_server::PlatformServiceServer;
use super::pb::token_service_server::TokenServiceServer;
use super::pb::webhook_service_server::WebhookServiceServer;
use super::platform::PlatformHandlers;
use super::token::TokenHandlers;
use super::webhook::WebhookHandlers;
use super::{DESCRIPTORS, health};
use crate::domain::clock::Clock;
use crate::domain::limits;
use crate::service::{
    Erasures, Keys, Leads, Login, Maintenance, Overview, Platform, Tokens, Webhooks,
};
use crate::storage::Store;

/// Calls that one connection may have under way. The next one waits for its
/// turn on the client's side (RFC 9113 section 5.1.2).
pub const STREAMS_PER_CONNECTION: u32 = 1024;

/// A connection that is silent for this long is asked for a sign of life...
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);

/// ... and closed when none comes for this long.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);

type Layers = Stack<GateLayer, Stack<GrpcWebLayer, Identity>>;

/// What the handlers stand on.
#[derive(Clone)]
pub struct Services {
    /// The logins.
    pub login: Login,
    /// The leads.
    pub leads: Leads,
    /// The keys.
    pub keys: Keys,
    /// The erasure of leads.
    pub erasures: Erasures,
    /// The tokens, and their keeper.
    pub tokens: Tokens,
    /// What Meta sends.
    pub platform: Platform,
    /// Who is told of what happens to leads.
    pub webhooks: Webhooks,
    /// Backups and compactions.
    pub maintenance: Maintenance,
    /// How everything is.
    pub overview: Overview,
    /// For what a request says about times.
    pub clock: Arc<dyn Clock>,
    /// For the health service.
    pub store: Store,
}

/// The services behind the gate, ready to serve on this runtime's listeners.
///
/// # Errors
/// When the descriptors of the contract are not what the build made.
pub fn router(
    services: &Services,
    gatekeeper: &Arc<Gatekeeper>,
) -> Result<Router<Layers>, tonic_reflection::server::Error> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    let reflection_alpha = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    let (reporter, health) = tonic_health::server::health_reporter();
    tokio::spawn(health::follow(reporter, services.store.health()));

    let handlers = LoginHandlers {
        login: services.login.clone(),
        leads: services.leads.clone(),
        clock: Arc::clone(&services.clock),
    };
    let admin = AdminHandlers {
        keys: services.keys.clone(),
        maintenance: services.maintenance.clone(),
        overview: services.overview.clone(),
    };
    let lead_handlers = LeadHandlers {
        erasures: services.erasures.clone(),
        leads: services.leads.clone(),
        tokens: services.tokens.clone(),
        clock: Arc::clone(&services.clock),
    };
    let tokens = TokenHandlers {
        tokens: services.tokens.clone(),
        clock: Arc::clone(&services.clock),
    };
    let platform = PlatformHandlers {
        platform: services.platform.clone(),
    };
    let webhooks = WebhookHandlers {
        webhooks: services.webhooks.clone(),
    };
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(
            LoginServiceServer::new(handlers).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(
            AdminServiceServer::new(admin).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(
            LeadServiceServer::new(lead_handlers).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(
            TokenServiceServer::new(tokens).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(
            PlatformServiceServer::new(platform).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(
            WebhookServiceServer::new(webhooks).max_decoding_message_size(limits::REQUEST_BYTES),
        )
        .add_service(health)
        .add_service(reflection.build_v1()?)
        .add_service(reflection_alpha.build_v1alpha()?);
    Ok(Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .layer(GrpcWebLayer::new())
        .layer(GateLayer(Arc::clone(gatekeeper)))
        .add_routes(routes.routes()))
}

/// When a listener's work ends.
pub struct End<F> {
    /// No connection is taken any more once this is cancelled.
    pub of_taking: CancellationToken,
    /// From here on connections end, each when its calls are answered.
    pub of_connections: F,
}

/// Serves on a listener until the end, then until the calls under way are
/// answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve<L: Listener + 'static>(
    router: Router<Layers>,
    listener: L,
    room: Room,
    end: End<impl Future<Output = ()>>,
) -> Result<(), tonic::transport::Error> {
    let taken = incoming(Until(end.of_taking, listener), room);
    router
        .serve_with_incoming_shutdown(taken, end.of_connections)
        .await
}

/// Serves on TCP with TLS, likewise.
///
/// # Errors
/// When the listener fails.
pub async fn serve_tls(
    router: Router<Layers>,
    listener: TcpListener,
    certificate: Certificate,
    room: Room,
    end: End<impl Future<Output = ()>>,
) -> Result<(), tonic::transport::Error> {
    let taken = incoming_tls(Until(end.of_taking, listener), room, certificate);
    router
        .serve_with_incoming_shutdown(taken, end.of_connections)
        .await
}
