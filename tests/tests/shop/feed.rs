//! The feed of changes is quick and not to be trusted: what it misses is found,
//! and a feed that misses bookings is not relied on for a day.

use chrono::TimeDelta;
use engine::notification::State;
use futures::future::join_all;
use scenarios::{COMPANY, Plan, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

#[test]
async fn a_feed_that_misses_two_bookings_is_not_relied_on_and_nothing_is_lost() {
    let blind = [FaultKind::ChangedAfterBlind { bookings: Vec::new() }, FaultKind::ChangedAfterUtc];
    join_all(blind.map(async |kind| {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        shop.simulator.set_fault(Fault::always(Target::yclients("records"), kind.clone()));
        let missed = [shop.book("Анна", ANNA), shop.book("Ольга", OLGA)];
        let written = shop.simulator.now();
        // The feed is asked again and again after they were written, and does not show them.
        shop.until("the feed to be asked long after", |shop| {
            let asked = shop.branch(COMPANY).fast_server_at?;
            (asked > written + TimeDelta::seconds(11)).then_some(())
        })
        .await;
        assert!(missed.iter().all(|booking| shop.row(*booking).is_none()), "{kind:?}");
        assert!(shop.branch(COMPANY).fast_feed);

        shop.poll().await;
        let branch = shop.branch(COMPANY);
        assert!(!branch.fast_feed && branch.feed_misses == 2, "{kind:?}: {}", branch.feed_misses);
        for booking in missed {
            shop.until_state(booking, State::Read).await;
        }
        // From now on nobody has to ask, and the feed is still asked for what became of older ones.
        shop.simulator.forget_requests();
        let next = shop.book("Пётр", "+79160000003");
        shop.until_state(next, State::Read).await;
        let asked = shop.simulator.requests();
        assert!(asked.iter().any(|seen| seen.query.contains("changed_after")), "{kind:?}");
        desk.close().await;
        assert_eq!(shop.told().len(), 3, "{kind:?}");
    }))
    .await;
}

#[test]
async fn a_good_feed_is_kept_and_a_quiet_poll_is_one_request() {
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    shop.poll().await;
    assert!(shop.branch(COMPANY).fast_feed);
    shop.simulator.forget_requests();
    shop.polls_later(10).await;
    let queries: Vec<String> = shop
        .simulator
        .requests()
        .into_iter()
        .filter(|seen| seen.side == simulator::Side::Yclients)
        .map(|seen| seen.query)
        .collect();
    desk.close().await;
    let fast = queries.iter().filter(|query| query.contains("changed_after")).count();
    assert!(queries.len() - fast <= 1, "one may have been on its way: {queries:?}");
}
