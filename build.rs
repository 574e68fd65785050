//! Compiles the contract with protox, so that no protoc is needed.

use std::error::Error;
use std::path::PathBuf;

/// The contract's folder; each service has a file of its own.
const CONTRACT: &str = "proto/leadtap/v1";

/// Messages that carry a secret: they get no `Debug`, so that nobody prints them.
const WITHOUT_DEBUG: [&str; 6] = [
    "leadtap.v1.StartAuthorizationResponse",
    "leadtap.v1.CompleteAuthorizationRequest",
    "leadtap.v1.ImportTokenRequest",
    "leadtap.v1.GetAccessTokenResponse",
    "leadtap.v1.HandleDataDeletionRequest",
    "leadtap.v1.HandleDeauthorizationRequest",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut contract = protox::Compiler::new(["proto"])?;
    contract
        .include_imports(true)
        .include_source_info(true)
        .open_files(files()?)?;

    // Server reflection hands these out; they carry the proto's comments.
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("descriptors.bin"),
        contract.encode_file_descriptor_set(),
    )?;

    let set = contract.file_descriptor_set();
    let ours = set
        .file
        .iter()
        .filter(|file| file.package() == "leadtap.v1");
    let messages: String = ours
        .flat_map(|file| &file.message_type)
        .map(|message| {
            let name = message.name();
            format!("round_trip::<pb::{name}>,\n")
        })
        .collect();
    // For the fuzzer, which reads each of them.
    std::fs::write(
        out.join("messages.rs"),
        format!(
            "/// What reads each message of the contract.\nconst MESSAGES: &[fn(&[u8])] = &[\n{messages}];\n"
        ),
    )?;

    tonic_prost_build::configure()
        .skip_debug(WITHOUT_DEBUG)
        .compile_fds(contract.file_descriptor_set())?;
    Ok(())
}

/// Every file of the contract, in the order of their names.
fn files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(CONTRACT)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
