//! Writes what the package ships beside the program: man pages and shell
//! completions, made from the commands' own help.
//!
//! ```sh
//! cargo run --example package-assets -- target/package
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap_complete::Shell;

fn main() -> Result<(), Box<dyn Error>> {
    let out: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("say where to: a folder, for example target/package")?
        .into();
    man_pages(&out.join("man"))?;
    completions(&out.join("completions"))
}

/// `leadtap(1)`, and a page for each command, `leadtap-serve(1)`.
fn man_pages(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(leadtap::cli::command(), folder)?;
    Ok(())
}

/// For bash, zsh and fish, under the names that each looks for.
fn completions(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut leadtap::cli::command(), "leadtap", folder)?;
    }
    Ok(())
}
