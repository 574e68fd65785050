//! Answers in Instagram's shapes.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::failure::ErrorBody;
use super::knobs::Knobs;

/// What `error.message` is when an account has no accepted tester role.
pub(super) const ROLE_TRAP: &str = "Unsupported request - method type: get";

/// An answer before anything happens to it on its way.
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: StatusCode,
    content_type: &'static str,
    /// The body.
    pub(super) body: String,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// An answer of this content type.
    pub(super) fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            body,
            headers: Vec::new(),
        }
    }

    /// An answer in JSON.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json; charset=UTF-8", body.to_string())
    }

    /// 200 in JSON.
    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// The token endpoint's way to refuse.
    pub(super) fn refusal(message: &str) -> Self {
        let body = json!({
            "error_type": "OAuthException",
            "code": 400,
            "error_message": message,
        });
        Self::json(StatusCode::BAD_REQUEST, &body)
    }

    /// An error in the shape of the token endpoint.
    pub(super) fn token_error(error: &ErrorBody) -> Self {
        let body = json!({
            "error_type": error.kind,
            "code": error.code,
            "error_message": error.message,
        });
        Self::json(status(error), &body)
    }

    /// An error in the shape of graph.instagram.com.
    pub(super) fn graph_error(error: &ErrorBody, fbtrace_id: &str) -> Self {
        let mut inner = Map::new();
        inner.insert("message".to_owned(), json!(error.message));
        inner.insert("type".to_owned(), json!(error.kind));
        inner.insert("code".to_owned(), json!(error.code));
        if let Some(subcode) = error.error_subcode {
            inner.insert("error_subcode".to_owned(), json!(subcode));
        }
        inner.insert("is_transient".to_owned(), json!(error.is_transient));
        inner.insert("fbtrace_id".to_owned(), json!(fbtrace_id));
        Self::json(status(error), &json!({ "error": inner }))
    }

    /// The same answer with one more header.
    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer with another body.
    pub(super) fn into_response_with(self, body: Body) -> Response {
        let mut response = Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, self.content_type)
            .header(header::CACHE_CONTROL, "no-store");
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        // It fails only on a header that is none, and all of these are made here.
        response
            .body(body)
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

impl IntoResponse for Reply {
    fn into_response(mut self) -> Response {
        let body = Body::from(std::mem::take(&mut self.body));
        self.into_response_with(body)
    }
}

fn status(error: &ErrorBody) -> StatusCode {
    StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST)
}

/// An error of graph.instagram.com by its parts.
pub(super) fn error(code: i64, error_subcode: Option<i64>, message: &str) -> ErrorBody {
    ErrorBody {
        code,
        error_subcode,
        message: message.to_owned(),
        kind: "OAuthException".to_owned(),
        is_transient: false,
        status: 400,
    }
}

/// `X-Business-Use-Case-Usage`, as it comes when `usage` percent are used up.
pub(super) fn business_usage(user_id: u64, usage: u64, regain_minutes: u64) -> String {
    let entry = json!([{
        "type": "instagram",
        "call_count": usage,
        "total_cputime": 25,
        "total_time": 25,
        "estimated_time_to_regain_access": regain_minutes,
    }]);
    let mut ids = Map::new();
    ids.insert(user_id.to_string(), entry);
    Value::Object(ids).to_string()
}

/// `X-App-Usage`.
pub(super) fn app_usage(usage: u64) -> String {
    json!({ "call_count": usage, "total_time": 25, "total_cputime": 25 }).to_string()
}

/// The usage headers that come with a good answer, if a knob wants them.
pub(super) fn with_usage(reply: Reply, knobs: &Knobs, user_id: u64) -> Reply {
    if knobs.usage_percent == 0 {
        return reply;
    }
    reply
        .with_header(
            "x-business-use-case-usage",
            business_usage(user_id, knobs.usage_percent, 0),
        )
        .with_header("x-app-usage", app_usage(knobs.usage_percent))
}
