//! The daemon in a process of its own, on a folder of its own.

use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use leadtap::storage::KeyRing;
use ring::digest::{SHA256, digest};
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use super::fake::{APP_ID, APP_SECRET};
use super::{Fake, PATIENCE};

/// The bearer token of the caller on TCP.
pub const TOKEN: &str = "integration-bearer-token-41d8";

/// What a site's shoppers come back to.
pub const REDIRECT_URI: &str = "https://shop.example/instagram/callback";

/// A folder with everything that a daemon is told. It outlives the daemons
/// that are started on it.
pub struct Setup {
    pub folder: TempDir,
    /// Lines for the only site's section.
    pub site: String,
    /// Whole sections at the end.
    pub more: String,
    /// What the daemon is started by, such as `prlimit`; nothing for itself.
    pub started_by: Vec<String>,
    /// What the daemon has as its standard input; nothing for nothing.
    pub passed: Option<OwnedFd>,
    /// Environment of the daemon.
    pub environment: Vec<(String, String)>,
    /// `log.level`.
    pub level: String,
    /// Texts of the configuration, and what stands there instead.
    pub replaced: Vec<(String, String)>,
    /// Where the sandbox is, without a slash at the end.
    pub instagram: String,
}

impl Setup {
    /// For a daemon that speaks to this sandbox.
    pub fn with(fake: &Fake) -> Self {
        let folder = tempfile::tempdir().unwrap();
        super::secrets::remember(TOKEN);
        secret(
            &folder.path().join("keys"),
            KeyRing::generate().unwrap().expose(),
        );
        secret(&folder.path().join("app-secret"), APP_SECRET);
        Self {
            folder,
            site: String::new(),
            more: String::new(),
            started_by: Vec::new(),
            passed: None,
            environment: Vec::new(),
            level: "trace".to_owned(),
            replaced: Vec::new(),
            instagram: fake.base.clone(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store's folder.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// `[[site]]` with this name.
    pub fn site_section(&self, name: &str, more: &str) -> String {
        let (here, at) = (self.folder.path().display(), &self.instagram);
        format!(
            r#"
[[site]]
name = "{name}"
instagram_app_id = "{APP_ID}"
instagram_app_secret_file = "{here}/app-secret"
redirect_uris = ["{REDIRECT_URI}"]
endpoints = {{ authorize = "{at}/www", api = "{at}/api", graph = "{at}/graph" }}
{more}
"#
        )
    }

    /// Lets the usual callers do this, such as `"login", "leads"`, and no more.
    pub fn permit(&mut self, permissions: &str) {
        let may = |permissions: &str| format!("permissions = [{permissions}]");
        self.replaced.push((may(r#""login""#), may(permissions)));
    }

    /// The text of the configuration.
    pub fn configuration(&self) -> String {
        let mut text = self.usual_configuration();
        for (usual, instead) in &self.replaced {
            assert!(text.contains(usual), "no {usual} in the configuration");
            text = text.replace(usual, instead);
        }
        text
    }

    fn usual_configuration(&self) -> String {
        let here = self.folder.path().display();
        let uid = nix::unistd::Uid::current();
        let hash: String = digest(&SHA256, TOKEN.as_bytes())
            .as_ref()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        format!(
            r#"
[listen]
unix = {{ path = "{here}/leadtap.sock", mode = "0600" }}
tcp = "127.0.0.1:0"
[store]
path = "{here}/data"
[keys]
file = "{here}/keys"
[log]
level = "{level}"
[limits]
drain_seconds = 2
worker_threads = 2
{site}
[[caller]]
name = "plugin"
site = "shop"
uid = {uid}
permissions = ["login"]
[[caller]]
name = "remote"
site = "shop"
token_sha256 = "{hash}"
permissions = ["login"]
{more}
"#,
            level = self.level,
            site = self.site_section("shop", &self.site),
            more = self.more,
        )
    }

    /// Starts a daemon and waits until it serves.
    pub async fn start(&self) -> Daemon {
        let mut daemon = self.spawn();
        if let Some(status) = daemon.ended_or_serves().await {
            panic!("the daemon ended with {status}:\n{}", daemon.log());
        }
        daemon
    }

    /// Starts a daemon that must end by itself; gives its exit code and what
    /// it said.
    pub async fn refused(&self) -> (Option<i32>, String) {
        let mut daemon = self.spawn();
        let ended = daemon.ended_or_serves().await;
        let log = daemon.log();
        let status = ended.unwrap_or_else(|| panic!("the daemon serves:\n{log}"));
        (status.code(), log)
    }

    /// Starts a daemon and waits for nothing.
    pub fn spawn(&self) -> Daemon {
        let config = self.path("leadtap.toml");
        std::fs::write(&config, self.configuration()).unwrap();
        let log = self.path("log");
        let output = std::fs::File::create(&log).unwrap();
        let program = super::program();
        let mut words = self.started_by.iter().chain([&program]);
        let passed = self.passed.as_ref().map(|fd| fd.try_clone().unwrap());
        let child = Command::new(words.next().unwrap())
            .args(words)
            .args(["serve", "--config"])
            .arg(&config)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(passed.map_or_else(Stdio::null, Stdio::from))
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Daemon {
            child,
            socket: self.path("leadtap.sock"),
            log,
        }
    }
}

/// A running daemon; it is killed when it is dropped.
pub struct Daemon {
    pub child: Child,
    pub socket: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// A client of its own connection.
    pub async fn client(&self) -> LoginServiceClient<Channel> {
        LoginServiceClient::new(self.channel().await)
    }

    /// A connection over the Unix socket.
    pub async fn channel(&self) -> Channel {
        let address = format!("unix://{}", self.socket.display());
        Endpoint::try_from(address)
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The lines of the audit log about this act, where they go to standard
    /// error.
    pub fn audited(&self, act: &str) -> Vec<serde_json::Value> {
        let log = self.log();
        let lines = log.lines();
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|line: &serde_json::Value| line["act"] == act)
            .collect()
    }

    /// Waits until it serves, or has ended with this.
    pub async fn ended_or_serves(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        while !self.log().contains("serving") {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            assert!(
                Instant::now() < deadline,
                "the daemon does not serve:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    /// Kills it as a crash would, and waits until it is gone.
    pub fn kill_9(mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().signal(), Some(9));
    }

    /// Asks it to stop, and fails the test unless it ends as it should.
    pub async fn stops(self) {
        let log = self.log.clone();
        let status = self.stop().await;
        let log = std::fs::read_to_string(log).unwrap();
        assert!(status.success(), "the daemon ended with {status}:\n{log}");
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> ExitStatus {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "the daemon does not stop:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = self.log.parent() {
            super::secrets::assert_none_below(folder, &self.log);
        }
    }
}

/// A file that nobody else may read.
pub fn secret(path: &Path, text: &str) {
    use std::io::Write;
    // A ring begins with a comment; its keys are looked at in its file.
    if !text.starts_with('#') {
        super::secrets::remember(text);
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
