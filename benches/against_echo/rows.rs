//! The rows of the table: which call, over what, how many at once.

use std::fmt;

/// A call under test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Call {
    /// `GetLead` of the same lead each time.
    LeadHot,
    /// `GetLead` of any lead of the store.
    LeadRandom,
    /// `StartAuthorization`, acknowledged when it is on the disk.
    Start,
    /// `CompleteAuthorization`, with an Instagram that answers at once.
    Complete,
}

/// What carries the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transport {
    /// The Unix socket.
    Unix,
    /// Loopback TCP.
    Tcp,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The call.
    pub call: Call,
    /// Over what.
    pub transport: Transport,
    /// Calls in flight.
    pub in_flight: usize,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = match self.call {
            Call::LeadHot => "GetLead, one hot lead",
            Call::LeadRandom => "GetLead, random",
            Call::Start => "StartAuthorization",
            Call::Complete => "CompleteAuthorization",
        };
        let transport = match self.transport {
            Transport::Unix => "unix",
            Transport::Tcp => "tcp",
        };
        write!(f, "{call}, {transport}, {}", self.in_flight)
    }
}

impl Row {
    /// The least ratio to the echo that the row has to reach, if it has one.
    pub(crate) fn goal(&self) -> Option<f64> {
        match (self.call, self.in_flight) {
            (Call::LeadHot, 256) => Some(0.90),
            (Call::LeadRandom, 256) => Some(0.70),
            (Call::Start, 256) => Some(0.40),
            _ => None,
        }
    }

    /// Whether calls that wait at the same time share one sync of the disk.
    pub(crate) fn shares_syncs(&self) -> bool {
        matches!(self.call, Call::Start | Call::Complete)
    }

    /// Whether its median latency has to stay within the echo's, one sync and
    /// [`SYNC_MARGIN`].
    pub(crate) fn waits_for_one_sync(&self) -> bool {
        self.call == Call::Start && self.in_flight == 1
    }
}

/// How much longer than echo and sync together one durable call may take.
pub(crate) const SYNC_MARGIN: f64 = 1.30;

/// All rows, reads before what makes the store grow.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    for call in [Call::LeadHot, Call::LeadRandom, Call::Start] {
        for transport in [Transport::Unix, Transport::Tcp] {
            rows.extend([1, 64, 256].map(|in_flight| Row {
                call,
                transport,
                in_flight,
            }));
        }
    }
    rows.push(Row {
        call: Call::Complete,
        transport: Transport::Unix,
        in_flight: 64,
    });
    rows
}
