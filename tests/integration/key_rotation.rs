//! Keys rotate while the daemon runs.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason, KeyState};
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic::{Code, Request};

use crate::support::caller::{self, caller_section};
use crate::support::command::{Ended, leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::refusal::Refusal;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Disk, Fake, Setup, Shop, Visit, eventually};

/// The token of the caller that looks after the daemon.
const ADMIN: &str = "operators-bearer-token-11ab";

pub fn with_operator(setup: &mut Setup) {
    setup.more += &caller_section("operator", "shop", ADMIN, "admin");
    let file = setup.path("audit.jsonl").display().to_string();
    setup.more += &format!("[audit]\nfile = \"{file}\"\n");
    let token = setup.path("operator");
    std::fs::write(&token, ADMIN).unwrap();
    std::fs::set_permissions(token, std::fs::Permissions::from_mode(0o600)).unwrap();
}

pub async fn operated_shop() -> Shop {
    Shop::open_with(with_operator).await
}

/// The daemon as its operator calls it.
pub struct Operator(pub AdminServiceClient<Channel>);

impl Operator {
    pub async fn of(daemon: &Daemon) -> Self {
        Self(AdminServiceClient::new(daemon.channel().await))
    }

    pub async fn keys(&mut self) -> Vec<pb::KeyInfo> {
        let list = self.0.list_keys(request(pb::ListKeysRequest {})).await;
        list.unwrap().into_inner().keys
    }

    pub async fn add(&mut self) -> Result<String, tonic::Status> {
        let added = self.0.add_key(request(pb::AddKeyRequest {})).await;
        added.map(|added| added.into_inner().key_id)
    }

    pub async fn rotate(&mut self) -> pb::RotateKeysResponse {
        let stream = self.0.rotate_keys(request(pb::RotateKeysRequest {})).await;
        let mut stream = stream.unwrap().into_inner();
        while let Some(now) = stream.message().await.unwrap() {
            if now.finished {
                return now;
            }
        }
        panic!("the stream ended before the rotation");
    }

    pub async fn retire(&mut self, key: &str) -> Result<(), tonic::Status> {
        let key_id = key.to_owned();
        let message = pb::RetireKeyRequest { key_id };
        self.0.retire_key(request(message)).await.map(drop)
    }
}

fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {ADMIN}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// The names of the keys in the ring's file.
pub fn in_file(setup: &Setup) -> Vec<String> {
    let text = std::fs::read_to_string(setup.path("keys")).unwrap();
    let keys = text.lines().filter(|line| !line.starts_with('#'));
    keys.map(|line| line[..8].to_owned()).collect()
}

fn audit(setup: &Setup) -> Vec<Value> {
    let text = std::fs::read_to_string(setup.path("audit.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// `leadtap keys …` as the operator.
async fn command(setup: &Setup, arguments: &[&str]) -> Ended {
    let socket = setup.path("leadtap.sock").display().to_string();
    let token = setup.path("operator").display().to_string();
    let mut all = vec!["keys"];
    all.extend(arguments);
    all.extend(["--socket", &socket, "--token-file", &token]);
    run(leadtap(&all)).await
}

#[tokio::test]
async fn a_key_is_added_rotated_to_and_the_old_one_retired_while_the_daemon_runs() {
    let shop = operated_shop().await;
    let mut operator = Operator::of(&shop.daemon).await;
    // One whose token is in a login that is under way, and one whose lead has it.
    let half = shop
        .visit_under(json!({ "me_failure": "unavailable" }))
        .await;
    let callback = half.allow("mira_makes").await;
    half.complete(&shop.client, &callback).await.unwrap_err();
    shop.login(ACCOUNT).await;
    let old = operator.keys().await;
    assert_eq!(old.len(), 1);
    // The known text, the login and the lead.
    assert_eq!(
        (old[0].state(), old[0].sealed_records),
        (KeyState::Seals, 3)
    );
    let old = old[0].key_id.clone();

    let new = operator.add().await.unwrap();
    assert_eq!(in_file(&shop.setup), [old.clone(), new.clone()]);
    let refused = Refusal::from(operator.retire(&old).await);
    let refused = refused.is(Code::FailedPrecondition, Reason::KeyInUse, "OPERATOR");
    assert!(refused.message.starts_with("3 records"), "{refused:?}");

    let end = operator.rotate().await;
    assert_eq!((end.resealed_records, end.failed_records), (2, 0));
    let keys = operator.keys().await;
    let states: Vec<_> = keys
        .iter()
        .map(|key| (key.state(), key.sealed_records))
        .collect();
    assert_eq!(states, [(KeyState::Opens, 0), (KeyState::Seals, 3)]);
    assert_eq!(operator.rotate().await.resealed_records, 0);

    operator.retire(&old).await.unwrap();
    assert_eq!(in_file(&shop.setup), [new.as_str()]);
    // The login goes on with the token that was sealed anew.
    shop.fake.knobs_for(half.state(), json!({})).await;
    authorized(half.complete(&shop.client, &callback).await);
    assert_eq!(operator.keys().await[0].sealed_records, 3);

    let Shop {
        daemon,
        setup,
        fake: _fake,
        ..
    } = shop;
    daemon.stops().await;
    setup.start().await.stops().await;
    let told: Vec<_> = audit(&setup)
        .iter()
        .filter(|line| line["act"] != "leadtap.v1.AdminService/ListKeys")
        .map(|line| {
            let act = line["act"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned();
            let subject = line["subject"].as_str().unwrap_or_default().to_owned();
            (act, line["phase"].as_str().unwrap().to_owned(), subject)
        })
        .collect();
    let line = |act: &str, phase: &str, subject: &str| {
        (act.to_owned(), phase.to_owned(), subject.to_owned())
    };
    let (new, old) = (format!("key {new}"), format!("key {old}"));
    assert_eq!(
        told,
        [
            line("AddKey", "done", &new),
            line("RetireKey", "done", ""),
            line("RotateKeys", "begin", ""),
            line("RotateKeys", "end", ""),
            line("RotateKeys", "begin", ""),
            line("RotateKeys", "end", ""),
            line("RetireKey", "done", &old),
        ]
    );
}

#[tokio::test]
async fn a_key_that_is_not_there_or_that_seals_is_not_retired() {
    let shop = operated_shop().await;
    let mut operator = Operator::of(&shop.daemon).await;
    let only = operator.keys().await.remove(0).key_id;
    Refusal::from(operator.retire(&only).await).is(
        Code::FailedPrecondition,
        Reason::KeyInUse,
        "OPERATOR",
    );
    let other = if only == "00000001" {
        "00000002"
    } else {
        "00000001"
    };
    Refusal::from(operator.retire(other).await).is(
        Code::NotFound,
        Reason::KeyNotFound,
        "FIX_REQUEST",
    );
    for wrong in ["", "1", "0000000g", "000000001", "+0000001"] {
        let refused = Refusal::from(operator.retire(wrong).await);
        let refused = refused.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        assert_eq!(refused.fields[0].0, "key_id");
    }
    assert_eq!(in_file(&shop.setup), [only]);
}

#[tokio::test]
async fn a_ring_of_systemds_is_not_changed_and_the_sentence_says_how_it_is() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    with_operator(&mut setup);
    let here = setup.folder.path().display().to_string();
    setup.replaced.push((
        format!("file = \"{here}/keys\""),
        "credential = \"keys\"".to_owned(),
    ));
    setup
        .environment
        .push(("CREDENTIALS_DIRECTORY".to_owned(), here));
    let daemon = setup.start().await;
    let mut operator = Operator::of(&daemon).await;
    let refused = Refusal::from(operator.add().await).is(
        Code::FailedPrecondition,
        Reason::KeyRingReadOnly,
        "OPERATOR",
    );
    assert!(
        refused.message.contains("leadtap keys add --file"),
        "{refused:?}"
    );
    assert_eq!(in_file(&setup).len(), 1);

    // As the sentence says: the source is changed, and the daemon started anew.
    daemon.stops().await;
    let file = setup.path("keys").display().to_string();
    let added = run(leadtap(&[
        "keys", "add", "--file", &file, "--output", "json",
    ]))
    .await;
    assert_eq!(added.exit, Some(0), "{}", added.err);
    let daemon = setup.start().await;
    let keys = Operator::of(&daemon).await.keys().await;
    let added: Value = serde_json::from_str(&added.out).unwrap();
    assert_eq!(added["key_id"], keys[1].key_id);
    assert_eq!(keys[1].state(), KeyState::Seals);
}

#[tokio::test]
async fn a_ring_whose_file_was_changed_behind_the_daemon_is_left_alone() {
    let shop = operated_shop().await;
    let mut operator = Operator::of(&shop.daemon).await;
    let file = shop.setup.path("keys");
    let right = std::fs::read_to_string(&file).unwrap();
    let other = leadtap::storage::KeyRing::generate().unwrap();
    for wrong in [other.expose(), "no ring at all"] {
        std::fs::write(&file, wrong).unwrap();
        Refusal::from(operator.add().await).is(
            Code::FailedPrecondition,
            Reason::KeyRingChanged,
            "OPERATOR",
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), wrong);
    }
    std::fs::write(&file, right).unwrap();
    operator.add().await.unwrap();
}

#[tokio::test]
async fn a_full_ring_takes_no_more_keys() {
    let shop = operated_shop().await;
    let mut operator = Operator::of(&shop.daemon).await;
    while in_file(&shop.setup).len() < 64 {
        operator.add().await.unwrap();
    }
    Refusal::from(operator.add().await).is(
        Code::FailedPrecondition,
        Reason::KeyRingFull,
        "OPERATOR",
    );
}

#[tokio::test]
async fn the_commands_do_the_same_and_print_lines_where_there_is_no_terminal() {
    let shop = operated_shop().await;
    shop.login(ACCOUNT).await;
    let setup = &shop.setup;
    let old = in_file(setup).remove(0);
    let add = command(setup, &["add"]).await;
    assert_eq!(add.exit, Some(0), "{}", add.err);
    let new = in_file(setup).remove(1);
    assert!(
        add.out.contains(&new) && add.out.contains("keys rotate"),
        "{}",
        add.out
    );

    let early = command(setup, &["retire", &old]).await;
    assert_eq!(early.exit, Some(78), "{}", early.err);
    assert!(early.err.contains("Reason: KEY_IN_USE"), "{}", early.err);

    let rotate = command(setup, &["rotate"]).await;
    assert_eq!(rotate.exit, Some(0), "{}", rotate.err);
    assert!(rotate.err.contains(" records\n"), "{}", rotate.err);
    assert!(
        rotate.out.contains("1 records were sealed anew"),
        "{}",
        rotate.out
    );
    let again = command(setup, &["rotate", "--output", "json"]).await;
    let again: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(
        (&again["resealed_records"], &again["failed_records"]),
        (&0.into(), &0.into())
    );

    assert_eq!(command(setup, &["retire", &old]).await.exit, Some(0));
    let list = command(setup, &["list"]).await;
    assert_eq!(list.out, format!("{new}  seals    2 records\n"));
}

/// A ring with the line of one key taken out, or another key under its name.
fn tamper(file: &Path, key: &str, instead: impl FnOnce(&str) -> String) {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap();
    std::fs::write(file, text.replace(&format!("{line}\n"), &instead(line))).unwrap();
}

#[tokio::test]
async fn a_key_lost_for_some_records_is_told_apart_from_altered_records() {
    let shop = operated_shop().await;
    let new = Operator::of(&shop.daemon).await.add().await.unwrap();
    // Its token is sealed with the new key; the known text is with the old one.
    let visit = shop
        .visit_under(json!({ "me_failure": "unavailable" }))
        .await;
    let callback = visit.allow(ACCOUNT).await;
    visit.complete(&shop.client, &callback).await.unwrap_err();
    shop.fake.knobs_for(visit.state(), json!({})).await;
    let Shop {
        daemon,
        setup,
        fake: _fake,
        ..
    } = shop;
    daemon.stops().await;
    let file = setup.path("keys");
    let right = std::fs::read_to_string(&file).unwrap();

    tamper(&file, &new, |_| String::new());
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    let refused = Refusal::from(visit.complete(&client, &callback).await);
    let refused = refused.is(Code::FailedPrecondition, Reason::KeyMissing, "OPERATOR");
    assert!(
        refused.message.contains(&new) && refused.message.contains("not damaged"),
        "{refused:?}"
    );
    let keys = Operator::of(&daemon).await.keys().await;
    assert_eq!(
        (keys[1].key_id.as_str(), keys[1].state()),
        (new.as_str(), KeyState::Missing)
    );
    daemon.stops().await;

    let other = leadtap::storage::KeyRing::generate().unwrap();
    let key = other.expose().lines().last().unwrap()[9..].to_owned();
    std::fs::write(&file, &right).unwrap();
    tamper(&file, &new, |_| format!("{new} {key}\n"));
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    let refused = Refusal::from(visit.complete(&client, &callback).await);
    let refused = refused.is(Code::DataLoss, Reason::RecordAltered, "OPERATOR");
    assert!(refused.message.contains("moved"), "{refused:?}");
    let log = daemon.log();
    let told = log
        .lines()
        .find(|line| line.contains("a sealed text does not open"));
    assert!(told.unwrap().contains("site.id=shop"), "{log}");
    daemon.stops().await;

    // With the key put back nothing is lost.
    std::fs::write(&file, &right).unwrap();
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    authorized(visit.complete(&client, &callback).await);
}

#[tokio::test]
async fn a_rotation_that_a_crash_cut_off_goes_on_by_itself() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    with_operator(&mut setup);
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    for account in [ACCOUNT, "mira_makes"] {
        let visit = Visit::begin(&client).await;
        let callback = visit.allow(account).await;
        authorized(visit.complete(&client, &callback).await);
    }
    let mut operator = Operator::of(&daemon).await;
    let old = operator.keys().await.remove(0).key_id;
    operator.add().await.unwrap();

    // Each step of the walk waits for the disk this long.
    disk.fail("slow-fsync 1000");
    let stream = operator
        .0
        .rotate_keys(request(pb::RotateKeysRequest {}))
        .await;
    let mut stream = stream.unwrap().into_inner();
    loop {
        let now = stream.message().await.unwrap().unwrap();
        assert!(!now.finished, "it ended before the crash: {now:?}");
        if now.total_records > 0 {
            break;
        }
    }
    daemon.kill_9();
    disk.heal();

    let daemon = setup.start().await;
    let mut operator = Operator::of(&daemon).await;
    eventually("the end of the rotation", async || {
        let keys = operator.keys().await;
        (keys[0].key_id == old && keys[0].sealed_records == 0).then_some(())
    })
    .await;
    assert!(
        daemon
            .log()
            .contains("going on with a rotation of the keys")
    );
    operator.retire(&old).await.unwrap();
    daemon.stops().await;
    let daemon = setup.start().await;
    assert!(
        !daemon.log().contains("going on with a rotation"),
        "{}",
        daemon.log()
    );
}

/// Both watch one rotation, and a key that comes while it goes on is the one
/// that everything is sealed with at its end.
#[tokio::test]
async fn two_rotations_at_once_are_one_and_end_at_the_newest_key() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    with_operator(&mut setup);
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    for account in [ACCOUNT, "mira_makes"] {
        let visit = Visit::begin(&client).await;
        let callback = visit.allow(account).await;
        authorized(visit.complete(&client, &callback).await);
    }
    let (mut one, mut other) = (Operator::of(&daemon).await, Operator::of(&daemon).await);
    let mut third = Operator::of(&daemon).await;
    let first = one.keys().await.remove(0).key_id;
    let second = one.add().await.unwrap();
    // Slow enough for all three to meet.
    disk.fail("slow-fsync 100");
    let (one, other, newest) = tokio::join!(one.rotate(), other.rotate(), third.add());
    disk.heal();
    let newest = newest.unwrap();
    assert_eq!(one, other, "one rotation, seen twice");
    assert_eq!(one.failed_records, 0);

    let mut operator = Operator::of(&daemon).await;
    operator.rotate().await;
    let keys = operator.keys().await;
    let sealed = keys
        .iter()
        .map(|key| (key.key_id.as_str(), key.sealed_records));
    let all = [
        (first.as_str(), 0),
        (second.as_str(), 0),
        (newest.as_str(), 3),
    ];
    assert_eq!(sealed.collect::<Vec<_>>(), all);
    for old in [&first, &second] {
        operator.retire(old).await.unwrap();
    }
    assert_eq!(in_file(&setup), [newest]);
    daemon.stops().await;
    setup.start().await.stops().await;
}
