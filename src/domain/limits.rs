//! The largest that anything from outside may be. The proto states the same
//! numbers to callers; a request beyond one is refused, never cut.

/// Bytes of a `redirect_uri` or `return_to`: what browsers and proxies carry.
pub const URL_BYTES: usize = 2048;

/// Scopes in one request.
pub const SCOPES: usize = 16;

/// Bytes of one scope's name.
pub const SCOPE_BYTES: usize = 64;

/// Attributes of a request, and of a lead.
pub const ATTRIBUTES: usize = 16;

/// Bytes of an attribute's key.
pub const ATTRIBUTE_KEY_BYTES: usize = 64;

/// Bytes of an attribute's value.
pub const ATTRIBUTE_VALUE_BYTES: usize = 256;

/// Bytes of a consent text's version.
pub const CONSENT_VERSION_BYTES: usize = 64;

/// Bytes of a `browser_binding` and of its hash.
pub const BINDING_BYTES: usize = 32;

/// Bytes of a `callback_query`, as a query string or a whole URL.
pub const CALLBACK_BYTES: usize = 8192;

/// Bytes of `error` and `reason` kept of a declined login; the rest is cut,
/// since nothing is decided by it.
pub const DECLINED_CODE_BYTES: usize = 128;

/// Bytes of `description` kept of a declined login; the rest is cut.
pub const DECLINED_TEXT_BYTES: usize = 512;

/// Digits of an id of Instagram's. Seen: 17 and 18; an unsigned 64-bit one
/// has 20.
pub const INSTAGRAM_ID_DIGITS: usize = 32;

/// Bytes of one text of an Instagram profile; the rest is cut.
pub const PROFILE_TEXT_BYTES: usize = 2048;

/// Bytes of an access token. Seen: up to 300. A longer one is not stored.
pub const ACCESS_TOKEN_BYTES: usize = 4096;

/// Bytes of a site's or a caller's name.
pub const NAME_BYTES: usize = 63;

/// Bytes of one gRPC request: several times the largest that the fields allow.
pub const REQUEST_BYTES: usize = 64 * 1024;
