//! How the daemon and a site are, for callers.

use super::{timestamp, token_counts};
use crate::domain::site::SiteId;
use crate::domain::window::{SeenWindow, WindowKind};
use crate::grpc::pb;
use crate::metrics::{LastHour, LoginStep};
use crate::service::webhooks::Status;
use crate::service::{DaemonReport, SiteReport};
use crate::storage::Health;

/// The whole.
#[must_use]
pub fn status(daemon: &DaemonReport, site: &SiteId, report: &SiteReport) -> pb::GetStatusResponse {
    let problem = match &daemon.health {
        Health::Serving => String::new(),
        Health::Unavailable(why) | Health::Damaged(why) => why.clone(),
    };
    pb::GetStatusResponse {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time: Some(timestamp(daemon.time)),
        start_time: Some(timestamp(daemon.begun)),
        sites: count(daemon.sites as u64),
        store_problem: problem,
        store_bytes: daemon.store.map_or(0, |store| store.bytes),
        last_backup_time: daemon.last_backup.map(timestamp),
        site: Some(of_site(site, report)),
    }
}

fn of_site(site: &SiteId, report: &SiteReport) -> pb::SiteStatus {
    let tokens = report.tokens.as_ref();
    pb::SiteStatus {
        name: site.to_string(),
        logins: Some(recent(report)),
        tokens: tokens.map(token_counts).unwrap_or_default(),
        token_count_time: tokens.map(|counts| timestamp(counts.time)),
        next_renewal_time: report.next_renewal.map(timestamp),
        instagram_silent: report.is_instagram_silent,
        webhooks: report.webhooks.iter().map(webhook).collect(),
        window: report.window.as_ref().map(window),
    }
}

fn recent(report: &SiteReport) -> pb::RecentLogins {
    let of = |step| i64::try_from(report.logins.of(step)).unwrap_or(i64::MAX);
    pb::RecentLogins {
        since: Some(timestamp(report.since)),
        started: of(LoginStep::Started),
        came_back: of(LoginStep::CameBack),
        completed: of(LoginStep::Completed),
        obstacles: obstacles(&report.logins),
    }
}

fn obstacles(logins: &LastHour) -> Vec<pb::LoginObstacle> {
    let with_reason = logins.0.iter().filter(|(_, reason, _)| !reason.is_empty());
    let mut obstacles: Vec<_> = with_reason
        .map(|(step, reason, count)| pb::LoginObstacle {
            step: step.name().to_owned(),
            reason: (*reason).to_owned(),
            count: i64::try_from(*count).unwrap_or(i64::MAX),
        })
        .collect();
    obstacles.sort_by(|one, other| {
        let by_name = || (&one.step, &one.reason).cmp(&(&other.step, &other.reason));
        other.count.cmp(&one.count).then_with(by_name)
    });
    obstacles
}

fn webhook(status: &Status) -> pb::WebhookSummary {
    let failures = status.blocked.map_or(0, |blocked| blocked.trying.attempts);
    pb::WebhookSummary {
        name: status.webhook.name.to_string(),
        pending_changes: count(status.pending as u64),
        failures_in_a_row: count(failures.into()),
        dead_letters: count(status.letters.dead as u64),
    }
}

fn window(seen: &SeenWindow) -> pb::AuthorizationWindow {
    pb::AuthorizationWindow {
        look_time: Some(timestamp(seen.look_time)),
        opens: seen.window.kind == WindowKind::Opens,
        shape: seen.window.shape.clone(),
        change_time: seen.change_time.map(timestamp),
    }
}

fn count(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
