//! What a person reads at the end: what there is now, and what comes next.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::super::exit::CommandError;
use super::super::output::{Output, Style};
use super::answers::{Answers, Person};
use super::files::{Made, Places};

/// Where the three addresses go, in the words of Meta's dashboard.
const DASHBOARD: &str = "Instagram > API setup with Instagram login > Set up Instagram business login > Business login settings";

pub(super) fn tell(
    made: &Made,
    answers: &Answers,
    daemon: &Person,
    places: &Places,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    output.result(
        |style| human(made, answers, daemon, places, style),
        || machine(made, answers, places),
    )
}

/// The fields of the dashboard's form, and what goes there.
fn addresses(answers: &Answers) -> [(&'static str, &'static str, String); 3] {
    [
        (
            "OAuth redirect URIs",
            "redirect_uri",
            answers.redirect_uri.clone(),
        ),
        (
            "Deauthorize callback URL",
            "deauthorize_url",
            answers.route("deauthorize"),
        ),
        (
            "Data deletion request URL",
            "deletion_url",
            answers.route("deletion"),
        ),
    ]
}

fn human(made: &Made, answers: &Answers, daemon: &Person, places: &Places, style: Style) -> String {
    let mut text = String::from("\nMade:\n");
    let mut line = |words: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{words}");
    };
    for path in &made.paths {
        line(format!("  {}", path.display()));
    }
    if made.ring_stays {
        line(format!("  ({} was there, and stays)", places.ring));
    }
    if let Some(example) = &made.example {
        line(format!(
            "  (the package's example is now {})",
            example.display()
        ));
    }
    line(format!(
        "\nKeep a copy of {} apart from the backups: without it the tokens are lost.",
        places.ring
    ));
    line(format!(
        "\nEnter in Meta's dashboard, under\n{DASHBOARD}:\n"
    ));
    for (field, _, address) in addresses(answers) {
        line(format!("  {field:<26} {}", style.strong(&address)));
    }
    line(
        "\nSave, and open the list again: where the dashboard has added a slash to the redirect URI,\nadd it in the configuration too. Without the WooCommerce plugin, the second and the third\nare pages of your own that call PlatformService."
            .to_owned(),
    );
    line("\nNext:\n".to_owned());
    for command in next(daemon, places) {
        line(format!("  {}", style.strong(&command)));
    }
    text
}

fn next(daemon: &Person, places: &Places) -> Vec<String> {
    let option = if places.packaged {
        String::new()
    } else {
        format!(" --config {}", shell_word(&places.configuration))
    };
    let as_daemon = if daemon.uid == nix::unistd::geteuid() {
        String::new()
    } else {
        format!("sudo -u {} ", daemon.name)
    };
    let serve = if places.packaged {
        "systemctl enable --now leadtap.socket leadtap".to_owned()
    } else {
        format!("{as_daemon}leadtap serve{option}")
    };
    vec![format!("{as_daemon}leadtap check --online{option}"), serve]
}

/// A path as a shell takes it for one word.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn machine(made: &Made, answers: &Answers, places: &Places) -> Value {
    let mut dashboard = serde_json::Map::new();
    for (_, key, address) in addresses(answers) {
        dashboard.insert(key.to_owned(), Value::from(address));
    }
    json!({
        "configuration": places.configuration,
        "made": made.paths,
        "key_ring_was_there": made.ring_stays,
        "example_moved_to": made.example,
        "dashboard": dashboard,
    })
}
