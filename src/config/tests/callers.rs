//! `[[caller]]`.

use super::super::Proof;
use super::{Fixture, added, one_problem, one_warning, replaced};
use crate::config::Config;
use crate::domain::caller::Permission;

const UID: &str = "uid = 33";
const LAST: &str = "permissions = [\"login\"]";
const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn second(lines: &str) -> String {
    format!("[[caller]]\nsite = \"shop\"\npermissions = [\"login\"]\n{lines}")
}

#[test]
fn a_caller_may_do_what_was_said_and_nothing_else() {
    let config = Config::parse(&Fixture::new().text()).unwrap();
    let one = &config.callers[0];
    assert_eq!(one.caller.name, "php-fpm");
    assert_eq!(one.caller.site.as_str(), "shop");
    assert_eq!(one.proof, Proof::Uid(33));
    assert!(one.caller.permissions.allow(Permission::Login));
    assert!(!one.caller.permissions.allow(Permission::Leads));
}

#[test]
fn a_user_can_be_named() {
    let config = replaced(UID, "uid = \"root\"").unwrap();
    assert_eq!(config.callers[0].proof, Proof::Uid(0));
    for number in ["\"1033\"", "1033", "1_033"] {
        let config = replaced(UID, &format!("uid = {number}")).unwrap();
        assert_eq!(config.callers[0].proof, Proof::Uid(1033));
    }
}

#[test]
fn a_user_that_the_machine_does_not_know_is_told() {
    let problem = one_problem(replaced(UID, "uid = \"no-such-user\""));
    assert!(problem.what.contains("`no-such-user`"), "{problem}");
    for uid in ["-1", "4294967296", "true"] {
        one_problem(replaced(UID, &format!("uid = {uid}")));
    }
}

#[test]
fn a_token_is_known_by_its_hash() {
    let config = replaced(UID, &format!("token_sha256 = \"{HASH}\"")).unwrap();
    let Proof::TokenSha256(hash) = config.callers[0].proof else {
        panic!("not a token")
    };
    assert_eq!((hash[0], hash[31]), (0x9f, 0x08));
}

#[test]
fn what_is_no_hash_comes_with_how_to_make_one() {
    for text in ["abc", &HASH[1..], &HASH.replace('9', "g")] {
        let problem = one_problem(replaced(UID, &format!("token_sha256 = \"{text}\"")));
        assert!(
            problem.what_to_do.contains("openssl rand -hex 32"),
            "{problem}"
        );
    }
}

#[test]
fn the_hash_of_nothing_is_refused() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let problem = one_problem(replaced(UID, &format!("token_sha256 = \"{nothing}\"")));
    assert!(problem.what.contains("empty token"), "{problem}");
}

#[test]
fn a_caller_is_known_by_exactly_one_thing() {
    let problem = one_problem(replaced(UID, ""));
    assert!(problem.what.contains("nothing to know the caller by"));
    let problem = one_problem(added(UID, &format!("token_sha256 = \"{HASH}\"")));
    assert!(problem.what_to_do.contains("two callers"), "{problem}");
}

#[test]
fn two_callers_of_one_user_are_told() {
    let problem = one_problem(added(LAST, &second("name = \"cron\"\nuid = 33")));
    assert_eq!(problem.place, "caller[1].uid");
    assert!(problem.what.contains("`php-fpm` too"), "{problem}");
}

#[test]
fn two_callers_of_one_token_are_told_whatever_the_case_of_its_hash() {
    let fixture = Fixture::new();
    let text = fixture
        .text()
        .replace(UID, &format!("token_sha256 = \"{HASH}\""));
    let hash = HASH.to_uppercase();
    let other = second(&format!("name = \"cron\"\ntoken_sha256 = \"{hash}\""));
    let problem = one_problem(Config::parse(&format!("{text}{other}")));
    assert_eq!(problem.place, "caller[1].token_sha256");
}

#[test]
fn two_callers_of_one_name_are_told() {
    let problem = one_problem(added(LAST, &second("name = \"php-fpm\"\nuid = 34")));
    assert_eq!(problem.place, "caller[1].name");
}

#[test]
fn a_caller_of_an_unknown_site_is_told_and_offered_the_nearest() {
    let problem = one_problem(replaced("site = \"shop\"", "site = \"shopp\""));
    assert_eq!(problem.what_to_do, "Did you mean \"shop\"?");
    let problem = one_problem(replaced("site = \"shop\"", "site = \"zzz\""));
    assert!(problem.what_to_do.contains("[[site]]"), "{problem}");
}

#[test]
fn an_unknown_permission_is_told_and_offered_the_nearest() {
    let problem = one_problem(replaced("[\"login\"]", "[\"login\", \"lead\"]"));
    assert_eq!(problem.place, "caller[0].permissions[1]");
    assert_eq!(problem.what_to_do, "Did you mean \"leads\"?");
}

#[test]
fn a_caller_without_permissions_is_told() {
    assert_eq!(
        one_problem(replaced("[\"login\"]", "[]")).place,
        "caller[0].permissions"
    );
    assert_eq!(
        one_problem(replaced(LAST, "")).place,
        "caller[0].permissions"
    );
}

#[test]
fn a_callers_name_is_fit_for_a_log_line() {
    let problem = one_problem(replaced("\"php-fpm\"", "\"php fpm\\n\""));
    assert_eq!(problem.place, "caller[0].name");
}

#[test]
fn a_user_without_a_unix_socket_to_come_through_is_a_warning() {
    let fixture = Fixture::new();
    let text = fixture.text().replace(
        "unix = { path = \"/run/leadtap/leadtap.sock\" }",
        "tcp = \"127.0.0.1:1\"",
    );
    let other = second(&format!("name = \"cron\"\ntoken_sha256 = \"{HASH}\""));
    let warning = one_warning(Config::parse(&format!("{text}{other}")));
    assert!(warning.what.contains("`php-fpm`"), "{warning}");
}

#[test]
fn no_caller_at_all_is_told() {
    let fixture = Fixture::new();
    let text = fixture.text();
    let without = &text[..text.find("[[caller]]").unwrap()];
    assert_eq!(one_problem(Config::parse(without)).place, "caller");
    let empty = format!("caller = []\n{without}");
    assert_eq!(one_problem(Config::parse(&empty)).place, "caller");
}

#[test]
fn whoever_hands_on_deletions_needs_a_page_to_look_them_up_at() {
    let platform = "permissions = [\"login\", \"platform\"]";
    let warning = one_warning(replaced(LAST, platform));
    assert_eq!(warning.place, "site[0].deletion_status_url");
    assert!(warning.what.contains("`php-fpm`"), "{warning}");

    let fixture = Fixture::new();
    let page = "name = \"shop\"\ndeletion_status_url = \"https://shop.example/d?code={code}\"";
    let text = fixture.text().replace(LAST, platform);
    let config = Config::parse(&text.replace("name = \"shop\"", page)).unwrap();
    assert!(config.warnings.0.is_empty(), "{}", config.warnings);
}
