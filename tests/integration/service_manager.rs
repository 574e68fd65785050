//! What systemd hears of the daemon (sd_notify(3)).

use std::os::unix::net::UnixDatagram;

use crate::support::caller;
use crate::support::daemon::TOKEN;
use crate::support::{Fake, PATIENCE, Setup, Visit};

/// systemd's end of the notification socket.
struct Manager(UnixDatagram);

impl Manager {
    fn of(setup: &mut Setup) -> Self {
        let path = setup.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        for (name, value) in [
            ("NOTIFY_SOCKET", path.display().to_string()),
            ("WATCHDOG_USEC", "200000".to_owned()),
        ] {
            setup.environment.push((name.to_owned(), value));
        }
        Self(socket)
    }

    /// What it is told, life signs apart.
    fn news(&self) -> impl Iterator<Item = String> {
        std::iter::repeat_with(|| self.hears()).filter(|told| told != "WATCHDOG=1")
    }

    /// Whether nobody has told it anything.
    fn heard_nothing(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let heard = self.0.recv(&mut [0; 512]);
        heard.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    /// The next thing that it is told.
    fn hears(&self) -> String {
        let mut bytes = [0; 512];
        let length = self.0.recv(&mut bytes).unwrap();
        let text = std::str::from_utf8(&bytes[..length]).unwrap();
        text.trim_end().to_owned()
    }
}

/// What is ordered after it calls at that moment.
#[tokio::test]
async fn who_calls_as_soon_as_systemd_hears_that_it_serves_is_answered_at_each_listener() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let manager = Manager::of(&mut setup);
    let daemon = setup.spawn();
    assert_eq!(manager.news().next().as_deref(), Some("READY=1"));
    // Nothing here is tried twice, and each call writes into the store.
    Visit::begin(&caller::client(daemon.channel().await, None)).await;
    Visit::begin(&caller::client(caller::tcp(&daemon).await, Some(TOKEN))).await;
    daemon.stops().await;
}

#[tokio::test]
async fn systemd_never_hears_that_a_daemon_serves_whose_store_does_not_open() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let manager = Manager::of(&mut setup);
    // A file where the folder should be.
    std::fs::write(setup.data(), "").unwrap();
    let (exit, said) = setup.refused().await;
    assert!(exit != Some(0) && said.contains("data"), "{said}");
    assert!(manager.heard_nothing());
}

#[tokio::test]
async fn systemd_hears_that_it_serves_that_it_lives_and_that_it_stops() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let manager = Manager::of(&mut setup);
    let daemon = setup.start().await;

    let heard = [manager.hears(), manager.hears(), manager.hears()];
    assert!(heard.contains(&"READY=1".to_owned()), "{heard:?}");
    assert!(heard.contains(&"WATCHDOG=1".to_owned()), "{heard:?}");

    let stopped = daemon.stop().await;
    assert!(stopped.success());
    assert_eq!(manager.news().next().as_deref(), Some("STOPPING=1"));
}

#[tokio::test]
async fn systemd_hears_of_a_reload_its_time_and_its_end() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    let manager = Manager::of(&mut setup);
    let daemon = setup.start().await;
    let mut told = manager.news();
    assert_eq!(told.next().as_deref(), Some("READY=1"));
    // One that is refused, so that systemd does not wait for ever.
    for configuration in [setup.configuration(), "broken".to_owned()] {
        std::fs::write(setup.path("leadtap.toml"), configuration).unwrap();
        let before = monotonic_micros();
        let pid = nix::unistd::Pid::from_raw(i32::try_from(daemon.child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGHUP).unwrap();
        let begun = told.next().unwrap();
        let time = begun.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
        let time: u128 = time.unwrap_or_else(|| panic!("{begun}")).parse().unwrap();
        assert!((before..=monotonic_micros()).contains(&time), "{time}");
        assert_eq!(told.next().as_deref(), Some("READY=1"));
    }
    daemon.stops().await;
}

/// The clock that systemd compares with (clock_gettime(2)).
fn monotonic_micros() -> u128 {
    let clock = nix::time::ClockId::CLOCK_MONOTONIC;
    std::time::Duration::from(nix::time::clock_gettime(clock).unwrap()).as_micros()
}
