//! One call: what it would answer, what the knobs make of it, and how that
//! leaves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::failure::{FailureName, FailureSetting};
use super::instead::instead;
use super::journal::{Endpoint, Entry};
use super::knobs::Knobs;
use super::reply::{self, Reply};
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
