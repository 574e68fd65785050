//! Secrets that systemd hands over (`LoadCredential=` in systemd.exec(5)).

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use leadtap::storage::KeyRing;

use crate::support::command::{leadtap, run};
use crate::support::daemon::TOKEN;
use crate::support::fake::APP_SECRET;
use crate::support::shop::ACCOUNT;
use crate::support::tls::{self, Authority};
use crate::support::{Fake, Setup, Shop, Visit, caller, receiver};

/// A unit's folder of credentials, with modes as systemd gives them.
fn credentials(setup: &mut Setup) -> PathBuf {
    let folder = setup.path("credentials");
    std::fs::create_dir(&folder).unwrap();
    let ring = KeyRing::generate().unwrap();
    for (name, text) in [
        ("keys", ring.expose()),
        ("app-secret", APP_SECRET),
        ("bearer", TOKEN),
    ] {
        load(&folder, name, text);
    }
    let value = folder.display().to_string();
    let variable = ("CREDENTIALS_DIRECTORY".to_owned(), value);
    setup.environment.push(variable);
    folder
}

/// One of them: readable for the unit's user through an access list, which
/// shows as the group's right.
fn load(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    let mode = std::fs::Permissions::from_mode;
    std::fs::set_permissions(folder, mode(0o750)).unwrap();
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, mode(0o440)).unwrap();
    std::fs::set_permissions(folder, mode(0o550)).unwrap();
}

/// Loads what was in a file, and names it in the configuration in the file's place.
fn load_instead(
    setup: &mut Setup,
    folder: &Path,
    [key, new_key]: [&str; 2],
    file: &Path,
    name: &str,
) {
    load(folder, name, &std::fs::read_to_string(file).unwrap());
    std::fs::remove_file(file).unwrap();
    setup.replaced.push((
        format!("{key} = \"{}\"", file.display()),
        format!("{new_key} = \"{name}\""),
    ));
}

/// Names credentials in the place of files.
fn use_credentials(setup: &mut Setup) -> PathBuf {
    let here = setup.folder.path().display().to_string();
    setup.replaced.extend([
        (
            format!("file = \"{here}/keys\""),
            "credential = \"keys\"".to_owned(),
        ),
        (
            format!("instagram_app_secret_file = \"{here}/app-secret\""),
            "instagram_app_secret_credential = \"app-secret\"".to_owned(),
        ),
    ]);
    for name in ["keys", "app-secret"] {
        std::fs::remove_file(setup.path(name)).unwrap();
    }
    credentials(setup)
}

fn lead_show(shop: &Shop, folder: &Path, lead: &str) -> std::process::Command {
    let address = format!("http://{}", caller::tcp_place(&shop.daemon));
    let mut command = leadtap(&["lead", "show", lead, "--address", &address, "--token-file"]);
    command.arg(folder.join("bearer"));
    command
}

#[tokio::test]
async fn the_key_ring_an_app_secret_and_a_callers_token_come_as_credentials() {
    let mut folder = None;
    let shop = Shop::open_with(|setup| folder = Some(use_credentials(setup))).await;
    let folder = folder.unwrap();
    let lead = shop.login(ACCOUNT).await.lead.unwrap().lead_id;

    let mut command = lead_show(&shop, &folder, &lead);
    command.env("CREDENTIALS_DIRECTORY", &folder);
    let ended = run(command).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    // Outside of a unit the same file is one that others can read.
    let ended = run(lead_show(&shop, &folder, &lead)).await;
    assert_eq!(ended.exit, Some(77), "{ended:?}");
    assert!(ended.err.contains("others can read"), "{ended:?}");
    shop.daemon.stops().await;
}

#[tokio::test]
async fn the_key_of_tls_and_the_secret_of_a_webhook_come_as_credentials() {
    let fake = Fake::start().await;
    let mut setup = receiver::setup(&fake);
    let folder = use_credentials(&mut setup);
    let authority = Authority::new(&setup);
    let files = authority.issue("server");
    authority.seal(&mut setup, &files);
    let key = ["key", "key_credential"];
    load_instead(&mut setup, &folder, key, &files.key, "tls");
    let (secret, crm) = (["secret_file", "secret_credential"], setup.path("crm"));
    load_instead(&mut setup, &folder, secret, &crm, "crm-secret");
    let daemon = setup.start().await;
    receiver::begun(&daemon).await;
    let channel = tls::channel(&caller::tcp_place(&daemon), authority.client(None)).await;
    let client = caller::client(channel, Some(TOKEN));
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    visit.complete(&client, &callback).await.unwrap();
    fake.came(|all| !all.is_empty()).await;
    daemon.stops().await;
}

#[tokio::test]
async fn a_credential_that_the_unit_does_not_load_stops_the_start_with_the_line_for_it() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    use_credentials(&mut setup);
    setup.environment.clear();
    let (exit, said) = setup.refused().await;
    assert_eq!(exit, Some(78), "{said}");
    assert!(said.contains("LoadCredential=keys:"), "{said}");
    assert!(said.contains("LoadCredential=app-secret:"), "{said}");
}
