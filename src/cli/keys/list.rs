//! `leadtap keys list`

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::super::arguments::OutputArgs;
use super::super::client::{self, ClientArgs};
use super::super::exit::CommandError;
use super::super::output::{Output, Style, harmless};
use crate::grpc::pb;

/// List the keys and what each has sealed
///
/// Shows names, never keys. A key that is missing is one that the ring lacks although records are
/// sealed with it: put it back from a copy of the ring.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap keys list\n  \
    leadtap keys list --output json")]
pub(super) struct List {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl List {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let list = client::run(async {
            let mut admin = super::admin(&self.client).await?;
            Ok(admin.list_keys(pb::ListKeysRequest {}).await?.into_inner())
        })?;
        Output::standard(self.output.output).result(|style| render(&list, style), || as_json(&list))
    }
}

fn render(list: &pb::ListKeysResponse, style: Style) -> String {
    let mut text = String::new();
    for key in &list.keys {
        let state = match key.state() {
            pb::KeyState::Seals => "seals",
            pb::KeyState::Opens => "opens",
            pb::KeyState::Missing => "MISSING",
            pb::KeyState::Unspecified => "?",
        };
        let line = format!(
            "{}  {state:<7}  {} records",
            harmless(&key.key_id),
            key.sealed_records
        );
        let line = if key.state() == pb::KeyState::Missing {
            style.bad(&line)
        } else {
            line
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    }
    if list.unreadable_records > 0 {
        let line = format!("{} records cannot be read", list.unreadable_records);
        let _ = writeln!(text, "{}", style.bad(&line));
    }
    text
}

fn as_json(list: &pb::ListKeysResponse) -> Value {
    let key = |key: &pb::KeyInfo| {
        json!({
            "key_id": key.key_id,
            "state": key.state().as_str_name(),
            "sealed_records": key.sealed_records,
        })
    };
    json!({
        "keys": list.keys.iter().map(key).collect::<Vec<_>>(),
        "unreadable_records": list.unreadable_records,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_key_stands_out() {
        let key = |key_id: &str, state: pb::KeyState, sealed_records| pb::KeyInfo {
            key_id: key_id.to_owned(),
            state: state.into(),
            sealed_records,
        };
        let list = pb::ListKeysResponse {
            keys: vec![
                key("00000001", pb::KeyState::Opens, 2),
                key("00000002", pb::KeyState::Seals, 40),
                key("00000003", pb::KeyState::Missing, 1),
            ],
            unreadable_records: 1,
        };
        assert_eq!(
            render(&list, Style::PLAIN),
            "00000001  opens    2 records\n00000002  seals    40 records\n00000003  MISSING  1 records\n1 records cannot be read\n"
        );
        assert!(render(&list, Style::COLOURED).contains("\x1b[31m00000003"));
        assert_eq!(as_json(&list)["keys"][2]["state"], "KEY_STATE_MISSING");
    }
}
