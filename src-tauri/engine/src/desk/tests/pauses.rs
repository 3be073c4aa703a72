//! A pause that ends is a gap, and a person's word lasts as long as the message it was given for.

use chrono::TimeDelta;
use tokio::test;

use super::*;
use crate::booking::Booking;

fn anna() -> Actor {
    Actor::Person("Анна".into())
}

fn pause(shop: &Shop) {
    shop.outbox.pause(None, &anna(), shop.clock.now()).unwrap();
}

fn resume(shop: &Shop) {
    shop.outbox.resume(&anna(), shop.clock.now()).unwrap();
}

async fn shop() -> Shop {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop
}

#[test(start_paused = true)]
async fn eight_made_during_a_pause_are_one_question_when_it_ends() {
    let shop = shop().await;
    shop.open(async {
        pause(&shop);
        for id in 1..=8 {
            shop.book(id);
        }
        shop.pass(44).await;
        resume(&shop);
        shop.pass(120).await;
    })
    .await;
    assert!((1..=8).all(|id| state_of(&shop, id) == (State::Waiting, Reason::Burst)));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn three_made_during_a_pause_get_a_fresh_window_when_it_ends() {
    let shop = shop().await;
    shop.open(async {
        pause(&shop);
        for id in 1..=3 {
            shop.book(id);
        }
        shop.pass(44).await;
        let resumed_at = shop.clock.now();
        resume(&shop);
        shop.pass(10).await;
        assert!((1..=3).all(|id| shop.about(id).due_at > resumed_at + TimeDelta::seconds(28)));
        assert!(shop.messenger.texts().is_empty(), "nothing leaves at once");
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn a_pause_that_ends_by_itself_is_one_too() {
    let shop = shop().await;
    shop.open(async {
        let until = shop.clock.now() + TimeDelta::seconds(60);
        shop.outbox.pause(Some(until), &anna(), shop.clock.now()).unwrap();
        for id in 1..=8 {
            shop.book(id);
        }
        shop.pass(180).await;
    })
    .await;
    assert!((1..=8).all(|id| state_of(&shop, id) == (State::Waiting, Reason::Burst)));
}

#[test(start_paused = true)]
async fn a_pause_that_ended_while_the_program_was_off_is_one_too() {
    let shop = shop().await;
    shop.open(async {
        for id in 1..=8 {
            shop.book(id);
        }
        shop.pass(20).await;
        pause(&shop);
    })
    .await;
    resume(&shop);
    shop.open(shop.pass(120)).await;
    assert!((1..=8).all(|id| state_of(&shop, id) == (State::Waiting, Reason::Burst)));
}

#[test(start_paused = true)]
async fn what_a_person_released_during_the_pause_goes_when_it_ends() {
    let shop = shop().await;
    shop.open(async {
        pause(&shop);
        for id in 1..=8 {
            shop.book(id);
        }
        shop.pass(20).await;
        shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
        shop.pass(20).await;
        resume(&shop);
        shop.pass(5).await;
        assert_eq!(shop.messenger.texts().len(), 1);
    })
    .await;
}

#[test(start_paused = true)]
async fn more_than_twenty_new_ones_within_a_minute_wait_for_a_person() {
    for (burst, told) in [(20, 0), (0, 25)] {
        let mut shop = shop().await;
        shop.settings.burst = burst;
        shop.settings.whatsapp.send_gap = std::time::Duration::ZERO;
        shop.open(async {
            for id in 1..=25 {
                shop.book(id);
                shop.pass(1).await;
            }
            shop.pass(300).await;
        })
        .await;
        assert_eq!(shop.messenger.texts().len(), told, "burst = {burst}");
    }
}

#[test(start_paused = true)]
async fn thirty_visits_of_one_client_at_once_are_one_message_with_the_rest_counted() {
    let shop = shop().await;
    shop.open(async {
        for id in 1..=30 {
            shop.book_with(id, |booking| {
                booking.client = crate::fakes::booking(1, &shop.clock).client;
                booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::days(id));
            });
        }
        shop.pass(120).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("и ещё 15 визитов"), "{}", texts[0]);
}

#[test(start_paused = true)]
async fn a_word_given_for_one_client_does_not_carry_over_to_the_next() {
    let shop = shop().await;
    let other = |booking: &mut Booking| booking.client = crate::fakes::booking(2, &shop.clock).client;
    shop.open(async {
        shop.book(1);
        shop.pass(10).await;
        shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        shop.person().release(shop.about(1).id, shop.clock.now()).unwrap();
        assert!(shop.about(1).released);
        shop.bookings.change(1, &shop.clock, other);
        shop.pass(10).await;
        assert!(!shop.about(1).released, "another recipient is another message");
        shop.clock.jump(TimeDelta::hours(3));
        shop.pass(120).await;
        assert_eq!(state_of(&shop, 1), (State::Waiting, Reason::Late));
    })
    .await;
    assert!(shop.messenger.texts().is_empty());
}
