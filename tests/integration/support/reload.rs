//! SIGHUP, and until the daemon has done what it asks for.

use nix::sys::signal::{Signal, kill};

use super::daemon::Daemon;
use super::{Setup, eventually};

/// What the log says where a new configuration is taken over.
pub const RELOADED: &str = "the configuration was reloaded";

/// Changes the file, sends SIGHUP and waits until the log says so once more.
pub async fn reload(
    setup: &Setup,
    daemon: &Daemon,
    change: impl FnOnce(String) -> String,
    said: &str,
) {
    let file = setup.path("leadtap.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, change(text)).unwrap();
    let before = daemon.log().matches(said).count();
    let pid = i32::try_from(daemon.child.id()).unwrap();
    kill(nix::unistd::Pid::from_raw(pid), Signal::SIGHUP).unwrap();
    let again = async || (daemon.log().matches(said).count() > before).then_some(());
    eventually(said, again).await;
}
