//! The feed of changes is quick and not to be trusted: what it misses is found,
//! and a feed that misses something is not asked again.

use chrono::TimeDelta;
use engine::notification::State;
use futures::future::join_all;
use scenarios::{COMPANY, Plan, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";
const OLGA: &str = "+79160000002";

#[test]
async fn a_feed_that_misses_a_booking_is_switched_off_and_nothing_is_lost() {
    let blind = [FaultKind::ChangedAfterBlind { bookings: Vec::new() }, FaultKind::ChangedAfterUtc];
    join_all(blind.map(async |kind| {
        let shop = Shop::new(Plan::default()).await;
        // The server's clock, so that the booking can be an old one in a moment.
        shop.simulator.set_clock_offset(TimeDelta::minutes(-20));
        shop.simulator.set_fault(Fault::always(Target::yclients("records"), kind.clone()));
        let desk = shop.open();
        shop.baseline().await;
        let missed = shop.book("Анна", ANNA);
        shop.polls_later(3).await;
        assert!(shop.row(missed).is_none(), "{kind:?}: the feed does not show it");
        shop.simulator.set_clock_offset(TimeDelta::zero());
        shop.polls_later(3).await;
        assert!(shop.branch(COMPANY).fast_feed);

        shop.poll().await;
        assert!(!shop.branch(COMPANY).fast_feed, "{kind:?}");
        shop.until_state(missed, State::Read).await;
        // From now on nobody has to ask.
        let next = shop.book("Ольга", OLGA);
        shop.until_state(next, State::Read).await;
        desk.close().await;
        assert_eq!(shop.told(), [ANNA, OLGA], "{kind:?}");
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
