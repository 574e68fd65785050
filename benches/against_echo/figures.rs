//! Figures of rounds, and their medians.

use serde::Serialize;

use crate::load::Sample;

/// One server's figures: of one round, or the medians of several.
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

impl Figures {
    /// Those of one round.
    pub(crate) fn of(sample: &Sample) -> Self {
        let calls = sample.calls.max(1) as f64;
        let quantile = |q| sample.latency.value_at_quantile(q) as f64 / 1e3;
        Self {
            rate: calls / sample.seconds,
            p50_us: quantile(0.5),
            p99_us: quantile(0.99),
            cpu_us: sample.server_cpu_us / calls,
            load_cpu_us: sample.client_cpu_us / calls,
        }
    }

    /// The share of its core that the server used, 0 to 1.
    pub(crate) fn core_share(&self) -> f64 {
        self.cpu_us * self.rate / 1e6
    }

    /// The median of each figure.
    pub(crate) fn medians(rounds: &[Self]) -> Self {
        let of = |field: fn(&Self) -> f64| median(rounds.iter().map(field).collect());
        Self {
            rate: of(|figures| figures.rate),
            p50_us: of(|figures| figures.p50_us),
            p99_us: of(|figures| figures.p99_us),
            cpu_us: of(|figures| figures.cpu_us),
            load_cpu_us: of(|figures| figures.load_cpu_us),
        }
    }
}

/// What the daemon's turns showed, beside the echo's.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Against {
    /// The daemon's figures.
    pub figures: Figures,
    /// Its throughput over the echo's: median of the rounds' ratios.
    pub rate_ratio: f64,
    /// The echo's CPU a call over the daemon's: the same.
    pub cpu_ratio: f64,
    /// One write and sync on the store's disk, microseconds; median.
    pub sync_us: f64,
    /// Calls to Instagram for each call; median.
    pub upstream_calls: f64,
}

/// The figures of a row.
#[derive(Serialize)]
pub(crate) struct Measured {
    /// The row's name.
    pub name: String,
    /// The bare server.
    pub echo: Figures,
    /// The daemon; `None` where only the echo was measured.
    pub daemon: Option<Against>,
}

/// One turn of the daemon.
pub(crate) struct Turn {
    /// Its figures.
    pub figures: Figures,
    /// One write and sync, right after it, microseconds.
    pub sync_us: f64,
    /// Calls to Instagram for each call.
    pub upstream_calls: f64,
}

impl Against {
    /// Puts the daemon's turns beside the echo's; `None` of no turn.
    pub(crate) fn of(echoes: &[Figures], turns: &[Turn]) -> Option<Self> {
        let ratio = |of: fn(&Figures, &Figures) -> f64| {
            let pairs = echoes.iter().zip(turns);
            median(pairs.map(|(echo, turn)| of(echo, &turn.figures)).collect())
        };
        let figures: Vec<_> = turns.iter().map(|turn| turn.figures).collect();
        (!turns.is_empty()).then(|| Self {
            figures: Figures::medians(&figures),
            rate_ratio: ratio(|echo, daemon| daemon.rate / echo.rate),
            cpu_ratio: ratio(|echo, daemon| echo.cpu_us / daemon.cpu_us),
            sync_us: median(turns.iter().map(|turn| turn.sync_us).collect()),
            upstream_calls: median(turns.iter().map(|turn| turn.upstream_calls).collect()),
        })
    }
}

/// The middle value; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
