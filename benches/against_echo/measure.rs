//! Measuring one row: echo and daemon in turns, so that a machine that grows
//! slower or busier meanwhile does so for both.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Runtime;

use crate::calls;
use crate::daemon::Memory;
use crate::disk::one_sync;
use crate::echo::{self, Blob, Sizes};
use crate::figures::{Against, Figures, Measured, Turn};
use crate::load::{self, CallFailure, Requests, Round, framed, method};
use crate::logins::{self, Accounts};
use crate::rows::{Call, Row};
use crate::servers::{self, Side};
use crate::upstream::Upstream;

/// Logins begun before a round that finishes them; a round ends early when
/// they are used up.
const LOGINS_A_ROUND: usize = 12_000;

/// Everything that runs during a measurement.
pub(crate) struct Bench {
    /// Drives the load, on this thread.
    pub runtime: Runtime,
    /// Where the stores are.
    pub folder: PathBuf,
    /// The bare server.
    pub echo: Side,
    /// The daemon that has leads.
    pub daemon: Option<Side>,
    /// Its Instagram.
    pub upstream: Upstream,
    /// Sizes of the messages.
    pub sizes: Sizes,
    /// The requests for every lead of the store.
    pub leads: Rc<[Bytes]>,
    /// The accounts that logged in.
    pub accounts: Rc<Accounts>,
}

impl Bench {
    /// Measures `row` in `rounds` turns of `window` each.
    ///
    /// # Errors
    /// The first call that failed, or a daemon that does not start.
    pub(crate) fn measure(
        &self,
        row: &Row,
        rounds: usize,
        window: Duration,
    ) -> Result<Measured, Box<dyn Error>> {
        let fresh = self.fresh_daemon(row)?;
        let (mut echoes, mut turns) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            echoes.push(self.echo_turn(row, window)?);
            if let Some(daemon) = fresh.as_ref().or(self.daemon.as_ref()) {
                turns.push(self.daemon_turn(row, window, daemon)?);
            }
        }
        if let Some(daemon) = fresh {
            daemon.server.stop()?;
            std::fs::remove_dir_all(self.fresh_folder())?;
        }
        Ok(Measured {
            name: row.to_string(),
            echo: Figures::medians(&echoes),
            daemon: Against::of(&echoes, &turns),
        })
    }

    /// Logins that are begun and left pile up until their time is over, and a
    /// site has room for a million: each row of them gets a store of its own.
    fn fresh_daemon(&self, row: &Row) -> Result<Option<Side>, Box<dyn Error>> {
        if row.call != Call::Start || self.daemon.is_none() {
            return Ok(None);
        }
        let (folder, address) = (self.fresh_folder(), self.upstream.address);
        let (side, _) = servers::daemon(&self.runtime, &folder, Memory::Default, address)?;
        Ok(Some(side))
    }

    fn fresh_folder(&self) -> PathBuf {
        self.folder.join("fresh")
    }

    fn echo_turn(&self, row: &Row, window: Duration) -> Result<Figures, CallFailure> {
        let (path, bytes) = match row.call {
            Call::LeadHot | Call::LeadRandom => (echo::LEAD, self.sizes.lead_request),
            Call::Start | Call::Complete => (echo::START, self.sizes.start_request),
        };
        let round = Round {
            method: method(path),
            requests: repeated(framed(&Blob::of_size(bytes))),
            in_flight: row.in_flight,
            window,
        };
        let load = load::run(self.echo.target(row.transport), &self.echo.server, &round);
        self.runtime
            .block_on(load)
            .map(|sample| Figures::of(&sample))
    }

    fn daemon_turn(&self, row: &Row, window: Duration, daemon: &Side) -> Result<Turn, CallFailure> {
        let (path, requests) = self.daemon_requests(row, daemon)?;
        let round = Round {
            method: method(path),
            requests,
            in_flight: row.in_flight,
            window,
        };
        let before = self.upstream.calls();
        let load = load::run(daemon.target(row.transport), &daemon.server, &round);
        let sample = self.runtime.block_on(load)?;
        let upstream = self.upstream.calls() - before;
        let sync = if row.waits_for_one_sync() {
            one_sync(&self.folder)?
        } else {
            Duration::ZERO
        };
        Ok(Turn {
            figures: Figures::of(&sample),
            sync_us: sync.as_secs_f64() * 1e6,
            upstream_calls: upstream as f64 / sample.answered.max(1) as f64,
        })
    }

    fn daemon_requests(
        &self,
        row: &Row,
        daemon: &Side,
    ) -> Result<(&'static str, Requests), CallFailure> {
        Ok(match row.call {
            Call::LeadHot => (calls::GET_LEAD, repeated(self.leads[0].clone())),
            Call::LeadRandom => (calls::GET_LEAD, any_of(Rc::clone(&self.leads))),
            Call::Start => (calls::START, repeated(calls::start())),
            Call::Complete => {
                let begun = logins::begun(&daemon.unix, LOGINS_A_ROUND, &self.accounts);
                (calls::COMPLETE, each_once(self.runtime.block_on(begun)?))
            }
        })
    }
}

fn repeated(frame: Bytes) -> Requests {
    Rc::new(move || Some(frame.clone()))
}

/// The same pseudo-random order in every round (Knuth's MMIX generator).
fn any_of(frames: Rc<[Bytes]>) -> Requests {
    let state = Cell::new(1_u64);
    Rc::new(move || {
        let next = state
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.set(next);
        let place = (next >> 33) as usize % frames.len();
        Some(frames[place].clone())
    })
}

fn each_once(frames: Vec<Bytes>) -> Requests {
    let frames = RefCell::new(frames);
    Rc::new(move || frames.borrow_mut().pop())
}
