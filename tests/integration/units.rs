//! The units that the package brings, as systemd's own tools see them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The exposure that `systemd-analyze security` may find, in tenths.
const MOST_EXPOSURE: u32 = 15;

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/systemd")
}

/// `systemd-analyze`, where it is installed, as `tests/run` has it.
fn analyze() -> Option<Command> {
    let found = Command::new("systemd-analyze").arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(Command::new("systemd-analyze"));
    }
    let mut stderr = std::io::stderr();
    writeln!(
        stderr,
        "skipped: the units: systemd-analyze is not installed: it is in Debian's package systemd"
    )
    .unwrap();
    None
}

fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn the_daemons_unit_leaves_little_open_and_explains_the_rest() {
    let Some(mut analyze) = analyze() else { return };
    let unit = units().join("leadtap.service");
    let (_, report) = said(
        analyze
            .args(["security", "--no-pager", "--offline=true"])
            .arg(&unit),
    );
    let overall = report
        .lines()
        .find_map(|line| line.split_once("Overall exposure level"))
        .and_then(|(_, rest)| rest.split_whitespace().nth(2)?.parse::<f32>().ok());
    let overall = overall.unwrap_or_else(|| panic!("no overall level:\n{report}"));
    assert!(overall * 10.0 <= MOST_EXPOSURE as f32 + 0.01, "{report}");
    let text = std::fs::read_to_string(&unit).unwrap();
    let (_, explained) = text.split_once("# What stays open, and why:").unwrap();
    for line in report.lines().filter(|line| line.starts_with('\u{2717}')) {
        let name = line.split_whitespace().nth(1).unwrap();
        // RestrictAddressFamilies=~AF_(INET|INET6), PrivateNetwork=, RootDirectory=/RootImage=
        let word = name.split(['=', '/']).next().unwrap();
        assert!(explained.contains(word), "{word} is not explained:\n{line}");
    }
}

#[test]
fn systemd_takes_the_units_as_they_are() {
    let Some(mut analyze) = analyze() else { return };
    // Programs must be there for systemd to be content: ours stands in another place.
    let folder = tempfile::tempdir().unwrap();
    let mut copies = Vec::new();
    let units = std::fs::read_dir(units()).unwrap();
    for unit in units.map(|entry| entry.unwrap().path()) {
        let copy = folder.path().join(unit.file_name().unwrap());
        let text = std::fs::read_to_string(unit).unwrap();
        std::fs::write(&copy, text.replace("/usr/bin/leadtap", "/bin/true")).unwrap();
        copies.push(copy);
    }
    assert_eq!(copies.len(), 4, "{copies:?}");
    let (fine, report) = said(analyze.args(["verify", "--man=no"]).args(&copies));
    let ours = |line: &&str| line.contains("leadtap");
    let complaints: Vec<_> = report.lines().filter(ours).collect();
    assert!(fine && complaints.is_empty(), "{report}");
}

/// Or whoever goes from the one to the other loses PHP.
#[test]
fn the_socket_unit_and_the_example_configuration_say_the_same() {
    let unit = std::fs::read_to_string(units().join("leadtap.socket")).unwrap();
    let example = units().join("../leadtap.example.toml");
    let example = std::fs::read_to_string(example).unwrap();
    for (unit_says, example_says) in [
        (
            "ListenStream=/run/leadtap/leadtap.sock",
            "path = \"/run/leadtap/leadtap.sock\"",
        ),
        ("SocketMode=0660", "mode = \"0660\""),
        ("SocketGroup=www-data", "group = \"www-data\""),
    ] {
        assert!(unit.contains(unit_says), "{unit_says}");
        assert!(example.contains(example_says), "{example_says}");
    }
}
