//! The body of `/me`.

use serde_json::{Map, Value, json};

use super::account::Kind;
use super::failure::ErrorBody;
use super::knobs::{Knobs, MeAccountType, MeEnvelope, MeIds};
use super::reply::error;
use super::world::{Dialect, Login};

/// Every field that can be asked for.
pub(super) const FIELDS: [&str; 9] = [
    "id",
    "user_id",
    "username",
    "name",
    "account_type",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
];

/// Those that the retired dialect has.
const BASIC_DISPLAY_FIELDS: [&str; 4] = ["id", "username", "account_type", "media_count"];

/// The profile with the fields asked for; `id` always comes, as it does from
/// every graph of Meta's.
pub(super) fn answer(login: &Login, fields: &str, knobs: &Knobs) -> Result<Value, ErrorBody> {
    let known: &[&str] = match login.dialect {
        Dialect::InstagramLogin => &FIELDS,
        Dialect::BasicDisplay => &BASIC_DISPLAY_FIELDS,
    };
    let mut profile = Map::new();
    let wanted = fields
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty());
    for field in wanted.chain(["id"]) {
        if !known.contains(&field) {
            return Err(ErrorBody {
                kind: "IGApiException".to_owned(),
                ..error(
                    100,
                    None,
                    &format!("Tried accessing nonexisting field ({field})"),
                )
            });
        }
        if !knobs.me_missing.iter().any(|missing| missing == field) {
            profile.insert(field.to_owned(), value(login, field, knobs));
        }
    }
    Ok(match knobs.me_envelope {
        MeEnvelope::Flat => Value::Object(profile),
        MeEnvelope::Wrapped => json!({ "data": [profile] }),
    })
}

fn value(login: &Login, field: &str, knobs: &Knobs) -> Value {
    let account = &login.account;
    let id = |id: u64| match knobs.me_ids {
        MeIds::String => json!(id.to_string()),
        MeIds::Number => json!(id),
    };
    match field {
        "id" => id(account.id),
        "user_id" => id(account.user_id),
        "username" => json!(account.username),
        "name" => json!(account.name),
        "account_type" => json!(account_type(account.kind, knobs.me_account_type)),
        "profile_picture_url" => json!(account.profile_picture_url),
        "followers_count" => json!(account.followers_count),
        "follows_count" => json!(account.follows_count),
        "media_count" => json!(account.media_count),
        _ => Value::Null,
    }
}

const fn account_type(kind: Kind, spelling: MeAccountType) -> &'static str {
    match (kind, spelling) {
        (Kind::Business, MeAccountType::Upper) => "BUSINESS",
        (Kind::Business, MeAccountType::Documented) => "Business",
        (Kind::Creator, MeAccountType::Upper) => "MEDIA_CREATOR",
        (Kind::Creator, MeAccountType::Documented) => "Media_Creator",
        (Kind::Personal, MeAccountType::Upper) => "PERSONAL",
        (Kind::Personal, MeAccountType::Documented) => "Personal",
    }
}
