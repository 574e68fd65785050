//! How a daemon is, as the command line shows it.

use std::fmt::Write as _;
use std::time::Duration;

use prost_types::Timestamp;
use serde_json::{Map, Value, json};

use super::lead_view::{time, time_json};
use super::output::{Style, harmless};
use crate::grpc::pb;

/// Columns of the labels.
const LABEL_WIDTH: usize = 16;

/// Columns of the line on top, which are those of a small terminal.
const WIDTH: usize = 80;

/// Columns of what the window answers.
const SHAPE_WIDTH: usize = 40;

/// Reasons that are shown: all of them must not fill the screen.
const MOST_OBSTACLES: usize = 8;

/// One screen for a person.
pub(super) fn render(status: &pb::GetStatusResponse, style: Style) -> String {
    let mut view = View {
        text: String::new(),
        style,
        now: status.time.unwrap_or_default(),
    };
    view.title(status);
    view.store(status);
    if let Some(site) = &status.site {
        view.site(site);
    }
    view.text
}

struct View {
    text: String,
    style: Style,
    now: Timestamp,
}

impl View {
    fn line(&mut self, label: &str, value: &str) {
        let label = self.style.faint(&format!("{label:<LABEL_WIDTH$}"));
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "  {label}{value}");
    }

    fn title(&mut self, status: &pb::GetStatusResponse) {
        let name = format!("leadtap {}", harmless(&status.version));
        let up = status.start_time.map(|begun| self.since(begun));
        let sites = match status.sites {
            1 => "1 site".to_owned(),
            sites => format!("{sites} sites"),
        };
        let up = format!("  up {}, {sites}", up.unwrap_or_default());
        let now = moment(Some(self.now));
        let room = WIDTH.saturating_sub(name.len() + up.len());
        let name = self.style.strong(&name);
        let _ = writeln!(self.text, "{name}{up}{now:>room$}");
    }

    fn store(&mut self, status: &pb::GetStatusResponse) {
        if !status.store_problem.is_empty() {
            let problem = harmless(&status.store_problem);
            self.line("Store", &self.style.bad(&problem));
        } else if status.store_bytes > 0 {
            self.line("Store", &size(status.store_bytes));
        } else {
            self.line("Store", "busy, and does not say how large it is");
        }
        let backup = match status.last_backup_time {
            Some(time) => format!("{} ago", self.since(time)),
            None => self.style.notable("never"),
        };
        self.line("Last backup", &backup);
    }

    fn site(&mut self, site: &pb::SiteStatus) {
        let name = self.style.strong(&harmless(&site.name));
        let _ = writeln!(self.text, "\n{name}");
        if let Some(logins) = &site.logins {
            self.logins(logins);
        }
        self.tokens(site);
        self.instagram(site);
        for webhook in &site.webhooks {
            self.webhook(webhook);
        }
    }

    fn logins(&mut self, logins: &pb::RecentLogins) {
        let since = logins.since.map(|since| self.since(since));
        let label = format!("Logins, {}", since.unwrap_or_default());
        let funnel = format!(
            "{} started, {} came back, {} completed",
            logins.started, logins.came_back, logins.completed
        );
        self.line(&label, &funnel);
        for (place, obstacle) in logins.obstacles.iter().take(MOST_OBSTACLES).enumerate() {
            let label = if place == 0 { "Why not" } else { "" };
            let step = harmless(&obstacle.step.replace('_', " "));
            let text = format!(
                "{:>6} {step}: {}",
                obstacle.count,
                harmless(&obstacle.reason)
            );
            let text = match obstacle.step.as_str() {
                "declined" | "refused" => text,
                _ => self.style.notable(&text),
            };
            self.line(label, &text);
        }
        if logins.obstacles.len() > MOST_OBSTACLES {
            let others = logins.obstacles.iter().skip(MOST_OBSTACLES);
            let count: i64 = others.map(|one| one.count).sum();
            self.line("", &format!("{count:>6} for other reasons"));
        }
    }

    fn tokens(&mut self, site: &pb::SiteStatus) {
        let counts: Vec<String> = site
            .tokens
            .iter()
            .map(|one| {
                let text = format!("{} {}", one.count, state(one.state()));
                match one.state() {
                    pb::TokenState::Expiring => self.style.notable(&text),
                    _ => text,
                }
            })
            .collect();
        let tokens = match (&site.token_count_time, counts.is_empty()) {
            (None, _) => "not counted yet".to_owned(),
            (Some(_), true) => "none".to_owned(),
            (Some(_), false) => counts.join(", "),
        };
        self.line("Tokens", &tokens);
        let next = match site.next_renewal_time {
            None => "nothing to do".to_owned(),
            Some(time) if time.seconds <= self.now.seconds => "now".to_owned(),
            Some(time) => format!("in {}", words(between(self.now, time))),
        };
        self.line("Next refresh", &next);
    }

    fn instagram(&mut self, site: &pb::SiteStatus) {
        if site.instagram_silent {
            let silent = "does not answer: tried again every 15 seconds";
            self.line("Instagram", &self.style.bad(silent));
        }
        let Some(window) = &site.window else { return };
        let seen = window.look_time.map(|time| self.since(time));
        let seen = format!("seen {} ago", seen.unwrap_or_default());
        let opens = match window.opens {
            true => format!("opens, {seen}"),
            false => self
                .style
                .bad(&format!("does not open for this site, {seen}")),
        };
        self.line("Login window", &opens);
        let changed = window.change_time.map(|time| self.since(time));
        if !window.opens || changed.is_some() {
            let shape: String = harmless(&window.shape).chars().take(SHAPE_WIDTH).collect();
            let since = changed.map(|since| format!(" since {since} ago"));
            let answers = format!("answers{}: {shape}", since.unwrap_or_default());
            self.line("", &self.style.notable(&answers));
        }
    }

    fn webhook(&mut self, webhook: &pb::WebhookSummary) {
        let mut parts = Vec::new();
        if webhook.failures_in_a_row > 0 {
            parts.push(format!("failed {} times", webhook.failures_in_a_row));
        }
        if webhook.pending_changes > 0 {
            parts.push(format!("{} waiting", webhook.pending_changes));
        }
        if webhook.dead_letters > 0 {
            parts.push(format!("{} given up", webhook.dead_letters));
        }
        let troubled = webhook.failures_in_a_row > 0 || webhook.dead_letters > 0;
        let text = match parts.is_empty() {
            true => "up to date".to_owned(),
            false => parts.join(", "),
        };
        let text = match troubled {
            true => self.style.notable(&text),
            false => text,
        };
        self.line("Webhook", &format!("{}: {text}", harmless(&webhook.name)));
    }

    fn since(&self, time: Timestamp) -> String {
        words(between(time, self.now))
    }
}

const fn state(state: pb::TokenState) -> &'static str {
    match state {
        pb::TokenState::Unspecified => "unknown",
        pb::TokenState::ShortLived => "short-lived",
        pb::TokenState::LongLived => "long-lived",
        pb::TokenState::Expired => "expired",
        pb::TokenState::Revoked => "revoked",
        pb::TokenState::Expiring => "about to end",
    }
}

/// From one moment to a later one; zero where it is not later.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    let seconds = to.seconds.saturating_sub(from.seconds);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// A time in the two largest units that it has, or one where that says enough.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours @ 1..=9, minutes) if minutes % 60 > 0 => {
            format!("{hours} h {} min", minutes % 60)
        }
        (0, hours, _) => format!("{hours} h"),
        (days @ 1..=9, hours, _) if hours % 24 > 0 => format!("{days} d {} h", hours % 24),
        (days, _, _) => format!("{days} d"),
    }
}

/// To the second.
fn moment(time_of: Option<Timestamp>) -> String {
    let whole = time_of.map(|time| Timestamp { nanos: 0, ..time });
    time(whole)
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = bytes as f64 / 1024.0;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = larger;
    }
    let digits = usize::from(size < 100.0);
    format!("{size:.digits$} {unit}")
}

/// The same for a program, with the names of the contract; what is not known is
/// left out.
pub(super) fn json(status: &pb::GetStatusResponse) -> Value {
    let mut object = Map::new();
    object.insert("version".to_owned(), json!(status.version));
    object.insert("sites".to_owned(), json!(status.sites));
    object.insert("store_problem".to_owned(), json!(status.store_problem));
    object.insert("store_bytes".to_owned(), json!(status.store_bytes));
    add_time(&mut object, "time", status.time);
    add_time(&mut object, "start_time", status.start_time);
    add_time(&mut object, "last_backup_time", status.last_backup_time);
    if let Some(site) = &status.site {
        object.insert("site".to_owned(), site_json(site));
    }
    Value::Object(object)
}

fn site_json(site: &pb::SiteStatus) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(site.name));
    let logins = site.logins.clone().unwrap_or_default();
    let obstacles = logins.obstacles.iter();
    let obstacles: Vec<Value> = obstacles
        .map(|one| json!({"step": one.step, "reason": one.reason, "count": one.count}))
        .collect();
    let mut counted = Map::new();
    add_time(&mut counted, "since", logins.since);
    counted.insert("started".to_owned(), json!(logins.started));
    counted.insert("came_back".to_owned(), json!(logins.came_back));
    counted.insert("completed".to_owned(), json!(logins.completed));
    counted.insert("obstacles".to_owned(), json!(obstacles));
    object.insert("logins".to_owned(), Value::Object(counted));
    let tokens = site.tokens.iter();
    let tokens: Vec<Value> = tokens
        .map(|one| json!({"state": one.state().as_str_name(), "count": one.count}))
        .collect();
    object.insert("tokens".to_owned(), json!(tokens));
    add_time(&mut object, "token_count_time", site.token_count_time);
    add_time(&mut object, "next_renewal_time", site.next_renewal_time);
    object.insert("instagram_silent".to_owned(), json!(site.instagram_silent));
    let webhooks = site.webhooks.iter().map(webhook_json);
    object.insert("webhooks".to_owned(), webhooks.collect());
    if let Some(window) = &site.window {
        let mut seen = Map::new();
        add_time(&mut seen, "look_time", window.look_time);
        seen.insert("opens".to_owned(), json!(window.opens));
        seen.insert("shape".to_owned(), json!(window.shape));
        add_time(&mut seen, "change_time", window.change_time);
        object.insert("window".to_owned(), Value::Object(seen));
    }
    Value::Object(object)
}

fn webhook_json(webhook: &pb::WebhookSummary) -> Value {
    json!({
        "name": webhook.name,
        "pending_changes": webhook.pending_changes,
        "failures_in_a_row": webhook.failures_in_a_row,
        "dead_letters": webhook.dead_letters,
    })
}

fn add_time(object: &mut Map<String, Value>, name: &str, time: Option<Timestamp>) {
    if let Some(time) = time_json(time) {
        object.insert(name.to_owned(), time);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_snapshot;
    use super::*;

    fn status() -> pb::GetStatusResponse {
        let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
        let now = 1_795_564_800;
        let obstacle = |step: &str, reason: &str, count| pb::LoginObstacle {
            step: step.to_owned(),
            reason: reason.to_owned(),
            count,
        };
        let tokens = |state: pb::TokenState, count| pb::TokenCount {
            state: state.into(),
            count,
        };
        pb::GetStatusResponse {
            version: "0.1.0".to_owned(),
            time: at(now),
            start_time: at(now - 3 * 86_400 - 4 * 3600),
            sites: 2,
            store_problem: String::new(),
            store_bytes: 1_288_490_189,
            last_backup_time: at(now - 6 * 3600),
            site: Some(pb::SiteStatus {
                name: "shop".to_owned(),
                logins: Some(pb::RecentLogins {
                    since: at(now - 3600),
                    started: 120,
                    came_back: 101,
                    completed: 95,
                    obstacles: vec![
                        obstacle("declined", "USER_DENIED", 12),
                        obstacle("refused", "BROWSER_BINDING_MISMATCH", 3),
                        obstacle("failed", "INSTAGRAM_REDIRECT_URI_REJECTED", 2),
                        obstacle("not_started", "TOO_MANY_PENDING_AUTHORIZATIONS", 1),
                    ],
                }),
                tokens: vec![
                    tokens(pb::TokenState::LongLived, 1203),
                    tokens(pb::TokenState::Expiring, 3),
                    tokens(pb::TokenState::Revoked, 12),
                ],
                token_count_time: at(now - 720),
                next_renewal_time: at(now + 240),
                instagram_silent: false,
                webhooks: vec![
                    pb::WebhookSummary {
                        name: "crm".to_owned(),
                        ..Default::default()
                    },
                    pb::WebhookSummary {
                        name: "mail".to_owned(),
                        pending_changes: 17,
                        failures_in_a_row: 4,
                        dead_letters: 1,
                    },
                ],
                window: Some(pb::AuthorizationWindow {
                    look_time: at(now - 2 * 3600),
                    opens: true,
                    shape: "302 www.instagram.com/accounts/login/".to_owned(),
                    change_time: at(now - 86_400),
                }),
            }),
        }
    }

    #[test]
    fn a_status_fits_on_a_small_screen() {
        let text = render(&status(), Style::PLAIN);
        assert!(text.lines().count() <= 24, "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert_snapshot("status.txt", &text);
    }

    #[test]
    fn a_program_gets_all_of_it() {
        assert_snapshot("status.json", &format!("{:#}\n", json(&status())));
    }

    #[test]
    fn what_is_wrong_is_said_in_its_place() {
        let mut status = status();
        status.store_problem = "No space left on device\x1b[2J".to_owned();
        status.last_backup_time = None;
        let site = status.site.as_mut().unwrap();
        site.instagram_silent = true;
        site.window.as_mut().unwrap().opens = false;
        site.token_count_time = None;
        let text = render(&status, Style::PLAIN);
        for words in [
            "No space left on device\u{fffd}[2J",
            "Last backup     never",
            "does not answer",
            "does not open",
            "302 www.instagram.com",
            "not counted yet",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }

    #[test]
    fn times_and_sizes_are_told_in_few_words() {
        let second = Duration::from_secs(1);
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3600, "1 h"),
            (5400, "1 h 30 min"),
            (86_399, "23 h"),
            (100_800, "1 d 4 h"),
            (864_000, "10 d"),
        ] {
            assert_eq!(words(second * seconds), expected);
        }
        assert_eq!(size(65_536), "64.0 KiB");
        assert_eq!(size(1_288_490_189), "1.2 GiB");
    }
}
