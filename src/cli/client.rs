//! Reaches the running daemon.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use url::{Host, Url};

use super::exit::{CommandError, Exit};
use super::tls::{Files, Tls};
use super::unreachable::unreachable;
use crate::config::SecretSource;
use crate::grpc::pb::login_service_client::LoginServiceClient;

/// Where the daemon's package puts the socket.
const DEFAULT_SOCKET: &str = "/run/leadtap/leadtap.sock";

/// How long connecting may take; the daemon is on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call may take: above what the daemon's own calls to Instagram
/// can add up to, so that its answer is seen and not ours.
const CALL_TIMEOUT: Duration = Duration::from_secs(90);

/// Where the daemon is, and how to be let in.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Reaching the daemon")]
pub(super) struct ClientArgs {
    /// The daemon's Unix socket [env: LEADTAP_SOCKET] [default:
    /// /run/leadtap/leadtap.sock]
    #[arg(long, value_name = "PATH", conflicts_with = "address")]
    pub(super) socket: Option<PathBuf>,

    /// The daemon's address: http://127.0.0.1:7171 on this machine, or
    /// https://HOST:PORT anywhere [env: LEADTAP_ADDRESS]
    #[arg(long, value_name = "URL")]
    pub(super) address: Option<String>,

    /// With https: the certificate of the authority to trust, in PEM, instead
    /// of this machine's list
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,

    /// With https: the certificate to show, in PEM
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(super) client_certificate: Option<PathBuf>,

    /// The key of that certificate, in a file of mode 0600
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    pub(super) client_key: Option<PathBuf>,

    /// A file of mode 0600 with the caller's token [env: LEADTAP_TOKEN_FILE]
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
}

/// A daemon, and the means to be let in.
#[derive(Clone)]
pub(super) struct Target {
    endpoint: Endpoint,
    shown: String,
    bearer: Bearer,
    tls: Option<Tls>,
}

/// A connection that lets the caller in: a client of any of the services can
/// be made over it.
pub(super) type Connection = InterceptedService<Channel, Bearer>;

impl ClientArgs {
    /// Where to call. An option counts more than a variable of the
    /// environment.
    pub(super) fn target(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Target, CommandError> {
        let token_file = self
            .token_file
            .clone()
            .or_else(|| variable("LEADTAP_TOKEN_FILE").map(PathBuf::from));
        let bearer = Bearer(token_file.map(bearer).transpose()?);
        let tcp = |address: &str| tcp(address, &self.files());
        let (endpoint, shown, tls) = match (&self.socket, &self.address) {
            (Some(socket), _) => unix(socket)?,
            (None, Some(address)) => tcp(address)?,
            (None, None) => match (variable("LEADTAP_SOCKET"), variable("LEADTAP_ADDRESS")) {
                (None, Some(address)) => tcp(&address)?,
                (socket, None) => unix(Path::new(socket.as_deref().unwrap_or(DEFAULT_SOCKET)))?,
                (Some(_), Some(_)) => {
                    return Err(CommandError::new(
                        Exit::Usage,
                        "LEADTAP_SOCKET and LEADTAP_ADDRESS are both set.",
                        "Unset one, or say --socket or --address.",
                    ));
                }
            },
        };
        Ok(Target {
            endpoint: endpoint
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(CALL_TIMEOUT),
            shown,
            bearer,
            tls,
        })
    }

    fn files(&self) -> Files<'_> {
        let certificate = self.client_certificate.as_deref();
        Files {
            ca: self.ca.as_deref(),
            certificate: certificate.zip(self.client_key.as_deref()),
        }
    }
}

impl Target {
    /// Connects to LoginService.
    pub(super) async fn login(&self) -> Result<LoginServiceClient<Connection>, CommandError> {
        Ok(LoginServiceClient::new(self.connect().await?))
    }

    /// Connects.
    pub(super) async fn connect(&self) -> Result<Connection, CommandError> {
        let channel = match self.tls.clone() {
            Some(tls) => tls.connect(&self.endpoint).await,
            None => self.endpoint.connect().await,
        };
        let channel = channel.map_err(|error| unreachable(&self.shown, &error))?;
        Ok(InterceptedService::new(channel, self.bearer.clone()))
    }
}

/// A variable of the environment, if it holds anything.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs a conversation with the daemon on this thread.
pub(super) fn run<T>(
    conversation: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(conversation)
}

/// Adds the token to each call.
#[derive(Clone)]
pub(super) struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        Ok(request)
    }
}

fn bearer(file: PathBuf) -> Result<MetadataValue<Ascii>, CommandError> {
    let token = SecretSource::at(file).read().map_err(|problem| {
        CommandError::new(
            Exit::NotPermitted,
            format!("--token-file {}.", problem.what),
            problem.what_to_do,
        )
    })?;
    let mut value: MetadataValue<Ascii> =
        format!("Bearer {}", token.expose()).parse().map_err(|_| {
            CommandError::new(
                Exit::BadData,
                "The token file holds what cannot be a token.",
                "Let it hold the token and nothing else.",
            )
        })?;
    value.set_sensitive(true);
    Ok(value)
}

fn unix(socket: &Path) -> Result<(Endpoint, String, Option<Tls>), CommandError> {
    socket
        .to_str()
        .and_then(|path| {
            let endpoint = Endpoint::from_shared(format!("unix://{path}")).ok()?;
            Some((endpoint, path.to_owned(), None))
        })
        .ok_or_else(|| {
            CommandError::new(
                Exit::Usage,
                format!("{} is not the path of a socket.", socket.display()),
                "Give the path that stands in the daemon's configuration.",
            )
        })
}

/// A token must not cross a network in plain text, so without TLS only this
/// machine.
fn tcp(address: &str, files: &Files<'_>) -> Result<(Endpoint, String, Option<Tls>), CommandError> {
    let url = Url::parse(address).ok();
    let tls = match &url {
        Some(url) if url.scheme() == "https" && url.has_host() => Some(Tls::to(url, files)?),
        Some(url) if url.scheme() == "http" && is_local(url) => None,
        _ => return Err(no_address()),
    };
    let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|_| no_address())?;
    Ok((endpoint, address.to_owned(), tls))
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn no_address() -> CommandError {
    CommandError::new(
        Exit::Usage,
        "--address is neither an https address nor an http address on this machine.",
        "Write it like http://127.0.0.1:7171 or https://leadtap.example:7171; where the daemon has no TLS, reach another machine through an SSH tunnel.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(args: &ClientArgs, variables: &[(&str, &str)]) -> Result<String, CommandError> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        args.target(variable).map(|target| target.shown)
    }

    fn address(text: &str) -> ClientArgs {
        ClientArgs {
            address: Some(text.to_owned()),
            ..ClientArgs::default()
        }
    }

    #[test]
    fn without_a_word_it_is_the_packages_socket() {
        assert_eq!(shown(&ClientArgs::default(), &[]).unwrap(), DEFAULT_SOCKET);
    }

    #[test]
    fn an_option_counts_more_than_the_environment() {
        let args = address("http://127.0.0.1:1");
        assert_eq!(
            shown(&args, &[("LEADTAP_SOCKET", "/x")]).unwrap(),
            "http://127.0.0.1:1"
        );
        assert_eq!(
            shown(&ClientArgs::default(), &[("LEADTAP_SOCKET", "/x")]).unwrap(),
            "/x"
        );
    }

    #[test]
    fn two_variables_that_disagree_are_told() {
        let both = [
            ("LEADTAP_SOCKET", "/x"),
            ("LEADTAP_ADDRESS", "http://[::1]:1"),
        ];
        assert_eq!(
            shown(&ClientArgs::default(), &both).unwrap_err().exit,
            Exit::Usage
        );
    }

    #[test]
    fn a_plain_address_beyond_this_machine_is_refused() {
        for text in [
            "http://192.0.2.1:1",
            "ftp://127.0.0.1:1",
            "127.0.0.1:1",
            "http://localhost.example",
        ] {
            assert_eq!(
                shown(&address(text), &[]).unwrap_err().exit,
                Exit::Usage,
                "{text}"
            );
        }
    }

    #[test]
    fn a_missing_socket_says_how_to_start_the_daemon() {
        let args = ClientArgs {
            socket: Some("/nowhere/leadtap.sock".into()),
            ..ClientArgs::default()
        };
        let target = args.target(|_| None).unwrap();
        let error = run(async { target.connect().await.map(drop) }).unwrap_err();
        assert_eq!(error.exit, Exit::Unavailable);
        assert!(
            error.message.contains("no such socket"),
            "{}",
            error.message
        );
    }

    #[test]
    fn a_token_that_others_can_read_is_not_sent() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "t0ken").unwrap();
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(file.path(), open).unwrap();
        let error = bearer(file.path().to_owned()).unwrap_err();
        assert!(
            error.message.contains("others can read"),
            "{}",
            error.message
        );
        assert!(!error.text().contains("t0ken"));
    }
}
