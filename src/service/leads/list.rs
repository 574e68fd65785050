//! Pages of leads.

use crate::domain::clock::Timestamp;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::{LeadOrder, Listing, Step, StoreError, TimeRange};

use super::Leads;
use super::cursor::{self, Query};
use super::filter::Filter;

/// Steps of the store for one page. A filter that lets few leads through then
/// brings a page that is not full, after some ten thousand leads.
const STEPS_A_PAGE: usize = 24;

/// Which page.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Which leads.
    pub filter: Filter,
    /// The filter as it was written: a page token is for this text.
    pub filter_text: String,
    /// By what.
    pub order: LeadOrder,
    /// Whether from the end.
    pub descending: bool,
    /// Leads on the page, at most.
    pub page_size: usize,
    /// Where to go on; empty for the first page.
    pub page_token: String,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The leads, in order.
    pub leads: Vec<Lead>,
    /// For the next page; empty after the last.
    pub next_page_token: String,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListError {
    /// The token is none of this list, or too old.
    Token,
    /// The store could not read.
    Store(StoreError),
}

impl From<StoreError> for ListError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Leads {
    /// A page of this site's leads.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn list(
        &self,
        site: &SiteId,
        query: ListQuery,
        now: Timestamp,
    ) -> Result<Page, ListError> {
        let form = match (query.order, query.descending) {
            (LeadOrder::CreateTime, false) => "create_time asc",
            (LeadOrder::CreateTime, true) => "create_time desc",
            (LeadOrder::LastLoginTime, false) => "last_login_time asc",
            (LeadOrder::LastLoginTime, true) => "last_login_time desc",
        };
        let asked = Query {
            kind: "list",
            filter: &query.filter_text,
            form,
        };
        let store = &self.store;
        let listing = if query.page_token.is_empty() {
            let (order, descending) = (query.order, query.descending);
            store.start_listing(order, descending, now).await?
        } else {
            cursor::read(store, site, &asked, &query.page_token, now).ok_or(ListError::Token)?
        };
        let within = query.filter.within(query.order);
        let filter = query.filter.clone();
        let keep = move |lead: &Lead| filter.matches(lead, now);
        let step = self
            .page(site, listing, within, query.page_size, keep)
            .await?;
        let next = step.next.as_ref();
        Ok(Page {
            next_page_token: next.map_or(Ok(String::new()), |next| {
                cursor::write(store, site, &asked, next)
            })?,
            leads: step.leads,
        })
    }

    /// The next leads of a listing that are to be kept, as many as fit on a page.
    pub(super) async fn page(
        &self,
        site: &SiteId,
        listing: Listing,
        within: TimeRange,
        page_size: usize,
        keep: impl Fn(&Lead) -> bool + Clone + Send + 'static,
    ) -> Result<Step, StoreError> {
        let (mut leads, mut next, mut unreadable) = (Vec::new(), Some(listing), 0);
        for _ in 0..STEPS_A_PAGE {
            let Some(listing) = next.take_if(|_| leads.len() < page_size) else {
                break;
            };
            let missing = page_size - leads.len();
            let step = self
                .store
                .list_leads(site, listing, within, missing, keep.clone())
                .await?;
            leads.extend(step.leads);
            next = step.next;
            unreadable += step.unreadable;
        }
        Ok(Step {
            leads,
            next,
            unreadable,
        })
    }
}
