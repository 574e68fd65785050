//! `leadtap init`

mod answers;
mod ask;
mod configuration;
mod files;
mod told;

#[cfg(test)]
mod tests;

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::arguments::OutputArgs;
use super::exit::CommandError;
use super::output::Output;
use answers::Answers;
use ask::Asker;
use files::Places;

/// Where the package's files are, and the daemon looks for them.
const PACKAGE_FOLDER: &str = "/etc/leadtap";

/// Make a configuration, its secret files, and the addresses for Meta
///
/// Asks six questions, or takes their answers as options: the shop's address, the app's id and
/// secret, the redirect URI, the user that PHP runs as, and whether the shop's admin pages may see
/// leads. It writes the configuration, a file with the app secret and, where there is none yet, a key
/// ring, each with the rights that it needs, and prints what to enter in Meta's dashboard.
///
/// Nothing is ever overwritten: where a file is there already, it stops before it has changed
/// anything. The example that the package brings is moved aside if nobody has changed it.
///
/// The secret is asked for without showing it, or comes from a file; it has no place on a command
/// line. Where standard input is no terminal, it is read from there, a line for each question that no
/// option answers, and an empty line takes the default.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    leadtap init\n  \
    leadtap init --shop https://shop.example --app-id 990602627938098 --app-secret-file ./secret\n  \
    leadtap init --folder ./leadtap-dev --shop http://127.0.0.1:8080 --sandbox http://127.0.0.1:9000")]
pub(super) struct Init {
    /// Where to write: a folder, made if it is missing
    #[arg(long, value_name = "FOLDER", default_value = PACKAGE_FOLDER)]
    folder: PathBuf,

    /// The shop's address
    #[arg(long, value_name = "URL", help_heading = "Answers")]
    shop: Option<String>,

    /// The Instagram App ID, from Meta's dashboard
    #[arg(long, value_name = "NUMBER", help_heading = "Answers")]
    app_id: Option<String>,

    /// A file with the Instagram App Secret; it is copied, and can be deleted afterwards
    #[arg(long, value_name = "FILE", help_heading = "Answers")]
    app_secret_file: Option<PathBuf>,

    /// Where Instagram sends shoppers back to [default: the WooCommerce plugin's address]
    #[arg(long, value_name = "URL", help_heading = "Answers")]
    redirect_uri: Option<String>,

    /// The user that PHP runs as, by name or number
    #[arg(long, value_name = "USER", help_heading = "Answers")]
    php_user: Option<String>,

    /// Whether the shop's admin pages may list and export leads
    #[arg(long, value_name = "WHETHER", value_enum, help_heading = "Answers")]
    php_leads: Option<Whether>,

    /// The user that the daemon runs as [default: leadtap; in another folder, you]
    #[arg(long, value_name = "USER")]
    daemon_user: Option<String>,

    /// A sandbox in Instagram's place, as `leadtap sandbox` prints it: for development
    #[arg(long, value_name = "URL")]
    sandbox: Option<String>,

    #[command(flatten)]
    output: OutputArgs,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whether {
    /// They may
    Yes,
    /// They may not
    No,
}

impl Init {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let stdin = std::io::stdin();
        let hidden = stdin.is_terminal();
        self.make(
            &mut stdin.lock(),
            hidden,
            &mut Output::standard(self.output.output),
        )
    }

    /// `at_terminal`: whether a person answers, who may try again and whose
    /// secret is not shown.
    fn make(
        &self,
        input: &mut dyn BufRead,
        at_terminal: bool,
        output: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        let places = Places::in_folder(&self.folder)?;
        // Before anybody answers six questions for nothing.
        places.are_free()?;
        let daemon = answers::daemon_user(self)?;
        let mut asker = Asker::new(input, at_terminal);
        let answers = Answers::collect(self, &daemon, &mut asker, output)?;
        let text = configuration::text(&answers, &daemon, &places);
        let made = files::write(&places, &text, &answers.app_secret, &daemon)?;
        told::tell(&made, &answers, &daemon, &places, output)
    }

    fn is_packaged(&self) -> bool {
        self.folder == Path::new(PACKAGE_FOLDER)
    }
}
