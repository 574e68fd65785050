use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Parser;
use tempfile::TempDir;

use super::super::arguments::Format;
use super::super::exit::Exit;
use super::*;
use crate::config::Config;
use crate::config::check::check;
use crate::domain::clock::SystemClock;

const SECRET: &str = "init-app-secret-3c1f";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    init: Init,
}

/// A folder that does not exist yet, in one that goes with the test.
fn empty() -> (TempDir, PathBuf) {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("leadtap");
    (outer, folder)
}

struct Ran {
    done: Result<(), CommandError>,
    result: String,
    talk: String,
}

fn init(folder: &Path, options: &[&str], input: &str, at_terminal: bool) -> Ran {
    let me = nix::unistd::geteuid().to_string();
    let always = ["init", "--daemon-user", &me, "--folder"];
    let line = Line::try_parse_from(
        always
            .into_iter()
            .chain([folder.to_str().unwrap()])
            .chain(options.iter().copied()),
    );
    let (mut result, mut talk) = (Vec::new(), Vec::new());
    let done = line.unwrap().init.make(
        &mut input.as_bytes(),
        at_terminal,
        &mut Output::into(&mut result, &mut talk, Format::Human),
    );
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        done,
        result: text(result),
        talk: text(talk),
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Problems that `leadtap check` has with what was written; being root, or in
/// /tmp, is the test's doing.
fn complaints(folder: &Path) -> Vec<String> {
    let problems = check(&folder.join("leadtap.toml"), &SystemClock).0;
    let of_the_test = |what: &str| {
        what.contains("ran as root") || what.contains("temporary") || what.contains("MiB left")
    };
    let texts = problems.iter().map(ToString::to_string);
    texts.filter(|text| !of_the_test(text)).collect()
}

/// The six answers, as a program gives them.
fn six() -> String {
    format!("https://shop.example/\n990602627938098\n{SECRET}\n\nwww-data\nno\n")
}

#[test]
fn six_answers_make_a_configuration_that_check_is_content_with() {
    let (_outer, folder) = empty();
    let ran = init(&folder, &[], &six(), false);
    ran.done.unwrap();
    assert_eq!(complaints(&folder), Vec::<String>::new());
    let config = Config::load(&folder.join("leadtap.toml")).unwrap();
    let site = &config.sites[0];
    assert_eq!(
        site.redirect_uris,
        ["https://shop.example/leadtap/callback/"]
    );
    let socket = config.listen.unix.unwrap();
    assert_eq!(socket.mode, 0o660);
    assert_eq!(socket.group.unwrap().as_raw(), 33);
    assert_eq!(ran.talk.matches(": ").count(), 6, "{}", ran.talk);
    for address in ["callback", "deauthorize", "deletion"] {
        let address = format!("https://shop.example/leadtap/{address}/");
        assert!(ran.result.contains(&address), "{}", ran.result);
    }
    assert!(ran.result.contains("check --online"), "{}", ran.result);
}

#[test]
fn secrets_have_their_modes_and_are_told_nobody() {
    let (_outer, folder) = empty();
    let ran = init(&folder, &[], &six(), false);
    ran.done.unwrap();
    assert_eq!(read(folder.join("shop.secret")), SECRET);
    for (name, wanted) in [
        ("shop.secret", 0o600),
        ("keys/ring", 0o600),
        ("keys", 0o700),
        ("leadtap.toml", 0o640),
    ] {
        assert_eq!(mode(&folder.join(name)), wanted, "{name}");
    }
    let said = ran.talk + &ran.result + &read(folder.join("leadtap.toml"));
    assert!(!said.contains(SECRET), "{said}");
}

#[test]
fn options_answer_as_well_and_nothing_is_asked() {
    let (outer, folder) = empty();
    let secret = outer.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let options = [
        "--shop=http://127.0.0.1:8080",
        "--app-id=1",
        "--app-secret-file",
        secret.to_str().unwrap(),
        "--redirect-uri=http://127.0.0.1:8080/back",
        "--php-user=0",
        "--php-leads=yes",
        "--sandbox=http://127.0.0.1:9000/",
    ];
    let ran = init(&folder, &options, "", false);
    ran.done.unwrap();
    assert_eq!(ran.talk, "");
    let config = Config::load(&folder.join("leadtap.toml")).unwrap();
    assert_eq!(
        config.sites[0].app.endpoints.graph,
        "http://127.0.0.1:9000/graph"
    );
    assert_eq!(
        config.sites[0].redirect_uris,
        ["http://127.0.0.1:8080/back"]
    );
}

#[test]
fn a_user_who_is_all_of_them_is_one_caller_with_all_permissions() {
    let (_outer, folder) = empty();
    let answers = format!("https://shop.example\n1\n{SECRET}\n\n0\nyes\n");
    init(&folder, &[], &answers, false).done.unwrap();
    let text = read(folder.join("leadtap.toml"));
    let roots = text.matches("uid = \"root\"").count();
    assert_eq!(roots, 1, "{text}");
    assert_eq!(complaints(&folder), Vec::<String>::new());
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    for there in ["leadtap.toml", "shop.secret"] {
        let (_outer, folder) = empty();
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(there), "precious").unwrap();
        let ran = init(&folder, &[], &six(), false);
        let error = ran.done.unwrap_err();
        assert_eq!(error.exit, Exit::CannotCreate);
        assert!(
            error.message.contains("ever overwritten"),
            "{}",
            error.message
        );
        assert!(error.message.contains(there), "{}", error.message);
        assert_eq!(ran.talk, "", "it says so before it asks anything");
        assert_eq!(read(folder.join(there)), "precious");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }
}

#[test]
fn a_key_ring_that_is_there_stays() {
    let (_outer, folder) = empty();
    std::fs::create_dir_all(folder.join("keys")).unwrap();
    let ring = crate::storage::KeyRing::generate().unwrap();
    new_file_private(&folder.join("keys/ring"), ring.expose());
    let ran = init(&folder, &[], &six(), false);
    ran.done.unwrap();
    assert_eq!(read(folder.join("keys/ring")), ring.expose());
    assert!(
        ran.result.contains("was there, and stays"),
        "{}",
        ran.result
    );
}

fn new_file_private(path: &Path, text: &str) {
    use super::super::new_file::{Rights, write};
    write(path, text, Rights::PRIVATE).unwrap();
}

#[test]
fn the_packages_untouched_example_is_moved_aside_and_a_changed_one_is_not() {
    let example = include_str!("../../../deploy/leadtap.example.toml");
    let (_outer, folder) = empty();
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("leadtap.toml"), example).unwrap();
    init(&folder, &[], &six(), false).done.unwrap();
    assert_eq!(read(folder.join("leadtap.toml.example")), example);
    assert!(read(folder.join("leadtap.toml")).contains("990602627938098"));

    let (_outer, folder) = empty();
    std::fs::create_dir(&folder).unwrap();
    let changed = example.replace("shop.example", "mine.example");
    std::fs::write(folder.join("leadtap.toml"), &changed).unwrap();
    let error = init(&folder, &[], &six(), false).done.unwrap_err();
    assert_eq!(error.exit, Exit::CannotCreate);
    assert_eq!(read(folder.join("leadtap.toml")), changed);
}

#[test]
fn a_program_that_answers_wrongly_is_told_and_leaves_nothing() {
    for (input, option) in [
        ("shop.example\n", "--shop"),
        ("https://shop.example\nabc\n", "--app-id"),
        ("https://shop.example\n1\n\n", "--app-secret-file"),
        ("https://shop.example\n1\n1\n", "--app-secret-file"),
        (
            "https://shop.example\n1\nx\nhttp://x.example\n",
            "--redirect-uri",
        ),
        ("https://shop.example\n1\nx\n\nno-such-user\n", "--php-user"),
        ("https://shop.example\n1\nx\n\nroot\nmaybe\n", "--php-leads"),
        ("", "--shop"),
    ] {
        let (_outer, folder) = empty();
        let error = init(&folder, &[], input, false).done.unwrap_err();
        assert_eq!(error.exit, Exit::Usage, "{input}");
        assert!(error.text().contains(option), "{}", error.text());
        assert!(!folder.exists(), "{input}");
    }
}

#[test]
fn a_person_is_asked_again_with_what_was_wrong() {
    let (outer, folder) = empty();
    let secret = outer.path().join("secret");
    new_file_private(&secret, SECRET);
    let options = ["--app-secret-file", secret.to_str().unwrap()];
    let input = "shop.example\nhttps://shop.example\nabc\n7\n\nwww-data\n\n";
    let ran = init(&folder, &options, input, true);
    ran.done.unwrap();
    assert!(ran.talk.contains("Write it like https://shop.example."));
    assert!(ran.talk.contains("It is a number"), "{}", ran.talk);
    assert_eq!(complaints(&folder), Vec::<String>::new());
}

#[test]
fn answers_that_make_no_configuration_leave_nothing_behind() {
    let outer = tempfile::tempdir().unwrap();
    // A socket's path has at most 107 bytes.
    let folder = outer.path().join("x".repeat(120));
    let error = init(&folder, &[], &six(), false).done.unwrap_err();
    assert_eq!(error.exit, Exit::Configuration);
    assert!(
        error.message.contains("listen.unix.path"),
        "{}",
        error.message
    );
    assert!(!folder.exists());
}
