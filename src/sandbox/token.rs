//! `POST /api/oauth/access_token`: a code for a short-lived token.

use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::answer::{Call, answer};
use super::journal::Endpoint;
use super::knobs::{Knobs, TokenEnvelope, TokenId, TokenPermissions};
use super::reply::Reply;
use super::world::{Life, Login, SHORT_LIFETIME, Shared, Token, World};
use crate::domain::clock::Timestamp;

pub(super) const CODE_NOT_FOUND: &str = "Matching code was not found or was already used";
pub(super) const CODE_USED: &str = "This authorization code has been used";
pub(super) const INVALID_APP: &str = "Invalid platform app";
pub(super) const REDIRECT_URI_MISMATCH: &str = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request";
const WRONG_SECRET: &str = "Error validating client secret.";

/// The fields of the form; those that are missing are empty.
#[derive(Default)]
struct Form {
    client_id: String,
    client_secret: String,
    grant_type: String,
    redirect_uri: String,
    code: String,
}

/// Exchanges a code.
pub(super) async fn exchange_code(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let login = {
        let world = shared.world();
        world.codes.get(&form.code).map(|code| code.login.clone())
    };
    let call = Call {
        endpoint: Endpoint::Token,
        login,
        code: Some(form.code.clone()),
    };
    let token = shared.random_text("IGAA");
    answer(&shared, call, |world, knobs, now| {
        let Some(token) = token else {
            return Reply::refusal("no randomness");
        };
        match redeem(&shared, world, &form, now) {
            Ok(login) => {
                let body = token_answer(&login, &token, knobs);
                world.tokens.insert(token, short_lived(login, now));
                Reply::ok(&body)
            }
            Err(message) => Reply::refusal(message),
        }
    })
    .await
}

fn short_lived(login: Arc<Login>, now: Timestamp) -> Token {
    Token {
        login,
        life: Life::Short,
        issued: now,
        expires: now.plus(SHORT_LIFETIME),
        removed: false,
    }
}

/// Checks everything and uses the code up. A wrong redirect URI or secret
/// leaves it usable.
fn redeem(
    shared: &Shared,
    world: &mut World,
    form: &Form,
    now: Timestamp,
) -> Result<Arc<Login>, &'static str> {
    if form.client_id != shared.options.app_id {
        return Err(INVALID_APP);
    }
    if form.client_secret != shared.options.app_secret.expose() {
        return Err(WRONG_SECRET);
    }
    if form.grant_type != "authorization_code" {
        return Err("Invalid grant_type: authorization_code expected");
    }
    let code = world.codes.get_mut(&form.code).ok_or(CODE_NOT_FOUND)?;
    if code.used {
        return Err(CODE_USED);
    }
    if now >= code.expires {
        return Err(CODE_NOT_FOUND);
    }
    if form.redirect_uri != code.redirect_uri {
        return Err(REDIRECT_URI_MISMATCH);
    }
    code.used = true;
    Ok(code.login.clone())
}

/// The answer in the shape that the knobs ask for.
fn token_answer(login: &Login, token: &str, knobs: &Knobs) -> Value {
    let envelope = knobs.token_envelope;
    let id = login.account.id;
    let id = match (knobs.token_id, envelope) {
        (TokenId::String, _) | (TokenId::Auto, TokenEnvelope::Wrapped) => json!(id.to_string()),
        _ => json!(id),
    };
    let permissions = match (knobs.token_permissions, envelope) {
        (TokenPermissions::Array, _) | (TokenPermissions::Auto, TokenEnvelope::Full) => {
            Some(json!(login.scopes))
        }
        (TokenPermissions::String, _) | (TokenPermissions::Auto, TokenEnvelope::Wrapped) => {
            Some(json!(login.scopes.join(",")))
        }
        _ => None,
    };
    let mut flat = Map::new();
    flat.insert("access_token".to_owned(), json!(token));
    flat.insert("user_id".to_owned(), id);
    if let Some(permissions) = permissions {
        flat.insert("permissions".to_owned(), permissions);
    }
    match envelope {
        TokenEnvelope::Wrapped => json!({ "data": [flat] }),
        TokenEnvelope::Full | TokenEnvelope::Bare => Value::Object(flat),
    }
}

impl Form {
    /// Reads the form, multipart as documented or urlencoded as everyone
    /// sends it. Of a field that comes twice the last counts.
    async fn read(request: Request) -> Result<Self, Response> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let multipart = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut form = Self::default();
        if multipart {
            let mut parts = Multipart::from_request(request, &())
                .await
                .map_err(IntoResponse::into_response)?;
            while let Some(part) = parts
                .next_field()
                .await
                .map_err(IntoResponse::into_response)?
            {
                let name = part.name().unwrap_or_default().to_owned();
                let value = part.text().await.map_err(IntoResponse::into_response)?;
                form.take(&name, value);
            }
        } else {
            let body = String::from_request(request, &())
                .await
                .map_err(IntoResponse::into_response)?;
            for (name, value) in form_urlencoded::parse(body.as_bytes()) {
                form.take(&name, value.into_owned());
            }
        }
        Ok(form)
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "client_id" => self.client_id = value,
            "client_secret" => self.client_secret = value,
            "grant_type" => self.grant_type = value,
            "redirect_uri" => self.redirect_uri = value,
            "code" => self.code = value,
            _ => {}
        }
    }
}
