//! The contract `leadtap.v1`, from a caller's side.

/// What the build made of `proto/leadtap/v1`; the documentation is there.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod pb {
    tonic::include_proto!("leadtap.v1");
}
