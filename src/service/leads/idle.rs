//! Whom a site's retention meets, before it does.

use crate::domain::clock::Timestamp;
use crate::domain::lead::Lead;
use crate::domain::limits;
use crate::domain::retention::RetentionPeriod;
use crate::domain::site::SiteId;
use crate::storage::{LeadOrder, TimeRange};

use super::cursor::{self, Query};
use super::list::ListError;
use super::{Leads, Page};

/// Which page of the leads that are due.
#[derive(Clone, Debug)]
pub struct IdleQuery {
    /// Due after how long.
    pub period: RetentionPeriod,
    /// Leads on the page, at most.
    pub page_size: usize,
    /// Where to go on; empty for the first page.
    pub page_token: String,
}

/// A page of the leads that are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Leads whose newest login is not after this are due. All pages of one
    /// list have the same.
    pub cutoff: Timestamp,
    /// How many there are, counted up to [`limits::IDLE_LEADS_COUNTED`]; with
    /// the first page alone.
    pub count: Option<usize>,
    /// The leads, the longest idle first.
    pub page: Page,
}

impl Leads {
    /// A page of the leads that a site's retention erases, or would with
    /// another period. Nothing is erased.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn idle(
        &self,
        site: &SiteId,
        query: IdleQuery,
        now: Timestamp,
    ) -> Result<Idle, ListError> {
        let days = query.period.days().to_string();
        let asked = Query {
            kind: "idle",
            filter: "",
            form: &days,
        };
        let store = &self.store;
        let begins = query.page_token.is_empty();
        let listing = if begins {
            let order = LeadOrder::LastLoginTime;
            store.start_listing(order, false, now).await?
        } else {
            cursor::read(store, site, &asked, &query.page_token, now).ok_or(ListError::Token)?
        };
        let cutoff = query.period.cutoff(listing.start);
        let count = if begins {
            Some(
                store
                    .count_idle_leads(site, cutoff, limits::IDLE_LEADS_COUNTED)
                    .await?,
            )
        } else {
            None
        };
        let within = TimeRange {
            from: None,
            to: Some(cutoff),
        };
        // Whoever logged in since the list began is not due any more.
        let keep = move |lead: &Lead| lead.last_login_time <= cutoff;
        let step = self
            .page(site, listing, within, query.page_size, keep)
            .await?;
        let next = step.next.as_ref();
        let page = Page {
            next_page_token: next.map_or(Ok(String::new()), |next| {
                cursor::write(store, site, &asked, next)
            })?,
            leads: step.leads,
        };
        Ok(Idle {
            cutoff,
            count,
            page,
        })
    }
}
