//! Lays out the documentation as a book: the pages of `docs/`, those of the
//! repository's top that belong to them, and the API's manual made from the
//! comments of the proto. `docs/build` makes HTML of it with mdBook.
//!
//! A link that leads nowhere fails the run.

mod api;
mod links;
mod pages;
mod prose;

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use pages::Pages;

/// Lays out the documentation as a book.
#[derive(Parser)]
struct Arguments {
    /// The directory to write into; what is in it is removed.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "docs-site: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut pages = Pages::of_repository(Path::new("."))?;
    for (source, page) in api::pages()? {
        pages.add(source, page);
    }
    let book = pages.linked()?;

    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    for (path, text) in &book {
        let target = out.join("src").join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, text)?;
    }
    fs::copy("docs/site/book.toml", out.join("book.toml"))?;
    fs::copy("docs/site/leadtap.css", out.join("leadtap.css"))?;
    Ok(())
}
