//! Each reason of the contract is provoked by some test.

use std::path::Path;

use leadtap::grpc::DESCRIPTORS;
use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::ErrorReason as Reason;
use prost_reflect::DescriptorPool;

/// Reasons that no test of a login provokes, and why.
const NOT_PROVOKED: [(Reason, &str); 5] = [
    (Reason::Unspecified, "it is never sent"),
    (
        Reason::StoreUnavailable,
        "it takes a full disk: see the tests of durability",
    ),
    (
        Reason::StoreWalkTooSlow,
        "it takes 400,000 changes during a backup: see the store's own tests",
    ),
    (
        Reason::StoreCopyFailed,
        "it takes a disk that is full for a second database alone",
    ),
    (Reason::Internal, "it takes a fault of the daemon's own"),
];

#[test]
fn every_reason_is_provoked_by_a_test_or_has_an_excuse() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration");
    let mut tests = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.ends_with("reasons.rs") {
            tests += &std::fs::read_to_string(path).unwrap();
        }
    }
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let reasons = pool.get_enum_by_name("leadtap.v1.ErrorReason").unwrap();
    for value in reasons.values() {
        let reason = Reason::try_from(value.number()).unwrap();
        let excused = NOT_PROVOKED.iter().any(|(excused, _)| *excused == reason);
        let provoked = tests.contains(&format!("Reason::{reason:?}"));
        let name = reason_name(reason);
        assert!(provoked || excused, "no test provokes {name}");
    }
}
