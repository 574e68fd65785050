//! Looking at every record of a store that nobody else uses: whether it
//! decodes, whether what is sealed in it opens, and whether what points and
//! what is pointed to belong together.

use std::fmt;

use uuid::Uuid;

use super::engine::Engine;
use super::error::{EngineError, OpenError, StoreError};
use super::keyring::KeyRing;
use super::keys::{self, Kind};
use super::ledger::{Difference, Ledger};
use super::opening;
use super::read;
use super::record::{self, RecordError, StoredChange, StoredToken};
use super::seal::{Place, Purpose, Sealer};
use super::store::Options;
use crate::domain::deletion::Deletion;
use crate::domain::erasure::Erasure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::domain::visits::Visits;
use crate::domain::webhook::{DeadLetter, WebhookState};

/// Records looked at between two words of progress.
const STEP: usize = 1000;

/// Findings that are told one by one; more are counted.
const MOST_FINDINGS: usize = 20;

/// What is wrong with one record. It tells nothing about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose record it is; none where its key is no key of ours.
    pub site: Option<SiteId>,
    /// What it is.
    pub kind: Option<Kind>,
    /// Whose it is, where that can be told.
    pub lead: Option<LeadId>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(site), Some(kind)) = (&self.site, self.kind) {
            write!(f, "a {kind:?} record of site {site}")?;
            if let Some(lead) = &self.lead {
                write!(f, ", of lead {lead}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

/// What an examination found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// Records that were looked at.
    pub records: u64,
    /// Things that are wrong.
    pub wrong: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
    /// How the records differ from the store's account of them.
    pub difference: Option<Difference>,
}

impl Examined {
    /// Whether everything is as it should be.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.wrong == 0 && self.difference.is_none()
    }
}

/// Examines the store in this folder. Nobody may use it meanwhile, and nothing
/// in it is changed but what sled itself tidies up.
///
/// `progress` hears how many records were looked at, and of how many.
///
/// # Errors
/// [`OpenError`] when it does not even open.
pub fn verify(
    options: &Options,
    keys: KeyRing,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Examined, OpenError> {
    let path = &options.path;
    if !opening::exists(path) {
        return Err(OpenError::Missing(path.clone()));
    }
    let sealer = Sealer::new(keys);
    let opened = opening::open(options, &sealer, None)?;
    let expected = opened.ledger.count_of(|_| true);
    let looked = examine(&opened.engine, &sealer, &mut |seen| {
        progress(seen, expected);
    });
    let (found, mut examined) =
        looked.map_err(|error| OpenError::Damaged(path.clone(), error.0))?;
    examined.difference = opened.ledger.difference(&found);
    Ok(examined)
}

/// Looks at every record; gives the account that they add up to.
///
/// # Errors
/// When the store cannot be read.
pub fn examine(
    engine: &Engine,
    sealer: &Sealer,
    progress: &mut dyn FnMut(u64),
) -> Result<(Ledger, Examined), EngineError> {
    let mut found = Ledger::default();
    let mut examined = Examined::default();
    let mut cursor = keys::FIRST_OF_SITES.to_vec();
    loop {
        let records = engine.scan(&cursor, STEP)?;
        let Some((last, _)) = records.last() else {
            return Ok((found, examined));
        };
        cursor = keys::next(last.to_vec());
        for (key, value) in &records {
            found.add(key, value);
            if let Some(finding) = look_at(engine, sealer, key, value)? {
                examined.wrong += 1;
                if examined.findings.len() < MOST_FINDINGS {
                    examined.findings.push(finding);
                }
            }
        }
        examined.records += records.len() as u64;
        progress(examined.records);
    }
}

fn look_at(
    engine: &Engine,
    sealer: &Sealer,
    key: &[u8],
    value: &[u8],
) -> Result<Option<Finding>, EngineError> {
    let Some((site, kind, own)) = keys::parse(key) else {
        return Ok(Some(Finding {
            site: None,
            kind: None,
            lead: None,
            what: "a record of a kind that this release does not know".to_owned(),
        }));
    };
    let look = Look {
        engine,
        sealer,
        site: &site,
        own,
        value,
    };
    match look.at(kind) {
        Ok(()) => Ok(None),
        Err(Wrong::Unreadable(error)) => Err(error),
        Err(Wrong::Record(what)) => Ok(Some(Finding {
            lead: match kind {
                Kind::Lead | Kind::Token => keys::parse_lead(own),
                _ => None,
            },
            site: Some(site.clone()),
            kind: Some(kind),
            what,
        })),
    }
}

/// Why a record is not as it should be.
enum Wrong {
    Unreadable(EngineError),
    Record(String),
}

impl From<EngineError> for Wrong {
    fn from(error: EngineError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<RecordError> for Wrong {
    fn from(error: RecordError) -> Self {
        Self::Record(error.to_string())
    }
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Self {
        Self::Record(error.to_string())
    }
}

/// One record under the eye.
struct Look<'a> {
    engine: &'a Engine,
    sealer: &'a Sealer,
    site: &'a SiteId,
    own: &'a [u8],
    value: &'a [u8],
}

impl Look<'_> {
    fn at(&self, kind: Kind) -> Result<(), Wrong> {
        match kind {
            Kind::Authorization => {
                let state = self.own.try_into().map_err(|_| RecordError::Malformed)?;
                let state = StateHash(state);
                read::open_authorization(self.value, self.sealer, self.site, &state)?;
                Ok(())
            }
            Kind::Change => Ok(record::decode::<StoredChange>(self.value).map(drop)?),
            Kind::Lead => self.at_lead(),
            Kind::LoginOrder => {
                let (_, id) = self.own.split_at_checked(8).ok_or(RecordError::Malformed)?;
                self.points_to_lead(id)
            }
            Kind::TokenDue => self.at_token_due(),
            Kind::Deletion => Ok(record::decode::<Deletion>(self.value).map(drop)?),
            Kind::Erasure => Ok(record::decode::<Erasure>(self.value).map(drop)?),
            Kind::ScopedId | Kind::UserId => self.points_to_lead(self.value),
            Kind::Token => self.at_token(),
            Kind::Visits => self.at_visits(),
            Kind::Replay => self.at_replay(),
            Kind::DeadLetter => Ok(record::decode::<DeadLetter>(self.value).map(drop)?),
            Kind::WebhookCursor => Ok(record::decode::<WebhookState>(self.value).map(drop)?),
        }
    }

    fn at_lead(&self) -> Result<(), Wrong> {
        let lead: Lead = record::decode(self.value)?;
        if lead.id.as_bytes() != self.own {
            return Err(Wrong::Record(
                "it stands in another lead's place".to_owned(),
            ));
        }
        self.is_pointed_to_by(&keys::scoped_id(self.site, &lead.instagram.id))?;
        if let Some(id) = &lead.instagram.user_id {
            self.is_pointed_to_by(&keys::user_id(self.site, id))?;
        }
        let order = keys::login_order(self.site, lead.last_login_time, &lead.id);
        match self.engine.get(&order)? {
            Some(_) => Ok(()),
            None => Err(Wrong::Record(
                "it is missing in the order of logins".to_owned(),
            )),
        }
    }

    fn is_pointed_to_by(&self, index: &[u8]) -> Result<(), Wrong> {
        match self.engine.get(index)? {
            Some(id) if id.as_ref() == self.own => Ok(()),
            Some(_) => Err(Wrong::Record(
                "one of its ids leads to another lead".to_owned(),
            )),
            None => Err(Wrong::Record("one of its ids leads nowhere".to_owned())),
        }
    }

    fn points_to_lead(&self, id: &[u8]) -> Result<(), Wrong> {
        match self.engine.get(&keys::lead_of(self.site, id))? {
            Some(_) => Ok(()),
            None => Err(Wrong::Record(
                "it belongs to a lead that is not there".to_owned(),
            )),
        }
    }

    fn at_replay(&self) -> Result<(), Wrong> {
        let (webhook, number) = keys::parse_letter(self.own).ok_or(RecordError::Malformed)?;
        let letter = keys::dead_letter(self.site, &webhook, number);
        match self.engine.get(&letter)? {
            Some(_) => Ok(()),
            None => Err(Wrong::Record(
                "it belongs to a dead letter that is not there".to_owned(),
            )),
        }
    }

    fn at_token_due(&self) -> Result<(), Wrong> {
        let (due, lead) = keys::parse_time_and_lead(self.own).ok_or(RecordError::Malformed)?;
        let token = self.engine.get(&keys::token(self.site, &lead))?;
        let token: Option<StoredToken> = token.map(|token| record::decode(&token)).transpose()?;
        match token {
            Some(token) if token.due == Some(due) => Ok(()),
            _ => Err(Wrong::Record("no token is due then".to_owned())),
        }
    }

    fn at_visits(&self) -> Result<(), Wrong> {
        keys::parse_visits(self.own).ok_or(RecordError::Malformed)?;
        Ok(record::decode::<Visits>(self.value).map(drop)?)
    }

    fn at_token(&self) -> Result<(), Wrong> {
        let token: StoredToken = record::decode(self.value)?;
        let place = Place {
            site: Some(self.site),
            record: self.own,
            purpose: Purpose::LeadToken,
        };
        let opened = self.sealer.open(&token.sealed, &place);
        opened.map_err(|error| Wrong::Record(error.to_string()))?;
        if let Some(due) = token.due {
            let lead = self.own.try_into().map_err(|_| RecordError::Malformed)?;
            let lead = LeadId::new(Uuid::from_bytes(lead));
            if self
                .engine
                .get(&keys::token_due(self.site, due, &lead))?
                .is_none()
            {
                return Err(Wrong::Record(
                    "it is missing among those that are due".to_owned(),
                ));
            }
        }
        self.points_to_lead(self.own)
    }
}
