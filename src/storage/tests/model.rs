//! The store against a plain map, and the life of a login against the arrows
//! that are drawn for it: those of `domain::authorization::Stage`, written down
//! here once more, so that neither can be its own judge.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::authorization::Decline;
use crate::domain::failure::LoginFailure;
use crate::storage::LeadKey;

/// Every arrow that there is.
const DRAWN: [(&str, &str); 8] = [
    ("pending", "code_sent"),
    ("pending", "declined"),
    // Not a byte of the code was sent.
    ("code_sent", "pending"),
    ("code_sent", "exchanged"),
    ("code_sent", "failed"),
    // The long-lived token took the place of the short-lived one.
    ("exchanged", "exchanged"),
    ("exchanged", "completed"),
    ("exchanged", "failed"),
];

/// The stages by number, for choosing among them.
const STAGES: [&str; 6] = [
    "pending",
    "code_sent",
    "exchanged",
    "completed",
    "declined",
    "failed",
];

/// Instagram accounts that log in.
const ACCOUNTS: u64 = 3;

fn is_drawn(from: &str, to: &str) -> bool {
    DRAWN.contains(&(from, to))
}

/// A stage to be moved on to; none for the one that only a completion reaches.
fn stage(name: &str) -> Option<Stage> {
    Some(match name {
        "pending" => Stage::Pending,
        "code_sent" => Stage::CodeSent,
        "exchanged" => Stage::Exchanged(token("t")),
        "declined" => Stage::Declined(Decline::default()),
        "failed" => Stage::Failed(LoginFailure::Interrupted),
        _ => return None,
    })
}

fn account(number: u64) -> InstagramProfile {
    profile(
        &(100 + number).to_string(),
        Some(&(900 + number).to_string()),
    )
}

/// Moves a login on by the operation that does so in the daemon; gives it as
/// it is then.
async fn step(
    store: &Store,
    site: &Site,
    number: u64,
    from: &Authorization,
    (to, of): (&str, u64),
) -> Result<Authorization, StoreError> {
    if let Some(stage) = stage(to) {
        let next = from.at(stage);
        store.advance(&site.id, state(number), next.clone()).await?;
        return Ok(next);
    }
    let token = token("long-token");
    let completion = Completion {
        state: state(number),
        login: Login {
            profile: account(of),
            attributes: from.request.attributes.clone(),
            consent: None,
            token: token.status.clone(),
            time: NOW,
        },
        authorization: from.clone(),
        token,
        new_lead_id: LeadId::new(Uuid::from_u128(u128::from(number) + 1)),
    };
    let done = store.complete(&site.id, completion).await?;
    Ok(from.at(Stage::Completed {
        lead_id: done.lead.id,
        new_lead: done.new_lead,
    }))
}

/// Takes a new login to this stage, by drawn arrows alone.
async fn reach(store: &Store, site: &Site, number: u64, to: &str) -> Authorization {
    let mut now = pending("/");
    let begun = store.start(site, &caller(), state(number), &now).await;
    begun.unwrap();
    let way: &[&str] = match to {
        "pending" => &[],
        "code_sent" => &["code_sent"],
        "exchanged" => &["code_sent", "exchanged"],
        "completed" => &["code_sent", "exchanged", "completed"],
        "declined" => &["declined"],
        _ => &["code_sent", "failed"],
    };
    for to in way {
        now = step(store, site, number, &now, (to, 0)).await.unwrap();
    }
    now
}

#[test]
fn the_life_of_a_login_has_the_arrows_that_are_drawn_and_no_others() {
    let stages = STAGES.map(|name| {
        stage(name).unwrap_or(Stage::Completed {
            lead_id: LeadId::new(Uuid::from_u128(1)),
            new_lead: true,
        })
    });
    for from in &stages {
        for to in &stages {
            let (name, next) = (from.name(), to.name());
            assert_eq!(
                from.may_become(to),
                is_drawn(name, next),
                "{name} to {next}"
            );
        }
    }
}

#[tokio::test]
async fn from_every_stage_the_store_takes_the_drawn_arrows_and_changes_nothing_by_others() {
    let shelf = Shelf::new();
    let site = site("shop", 1000);
    let mut store = shelf.open();
    let mut logins = HashMap::new();
    let mut number = 0;
    for from in STAGES {
        for to in STAGES {
            number += 1;
            let before = reach(&store, &site, number, from).await;
            assert_eq!(before.stage.name(), from);
            let leads = lead_of(&store, &site, 1).await;
            let result = step(&store, &site, number, &before, (to, 1)).await;
            assert_eq!(result.is_ok(), is_drawn(from, to), "{from} to {to}");
            if result.is_err() {
                let unchanged = lead_of(&store, &site, 1).await;
                assert_eq!(leads, unchanged, "{from} to {to}");
            }
            logins.insert(number, result.unwrap_or(before));
        }
    }
    for _ in 0..2 {
        for (number, login) in &logins {
            let found = store.authorization(&site.id, state(*number)).await;
            assert_eq!(found.unwrap().as_ref(), Some(login));
        }
        store.close();
        store = shelf.open();
    }
    store.close();
}

async fn lead_of(store: &Store, site: &Site, of: u64) -> Option<u64> {
    let key = LeadKey::ScopedId((100 + of).to_string().parse().unwrap());
    let lead = store.lead(&site.id, key).await.unwrap();
    lead.map(|lead| lead.login_count)
}

#[derive(Clone, Debug)]
enum Step {
    Start(u64),
    Move(u64, usize, u64),
    /// The same from a login as it was before: somebody else was faster.
    MoveLate(u64, usize),
    Restart,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..8u64).prop_map(Step::Start),
        12 => ((0..8u64), (0..6usize), (0..ACCOUNTS))
            .prop_map(|(login, stage, of)| Step::Move(login, stage, of)),
        2 => ((0..8u64), (0..6usize)).prop_map(|(login, stage)| Step::MoveLate(login, stage)),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_store_does_what_a_map_does(steps in prop::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shelf = Shelf::new();
            let site = site("shop", 100);
            let mut store = shelf.open();
            // Each login as it was after each step.
            let mut map: HashMap<u64, Vec<Authorization>> = HashMap::new();
            let mut logins: HashMap<u64, u64> = HashMap::new();
            for one in steps {
                match one {
                    // A state is made once: two logins never share one.
                    Step::Start(login) if !map.contains_key(&login) => {
                        let begun = pending("/");
                        let started = store.start(&site, &caller(), state(login), &begun).await;
                        started.unwrap();
                        map.insert(login, vec![pending("/")]);
                    }
                    Step::Start(_) => {}
                    Step::Move(login, to, of) => {
                        let known = map.get(&login).and_then(|versions| versions.last());
                        let base = known.cloned().unwrap_or_else(|| pending("/"));
                        let to = STAGES[to];
                        let allowed = known.is_some() && is_drawn(base.stage.name(), to);
                        let moved = step(&store, &site, login, &base, (to, of)).await;
                        assert_eq!(moved.is_ok(), allowed, "{base:?} to {to}");
                        if let Ok(next) = moved {
                            if to == "completed" {
                                *logins.entry(of).or_default() += 1;
                            }
                            map.entry(login).or_default().push(next);
                        }
                    }
                    Step::MoveLate(login, to) => {
                        let versions = map.get(&login).map_or(&[][..], Vec::as_slice);
                        if let [.., before, _] = versions {
                            let late = step(&store, &site, login, before, (STAGES[to], 0));
                            assert_eq!(late.await.err(), Some(StoreError::Conflict));
                        }
                    }
                    Step::Restart => {
                        store.close();
                        store = shelf.open();
                    }
                }
            }
            for login in 0..8 {
                let found = store.authorization(&site.id, state(login)).await.unwrap();
                let known = map.get(&login).and_then(|versions| versions.last());
                assert_eq!(found.as_ref(), known);
            }
            for of in 0..ACCOUNTS {
                assert_eq!(lead_of(&store, &site, of).await, logins.get(&of).copied());
            }
            store.close();
        });
    }
}
