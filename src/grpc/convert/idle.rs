//! Which leads are due to be erased.

use super::requests::page_size;
use super::timestamp;
use crate::domain::lead::Lead;
use crate::domain::retention::RetentionPeriod;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::leads::idle::{Idle, IdleQuery};

/// A valid PreviewRetentionRequest. `own` is what the site's configuration
/// says.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn idle_query(
    request: pb::PreviewRetentionRequest,
    own: Option<RetentionPeriod>,
) -> Result<IdleQuery, Violations> {
    let mut bad = Violations::default();
    let page_size = page_size(request.page_size, &mut bad);
    let (period, rule) = match request.delete_after_days {
        0 => (
            own,
            "must be 1 to 3,650: the site's configuration has no delete_after_days",
        ),
        days => (
            u64::try_from(days).ok().and_then(RetentionPeriod::of_days),
            "must be 1 to 3,650, or 0 for what the site's configuration says",
        ),
    };
    let Some(period) = period else {
        bad.add("delete_after_days", rule);
        return Err(bad);
    };
    bad.or(IdleQuery {
        period,
        page_size,
        page_token: request.page_token,
    })
}

/// A page of the leads that are due.
#[must_use]
pub fn idle(
    idle: Idle,
    period: RetentionPeriod,
    own: Option<RetentionPeriod>,
) -> pb::PreviewRetentionResponse {
    pb::PreviewRetentionResponse {
        leads: idle.page.leads.iter().map(idle_lead).collect(),
        next_page_token: idle.page.next_page_token,
        delete_after_days: period.days().into(),
        site_delete_after_days: own.map_or(0, RetentionPeriod::days).into(),
        cutoff_time: Some(timestamp(idle.cutoff)),
        total_leads: idle
            .count
            .map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
    }
}

fn idle_lead(lead: &Lead) -> pb::IdleLead {
    pb::IdleLead {
        lead_id: lead.id.to_string(),
        last_login_time: lead
            .has_logged_in()
            .then(|| timestamp(lead.last_login_time)),
        create_time: Some(timestamp(lead.create_time)),
    }
}
