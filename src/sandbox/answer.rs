//! One call: what it would answer, what the knobs make of it, and how that
//! leaves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::failure::{FailureName, FailureSetting};
use super::journal::{Endpoint, Entry};
use super::knobs::Knobs;
use super::reply::{self, ROLE_TRAP, Reply, error};
use super::scopes::Subject;
use super::world::{Login, Shared, World};
use crate::domain::clock::Timestamp;

/// How much of an oversized body goes out at once.
const CHUNK: Bytes = Bytes::from_static(&[b' '; 16 * 1024]);

/// A call as far as it is known before it is looked into.
pub(super) struct Call {
    /// What was called.
    pub(super) endpoint: Endpoint,
    /// Which login it belongs to.
    pub(super) login: Option<Arc<Login>>,
    /// The code that came with it.
    pub(super) code: Option<String>,
}

/// What happens to an answer on its way.
#[derive(Clone, Copy)]
enum Damage {
    None,
    CutOff,
    Lost,
    Oversized(u64),
}

/// Does the work of a call, unless a knob has it fail before; waits; answers.
pub(super) async fn answer(
    shared: &Shared,
    call: Call,
    work: impl FnOnce(&mut World, &Knobs, Timestamp) -> Reply,
) -> Response {
    let (reply, damage, delay) = {
        let mut world = shared.world();
        let now = shared.now(&world);
        let subject = call
            .login
            .as_deref()
            .map_or(Subject::default(), Login::subject);
        let knobs = world.knobs.resolve(subject);
        let (setting, delay) = of(&knobs, call.endpoint);
        let failure = struck(&mut world, setting, subject, call.endpoint);
        let user_id = call.login.as_ref().map_or(0, |login| login.account.user_id);
        let (reply, damage) = match failure {
            Some(failure) => match instead(failure, &knobs, call.endpoint, user_id) {
                Some(reply) => (reply, Damage::None),
                None => (
                    work(&mut world, &knobs, now),
                    damage(failure.failure, &knobs),
                ),
            },
            None => (work(&mut world, &knobs, now), Damage::None),
        };
        world.journal.note(Entry {
            time: now.as_micros().div_euclid(1_000_000),
            endpoint: call.endpoint,
            state: subject.state.map(str::to_owned),
            account: subject.account.map(str::to_owned),
            code: call.code,
            status: reply.status.as_u16(),
            failure: failure.map(FailureSetting::name),
        });
        (reply::with_usage(reply, &knobs, user_id), damage, delay)
    };
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    send(reply, damage)
}

/// The failure and the delay that are set for `endpoint`.
fn of(knobs: &Knobs, endpoint: Endpoint) -> (&FailureSetting, u64) {
    match endpoint {
        Endpoint::Exchange => (&knobs.exchange_failure, knobs.exchange_delay_ms),
        Endpoint::Refresh => (&knobs.refresh_failure, knobs.refresh_delay_ms),
        Endpoint::Me => (&knobs.me_failure, knobs.me_delay_ms),
        _ => (&knobs.token_failure, knobs.token_delay_ms),
    }
}

/// The failure, if it hits this time.
fn struck<'a>(
    world: &mut World,
    setting: &'a FailureSetting,
    subject: Subject<'_>,
    endpoint: Endpoint,
) -> Option<&'a FailureSetting> {
    let knob = match endpoint {
        Endpoint::Exchange => "exchange_failure",
        Endpoint::Refresh => "refresh_failure",
        Endpoint::Me => "me_failure",
        _ => "token_failure",
    };
    let hits = setting.is_some()
        && setting
            .times
            .is_none_or(|times| world.knobs.hit(knob, subject, times));
    hits.then_some(setting)
}

/// The answer that comes instead of the work; `None` if the work is done
/// first and its answer damaged.
fn instead(
    setting: &FailureSetting,
    knobs: &Knobs,
    endpoint: Endpoint,
    user_id: u64,
) -> Option<Reply> {
    use FailureName as F;
    let text =
        |content_type, body: &str| Some(Reply::new(StatusCode::OK, content_type, body.to_owned()));
    let body = match (&setting.error, setting.failure) {
        (Some(error), _) => error.clone(),
        (None, F::CodeNotFound) => return Some(Reply::refusal(super::token::CODE_NOT_FOUND)),
        (None, F::CodeUsed) => return Some(Reply::refusal(super::token::CODE_USED)),
        (None, F::InvalidPlatformApp) => return Some(Reply::refusal(super::token::INVALID_APP)),
        (None, F::RedirectUriMismatch) => {
            return Some(Reply::refusal(super::token::REDIRECT_URI_MISMATCH));
        }
        (None, F::ServerError) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Some(Reply::new(
                status,
                "text/html; charset=utf-8",
                String::new(),
            ));
        }
        (None, F::HtmlPage) => {
            return text(
                "text/html; charset=utf-8",
                include_str!("pages/not_json.html"),
            );
        }
        (None, F::NotJson) => return text("application/json", "{\"access_token\": oops"),
        (None, name) => named(name)?,
    };
    let reply = match endpoint {
        Endpoint::Token => Reply::token_error(&body),
        _ => Reply::graph_error(&body, FBTRACE_ID),
    };
    Some(match setting.failure {
        F::Throttled => reply.with_header(
            "x-business-use-case-usage",
            reply::business_usage(user_id, 100, knobs.regain_minutes),
        ),
        F::RateLimited => reply.with_header("x-app-usage", reply::app_usage(100)),
        _ => reply,
    })
}

/// Meta's name for a call. Always the same here, so that a test can look for
/// it in a log.
pub(super) const FBTRACE_ID: &str = "AsandboxTrace0123456789";

/// The error that a name stands for.
fn named(name: FailureName) -> Option<super::failure::ErrorBody> {
    use FailureName as F;
    let dead = |subcode, message| error(190, Some(subcode), message);
    let transient = |code, message| super::failure::ErrorBody {
        is_transient: true,
        status: 500,
        ..error(code, None, message)
    };
    Some(match name {
        F::RoleTrap => super::failure::ErrorBody {
            kind: "IGApiException".to_owned(),
            ..error(100, None, ROLE_TRAP)
        },
        F::Expired => dead(
            463,
            "Error validating access token: Session has expired on Monday, 23-Nov-26 08:00:00 PST. The current time is Monday, 23-Nov-26 09:00:00 PST.",
        ),
        F::PasswordChanged => dead(
            460,
            "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.",
        ),
        F::AppRemoved => dead(
            458,
            "Error validating access token: The user has not authorized application.",
        ),
        F::Checkpoint => dead(
            459,
            "Error validating access token: You cannot access the app till you log in to www.instagram.com and follow the instructions given.",
        ),
        F::Unconfirmed => dead(
            464,
            "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
        ),
        F::InvalidToken => dead(
            467,
            "Error validating access token: Session has been invalidated.",
        ),
        F::SessionInvalid => error(102, None, "Session key invalid or no longer valid"),
        F::Throttled => error(
            80_002,
            None,
            "There have been too many calls to this Instagram account. Wait a bit and try again.",
        ),
        F::RateLimited => error(4, None, "Application request limit reached"),
        F::Blocked => error(
            368,
            None,
            "The action attempted has been deemed abusive or is otherwise disallowed",
        ),
        F::PermissionMissing => error(
            10,
            None,
            "Application does not have permission for this action",
        ),
        F::BadParameter => error(100, None, "Invalid parameter"),
        F::Unknown => transient(1, "An unknown error occurred"),
        F::Unavailable => transient(
            2,
            "An unexpected error has occurred. Please retry your request later.",
        ),
        F::Transient => transient(960, "Please retry your request later."),
        _ => return None,
    })
}

fn damage(name: FailureName, knobs: &Knobs) -> Damage {
    match name {
        FailureName::CutOff => Damage::CutOff,
        FailureName::Lost => Damage::Lost,
        FailureName::Oversized => Damage::Oversized(knobs.oversized_bytes),
        _ => Damage::None,
    }
}

/// Sends an answer out, as damaged as it is to be.
fn send(mut reply: Reply, damage: Damage) -> Response {
    let body = std::mem::take(&mut reply.body);
    match damage {
        Damage::None => reply.into_response_with(Body::from(body)),
        Damage::CutOff => cut_off(reply, body),
        Damage::Lost => reply.into_response_with(broken()),
        Damage::Oversized(bytes) => oversized(reply, body, bytes),
    }
}

/// A body that fails before its first byte: the server then closes the
/// connection without having sent even the head.
fn broken() -> Body {
    let nothing = Err::<Bytes, _>(std::io::Error::other("lost, as a knob has it"));
    Body::from_stream(stream::iter([nothing]))
}

/// Half of the body, announced as all of it.
fn cut_off(reply: Reply, body: String) -> Response {
    let whole = Bytes::from(body);
    let half = whole.slice(..whole.len().div_euclid(2));
    let first = stream::iter([Ok(half)]);
    let end = stream::once(async {
        // Lets the server flush the first half before it sees the failure.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut off, as a knob has it"))
    });
    let mut response = reply.into_response_with(Body::from_stream(first.chain(end)));
    let length = HeaderValue::from(whole.len());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response
}

/// The body, preceded by blanks that JSON allows, so that only a limit on the
/// size can refuse it.
fn oversized(reply: Reply, body: String, bytes: u64) -> Response {
    let blanks = bytes.saturating_sub(body.len() as u64);
    let chunk_bytes = CHUNK.len() as u64;
    let whole = usize::try_from(blanks.div_euclid(chunk_bytes)).unwrap_or(usize::MAX);
    let rest = usize::try_from(blanks.rem_euclid(chunk_bytes)).unwrap_or(0);
    let stream = stream::iter(std::iter::repeat_n(CHUNK, whole))
        .chain(stream::iter([CHUNK.slice(..rest), Bytes::from(body)]))
        .map(Ok::<_, Infallible>);
    reply.into_response_with(Body::from_stream(stream))
}
