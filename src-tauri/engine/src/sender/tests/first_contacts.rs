//! Numbers written to for the first time: counted by day, warned about once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::test;

use crate::error::FaultCode;
use crate::fakes::{INSTANCE, Shop};
use crate::notification::State;
use crate::ports::Clock;

/// Midnight in Moscow before the story's noon.
fn midnight(days: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-22T21:00:00Z").unwrap().to_utc() + TimeDelta::days(days)
}

fn warnings(shop: &Shop) -> usize {
    let alarms = shop.desktop.alarms.lock().unwrap();
    alarms.iter().filter(|fault| fault.code == FaultCode::GatewayManyFirstContacts).count()
}

fn first_contacts(shop: &Shop, days: i64) -> i64 {
    shop.outbox.first_contacts(INSTANCE, midnight(days)).unwrap()
}

/// Books clients with these numbers, one message each, and waits until they are told.
async fn told(shop: &Shop, ids: std::ops::RangeInclusive<i64>, phones_from: i64) {
    for id in ids.clone() {
        shop.book_with(id, |booking| {
            let client = booking.client.as_mut().unwrap();
            client.phone = format!("+7916{:07}", id - ids.start() + phones_from);
        });
    }
    shop.open(shop.pass(300)).await;
    for id in ids {
        assert_eq!(shop.about(id).state, State::Accepted, "{id}");
    }
}

#[test(start_paused = true)]
async fn the_twentieth_new_number_of_a_day_is_warned_about_once_and_stops_nothing() {
    let mut shop = Shop::new();
    shop.settings.whatsapp.send_gap = Duration::from_secs(1);
    shop.baseline().await;
    told(&shop, 1..=19, 1).await;
    assert_eq!((first_contacts(&shop, 0), warnings(&shop)), (19, 0));
    // Known numbers are no first contacts, however many.
    told(&shop, 101..=119, 1).await;
    assert_eq!((first_contacts(&shop, 0), warnings(&shop)), (19, 0));
    told(&shop, 201..=203, 20).await;
    assert_eq!((first_contacts(&shop, 0), warnings(&shop)), (22, 1));
    // Nor after a restart of the desk on the same day.
    told(&shop, 301..=302, 23).await;
    assert_eq!((first_contacts(&shop, 0), warnings(&shop)), (24, 1));
    assert_eq!(shop.outbox.first_contacts("green-api:7", midnight(0)).unwrap(), 0, "another account");
}

#[test(start_paused = true)]
async fn another_day_begins_at_the_branch_s_midnight_and_counts_anew() {
    let mut shop = Shop::new();
    shop.settings.whatsapp.send_gap = Duration::from_secs(1);
    shop.baseline().await;
    told(&shop, 1..=20, 1).await;
    assert_eq!(warnings(&shop), 1);
    shop.clock.jump(midnight(1) + TimeDelta::minutes(1) - shop.clock.now());
    shop.baseline().await;
    told(&shop, 101..=119, 21).await;
    assert_eq!((first_contacts(&shop, 1), warnings(&shop)), (19, 1), "yesterday's do not count");
    told(&shop, 201..=201, 40).await;
    assert_eq!((first_contacts(&shop, 1), warnings(&shop)), (20, 2));
}
