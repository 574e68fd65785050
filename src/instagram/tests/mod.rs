//! The protocol against a server that answers as told, byte for byte.

mod callback;
mod profile;
mod refusals;
mod tokens;
mod transport;
mod upstream;

use std::fmt::Debug;
use std::time::Duration;

use upstream::{Step, Upstream};

use super::{Instagram, Limits};
use crate::domain::clock::Timestamp;
use crate::domain::failure::UpstreamFailure;
use crate::domain::secret::Secret;
use crate::domain::site::{Dialect, Endpoints, InstagramApp};
use crate::outbound::Outbound;

const APP_ID: &str = "990602627938098";
const APP_SECRET: &str = "app+secret/0123456789";
const CODE: &str = "AQD+code/that=works-once";
const TOKEN: &str = "IGAAtoken-sent.0123456789";
const REDIRECT_URI: &str = "https://shop.example/?wc-api=leadtap";
const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

/// With the limits of the daemon: no test that answers waits for one of them.
fn instagram() -> Instagram {
    Instagram::new(&Outbound::new().unwrap(), Limits::default()).unwrap()
}

/// For tests in which nothing is ever answered, and a timeout is the outcome.
fn impatient() -> Instagram {
    let limits = Limits {
        connect_timeout: Duration::from_millis(100),
        total_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    Instagram::new(&Outbound::new().unwrap(), limits).unwrap()
}

fn app_at(base: &str, dialect: Dialect) -> InstagramApp {
    InstagramApp {
        id: APP_ID.to_owned(),
        secret: APP_SECRET.into(),
        dialect,
        endpoints: Endpoints {
            authorize: base.to_owned(),
            api: base.to_owned(),
            graph: base.to_owned(),
        },
        graph_version: "v25.0".to_owned(),
    }
}

fn app(upstream: &Upstream) -> InstagramApp {
    app_at(&upstream.base(), Dialect::InstagramLogin)
}

/// One of the four calls, with its outcome reduced to what all share.
#[derive(Clone, Copy, Debug)]
enum Call {
    Exchange,
    LongLived,
    Refresh,
    Profile,
}

impl Call {
    const ALL: [Self; 4] = [
        Self::Exchange,
        Self::LongLived,
        Self::Refresh,
        Self::Profile,
    ];

    /// Makes the call; whatever comes of it shows no secret that was sent.
    async fn make(self, instagram: &Instagram, app: &InstagramApp) -> Result<(), UpstreamFailure> {
        let token = Secret::from(TOKEN);
        match self {
            Self::Exchange => {
                let code = Secret::from(CODE);
                discreet(instagram.exchange_code(app, &code, REDIRECT_URI).await)
            }
            Self::LongLived => discreet(instagram.exchange_for_long_lived(app, &token).await),
            Self::Refresh => discreet(instagram.refresh(app, &token).await),
            Self::Profile => discreet(instagram.profile(app, &token, NOW).await),
        }
    }

    async fn failure(self, instagram: &Instagram, app: &InstagramApp) -> UpstreamFailure {
        self.make(instagram, app)
            .await
            .expect_err("the call should fail")
    }
}

fn discreet<T: Debug>(outcome: Result<T, UpstreamFailure>) -> Result<(), UpstreamFailure> {
    let printed = format!("{outcome:?}");
    for secret in [APP_SECRET, CODE, TOKEN] {
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        assert!(!printed.contains(secret), "{printed}");
        assert!(!printed.contains(&encoded), "{printed}");
    }
    if let Err(failure) = &outcome {
        assert!(!failure.message.is_empty());
        assert!(failure.message.len() <= UpstreamFailure::MESSAGE_BYTES);
        assert!(!failure.message.contains(char::is_control));
        assert!(!failure.message.contains("http://"), "{printed}");
    }
    outcome.map(|_| ())
}

/// What `call` comes to when it is answered with `step`.
async fn failure_after(call: Call, step: Step) -> UpstreamFailure {
    let upstream = Upstream::always(step).await;
    call.failure(&instagram(), &app(&upstream)).await
}
