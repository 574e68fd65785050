//! The store against a plain map: random steps of random logins, with
//! restarts in between, must leave both in the same place.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::authorization::Decline;
use crate::domain::failure::LoginFailure;

#[derive(Clone, Debug)]
enum Step {
    Start(u64),
    Advance(u64, u8),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..8u64).prop_map(Step::Start),
        8 => ((0..8u64), (0..5u8)).prop_map(|(login, stage)| Step::Advance(login, stage)),
        1 => Just(Step::Restart),
    ]
}

fn stage(number: u8) -> Stage {
    match number {
        0 => Stage::Pending,
        1 => Stage::CodeSent,
        2 => Stage::Exchanged(token("t")),
        3 => Stage::Declined(Decline::default()),
        _ => Stage::Failed(LoginFailure::Interrupted),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_store_does_what_a_map_does(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shelf = Shelf::new();
            let site = site("shop", 100);
            let mut store = shelf.open();
            let mut map: HashMap<u64, Authorization> = HashMap::new();
            for step in steps {
                match step {
                    // A state is made once: two logins never share one.
                    Step::Start(login) if !map.contains_key(&login) => {
                        store.start(&site, &caller(), state(login), &pending("/")).await.unwrap();
                        map.insert(login, pending("/"));
                    }
                    Step::Start(_) => {}
                    Step::Advance(login, number) => {
                        let base = map.get(&login).cloned().unwrap_or_else(|| pending("/"));
                        let next = base.at(stage(number));
                        let allowed = map.contains_key(&login) && base.stage.may_become(&next.stage);
                        let result = store.advance(&site.id, state(login), next.clone()).await;
                        assert_eq!(result.is_ok(), allowed, "{base:?} to {next:?}");
                        if allowed {
                            map.insert(login, next);
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
                assert_eq!(found.as_ref(), map.get(&login));
            }
            store.close();
        });
    }
}
