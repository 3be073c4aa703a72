//! The computer was off: what was booked meanwhile is found, and a person says
//! what becomes of the old and the many.

use chrono::TimeDelta;
use engine::clock::Clock as _;
use engine::db::StorageError;
use engine::notification::{Reason, State};
use scenarios::{Plan, Shop};
use simulator::{Change, NewBooking, Start};
use tokio::test;

fn phone(number: usize) -> String {
    format!("+7916{number:07}")
}

/// A shop that knew its bookings and was then switched off for so long.
async fn switched_off_for(hours: i64) -> Shop {
    let shop = Shop::new(Plan::default()).await;
    let off = TimeDelta::hours(hours);
    // The baseline is an instant of the server's clock.
    shop.simulator.set_clock_offset(-off - TimeDelta::minutes(5));
    let desk = shop.open();
    shop.baseline().await;
    desk.close().await;
    shop.simulator.set_clock_offset(TimeDelta::zero());
    // As the file would look if all of it had happened then.
    let by = off.num_milliseconds();
    shop.outbox
        .db()
        .write(|tx| {
            tx.execute("UPDATE desk SET alive_at = alive_at - ?1", [by])?;
            tx.execute(
                "UPDATE booking_monitor_state SET last_checked_at = last_checked_at - ?1, truth_at = truth_at - ?1",
                [by],
            )?;
            Ok::<_, StorageError>(())
        })
        .unwrap();
    shop
}

fn made_hours_ago(shop: &Shop, number: usize, hours: i64) -> i64 {
    shop.simulator.book(NewBooking {
        created_at: Some(shop.simulator.now() - TimeDelta::hours(hours)),
        ..NewBooking::for_client("Анна", &phone(number)).at(Start::InDays(5))
    })
}

#[test]
async fn saturday_evening_s_bookings_are_found_on_monday_and_wait_for_a_person() {
    let shop = switched_off_for(38).await;
    let saturday = [made_hours_ago(&shop, 1, 37), made_hours_ago(&shop, 2, 36)];
    let this_morning = made_hours_ago(&shop, 3, 1);
    let desk = shop.open();
    for booking in saturday {
        shop.until_state(booking, State::Waiting).await;
        assert_eq!(shop.fate(booking), (State::Waiting, Reason::Old));
    }
    shop.until_state(this_morning, State::Read).await;
    shop.until_quiet().await;
    assert_eq!(shop.told(), [phone(3)]);
    // What waits follows the journal all the same, and goes out on a person's word.
    shop.simulator.change(saturday[0], Change::attendance(-1));
    shop.until_state(saturday[0], State::Cancelled).await;
    shop.person().send_now(shop.about(saturday[1]).id, shop.clock.now()).unwrap();
    shop.until_state(saturday[1], State::Read).await;
    desk.close().await;
    assert_eq!(shop.told(), [phone(3), phone(2)]);
}

#[test]
async fn many_at_once_because_of_a_gap_wait_for_a_person() {
    let shop = switched_off_for(8).await;
    let bookings: Vec<i64> = (0..7).map(|number| made_hours_ago(&shop, number, 2)).collect();
    let desk = shop.open();
    for booking in &bookings {
        shop.until_state(*booking, State::Waiting).await;
    }
    shop.until_quiet().await;
    let new = shop.book("Ольга", &phone(100));
    shop.until_state(new, State::Read).await;
    desk.close().await;
    assert!(bookings.iter().all(|booking| shop.fate(*booking) == (State::Waiting, Reason::Burst)));
    assert_eq!(shop.told(), [phone(100)], "what comes in after it is not held up");
}
