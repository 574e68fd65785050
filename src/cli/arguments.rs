//! Options that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Which configuration.
#[derive(Args, Debug)]
pub(super) struct ConfigArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/leadtap/leadtap.toml")]
    pub(super) config: PathBuf,
}

/// In which form data is printed.
#[derive(Args, Debug)]
pub(super) struct OutputArgs {
    /// The form of what is printed on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub(super) output: Format,
}

/// The forms of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}
