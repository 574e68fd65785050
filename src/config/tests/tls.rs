//! `[listen.tls]`.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};

use super::{Fixture, one_problem};
use crate::config::{Config, Problems, Severity};
use crate::domain::clock::{Clock, SystemClock, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Sealed {
    fixture: Fixture,
}

impl Sealed {
    /// With a certificate that is good until 2100.
    fn new() -> Self {
        let sealed = Self {
            fixture: Fixture::new(),
        };
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2100, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        sealed.write("tls.pem", &certificate.pem(), 0o644);
        sealed.write("tls.key", &key.serialize_pem(), 0o600);
        sealed
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.fixture.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn parse(&self, address: &str, tls: &str) -> Result<Config, Problems> {
        let folder = self.fixture.folder.path().display().to_string();
        let unix = "unix = { path = \"/run/leadtap/leadtap.sock\" }";
        let listen = format!("{unix}\ntcp = \"{address}\"\n{tls}");
        let token = format!("token_sha256 = \"{}\"", "ab".repeat(32));
        let text = self.fixture.text().replace(unix, &listen);
        let text = text.replace("uid = 33", &token);
        Config::parse(&text.replace("FOLDER", &folder))
    }

    fn both(&self) -> Result<Config, Problems> {
        self.parse("127.0.0.1:7171", TLS)
    }
}

const TLS: &str = r#"tls = { certificate = "FOLDER/tls.pem", key = "FOLDER/tls.key" }"#;

#[test]
fn with_tls_it_may_listen_beyond_this_machine_and_without_it_may_not() {
    let sealed = Sealed::new();
    for address in ["0.0.0.0:7171", "192.0.2.1:7171", "[::]:7171"] {
        let config = sealed.parse(address, TLS).unwrap();
        assert_eq!(config.listen.tcp.unwrap().to_string(), address);
        let problem = one_problem(sealed.parse(address, ""));
        assert_eq!(problem.place, "listen.tcp");
        assert!(problem.what.contains("plain text"), "{problem}");
        assert!(problem.what_to_do.contains("[listen.tls]"), "{problem}");
    }
    assert!(sealed.parse("127.0.0.1:7171", "").unwrap().tls.is_none());
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let sealed = Sealed::new();
    let key = KeyPair::generate().unwrap().serialize_pem();
    sealed.write("tls.key", &key, 0o644);
    let problem = one_problem(sealed.both());
    assert_eq!(problem.place, "listen.tls.key");
    assert!(problem.what.contains("others can read"), "{problem}");
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let sealed = Sealed::new();
    let key = KeyPair::generate().unwrap().serialize_pem();
    sealed.write("tls.key", &key, 0o600);
    let problem = one_problem(sealed.both());
    assert_eq!(problem.place, "listen.tls.key");
    assert!(problem.what.contains("does not belong"), "{problem}");
}

#[test]
fn files_that_hold_something_else_are_told() {
    for (name, mode) in [("tls.pem", 0o644), ("tls.key", 0o600)] {
        for text in ["nothing of the kind", "-----BEGIN CERTIFICATE-----\nx"] {
            let sealed = Sealed::new();
            sealed.write(name, text, mode);
            let problem = one_problem(sealed.both());
            assert!(problem.what.contains(name), "{problem}");
        }
    }
    let sealed = Sealed::new();
    std::fs::remove_file(sealed.fixture.folder.path().join("tls.pem")).unwrap();
    let problem = one_problem(sealed.both());
    assert!(problem.what.contains("cannot be read"), "{problem}");
}

#[test]
fn tls_without_a_listener_is_told() {
    let fixture = Fixture::new();
    let unix = "unix = { path = \"/run/leadtap/leadtap.sock\" }";
    let text = fixture
        .text()
        .replace(unix, &format!("{unix}\ntls = {{ }}"));
    let problems = Config::parse(&text).unwrap_err().0;
    let lone = problems.iter().find(|one| one.place == "listen.tls");
    assert!(lone.unwrap().what.contains("no `tcp`"), "{problems:?}");
}

#[test]
fn an_expired_certificate_is_a_warning_and_so_is_one_that_soon_will_be() {
    let tls = Sealed::new().both().unwrap().tls.unwrap();
    assert_eq!(tls.age(SystemClock.now()), None);
    let ends = Timestamp::from_micros(4_102_444_800_000_000);
    let said = |now: Timestamp| {
        let warning = tls.age(now).unwrap();
        assert_eq!(warning.severity, Severity::Warning);
        warning.what
    };
    assert!(said(ends).contains("has expired"));
    let before = Timestamp::from_micros(ends.as_micros() - 1);
    assert!(said(before).contains("expires in 0 days"));
    let week = u64::try_from(ends.as_micros()).unwrap() / 1_000_000;
    let week = Timestamp::from_micros(0).plus(Duration::from_secs(week) - 7 * DAY);
    assert!(said(week).contains("expires in 7 days"));
    assert!(said(Timestamp::from_micros(0)).contains("not valid yet"));
    assert!(!format!("{tls:?}").contains("KEY"));
}

#[test]
fn a_caller_is_known_by_the_fingerprint_that_openssl_prints() {
    let colons = vec!["AB"; 32].join(":");
    let certificate = format!("client_certificate_sha256 = \"{colons}\"");
    let warning = super::one_warning(super::replaced("uid = 33", &certificate));
    assert!(warning.what.contains("nobody asks it for"), "{warning}");
    let problem = one_problem(super::replaced(
        "uid = 33",
        "client_certificate_sha256 = \"AB\"",
    ));
    assert!(problem.what_to_do.contains("openssl x509"), "{problem}");
    let problem = one_problem(super::replaced(
        "uid = 33",
        &format!("uid = 33\n{certificate}"),
    ));
    assert!(problem.what.contains("beside `uid`"), "{problem}");
}
