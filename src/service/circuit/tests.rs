use super::*;
use crate::domain::clock::{ManualClock, Timestamp};

const SECOND: Duration = Duration::from_secs(1);

struct Shop {
    clock: ManualClock,
    circuits: Circuits,
    site: SiteId,
}

impl Shop {
    fn new() -> Self {
        let clock = ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000));
        Self {
            circuits: Circuits::new(Arc::new(clock.clone())),
            clock,
            site: "shop".parse().unwrap(),
        }
    }

    fn call(&self, host: Host, meaning: Option<UpstreamMeaning>) {
        let outcome = meaning.map_or(Ok(()), |meaning| {
            Err(UpstreamFailure {
                meaning,
                message: String::new(),
                fbtrace_id: String::new(),
                retry_after: None,
                usage_percent: 0,
            })
        });
        self.circuits.observe(&self.site, host, &outcome);
    }

    /// So many failures, so long apart.
    fn fails(&self, times: u32, apart: Duration) {
        for _ in 0..times {
            self.clock.advance(apart);
            self.call(Host::Graph, Some(UpstreamMeaning::NoAnswer));
        }
    }

    fn wait(&self) -> Option<Duration> {
        let admitted = self.circuits.admit(&self.site, &[Host::Graph]);
        admitted.err().map(|open| open.retry_after)
    }

    fn open(&self) {
        self.fails(12, SECOND);
        assert_eq!(self.wait(), Some(CLOSED_TO_CALLS));
    }
}

#[test]
fn each_kind_of_silence_opens_it_and_no_answer_does() {
    use UpstreamMeaning::*;
    for (meaning, opens) in [
        (NotSent, true),
        (NoAnswer, true),
        (Unavailable, true),
        (Unreadable, true),
        (Throttled, false),
        (Blocked, false),
        (CodeRefused, false),
        (AppRejected, false),
    ] {
        let shop = Shop::new();
        for _ in 0..30 {
            shop.clock.advance(SECOND);
            shop.call(Host::Graph, Some(meaning));
        }
        assert_eq!(shop.wait().is_some(), opens, "{meaning:?}");
    }
}

#[test]
fn few_failures_or_a_short_time_do_not_open_it() {
    let shop = Shop::new();
    shop.fails(OPENS_AFTER_FAILURES - 1, 2 * SECOND);
    assert_eq!(shop.wait(), None);
    let shop = Shop::new();
    shop.fails(1000, Duration::from_millis(1));
    assert_eq!(shop.wait(), None);
}

#[test]
fn failures_far_apart_are_not_one_story() {
    let shop = Shop::new();
    shop.fails(100, FORGETS_AFTER + SECOND);
    assert_eq!(shop.wait(), None);
    shop.fails(OPENS_AFTER_FAILURES, FORGETS_AFTER);
    assert!(shop.wait().is_some());
}

#[test]
fn one_answer_between_them_begins_the_count_anew() {
    let shop = Shop::new();
    shop.fails(9, 2 * SECOND);
    shop.call(Host::Graph, None);
    shop.fails(9, 2 * SECOND);
    assert_eq!(shop.wait(), None);
}

#[test]
fn one_may_try_and_the_others_go_on_waiting() {
    let shop = Shop::new();
    shop.open();
    shop.clock.advance(CLOSED_TO_CALLS - SECOND);
    assert_eq!(shop.wait(), Some(SECOND));
    shop.clock.advance(SECOND);
    assert_eq!(shop.wait(), None);
    assert_eq!(shop.wait(), Some(CLOSED_TO_CALLS));
    // It failed: as before, from now.
    shop.fails(1, SECOND);
    assert_eq!(shop.wait(), Some(CLOSED_TO_CALLS));
    // The next one is answered: all may call.
    shop.clock.advance(CLOSED_TO_CALLS);
    assert_eq!(shop.wait(), None);
    shop.call(Host::Graph, Some(UpstreamMeaning::Throttled));
    assert_eq!((shop.wait(), shop.wait()), (None, None));
}

#[test]
fn one_who_tried_and_was_never_heard_of_again_does_not_keep_it_open() {
    let shop = Shop::new();
    shop.open();
    for _ in 0..3 {
        shop.clock.advance(CLOSED_TO_CALLS);
        assert_eq!(shop.wait(), None);
    }
}

#[test]
fn hosts_and_sites_are_apart() {
    let shop = Shop::new();
    shop.open();
    let (site, other) = (&shop.site, "other".parse().unwrap());
    assert_eq!(shop.circuits.admit(site, &[Host::Api]), Ok(()));
    assert!(
        shop.circuits
            .admit(site, &[Host::Api, Host::Graph])
            .is_err()
    );
    assert_eq!(shop.circuits.admit(&other, &[Host::Graph]), Ok(()));
    shop.call(Host::Api, None);
    assert!(
        shop.wait().is_some(),
        "the other host's answer says nothing"
    );
}

#[test]
fn a_clock_put_back_an_hour_does_not_keep_it_open() {
    let circuits =
        |micros| Circuits::new(Arc::new(ManualClock::at(Timestamp::from_micros(micros))));
    let shop = Shop::new();
    shop.open();
    let earlier = Circuits {
        runs: Arc::clone(&shop.circuits.runs),
        ..circuits(1_790_000_000_000_000 - 3_600_000_000)
    };
    assert_eq!(earlier.admit(&shop.site, &[Host::Graph]), Ok(()));
    assert!(
        earlier.admit(&shop.site, &[Host::Graph]).is_err(),
        "one tries"
    );
}

#[test]
fn a_clock_put_forward_an_hour_does_not_open_it() {
    let shop = Shop::new();
    shop.fails(9, Duration::from_millis(10));
    shop.clock.advance(Duration::from_secs(3600));
    shop.fails(1, SECOND);
    assert_eq!(shop.wait(), None);
}
