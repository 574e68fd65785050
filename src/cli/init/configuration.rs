//! The text of the configuration.

use std::fmt::Write as _;

use super::answers::{Answers, Person};
use super::files::Places;
use crate::domain::duties::CODE_PLACE;

/// The user that administers this machine, and may do everything anyway.
const OPERATOR_UID: u32 = 0;

/// A configuration that the daemon takes as it is.
pub(super) fn text(answers: &Answers, daemon: &Person, places: &Places) -> String {
    let mut text = format!(
        "# The configuration of leadtap, made by `leadtap init`. Change what is yours, and
# let `leadtap check` say what is left to do; docs/configuration.md explains
# every key.

[listen]
# Who may connect is who may write to the socket. With leadtap.socket, its
# SocketMode= and SocketGroup= count instead.
{unix}

[store]
path = {store}

[keys]
# Keep a copy of it, and not beside the backups: without it the tokens are lost.
file = {ring}

[[site]]
# Begins every key in the store: renaming a site hides its leads.
name = \"shop\"
instagram_app_id = {app_id}
instagram_app_secret_file = {secret}
# Byte for byte as in Meta's dashboard.
redirect_uris = [{redirect_uri}]
# Where a person reads what became of a deletion that they asked Meta for.
deletion_status_url = {deletion}
{endpoints}",
        unix = listen(answers, daemon, places),
        store = quoted(&places.store),
        ring = quoted(&places.ring),
        app_id = quoted(&answers.app_id),
        secret = quoted(&places.secret),
        redirect_uri = quoted(&answers.redirect_uri),
        deletion = quoted(deletion_page(answers)),
        endpoints = endpoints(answers),
    );
    for (name, person, permissions) in callers(answers, daemon) {
        let permissions: Vec<String> = permissions.into_iter().map(quoted).collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[caller]]\nname = {}\nsite = \"shop\"\nuid = {}\npermissions = [{}]\n",
            quoted(name),
            user(&person),
            permissions.join(", "),
        );
    }
    text
}

fn deletion_page(answers: &Answers) -> String {
    format!("{}?code={CODE_PLACE}", answers.route("deletion_status"))
}

fn listen(answers: &Answers, daemon: &Person, places: &Places) -> String {
    let path = quoted(&places.socket);
    if answers.php.uid == daemon.uid {
        format!("unix = {{ path = {path}, mode = \"0600\" }}")
    } else {
        let group = quoted(answers.php.group());
        format!("unix = {{ path = {path}, mode = \"0660\", group = {group} }}")
    }
}

fn endpoints(answers: &Answers) -> String {
    let Some(sandbox) = &answers.sandbox else {
        return String::new();
    };
    let [authorize, api, graph] =
        ["www", "api", "graph"].map(|part| quoted(format!("{sandbox}/{part}")));
    format!(
        "# A sandbox in Instagram's place: remove this before the first real shopper.
endpoints = {{ authorize = {authorize}, api = {api}, graph = {graph} }}
"
    )
}

/// Who may call, each user once: PHP, whoever is root, and the daemon's own
/// user, which makes the nightly backup.
fn callers(answers: &Answers, daemon: &Person) -> Vec<(&'static str, Person, Vec<&'static str>)> {
    let mut php = vec!["login", "platform"];
    if answers.php_sees_leads {
        php.push("leads");
    }
    let root = Person {
        name: "root".to_owned(),
        uid: OPERATOR_UID.into(),
        gid: OPERATOR_UID.into(),
    };
    let all = ["login", "leads", "tokens", "platform", "admin"];
    let mut callers: Vec<(&'static str, Person, Vec<&'static str>)> = Vec::new();
    for (name, person, permissions) in [
        ("php", answers.php.clone(), php),
        ("operator", root, all.to_vec()),
        ("backup", daemon.clone(), vec!["admin"]),
    ] {
        let same = callers
            .iter_mut()
            .find(|(_, known, _)| known.uid == person.uid);
        match same {
            Some((_, _, held)) => {
                let more = permissions.into_iter().filter(|one| !held.contains(one));
                let more: Vec<_> = more.collect();
                held.extend(more);
            }
            None => callers.push((name, person, permissions)),
        }
    }
    callers
}

fn user(person: &Person) -> String {
    match person.name.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => quoted(&person.name),
    }
}

/// A text as TOML has it.
fn quoted(text: impl Into<String>) -> String {
    toml::Value::String(text.into()).to_string()
}
