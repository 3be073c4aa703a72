//! The feed of changes is quick and not to be trusted.

use chrono::TimeDelta;
use tokio::test;

use super::*;

/// A shop at the usual pace whose feed never shows anything.
async fn with_a_silent_feed() -> Shop {
    let shop = Shop::polled_every(60);
    shop.baseline().await;
    *shop.bookings.hidden_from_feed.lock().unwrap() = (1..100).map(BookingId).collect();
    shop
}

/// Books one, and answers how many seconds it took to be in the queue.
async fn seen_after(shop: &Shop, id: i64) -> u64 {
    shop.book(id);
    for second in 0..900 {
        if shop.outbox.row_about(COMPANY, BookingId(id)).unwrap().is_some() {
            return second;
        }
        shop.pass(1).await;
    }
    panic!("{id} was never seen");
}

#[test(start_paused = true)]
async fn a_silent_feed_is_noticed_at_the_usual_pace_after_two_bookings() {
    let shop = with_a_silent_feed().await;
    shop.open(async {
        // In the middle between two truth passes, so that the feed is asked after it was written.
        shop.pass(90).await;
        assert!(seen_after(&shop, 1).await > 60, "only the truth shows it");
        assert_eq!((branch(&shop).fast_feed, branch(&shop).feed_misses), (true, 1));
        shop.pass(90).await;
        assert!(seen_after(&shop, 2).await > 60);
        assert!(!branch(&shop).fast_feed);
        shop.pass(90).await;
        assert!(seen_after(&shop, 3).await <= 61, "from now on the truth is read every time");
        shop.pass(90).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn while_it_is_not_relied_on_the_feed_still_tells_of_older_bookings() {
    let shop = Shop::polled_every(60);
    shop.book(50);
    shop.baseline().await;
    // Made long ago: no truth pass shows it any more.
    shop.bookings.all.lock().unwrap().get_mut(&BookingId(50)).unwrap().created_at =
        Some(shop.clock.now() - TimeDelta::days(9));
    *shop.bookings.hidden_from_feed.lock().unwrap() = (1..50).map(BookingId).collect();
    shop.open(async {
        shop.pass(90).await;
        for id in [1, 2] {
            seen_after(&shop, id).await;
            shop.pass(90).await;
        }
        assert!(!branch(&shop).fast_feed);
        shop.bookings.change(50, &shop.clock, |booking| booking.attendance = Attendance::Came);
        shop.pass(130).await;
        let known = shop.outbox.db().read(|connection| known::booking_in(connection, COMPANY, BookingId(50)));
        assert_eq!(known.unwrap().unwrap().attendance, Attendance::Came);
    })
    .await;
}

#[test(start_paused = true)]
async fn after_a_day_the_feed_is_tried_again_and_kept_while_it_works() {
    let shop = with_a_silent_feed().await;
    shop.open(async {
        shop.pass(90).await;
        for id in [1, 2] {
            seen_after(&shop, id).await;
            shop.pass(90).await;
        }
        assert!(!branch(&shop).fast_feed);
        shop.bookings.hidden_from_feed.lock().unwrap().clear();
        shop.clock.jump(TimeDelta::hours(23));
        shop.pass(130).await;
        assert!(!branch(&shop).fast_feed, "for a day");
        shop.clock.jump(TimeDelta::hours(2));
        shop.pass(200).await;
        let state = branch(&shop);
        assert_eq!((state.fast_feed, state.feed_misses, state.feed_until), (true, 0, None));
        shop.pass(90).await;
        assert!(seen_after(&shop, 3).await <= 61);
        assert!(branch(&shop).fast_feed);
    })
    .await;
}

#[test(start_paused = true)]
async fn one_booking_that_comes_late_in_the_feed_changes_nothing() {
    let shop = with_a_silent_feed().await;
    shop.open(async {
        shop.pass(90).await;
        seen_after(&shop, 1).await;
        shop.bookings.hidden_from_feed.lock().unwrap().clear();
        shop.pass(90).await;
        seen_after(&shop, 2).await;
        let state = branch(&shop);
        assert_eq!((state.fast_feed, state.feed_misses), (true, 0), "it has shown one first since");
    })
    .await;
}
