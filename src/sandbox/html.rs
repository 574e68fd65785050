//! Pages: rendered by askama, which escapes, and sent with a policy that lets
//! them load nothing.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

/// Renders a page. `css` is the text of its one inline style sheet, which the
/// policy names by its hash; `form_action` is where its forms may lead,
/// redirects included.
pub(super) fn page(
    status: StatusCode,
    template: &impl Template,
    css: &str,
    form_action: &str,
) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, css.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; \
         base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}
