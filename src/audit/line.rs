//! One line of the audit log.

use std::net::SocketAddr;

use serde::{Serialize, Serializer};

use crate::domain::clock::Timestamp;

/// What every line says under `target`, so that a collector finds the lines
/// among others where both go to standard error.
const TARGET: &str = "leadtap::audit";

/// Which part of a call a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// All of it: it was called and is answered.
    Done,
    /// A call that answers with a stream was let in.
    Begin,
    /// That stream ended.
    End,
    /// No call: how many lines are missing at this place, and why.
    Missing,
}

/// What a caller proved itself with, or tried to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// The user that its process runs as.
    Uid,
    /// A bearer token.
    Token,
    /// A client certificate.
    Certificate,
}

/// Where a call came from, as the kernel tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// The user behind the Unix socket.
    #[serde(rename = "peer_uid", skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The process behind the Unix socket.
    #[serde(rename = "peer_pid", skip_serializing_if = "Option::is_none")]
    pub pid: Option<i32>,
    /// The address and port at the other end of TCP.
    #[serde(rename = "peer_address", skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
}

/// One line. A field that has nothing to say is left out. No field ever holds a
/// token, a code, a state or a key.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Line<'a> {
    /// Set by the log itself.
    #[serde(serialize_with = "rfc3339")]
    pub time: Timestamp,
    /// The same in every line.
    pub target: &'static str,
    /// Which part of the call.
    pub phase: Phase,
    /// What was done: the rpc, without the slash in front.
    pub act: &'a str,
    /// The caller's name in the configuration; empty for nobody known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub caller: &'a str,
    /// The caller's site.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub site: &'a str,
    /// How the caller is known.
    pub proof: Proof,
    /// Where the call came from.
    #[serde(flatten)]
    pub peer: Peer,
    /// What it was about, such as `lead 0192…`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub subject: &'a str,
    /// How it ended: the name of a gRPC status.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub outcome: &'a str,
    /// The reason of an error, as in its `ErrorInfo`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason: &'a str,
    /// What the daemon's log knows the call by.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub request_id: &'a str,
    /// How many lines are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl<'a> Line<'a> {
    /// A line about `act` with nothing else in it.
    #[must_use]
    pub fn of(phase: Phase, act: &'a str) -> Self {
        Self {
            time: Timestamp::from_micros(0),
            target: TARGET,
            phase,
            act,
            caller: "",
            site: "",
            proof: Proof::None,
            peer: Peer::default(),
            subject: "",
            outcome: "",
            reason: "",
            request_id: "",
            count: None,
        }
    }

    /// Says that `count` lines are missing here.
    pub(super) fn missing(why: &'a str, count: u64) -> Self {
        Self {
            count: Some(count),
            ..Self::of(Phase::Missing, why)
        }
    }

    /// The text at this time, with its line end; none where it cannot be
    /// written as JSON, which no line of ours is.
    pub(super) fn text(mut self, time: Timestamp) -> Option<String> {
        self.time = time;
        let mut text = serde_json::to_string(&self).ok()?;
        text.push('\n');
        Some(text)
    }
}

/// RFC 3339 in UTC.
fn rfc3339<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    match jiff::Timestamp::from_microsecond(time.as_micros()) {
        Ok(time) => serializer.collect_str(&format_args!("{time:.6}")),
        Err(_) => serializer.serialize_i64(time.as_micros()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn full() -> Line<'static> {
        Line {
            caller: "backoffice",
            site: "shop",
            proof: Proof::Uid,
            peer: Peer {
                uid: Some(33),
                pid: Some(71),
                address: Some(([127, 0, 0, 1], 9).into()),
            },
            subject: "lead 1",
            outcome: "NOT_FOUND",
            reason: "LEAD_NOT_FOUND",
            request_id: "5f0c9be1d2a87743",
            count: Some(1),
            ..Line::of(Phase::Done, "leadtap.v1.TokenService/GetAccessToken")
        }
    }

    #[test]
    fn the_fields_written_are_the_fields_documented() {
        let text = full().text(Timestamp::from_micros(0)).unwrap();
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        let written: BTreeSet<&str> = line.keys().map(String::as_str).collect();
        let documented: BTreeSet<&str> = include_str!("../../docs/audit.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
            .map(|(field, _)| field)
            .collect();
        assert_eq!(written, documented);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let text = Line::of(Phase::Begin, "x")
            .text(Timestamp::from_micros(1))
            .unwrap();
        assert_eq!(
            text,
            "{\"time\":\"1970-01-01T00:00:00.000001Z\",\"target\":\"leadtap::audit\",\"phase\":\"begin\",\"act\":\"x\",\"proof\":\"none\"}\n"
        );
    }

    #[test]
    fn a_line_stays_one_line_whatever_a_subject_holds() {
        let line = Line {
            subject: "a\nb\u{1b}[31m",
            ..Line::of(Phase::Done, "x")
        };
        let text = line.text(Timestamp::from_micros(0)).unwrap();
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'));
    }
}
