//! Keys, as the contract has them.

use crate::grpc::pb;
use crate::service::{KeyList, KeyState, ListedKey};

/// All keys.
#[must_use]
pub fn key_list(list: &KeyList) -> pb::ListKeysResponse {
    pb::ListKeysResponse {
        keys: list.keys.iter().map(key).collect(),
        unreadable_records: list.unreadable,
    }
}

fn key(key: &ListedKey) -> pb::KeyInfo {
    let state = match key.state {
        KeyState::Seals => pb::KeyState::Seals,
        KeyState::Opens => pb::KeyState::Opens,
        KeyState::Missing => pb::KeyState::Missing,
    };
    pb::KeyInfo {
        key_id: format!("{:08x}", key.id),
        state: state.into(),
        sealed_records: key.sealed_records,
    }
}
