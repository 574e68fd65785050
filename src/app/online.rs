//! `leadtap check --online`: whether Instagram and the shops answer as the
//! configuration expects. It asks what no login asks, and changes nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Problem};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::window::WindowKind;
use crate::instagram::{AuthorizationUrl, Instagram, Limits, Look};
use crate::outbound::{BuildError, Outbound};

/// How far the clock may be from Instagram's. Answers tell the time to the
/// second, and take a moment to come.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);

/// How far it may be before signed requests look too old or too new, and tokens
/// are refreshed at the wrong time.
const CLOCK_LIMIT: Duration = Duration::from_secs(5 * 60);

/// Everything that is wrong with what the configuration leads to.
///
/// # Errors
/// When this machine can call nobody at all.
pub async fn check(config: &Config, clock: &dyn Clock) -> Result<Vec<Problem>, BuildError> {
    let instagram = Instagram::new(&Outbound::new()?, Limits::for_probes())?;
    let mut problems = Vec::new();
    for (number, site) in config.sites.iter().enumerate() {
        let asked = Asked {
            instagram: &instagram,
            clock,
            site,
            place: format!("site[{number}]"),
        };
        problems.extend(asked.all().await);
    }
    // Many sites, and one Instagram, have one clock.
    let mut clocks = 0;
    problems.retain(|problem: &Problem| {
        let is_clock = problem.place == CLOCK;
        clocks += usize::from(is_clock);
        !is_clock || clocks == 1
    });
    Ok(problems)
}

const CLOCK: &str = "The clock";

/// One site's questions.
struct Asked<'a> {
    instagram: &'a Instagram,
    clock: &'a dyn Clock,
    site: &'a Arc<Site>,
    place: String,
}

impl Asked<'_> {
    async fn all(&self) -> Vec<Problem> {
        let first = self.site.redirect_uris.first().map_or("", String::as_str);
        let (app, graph) = tokio::join!(
            self.instagram.probe_app(&self.site.app, first),
            self.instagram.probe_graph(&self.site.app, self.clock.now()),
        );
        let mut problems: Vec<_> = self
            .app(&app)
            .into_iter()
            .chain(self.graph(&graph))
            .collect();
        for (number, redirect_uri) in self.site.redirect_uris.iter().enumerate() {
            let place = format!("{}.redirect_uris[{number}]", self.place);
            let (window, page) = tokio::join!(
                self.look(redirect_uri),
                self.instagram.probe_page(redirect_uri),
            );
            problems.extend(self.window(&place, window, self.clock.now()));
            problems.extend(shop(&place, page));
        }
        // The same thing said by three endpoints is one thing.
        let mut said = Vec::new();
        problems.retain(|problem| {
            let new = !said.contains(problem);
            said.extend(new.then(|| problem.clone()));
            new
        });
        problems
    }

    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }

    fn app(&self, failure: &UpstreamFailure) -> Option<Problem> {
        match failure.meaning {
            UpstreamMeaning::CodeRefused => None,
            UpstreamMeaning::AppRejected
                if failure.message.to_ascii_lowercase().contains("secret") =>
            {
                Some(self.wrong_secret(failure))
            }
            UpstreamMeaning::AppRejected => Some(self.wrong_app()),
            UpstreamMeaning::RedirectUriRejected => {
                Some(wrong_redirect(&self.at("redirect_uris[0]")))
            }
            _ => Some(self.failed("endpoints.api", failure)),
        }
    }

    fn graph(&self, failure: &UpstreamFailure) -> Option<Problem> {
        match failure.meaning {
            UpstreamMeaning::TokenDead(_) => None,
            UpstreamMeaning::RequestRejected => Some(Problem::new(
                self.at("graph_version"),
                format!(
                    "is {:?}, and the graph refuses its path: {}",
                    self.site.app.graph_version, failure.message
                ),
                "Take a version that Meta serves, such as the default, or \"\" for none.",
            )),
            _ => Some(self.failed("endpoints.graph", failure)),
        }
    }

    fn window(
        &self,
        place: &str,
        window: Result<Look, UpstreamFailure>,
        now: Timestamp,
    ) -> Vec<Problem> {
        let look = match window {
            Ok(look) => look,
            Err(failure) => return vec![self.failed("endpoints.authorize", &failure)],
        };
        let said = match look.window.kind {
            WindowKind::Opens => None,
            WindowKind::RedirectUriRejected => Some(wrong_redirect(place)),
            WindowKind::AppRejected => Some(self.wrong_app()),
            WindowKind::SendsBack => Some(Problem::new(
                self.at("scopes"),
                format!("is refused by Instagram's window: {}", look.sent_back),
                "Ask for permissions that the app has in Meta's dashboard; a login needs `instagram_business_basic`.",
            )),
            WindowKind::Other => {
                let (strange, shape) = (UpstreamMeaning::Unreadable, &look.window.shape);
                Some(self.unreachable("endpoints.authorize", strange, shape))
            }
        };
        let skewed = look.time.and_then(|theirs| clock(now, theirs));
        said.into_iter().chain(skewed).collect()
    }

    async fn look(&self, redirect_uri: &str) -> Result<Look, UpstreamFailure> {
        let request = AuthorizationUrl {
            redirect_uri,
            scopes: &self.site.scopes,
            // Of no login, so there is nothing to guess.
            state: &Secret::from("leadtap-check"),
            force_reauth: false,
        };
        self.instagram
            .look_at_window(&self.site.app, &request)
            .await
    }

    fn wrong_app(&self) -> Problem {
        Problem::new(
            self.at("instagram_app_id"),
            format!("is {}, which Instagram does not know", self.site.app.id),
            "Take the Instagram App ID from Meta's dashboard, Instagram > API setup with Instagram login: the Meta app's own id, under App settings > Basic, is another.",
        )
    }

    fn wrong_secret(&self, failure: &UpstreamFailure) -> Problem {
        Problem::new(
            self.at("instagram_app_secret_file"),
            format!("holds a secret that Instagram refuses: {}", failure.message),
            "Copy the Instagram App Secret anew, from the same page as the id; one that was reset there is over.",
        )
    }

    fn failed(&self, endpoint: &str, failure: &UpstreamFailure) -> Problem {
        self.unreachable(endpoint, failure.meaning, &failure.message)
    }

    /// Instagram could not be asked, or what answered is not Instagram.
    fn unreachable(&self, endpoint: &str, meaning: UpstreamMeaning, said: &str) -> Problem {
        let endpoints = &self.site.app.endpoints;
        let address = match endpoint {
            "endpoints.api" => &endpoints.api,
            "endpoints.graph" => &endpoints.graph,
            _ => &endpoints.authorize,
        };
        let (what, what_to_do, passing) = match meaning {
            UpstreamMeaning::NotSent => (
                format!("is {address}, which cannot be reached: {said}"),
                "Look at DNS, the firewall (port 443, outbound) and HTTPS_PROXY in the unit: the daemon calls it for every login.",
                false,
            ),
            UpstreamMeaning::NoAnswer => (
                format!("is {address}, which does not answer in time: {said}"),
                "Try again; if it stays so, look at the firewall and at the way to the internet.",
                false,
            ),
            UpstreamMeaning::Throttled | UpstreamMeaning::Unavailable => (
                format!("is {address}, which is in trouble or too busy: {said}"),
                "Try again later: this passes by itself.",
                true,
            ),
            UpstreamMeaning::Blocked => (
                format!("is {address}, where this app is blocked: {said}"),
                "Look for messages of Meta's in the dashboard, under Alerts.",
                false,
            ),
            _ => (
                format!("is {address}, where something answers that is not Instagram: {said}"),
                "Remove `endpoints` from the configuration; or a proxy on the way answers in Instagram's place.",
                false,
            ),
        };
        let problem = Problem::new(self.at(endpoint), what, what_to_do);
        if passing {
            problem.as_warning()
        } else {
            problem
        }
    }
}

fn wrong_redirect(place: &str) -> Problem {
    Problem::new(
        place,
        "is a redirect URI that Instagram does not know",
        "Enter it in Meta's dashboard (Instagram > API setup with Instagram login > Business login settings), byte for byte: the dashboard may have added a slash at the end.",
    )
}

/// Whether the shop answers where shoppers come back to. From this machine it
/// may look otherwise than to them, so nothing here stops a start.
fn shop(place: &str, page: Result<u16, UpstreamFailure>) -> Option<Problem> {
    let (what, what_to_do) = match page {
        Err(failure) => (
            format!("cannot be reached from this machine: {}", failure.message),
            "Open it in a browser: shoppers come back there. Its name must resolve and its certificate be valid.",
        ),
        Ok(status @ (404 | 410)) => (
            format!("leads to no page (HTTP status {status})"),
            "Switch the plugin on, and save the permalinks once (Settings > Permalinks); or correct the address.",
        ),
        Ok(status @ 500..=599) => (
            format!("leads to a page that fails (HTTP status {status})"),
            "Look into the shop's own log.",
        ),
        Ok(_) => return None,
    };
    Some(Problem::new(place, what, what_to_do).as_warning())
}

fn clock(now: Timestamp, theirs: Timestamp) -> Option<Problem> {
    let (apart, direction) = if theirs > now {
        (theirs.since(now), "behind")
    } else {
        (now.since(theirs), "ahead of")
    };
    (apart > CLOCK_TOLERANCE).then(|| {
        let problem = Problem::new(
            CLOCK,
            format!("is {} s {direction} Instagram's", apart.as_secs()),
            "Set it: `timedatectl set-ntp true`. Logins expire, tokens are refreshed and Meta's messages are judged by it.",
        );
        if apart > CLOCK_LIMIT {
            problem
        } else {
            problem.as_warning()
        }
    })
}
