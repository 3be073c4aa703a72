//! What a branch is called is asked once a day, and decides nothing while its bookings can be read.

use chrono::TimeDelta;
use tokio::test;

use crate::fakes::{COMPANY, Shop};
use crate::monitor::known;
use crate::notification::{Reason, State};
use crate::ports::BookingsError;

/// A shop that knows its branch, a day and an hour later.
async fn a_day_later() -> Shop {
    let shop = Shop::new();
    shop.baseline().await;
    shop.clock.jump(TimeDelta::hours(25));
    shop
}

#[test(start_paused = true)]
async fn a_branch_whose_own_card_is_refused_is_read_all_the_same() {
    for error in [
        BookingsError::Rights("no access to the company".into()),
        BookingsError::UserToken("no".into()),
        BookingsError::NotFound("no".into()),
        BookingsError::Unreadable("<html>".into()),
        BookingsError::Server { status: 502, retry_after: None },
    ] {
        let shop = a_day_later().await;
        *shop.bookings.facts_failure.lock().unwrap() = Some(error.clone());
        shop.open(async {
            shop.pass(5).await;
            shop.book(1);
            shop.pass(180).await;
        })
        .await;
        assert_eq!(shop.about(1).state, State::Accepted, "{error}");
        let branch = shop.outbox.db().read(|c| known::branch_in(c, COMPANY)).unwrap().unwrap();
        assert!(!branch.stopped, "{error}");
    }
}

#[test(start_paused = true)]
async fn a_time_zone_that_cannot_be_read_is_the_one_before() {
    let shop = a_day_later().await;
    shop.bookings.facts.lock().unwrap().time_zone = "Mars/Olympus".into();
    shop.bookings.facts.lock().unwrap().address = "пр. Мира, 1".into();
    shop.open(async {
        shop.pass(5).await;
        shop.book(1);
        shop.pass(180).await;
    })
    .await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Accepted, Reason::None));
    assert!(shop.messenger.texts()[0].contains("пр. Мира, 1"), "{:?}", shop.messenger.texts());
}
