//! How many leads and logins there were.

use prost_types::Timestamp as PbTimestamp;

use super::timestamp;
use super::token::token_counts;
use crate::domain::clock::Timestamp;
use crate::domain::limits;
use crate::domain::visits::{Quarter, Visits};
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::tokens::TokenCounts;

/// The field, for messages.
const FIELD: &str = "boundaries";

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The boundaries in a GetLeadStatisticsRequest.
///
/// # Errors
/// How they break their limits.
pub fn boundaries(request: &pb::GetLeadStatisticsRequest) -> Result<Vec<Timestamp>, Violations> {
    let boundaries = &request.boundaries;
    if boundaries.is_empty() {
        return Ok(Vec::new());
    }
    if !(2..=limits::VISIT_BOUNDARIES).contains(&boundaries.len()) {
        return Err(Violations::of(FIELD, "must be 2 to 367 moments, or none"));
    }
    let moments: Option<Vec<Timestamp>> = boundaries.iter().map(quarter).collect();
    let Some(moments) = moments else {
        return Err(Violations::of(
            FIELD,
            "must each be at a whole quarter of an hour",
        ));
    };
    if !moments.is_sorted_by(|one, next| one < next) {
        return Err(Violations::of(
            FIELD,
            "must each be later than the one before",
        ));
    }
    let span = match (moments.first(), moments.last()) {
        (Some(first), Some(last)) => last.since(*first).as_secs(),
        _ => 0,
    };
    if span > limits::VISIT_DAYS * SECONDS_A_DAY {
        return Err(Violations::of(FIELD, "must span at most 370 days"));
    }
    Ok(moments)
}

fn quarter(time: &PbTimestamp) -> Option<Timestamp> {
    let micros = time.seconds.checked_mul(1_000_000)?;
    let moment = Timestamp::from_micros(micros);
    (time.nanos == 0 && Quarter::begins_at(moment)).then_some(moment)
}

/// The answer to such a request.
#[must_use]
pub fn statistics(
    boundaries: &[Timestamp],
    visits: &[Visits],
    tokens: Option<&TokenCounts>,
) -> pb::GetLeadStatisticsResponse {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let interval = |(start, visits): (&Timestamp, &Visits)| pb::LeadStatistics {
        start_time: Some(timestamp(*start)),
        new_leads: count(visits.new_leads),
        logins: count(visits.logins),
    };
    pb::GetLeadStatisticsResponse {
        intervals: boundaries.iter().zip(visits).map(interval).collect(),
        token_counts: tokens.map(token_counts).unwrap_or_default(),
        token_count_time: tokens.map(|counts| timestamp(counts.time)),
    }
}
