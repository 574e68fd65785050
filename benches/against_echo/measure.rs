//! Measuring one row: echo and daemon in turns, so that a machine that grows
//! slower or busier meanwhile does so for both.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::calls;
use crate::daemon::Home;
use crate::disk::one_sync;
use crate::echo::{self, Blob, Sizes};
use crate::load::{self, CallFailure, Requests, Round, Sample, Target, framed, method};
use crate::logins::{self, Accounts};
use crate::process::Server;
use crate::rows::{Call, Row, Transport};
use crate::upstream::Upstream;

/// Logins begun before a round that finishes them; a round ends early when
/// they are used up.
const LOGINS_A_ROUND: usize = 12_000;

/// A server with both its addresses.
pub(crate) struct Side {
    /// The process.
    pub server: Server,
    /// Its Unix socket.
    pub unix: Target,
    /// Its TCP address.
    pub tcp: Target,
}

impl Side {
    fn target(&self, transport: Transport) -> &Target {
        match transport {
            Transport::Unix => &self.unix,
            Transport::Tcp => &self.tcp,
        }
    }
}

/// Everything that runs during a measurement.
pub(crate) struct Bench {
    /// Drives the load, on this thread.
    pub runtime: Runtime,
    /// The bare server.
    pub echo: Side,
    /// The daemon, with its files.
    pub daemon: Option<(Side, Home)>,
    /// Its Instagram.
    pub upstream: Upstream,
    /// Sizes of the messages.
    pub sizes: Sizes,
    /// The requests for every lead of the store.
    pub leads: Rc<[Bytes]>,
    /// The accounts that logged in.
    pub accounts: Rc<Accounts>,
}

/// Medians of one server's rounds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Figures {
    /// Calls a second.
    pub rate: f64,
    /// Median latency, microseconds.
    pub p50_us: f64,
    /// 99th percentile of the latency, microseconds.
    pub p99_us: f64,
    /// CPU of the server, microseconds a call.
    pub cpu_us: f64,
    /// CPU of the load, microseconds a call.
    pub load_cpu_us: f64,
}

/// The figures of a row.
#[derive(Serialize)]
pub(crate) struct Measured {
    /// The row's name.
    pub name: String,
    /// The bare server.
    pub echo: Figures,
    /// The daemon.
    pub daemon: Option<Figures>,
    /// The daemon's throughput over the echo's: median of the rounds' ratios.
    pub rate_ratio: Option<f64>,
    /// The echo's CPU a call over the daemon's: the same.
    pub cpu_ratio: Option<f64>,
    /// One write and sync on the store's disk, microseconds; median.
    pub sync_us: f64,
    /// Calls to Instagram for each login.
    pub upstream_calls: Option<f64>,
}

impl Bench {
    /// Measures `row` in `rounds` turns of `window` each.
    ///
    /// # Errors
    /// The first call that failed.
    pub(crate) fn measure(
        &self,
        row: &Row,
        rounds: usize,
        window: Duration,
    ) -> Result<Measured, CallFailure> {
        let (mut echoes, mut daemons, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
        let mut upstream = Vec::new();
        for _ in 0..rounds {
            let target = self.echo.target(row.transport);
            let round = self.echo_round(row, window);
            let sample = self
                .runtime
                .block_on(load::run(target, &self.echo.server, &round))?;
            echoes.push(figures(&sample));

            let Some((daemon, home)) = &self.daemon else {
                continue;
            };
            let round = self.daemon_round(row, window, daemon)?;
            let target = daemon.target(row.transport);
            let before = self.upstream.calls();
            let (sample, calls) = self.runtime.block_on(async {
                let sample = load::run(target, &daemon.server, &round).await?;
                Ok::<_, CallFailure>((sample, self.upstream.calls() - before))
            })?;
            daemons.push(figures(&sample));
            upstream.push(calls as f64 / sample.answered.max(1) as f64);
            if row.waits_for_one_sync() {
                syncs.push(one_sync(&home.folder)?.as_secs_f64() * 1e6);
            }
        }
        let ratio = |of: &dyn Fn(&Figures, &Figures) -> f64| {
            let ratios: Vec<f64> = echoes.iter().zip(&daemons).map(|(e, d)| of(e, d)).collect();
            (!ratios.is_empty()).then(|| median(ratios))
        };
        Ok(Measured {
            name: row.to_string(),
            rate_ratio: ratio(&|echo, daemon| daemon.rate / echo.rate),
            cpu_ratio: ratio(&|echo, daemon| echo.cpu_us / daemon.cpu_us),
            echo: medians(&echoes),
            daemon: (!daemons.is_empty()).then(|| medians(&daemons)),
            sync_us: median(syncs),
            upstream_calls: (row.call == Call::Complete).then(|| median(upstream)),
        })
    }

    fn echo_round(&self, row: &Row, window: Duration) -> Round {
        let (path, bytes) = match row.call {
            Call::LeadHot | Call::LeadRandom => (echo::LEAD, self.sizes.lead_request),
            Call::Start | Call::Complete => (echo::START, self.sizes.start_request),
        };
        let frame = framed(&Blob::of_size(bytes));
        Round {
            method: method(path),
            requests: Rc::new(move || Some(frame.clone())),
            in_flight: row.in_flight,
            window,
        }
    }

    fn daemon_round(
        &self,
        row: &Row,
        window: Duration,
        daemon: &Side,
    ) -> Result<Round, CallFailure> {
        let (path, requests): (_, Requests) = match row.call {
            Call::LeadHot => (calls::GET_LEAD, repeated(self.leads[0].clone())),
            Call::LeadRandom => (calls::GET_LEAD, any_of(Rc::clone(&self.leads))),
            Call::Start => (calls::START, repeated(calls::start())),
            Call::Complete => {
                let begun = logins::begun(&daemon.unix, LOGINS_A_ROUND, &self.accounts);
                (calls::COMPLETE, each_once(self.runtime.block_on(begun)?))
            }
        };
        Ok(Round {
            method: method(path),
            requests,
            in_flight: row.in_flight,
            window,
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

fn figures(sample: &Sample) -> Figures {
    let calls = sample.calls.max(1) as f64;
    let quantile = |q| sample.latency.value_at_quantile(q) as f64 / 1e3;
    Figures {
        rate: calls / sample.seconds,
        p50_us: quantile(0.5),
        p99_us: quantile(0.99),
        cpu_us: sample.server_cpu_us / calls,
        load_cpu_us: sample.client_cpu_us / calls,
    }
}

fn medians(rounds: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(rounds.iter().map(field).collect());
    Figures {
        rate: of(|figures| figures.rate),
        p50_us: of(|figures| figures.p50_us),
        p99_us: of(|figures| figures.p99_us),
        cpu_us: of(|figures| figures.cpu_us),
        load_cpu_us: of(|figures| figures.load_cpu_us),
    }
}

/// The middle value; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
