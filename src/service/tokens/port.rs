//! Instagram, as far as tokens need it: a seam, so that a year of ten thousand
//! tokens can be lived through without a socket.

use futures_util::future::BoxFuture;

use crate::domain::clock::Timestamp;
use crate::domain::failure::UpstreamFailure;
use crate::domain::lead::InstagramProfile;
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::instagram::{Instagram, LongLived, Metered};

/// What a call brings.
pub type Answer<'a, T> = BoxFuture<'a, Result<Metered<T>, UpstreamFailure>>;

/// The three calls. Each may be made again.
pub trait TokenPort: Send + Sync + 'static {
    /// A long-lived token for a short-lived one.
    fn exchange<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived>;

    /// A long-lived token for one that is at least a day old.
    fn refresh<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived>;

    /// Who a token belongs to; `now` becomes the time of the answer.
    fn profile<'a>(
        &'a self,
        site: &'a Site,
        token: &'a Secret,
        now: Timestamp,
    ) -> Answer<'a, InstagramProfile>;
}

impl TokenPort for Instagram {
    fn exchange<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived> {
        Box::pin(self.exchange_for_long_lived(&site.app, token))
    }

    fn refresh<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived> {
        Box::pin(Self::refresh(self, &site.app, token))
    }

    fn profile<'a>(
        &'a self,
        site: &'a Site,
        token: &'a Secret,
        now: Timestamp,
    ) -> Answer<'a, InstagramProfile> {
        Box::pin(Self::profile(self, &site.app, token, now))
    }
}
