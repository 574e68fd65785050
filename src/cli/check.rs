//! `leadtap check`

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::arguments::{ConfigArgs, OutputArgs};
use super::client;
use super::exit::{CommandError, Exit};
use super::output::{Output, Style, harmless};
use crate::app::online;
use crate::config::check::check;
use crate::config::{Config, Problem, Problems, Severity};
use crate::domain::clock::SystemClock;

/// Say everything that is wrong with a configuration and this machine
///
/// Changes nothing. Looks at the configuration, the secrets and the key ring that it names, the
/// store's folder and disk, the socket's folder and the clock, and says what to do about each thing
/// that is wrong. Run it as the daemon's user. Warnings alone leave the exit code 0; a problem, which
/// would stop the daemon or every login, makes it 78.
///
/// With --online it also asks Instagram what a login asks, with a code and a token that nobody gave:
/// whether the endpoints answer, whether they know the app, its secret and each redirect URI, and how
/// far the clock is from theirs; and whether the shop answers at its redirect URIs. Instagram looks
/// at some of it only once a person has logged in: `leadtap login` tries all of it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    sudo -u leadtap leadtap check\n  \
    leadtap check --config ./leadtap.toml\n  \
    sudo -u leadtap leadtap check --online\n  \
    leadtap check --output json | jq '.problems[].what_to_do'")]
pub(super) struct Check {
    /// Ask Instagram and the shop as well
    #[arg(long)]
    online: bool,

    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Check {
    pub(super) fn run(self) -> Result<(), CommandError> {
        self.print(&mut Output::standard(self.output.output))
    }

    fn print(&self, output: &mut Output<'_>) -> Result<(), CommandError> {
        let mut problems = check(&self.config.config, &SystemClock);
        let mut why = "The daemon cannot start like this.";
        if self.online {
            if !problems.stop_the_start() {
                why = "No shopper can log in like this.";
            }
            problems.0.extend(self.asked()?);
        }
        let fine = !problems.stop_the_start();
        let printed = output.result(
            |style| human(&problems, style),
            || json!({ "ok": fine, "problems": problems }),
        );
        // A reader that went away must not turn a problem into a success.
        if fine {
            return printed;
        }
        Err(CommandError::new(Exit::Configuration, why, ""))
    }

    /// What is wrong beyond this machine.
    fn asked(&self) -> Result<Vec<Problem>, CommandError> {
        let Ok(config) = Config::load(&self.config.config) else {
            let left_out = Problem::new(
                "Instagram",
                "was not asked, because the configuration is not whole",
                "Correct it, and run the same again.",
            );
            return Ok(vec![left_out.as_warning()]);
        };
        client::run(async {
            online::check(&config, &SystemClock).await.map_err(|error| {
                CommandError::new(
                    Exit::Fault,
                    format!("Nobody can be called from here: {error}."),
                    "",
                )
            })
        })
    }
}

fn human(problems: &Problems, style: Style) -> String {
    let mut text = String::new();
    for problem in &problems.0 {
        let kind = match problem.severity {
            Severity::Problem => style.bad("problem"),
            Severity::Warning => style.notable("warning"),
        };
        let line = problem
            .line
            .map(|line| format!(" (line {line})"))
            .unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{kind}: {}{line} {}\n  {}",
            style.strong(&harmless(&problem.place)),
            harmless(&problem.what),
            harmless(&problem.what_to_do),
        );
    }
    let count = |wanted: Severity| {
        problems
            .0
            .iter()
            .filter(|one| one.severity == wanted)
            .count()
    };
    let (bad, notable) = (count(Severity::Problem), count(Severity::Warning));
    let _ = match (bad, notable) {
        (0, 0) => writeln!(text, "Everything is fine."),
        _ => writeln!(text, "Problems: {bad}, warnings: {notable}."),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Format;
    use super::*;
    use crate::storage::KeyRing;

    fn checked(config: &str, format: Format) -> (String, Result<(), CommandError>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let check = Check {
            config: ConfigArgs {
                config: file.path().to_owned(),
            },
            output: OutputArgs { output: format },
            online: false,
        };
        let mut result = Vec::new();
        let done = check.print(&mut Output::into(&mut result, std::io::sink(), format));
        (String::from_utf8(result).unwrap(), done)
    }

    #[test]
    fn the_file_the_secrets_and_the_machine_are_told_of_in_one_run() {
        let (text, done) = checked(
            r#"[listen]
            unix = { path = "/srv/nowhere/at/all/leadtap.sock" }
            [store]
            path = "/proc/version"
            cache_mb = 1
            [keys]
            file = "/nowhere/keys"
            "#,
            Format::Human,
        );
        assert_eq!(done.unwrap_err().exit, Exit::Configuration);
        for expected in [
            "store.cache_mb (line 5) is not a key",
            "keys names /nowhere/keys, which does not exist",
            "store.path names /proc/version, which is not a folder",
            "listen.unix.path stands in /srv/nowhere/at/all",
            "site is missing",
            "caller is missing",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn a_program_reads_the_same_as_json() {
        let (text, done) = checked("x = 1", Format::Json);
        assert!(done.is_err());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["ok"], false);
        assert_eq!(value["problems"][0]["place"], "x");
        assert_eq!(value["problems"][0]["line"], 1);
        assert_eq!(value["problems"][0]["severity"], "problem");
    }

    #[test]
    fn warnings_alone_leave_the_exit_code_at_zero() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let ring = KeyRing::generate().unwrap();
        for (name, text) in [("keys", ring.expose()), ("shop.secret", "secret\n")] {
            std::fs::write(path(name), text).unwrap();
            let mine = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(path(name), mine).unwrap();
        }
        let config = format!(
            r#"listen = {{ unix = {{ path = "{}" }} }}
            store = {{ path = "{}" }}
            keys = {{ file = "{}" }}
            [[site]]
            name = "shop"
            instagram_app_id = "1"
            instagram_app_secret_file = "{}"
            redirect_uris = ["https://shop.example/a", "https://shop.example/a/"]
            [[caller]]
            name = "php"
            site = "shop"
            uid = 33
            permissions = ["login"]"#,
            path("leadtap.sock"),
            path("store"),
            path("keys"),
            path("shop.secret"),
        );
        let (text, done) = checked(&config, Format::Human);
        assert!(done.is_ok(), "{text}");
        assert!(
            text.contains("differs from another one by the slash"),
            "{text}"
        );
    }
}
