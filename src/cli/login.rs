//! `leadtap login`

use std::io::{BufRead, Read};
use std::process::{Command, Stdio};

use clap::Args;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use zeroize::Zeroizing;

use super::arguments::OutputArgs;
use super::client::{self, ClientArgs, Target};
use super::completion::complete;
use super::exit::{CommandError, Exit};
use super::lead_view;
use super::output::{Output, harmless};
use crate::domain::limits;
use crate::grpc::pb;
use crate::grpc::pb::complete_authorization_response::Outcome;

/// Log in by hand: open a URL, paste back where it led
///
/// Prints Instagram's authorization URL. Open it, allow the app, and paste the address that the
/// browser ends up at, with everything behind the `?` and with its `#_`. The page there may well be
/// an error of the shop's, since this login is not the shop's: only its address counts. Then the lead
/// is printed on standard output; the conversation is on standard error.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap login\n  \
    leadtap login --open --redirect-uri https://shop.example/callback\n  \
    leadtap login --output json --address http://127.0.0.1:7171 --token-file ./token > lead.json")]
pub(super) struct Login {
    /// Which of the site's redirect URIs to come back to; needed where there are several
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    /// Open the URL with xdg-open
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Login {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut output = Output::standard(self.output.output);
        self.converse(&mut std::io::stdin().lock(), &mut output)
    }

    fn converse(
        &self,
        input: &mut dyn BufRead,
        output: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        let target = self.client.target(client::environment)?;
        let binding = Binding::random()?;
        let url = client::run(self.start(&target, &binding))?;
        output.say(&format!("Open this address and allow the app:\n\n{url}\n"))?;
        if self.open && !open_in_browser(&url) {
            output.say("No browser could be opened with xdg-open: open the address by hand.")?;
        }
        output.say("Then paste the address that the browser ends up at, and press Enter:")?;
        let callback = read_callback(input)?;
        match client::run(complete(&target, &*binding.0, &callback))? {
            Outcome::Authorized(authorized) => show(&authorized, output),
            Outcome::Declined(declined) => tell(&declined, output),
        }
    }

    async fn start(&self, target: &Target, binding: &Binding) -> Result<String, CommandError> {
        let request = pb::StartAuthorizationRequest {
            redirect_uri: self.redirect_uri.clone().unwrap_or_default(),
            browser_binding_hash: binding.hash(),
            ..Default::default()
        };
        let mut service = target.login().await?;
        let started = service.start_authorization(request).await?.into_inner();
        Ok(started.authorization_url)
    }
}

/// What a shopper's browser keeps in a cookie, and this process in memory.
struct Binding(Zeroizing<[u8; limits::BINDING_BYTES]>);

impl Binding {
    fn random() -> Result<Self, CommandError> {
        let mut bytes = Zeroizing::new([0; limits::BINDING_BYTES]);
        SystemRandom::new().fill(&mut *bytes).map_err(|_| {
            CommandError::new(
                Exit::Fault,
                "The operating system gave no random bytes.",
                "Try again.",
            )
        })?;
        Ok(Self(bytes))
    }

    fn hash(&self) -> Vec<u8> {
        digest(&SHA256, &*self.0).as_ref().to_vec()
    }
}

fn open_in_browser(url: &str) -> bool {
    Command::new("xdg-open")
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}

fn read_callback(input: &mut dyn BufRead) -> Result<String, CommandError> {
    // One byte beyond the limit lets the daemon say what the limit is.
    let most = limits::CALLBACK_BYTES as u64 + 1;
    let mut line = Vec::new();
    input.take(most).read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    let callback = line.trim();
    if callback.is_empty() {
        return Err(CommandError::new(
            Exit::BadData,
            "Nothing was pasted.",
            "Begin again, and paste the whole address that the browser ends up at.",
        ));
    }
    Ok(callback.to_owned())
}

fn show(authorized: &pb::Authorized, output: &mut Output<'_>) -> Result<(), CommandError> {
    let lead = authorized.lead.clone().unwrap_or_default();
    output.say(if authorized.new_lead {
        "\nLogged in, for the first time here."
    } else {
        "\nLogged in; the shop knows this account."
    })?;
    output.result(
        |style| lead_view::render(&lead, style),
        || {
            json!({
                "outcome": "authorized",
                "lead": lead_view::json(&lead),
                "new_lead": authorized.new_lead,
                "replayed": authorized.replayed,
            })
        },
    )
}

/// A decline is an answer: it is printed, and the exit code says no.
fn tell(declined: &pb::Declined, output: &mut Output<'_>) -> Result<(), CommandError> {
    let printed = output.result(
        |_| String::new(),
        || {
            json!({
                "outcome": "declined",
                "error": declined.error,
                "reason": declined.reason,
                "description": declined.description,
            })
        },
    );
    // Where nobody reads the answer, the exit code still says no.
    if let Err(error) = printed
        && error.exit != Exit::Done
    {
        return Err(error);
    }
    let by_the_shopper = declined.reason == "user_denied" || declined.reason == "user_cancelled";
    let message = if by_the_shopper {
        "The shopper declined. Nothing was kept.".to_owned()
    } else {
        format!(
            "Instagram declined ({}): {}",
            harmless(&declined.error),
            harmless(&declined.description)
        )
    };
    Err(CommandError::new(
        Exit::Refused,
        message,
        "Begin a new login whenever the shopper wants one: `leadtap login`.",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Format;
    use super::super::testing::{FakeDaemon, LEAD_ID};
    use super::*;

    fn login(
        daemon: &FakeDaemon,
        pasted: &str,
        format: Format,
    ) -> (String, String, Result<(), CommandError>) {
        let login = Login {
            redirect_uri: None,
            open: false,
            output: OutputArgs { output: format },
            client: daemon.client_args(),
        };
        let (mut result, mut talk) = (Vec::new(), Vec::new());
        let done = login.converse(
            &mut pasted.as_bytes(),
            &mut Output::into(&mut result, &mut talk, format),
        );
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(result), text(talk), done)
    }

    #[test]
    fn a_pasted_callback_brings_the_lead_and_the_url_is_said_beside_it() {
        let pasted = "https://shop.example/cb?code=good&state=s#_\n";
        let (result, talk, done) = login(&FakeDaemon::start(), pasted, Format::Human);
        done.unwrap();
        assert!(result.starts_with(&format!("Lead {LEAD_ID}\n")), "{result}");
        assert!(
            talk.contains("https://www.instagram.com/oauth/authorize?"),
            "{talk}"
        );
        assert!(talk.contains("for the first time"), "{talk}");
    }

    #[test]
    fn json_is_the_only_thing_on_standard_output() {
        let (result, _, done) = login(&FakeDaemon::start(), "code=good&state=s", Format::Json);
        done.unwrap();
        let value: serde_json::Value = serde_json::from_str(&result).unwrap();
        assert_eq!(value["outcome"], "authorized");
        assert_eq!(value["lead"]["lead_id"], LEAD_ID);
    }

    #[test]
    fn a_decline_is_told_kindly_and_is_not_a_failure_of_anything() {
        let pasted = "error=access_denied&error_reason=user_denied";
        let (result, _, done) = login(&FakeDaemon::start(), pasted, Format::Json);
        let error = done.unwrap_err();
        assert_eq!(error.exit, Exit::Refused);
        assert!(
            error.message.contains("The shopper declined"),
            "{}",
            error.message
        );
        assert!(result.contains("\"declined\""), "{result}");
    }

    #[test]
    fn a_passing_trouble_is_asked_again_with_the_same_binding() {
        let daemon = FakeDaemon::start();
        let (_, _, done) = login(&daemon, "code=second-time&state=s", Format::Human);
        done.unwrap();
        assert_eq!(daemon.completions(), 2);
    }

    #[test]
    fn a_refused_code_ends_the_login_with_the_next_step() {
        let daemon = FakeDaemon::start();
        let (_, _, done) = login(&daemon, "code=used&state=s", Format::Human);
        let error = done.unwrap_err();
        assert_eq!(error.exit, Exit::Refused);
        assert!(
            error.what_to_do.contains("leadtap login"),
            "{}",
            error.what_to_do
        );
        assert_eq!(daemon.completions(), 1);
    }

    #[test]
    fn nothing_pasted_asks_the_daemon_nothing() {
        let daemon = FakeDaemon::start();
        let (_, _, done) = login(&daemon, "\n", Format::Human);
        assert_eq!(done.unwrap_err().exit, Exit::BadData);
        assert_eq!(daemon.completions(), 0);
    }
}
