//! What tests of several layers begin with.

use std::sync::Arc;
use std::time::Duration;

use super::allowance::Allowance;
use super::clock::Timestamp;
use super::duties::Duties;
use super::lead::InstagramProfile;
use super::secret::Secret;
use super::site::{Canary, Dialect, Endpoints, InstagramApp, ProfileRefresh, Site};

/// A shop of that name, of which a test says what matters to it.
pub(crate) fn site(name: &str) -> Site {
    Site {
        id: name.parse().unwrap(),
        app: InstagramApp {
            id: "1".to_owned(),
            secret: Secret::from("app-secret"),
            dialect: Dialect::InstagramLogin,
            endpoints: Endpoints::of(Dialect::InstagramLogin),
            graph_version: "v25.0".to_owned(),
        },
        redirect_uris: vec!["https://shop.example/back".to_owned()],
        scopes: vec!["instagram_business_basic".to_owned()],
        authorization_ttl: Duration::from_secs(600),
        max_pending_authorizations: 100,
        duties: Duties::default(),
        allowance: Allowance {
            calls_in_flight: 1,
            starts_per_minute: 1,
        },
        beginning: Arc::default(),
        profile_refresh: ProfileRefresh::WithToken,
        canary: Canary::Off,
        webhooks: Vec::new(),
    }
}

/// A profile with an id and nothing else, of which a test says what matters to it.
pub(crate) fn profile(id: &str, fetched_time: Timestamp) -> InstagramProfile {
    InstagramProfile {
        id: id.parse().unwrap(),
        user_id: None,
        username: String::new(),
        name: String::new(),
        account_type: None,
        profile_picture_url: String::new(),
        followers_count: None,
        follows_count: None,
        media_count: None,
        fetched_time,
    }
}
