//! Programs that call the daemon, each with what it proves itself with.

use std::path::Path;

use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use ring::digest::{SHA256, digest};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::daemon::Daemon;

/// A client that may carry a bearer token.
pub type Client = LoginServiceClient<InterceptedService<Channel, Bearer>>;

/// Adds the token to each call.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    /// Of this token, or none.
    pub fn of(token: Option<&str>) -> Self {
        Self(token.map(|token| format!("Bearer {token}").parse().unwrap()))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            let token = token.clone();
            request.metadata_mut().insert("authorization", token);
        }
        Ok(request)
    }
}

/// A client on this connection.
pub fn client(channel: Channel, token: Option<&str>) -> Client {
    LoginServiceClient::with_interceptor(channel, Bearer::of(token))
}

/// A connection to the socket at `path`.
pub async fn unix(path: &Path) -> Channel {
    let address = format!("unix://{}", path.display());
    let endpoint = Endpoint::try_from(address).unwrap();
    endpoint.connect().await.unwrap()
}

/// A connection over TCP.
pub async fn tcp(daemon: &Daemon) -> Channel {
    let endpoint = Endpoint::try_from(tcp_address(daemon)).unwrap();
    endpoint.connect().await.unwrap()
}

/// Where the daemon listens on TCP: the system chose the port, the log says it.
pub fn tcp_address(daemon: &Daemon) -> String {
    format!("http://{}", tcp_place(daemon))
}

/// The same, as host and port.
pub fn tcp_place(daemon: &Daemon) -> String {
    let log = daemon.log();
    let (_, rest) = log.split_once("listen.tcp=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

/// `[[caller]]` with a bearer token.
pub fn caller_section(name: &str, site: &str, token: &str, permission: &str) -> String {
    super::secrets::remember(token);
    let hash = hex(digest(&SHA256, token.as_bytes()).as_ref());
    format!(
        r#"
[[caller]]
name = "{name}"
site = "{site}"
token_sha256 = "{hash}"
permissions = ["{permission}"]
"#
    )
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
