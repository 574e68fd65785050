//! Writes the PHP classes of the contract: messages, enums and service clients.
//!
//! ```text
//! cargo run --example php-client-generator -- --namespace 'Leadtap\Client' --out php-client/generated
//! ```
//!
//! The namespace is an argument, so that a WordPress plugin can carry its own
//! copy of the client under its own prefix: `--with-runtime` adds the classes
//! of `php-client/src` under that namespace too. `--check` writes nothing and
//! fails where the directory differs from what would be written.

mod contract;
mod doc;
mod enums;
mod fields;
mod messages;
mod names;
mod output;
mod php;
mod runtime;
mod services;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use contract::Contract;
use names::Namespace;
use output::Files;

/// Writes the PHP classes of the contract.
#[derive(Parser)]
struct Arguments {
    /// The namespace of everything that is written.
    #[arg(long, default_value = r"Leadtap\Client")]
    namespace: String,

    /// The namespace that holds the runtime (Message, Channel), where that is
    /// another one. It is `--namespace` unless given.
    #[arg(long, conflicts_with = "with_runtime")]
    runtime_namespace: Option<String>,

    /// The directory to write into. Generated files in it that nothing stands
    /// for any more are removed.
    #[arg(long)]
    out: PathBuf,

    /// The directory of .proto files; all of them are read.
    #[arg(long, default_value = "proto")]
    proto: PathBuf,

    /// Also write the runtime, `php-client/src`, under the same namespace.
    #[arg(long)]
    with_runtime: bool,

    /// Where the runtime is read from.
    #[arg(long, default_value = "php-client/src")]
    runtime: PathBuf,

    /// Also write the compiled contract here, comments included, for
    /// `protoc --descriptor_set_in`: it then needs no .proto file of Google's.
    #[arg(long)]
    descriptors: Option<PathBuf>,

    /// Write no PHP; fail and say what differs.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tell(&format!("php-client-generator: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Whether all is well: false where `--check` found a difference.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let contract = Contract::read(&arguments.proto)?;
    let runtime = arguments.runtime_namespace.as_ref();
    let namespace = Namespace::new(
        &arguments.namespace,
        runtime.unwrap_or(&arguments.namespace),
    )?;
    let mut files = generate(&contract, &namespace)?;
    if arguments.with_runtime {
        runtime::copy(&arguments.runtime, &namespace, &mut files)?;
    }
    runtime::autoloader(&namespace, &mut files);

    if let Some(path) = &arguments.descriptors {
        std::fs::write(path, contract.descriptors())?;
    }
    if arguments.check {
        let differences = files.differences(&arguments.out)?;
        for difference in &differences {
            tell(difference);
        }
        if !differences.is_empty() {
            tell("generated code is not what the proto says: run the generator without --check");
        }
        return Ok(differences.is_empty());
    }
    files.write(&arguments.out)?;
    Ok(true)
}

fn generate(contract: &Contract, namespace: &Namespace) -> Result<Files, Box<dyn Error>> {
    let mut files = Files::default();
    for message in contract.messages() {
        files.add(messages::generate(contract, namespace, &message)?);
    }
    for enumeration in contract.enums() {
        files.add(enums::generate(contract, namespace, &enumeration));
    }
    for service in contract.services() {
        files.add(services::generate(contract, namespace, &service));
    }
    Ok(files)
}

/// One line to standard error. There is nobody to tell that nobody listens.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
