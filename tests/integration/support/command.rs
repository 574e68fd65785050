//! The command line, as a person or a script runs it.

use std::process::{Command, Output, Stdio};

/// `leadtap` with these arguments, and with no word from this environment.
pub fn leadtap(arguments: &[&str]) -> Command {
    let mut command = Command::new(super::program());
    command
        .args(arguments)
        .env_remove("LEADTAP_SOCKET")
        .env_remove("LEADTAP_ADDRESS")
        .env_remove("LEADTAP_TOKEN_FILE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            exit: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// Runs a command to its end, without holding up what it talks to.
pub async fn run(mut command: Command) -> Ended {
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    ended.await.unwrap().into()
}
