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

/// Bytes of where a consent was given.
pub const CONSENT_SOURCE_BYTES: usize = 64;

/// Bytes of an e-mail address: what fits in a path of SMTP with its angle
/// brackets (RFC 5321 section 4.5.3.1.3).
pub const EMAIL_BYTES: usize = 254;

/// Bytes of an e-mail address before the `@` (RFC 5321 section 4.5.3.1.1).
pub const EMAIL_LOCAL_BYTES: usize = 64;

/// Bytes of a full name.
pub const FULL_NAME_BYTES: usize = 256;

/// Bytes of a telephone number as entered.
pub const PHONE_BYTES: usize = 64;

/// Paths in an update mask: more than there are to name.
pub const MASK_PATHS: usize = 16;

/// Bytes of a filter.
pub const FILTER_BYTES: usize = 2048;

/// Parentheses and NOTs inside one another in a filter.
pub const FILTER_DEPTH: usize = 16;

/// Comparisons in a filter: each lead that is looked at is held against all.
pub const FILTER_TERMS: usize = 64;

/// Bytes of a page token or a cursor: several times the largest that is made.
pub const CURSOR_BYTES: usize = 1024;

/// Idle leads counted, at most: a tenth of a second of a thread that may wait.
/// Where a count says this, there may be more.
pub const IDLE_LEADS_COUNTED: usize = 100_000;

/// Boundaries of the stretches of time that are counted in one call: those of
/// the days of a leap year.
pub const VISIT_BOUNDARIES: usize = 367;

/// Days from the first of these boundaries to the last: a leap year of days, and
/// some for clocks that are set back in autumn. What is read grows with it.
pub const VISIT_DAYS: u64 = 370;

/// Leads on a page that does not say how many.
pub const PAGE_SIZE: usize = 50;

/// Leads on a page, at most.
pub const PAGE_SIZE_MAX: usize = 1000;

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

/// Tokens on one page of a list: about 300 KiB.
pub const TOKENS_PAGE: usize = 1000;

/// States that a list of tokens may be asked for; there are fewer.
pub const TOKEN_STATES: usize = 8;
