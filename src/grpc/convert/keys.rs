//! Keys, as the contract has them.

use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::{KeyList, KeyState, ListedKey, Progress};
use crate::storage::KeyId;

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
        key_id: key_name(key.id),
        state: state.into(),
        sealed_records: key.sealed_records,
    }
}

/// A key's name as it is written.
#[must_use]
pub fn key_name(id: KeyId) -> String {
    format!("{id:08x}")
}

/// A key's name as it was asked for.
///
/// # Errors
/// When it is none.
pub fn key_id(text: &str) -> Result<KeyId, Violations> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    KeyId::from_str_radix(text, 16)
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| Violations::of("key_id", "must be 8 hexadecimal digits"))
}

/// How far a rotation is.
#[must_use]
pub fn progress(progress: &Progress) -> pb::RotateKeysResponse {
    pb::RotateKeysResponse {
        seen_records: progress.seen,
        total_records: progress.total,
        resealed_records: progress.changed,
        failed_records: progress.failed,
        finished: progress.ended.is_some(),
    }
}
