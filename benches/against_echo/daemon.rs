//! The daemon under test: its settings, its start, its first answer.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::calls;
use crate::load::Target;
use crate::process::{SERVER_CORE, Server};

/// The daemon's program, as cargo built it for this run.
const PROGRAM: &str = env!("CARGO_BIN_EXE_leadtap");

/// The most that the configuration allows: the cap is not what is measured.
const MAX_PENDING: u64 = 1_000_000;

/// Cache of a store whose leads are read: they all fit in, as the goals say.
const CACHE_MIB: u64 = 512;

/// Decoded leads kept in front of such a store.
const LEAD_CACHE: u64 = 200_000;

/// How much memory a daemon may use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// What the configuration gives it by default, as to most shops.
    Default,
    /// Enough to keep every lead of the run.
    AllLeads,
}

/// The bearer token of the caller over TCP. It guards nothing.
pub(crate) const TOKEN: &str = "a-token-that-guards-a-benchmark-and-nothing-else";

/// A daemon's files and addresses.
pub(crate) struct Home {
    config: PathBuf,
    log: PathBuf,
    /// Its Unix socket.
    pub unix: Target,
    /// Its TCP address.
    pub tcp: Target,
}

impl Home {
    /// Writes the settings, the secret and the key ring of a new daemon.
    ///
    /// # Errors
    /// Those of the disk, and of `leadtap keys create`.
    pub(crate) fn create(
        folder: &Path,
        memory: Memory,
        tcp: SocketAddr,
        upstream: SocketAddr,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        let home = Self {
            config: folder.join("leadtap.toml"),
            log: folder.join("leadtap.log"),
            unix: Target::Unix(folder.join("leadtap.sock")),
            tcp: Target::Tcp(tcp, TOKEN.to_owned()),
        };
        secret_file(
            &folder.join("app-secret"),
            "0123456789abcdef0123456789abcdef",
        )?;
        fs::write(&home.config, settings(folder, memory, tcp, upstream))?;
        let made = Command::new(PROGRAM)
            .args(["keys", "create"])
            .arg(folder.join("keys"))
            .output()?;
        if !made.status.success() {
            let why = String::from_utf8_lossy(&made.stderr).into_owned();
            return Err(io::Error::other(format!("leadtap keys create: {why}")));
        }
        Ok(home)
    }

    /// Starts the daemon on the server's core.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub(crate) fn start(&self) -> io::Result<Server> {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").arg("--config").arg(&self.config);
        command.stdout(Stdio::null());
        command.stderr(fs::File::create(&self.log)?);
        Server::start(command, &[SERVER_CORE])
    }

    /// What the daemon wrote, for when it does not serve.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn secret_file(path: &Path, secret: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path)?.write_all(secret.as_bytes())
}

fn settings(folder: &Path, memory: Memory, tcp: SocketAddr, upstream: SocketAddr) -> String {
    let folder = folder.display();
    let uid = nix::unistd::getuid();
    let caches = match memory {
        Memory::Default => String::new(),
        Memory::AllLeads => format!("cache_mib = {CACHE_MIB}\nlead_cache = {LEAD_CACHE}"),
    };
    let token_sha256 = calls::sha256_hex(TOKEN.as_bytes());
    format!(
        r#"
[listen]
unix = {{ path = "{folder}/leadtap.sock", mode = "0600" }}
tcp = "{tcp}"

[store]
path = "{folder}/store"
{caches}

[keys]
file = "{folder}/keys"

[log]
level = "info"

[[site]]
name = "bench"
instagram_app_id = "990602627938098"
instagram_app_secret_file = "{folder}/app-secret"
redirect_uris = ["{redirect}"]
max_pending_authorizations = {MAX_PENDING}
max_starts_per_minute = 100000000
endpoints = {{ authorize = "http://{upstream}", api = "http://{upstream}", graph = "http://{upstream}" }}

[[caller]]
name = "bench-socket"
site = "bench"
max_starts_per_minute = 100000000
uid = {uid}
permissions = ["login"]

[[caller]]
name = "bench-tcp"
site = "bench"
max_starts_per_minute = 100000000
token_sha256 = "{token_sha256}"
permissions = ["login"]
"#,
        redirect = calls::REDIRECT_URI,
    )
}
