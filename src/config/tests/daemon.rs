//! `[listen]`, `[store]`, `[keys]`, `[log]` and `[limits]`.

use std::path::Path;
use std::time::Duration;

use nix::unistd::Gid;

use super::super::{KeySource, LogFormat, UnixListen};
use super::{Fixture, added, one_problem, one_warning, replaced};
use crate::audit::Destination;
use crate::config::{Config, keys};
use crate::storage::KeyRing;

const UNIX: &str = "unix = { path = \"/run/leadtap/leadtap.sock\" }";
const STORE: &str = "path = \"/var/lib/leadtap\"";
const KEYS: &str = "file = \"/etc/leadtap/keys\"";

#[test]
fn what_is_not_said_has_a_default() {
    let config = Config::parse(&Fixture::new().text()).unwrap();
    assert_eq!(
        config.listen.unix,
        Some(UnixListen {
            path: "/run/leadtap/leadtap.sock".into(),
            mode: 0o660,
            group: None
        })
    );
    assert_eq!(config.listen.tcp, None);
    assert_eq!(config.store.cache_bytes, 64 * 1024 * 1024);
    assert_eq!(config.store.lead_cache, 10_000);
    assert_eq!(config.keys, KeySource::File("/etc/leadtap/keys".into()));
    assert_eq!(config.log.format, LogFormat::Human);
    assert_eq!(config.log.level, "info");
    assert_eq!(config.limits.drain, Duration::from_secs(10));
    assert!(config.limits.worker_threads >= 1);
    assert!(config.warnings.0.is_empty(), "{}", config.warnings);
}

#[test]
fn the_sockets_mode_and_group_can_be_chosen() {
    let unix = "unix = { path = \"/run/x.sock\", mode = \"0600\", group = \"root\" }";
    let listen = replaced(UNIX, unix).unwrap().listen.unix.unwrap();
    assert_eq!((listen.mode, listen.group), (0o600, Some(Gid::from_raw(0))));
}

#[test]
fn a_mode_that_locks_the_daemon_out_is_refused() {
    for mode in ["0066", "rw", "1777", "888"] {
        let problem = one_problem(replaced(
            UNIX,
            &format!("unix = {{ path = \"/x\", mode = \"{mode}\" }}"),
        ));
        assert_eq!(problem.place, "listen.unix.mode", "{mode}");
    }
}

#[test]
fn a_group_that_the_machine_lacks_is_told() {
    let unix = "unix = { path = \"/x\", group = \"no-such-group\" }";
    let problem = one_problem(replaced(UNIX, unix));
    assert!(problem.what.contains("`no-such-group`"), "{problem}");
}

#[test]
fn a_socket_path_longer_than_the_system_takes_is_refused() {
    let unix = format!("unix = {{ path = \"/{}\" }}", "x".repeat(107));
    assert!(
        one_problem(replaced(UNIX, &unix))
            .what
            .contains("107 bytes")
    );
}

#[test]
fn loopback_tcp_of_both_families_is_accepted() {
    for address in ["127.0.0.1:7171", "[::1]:7171", "127.0.0.1:0"] {
        let config = added(UNIX, &format!("tcp = \"{address}\"")).unwrap();
        assert_eq!(config.listen.tcp.unwrap().to_string(), address);
    }
}

#[test]
fn tcp_beyond_loopback_is_refused_with_what_to_do_instead() {
    for address in ["0.0.0.0:7171", "192.0.2.1:7171", "[::]:7171"] {
        let problem = one_problem(added(UNIX, &format!("tcp = \"{address}\"")));
        assert!(problem.what.contains("plain text"), "{problem}");
        assert!(problem.what_to_do.contains("SSH tunnel"), "{problem}");
    }
}

#[test]
fn a_tcp_address_by_name_is_refused() {
    let problem = one_problem(added(UNIX, "tcp = \"localhost:7171\""));
    assert!(problem.what_to_do.contains("127.0.0.1:7171"), "{problem}");
}

#[test]
fn tcp_without_a_token_is_a_warning() {
    let warning = one_warning(added(UNIX, "tcp = \"127.0.0.1:7171\""));
    assert!(warning.what.contains("no caller has a token"), "{warning}");
}

#[test]
fn nowhere_to_listen_is_a_problem() {
    assert_eq!(one_problem(replaced(UNIX, "")).place, "listen");
}

#[test]
fn numbers_out_of_their_range_name_it() {
    for (after, line, range) in [
        (STORE, "cache_mib = 7", "from 8 to 65536"),
        (STORE, "cache_mib = 70_000", "from 8 to 65536"),
        (STORE, "lead_cache = -1", "from 0 to 10000000"),
        (STORE, "lead_cache = \"many\"", "from 0 to 10000000"),
        (KEYS, "[limits]\ndrain_seconds = 0", "from 1 to 300"),
        (KEYS, "[limits]\nworker_threads = 0", "from 1 to 1024"),
        (KEYS, "[limits]\nworker_threads = 1.5", "from 1 to 1024"),
    ] {
        let problem = one_problem(added(after, line));
        assert!(problem.what_to_do.contains(range), "{line}: {problem}");
    }
}

#[test]
fn numbers_can_be_written_as_toml_allows() {
    let config = added(STORE, "cache_mib = 0x80\nlead_cache = 20_000").unwrap();
    assert_eq!(config.store.cache_bytes, 128 * 1024 * 1024);
    assert_eq!(config.store.lead_cache, 20_000);
}

#[test]
fn a_relative_path_is_refused() {
    let problem = one_problem(replaced("\"/var/lib/leadtap\"", "\"var/lib\""));
    assert!(problem.what.contains("absolute"), "{problem}");
}

#[test]
fn the_key_ring_comes_from_one_place() {
    let problems = added(KEYS, "credential = \"keys\"").unwrap_err();
    assert!(problems.0[0].what.contains("only one can be right"));
    let problem = one_problem(replaced(KEYS, ""));
    assert!(
        problem.what_to_do.contains("leadtap keys create"),
        "{problem}"
    );
}

#[test]
fn a_level_that_is_none_is_told_before_it_silences_the_log() {
    for level in ["inof", "info,leadtap=verbose", "info,,x"] {
        let problem = one_problem(added(KEYS, &format!("[log]\nlevel = \"{level}\"")));
        assert_eq!(problem.place, "log.level", "{level}");
    }
}

#[test]
fn a_level_for_one_module_is_accepted() {
    let directive = "warn,leadtap::service=trace";
    let config = added(
        KEYS,
        &format!("[log]\nformat = \"json\"\nlevel = \"{directive}\""),
    );
    let log = config.unwrap().log;
    assert_eq!(
        (log.format, log.level.as_str()),
        (LogFormat::Json, directive)
    );
}

#[test]
fn an_unknown_form_of_log_is_told() {
    let problem = one_problem(added(KEYS, "[log]\nformat = \"xml\""));
    assert!(problem.what_to_do.contains("\"json\""), "{problem}");
}

fn key_file(text: &str) -> (tempfile::NamedTempFile, KeySource) {
    // tempfile makes files of mode 0600.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let source = KeySource::File(file.path().to_owned());
    (file, source)
}

#[test]
fn a_key_ring_is_read_from_its_file() {
    let text = KeyRing::generate().unwrap();
    let (_file, source) = key_file(text.expose());
    keys::read(&source).unwrap();
}

#[test]
fn a_missing_key_ring_is_made_anew_only_where_there_is_no_store() {
    let source = KeySource::File(Path::new("/nowhere/keys").into());
    let problem = keys::read(&source).unwrap_err();
    assert_eq!(problem.place, "keys");
    assert!(
        problem.what_to_do.starts_with("Put the file back"),
        "{problem}"
    );
    assert!(
        problem
            .what_to_do
            .contains("leadtap keys create /nowhere/keys"),
        "{problem}"
    );
}

#[test]
fn what_is_no_key_ring_is_told_by_its_line_and_not_repeated() {
    let (_file, source) = key_file("# keys\nnot-a-key\n");
    let problem = keys::read(&source).unwrap_err();
    assert!(problem.what.contains("no key ring"), "{problem}");
    assert!(
        problem.what_to_do.starts_with("Line 2 of the key ring"),
        "{problem}"
    );
    assert!(!problem.to_string().contains("not-a-key"));
}

#[test]
fn a_key_ring_inside_the_store_stops_the_start() {
    let problem = one_problem(replaced(KEYS, "file = \"/var/lib/leadtap/keys\""));
    assert_eq!(problem.place, "keys.file");
    assert!(problem.what.contains("inside store.path"), "{problem}");
    // A name that only begins like the store's is another folder.
    assert!(replaced(KEYS, "file = \"/var/lib/leadtap-keys\"").is_ok());
}

#[test]
fn the_audit_log_goes_to_standard_error_or_to_a_file() {
    let plain = Config::parse(&Fixture::new().text()).unwrap();
    assert_eq!(plain.audit, Destination::StandardError);
    let file = added(KEYS, "[audit]\nfile = \"/var/log/leadtap/audit.jsonl\"").unwrap();
    let expected = Destination::File("/var/log/leadtap/audit.jsonl".into());
    assert_eq!(file.audit, expected);
    let relative = one_problem(added(KEYS, "[audit]\nfile = \"audit.jsonl\""));
    assert!(relative.what.contains("absolute"), "{relative}");
}
