//! What is said is what is compared.

use chrono::TimeDelta;
use tokio::test;

use super::*;

async fn shop() -> Shop {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop
}

const SAYS_ALL: &str =
    "{{ client }}: {{ when }}, {{ services }}, {{ master }}, {{ price }}, {{ branch }}, {{ address }}";

type Change = (&'static str, fn(&mut Booking), &'static str);

const CHANGES: [Change; 3] = [
    ("the price", |booking| booking.services[0].price = 90_000, "900"),
    (
        "a service's title",
        |booking| booking.services[0].title = "Стрижка машинкой".into(),
        "Стрижка машинкой",
    ),
    ("the master's name", |booking| booking.staff.as_mut().unwrap().name = "Пётр П.".into(), "Пётр П."),
];

#[test(start_paused = true)]
async fn what_changes_under_the_same_ids_inside_the_window_is_said_as_it_is_now() {
    for poll in [5, 600] {
        for (name, change, says) in CHANGES {
            let mut shop = Shop::polled_every(5);
            shop.settings.template = Some(SAYS_ALL.to_owned());
            shop.baseline().await;
            shop.book(1);
            shop.open(shop.pass(7)).await;
            // With rare polls the last check alone sees it.
            shop.settings.poll_interval = Duration::from_secs(poll);
            shop.open(async {
                shop.pass(2).await;
                shop.bookings.change(1, &shop.clock, change);
                shop.pass(120).await;
            })
            .await;
            let texts = shop.messenger.texts();
            assert_eq!(texts.len(), 1, "{name}");
            assert!(texts[0].contains(says), "{name}: {}", texts[0]);
        }
    }
}

#[test(start_paused = true)]
async fn what_the_branch_is_called_and_where_it_is_is_said_as_it_is_now() {
    for (name, change, says) in [
        ("title", (|facts: &mut BranchFacts| facts.title = "Усы".into()) as fn(&mut BranchFacts), "Усы"),
        ("address", |facts| facts.address = "ул. Мира, 1".into(), "ул. Мира, 1"),
        ("currency", |facts| facts.currency = "₸".into(), "₸"),
    ] {
        let mut shop = shop().await;
        shop.settings.template = Some(SAYS_ALL.to_owned());
        shop.book(1);
        shop.open(async {
            shop.pass(10).await;
            change(&mut shop.bookings.facts.lock().unwrap());
            shop.pass(120).await;
        })
        .await;
        let texts = shop.messenger.texts();
        assert_eq!(texts.len(), 1, "{name}");
        assert!(texts[0].contains(says), "{name}: {}", texts[0]);
    }
}

#[test(start_paused = true)]
async fn what_the_template_does_not_print_restarts_no_window() {
    let mut shop = shop().await;
    shop.settings.template = Some("{{ when }}".to_owned());
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let before = shop.about(1);
        for (_, change, _) in CHANGES {
            shop.bookings.change(1, &shop.clock, change);
        }
        shop.bookings.facts.lock().unwrap().title = "Усы".into();
        shop.pass(10).await;
        assert_eq!((shop.about(1).revision, shop.about(1).due_at), (before.revision, before.due_at));
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn a_template_that_changes_touches_nothing_that_is_queued() {
    let mut shop = shop().await;
    shop.book(1);
    shop.open(shop.pass(7)).await;
    let text = shop.about(1).text;
    shop.settings.template = Some("{{ when }}".to_owned());
    shop.open(async {
        shop.bookings.change(1, &shop.clock, |booking| booking.services[0].price = 90_000);
        shop.pass(10).await;
        assert_eq!(shop.about(1).text, text, "the price is not in the new template: nothing else is said");
    })
    .await;
}

#[test(start_paused = true)]
async fn after_sending_a_discount_or_another_name_is_no_change() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(60).await;
        for (name, change, _) in CHANGES {
            shop.bookings.change(1, &shop.clock, change);
            shop.pass(10).await;
            assert_eq!(shop.about(1).changed_after_sent, "", "{name}");
        }
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn listing_and_single_answer_that_differ_do_not_restart_the_window_for_ever() {
    let shop = shop().await;
    shop.book(1);
    *shop.bookings.listing_says.lock().unwrap() =
        Some(|booking: &mut Booking| booking.services[0].price = 90_000);
    shop.open(async {
        shop.pass(600).await;
    })
    .await;
    let texts = shop.messenger.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("1\u{a0}500"), "as the last check saw it: {}", texts[0]);
}

#[test(start_paused = true)]
async fn a_booking_moved_four_times_inside_its_window_waits_and_a_person_s_word_begins_anew() {
    let shop = shop().await;
    shop.book(1);
    let later = |booking: &mut Booking| {
        booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::hours(1));
    };
    shop.open(async {
        for _ in 0..3 {
            shop.pass(10).await;
            shop.bookings.change(1, &shop.clock, later);
        }
        shop.pass(10).await;
        shop.person().extend(shop.about(1).id, TimeDelta::minutes(1), shop.clock.now()).unwrap();
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(10).await;
        assert_eq!(shop.about(1).state, State::Queued, "a person has looked since");
        for _ in 0..3 {
            shop.bookings.change(1, &shop.clock, later);
            shop.pass(10).await;
        }
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::KeepsChanging));
    })
    .await;
}

#[test(start_paused = true)]
async fn a_text_with_a_broken_character_waits_and_goes_once_it_is_whole() {
    let shop = shop().await;
    shop.book_with(1, |booking| booking.services[0].title = "Стриж\u{fffd}".into());
    shop.open(async {
        shop.pass(60).await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::BrokenCharacter));
        shop.bookings.change(1, &shop.clock, |booking| booking.services[0].title = "Стрижка".into());
        shop.pass(60).await;
    })
    .await;
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn facts_that_an_older_version_did_not_keep_are_unknown_and_not_different() {
    let mut shop = shop().await;
    for id in 1..=3 {
        shop.book(id);
    }
    shop.settings.delay = Delay::Manual;
    shop.open(shop.pass(10)).await;
    let stripped = "UPDATE notification_bookings SET facts = json_remove(facts, '$.words')";
    let strip = |tx: &rusqlite::Transaction<'_>| Ok::<_, crate::db::StorageError>(tx.execute(stripped, [])?);
    assert_eq!(shop.outbox.db().write(strip).unwrap(), 3);
    let before = shop.outbox.last_event().unwrap();
    shop.bookings.facts.lock().unwrap().currency = "р".into();
    shop.open(shop.pass(20)).await;
    let (_, moved) = shop.outbox.changed_after(before).unwrap();
    assert!(moved.is_empty(), "the first poll of a new version remakes nothing: {moved:?}");
}

#[test(start_paused = true)]
async fn a_number_that_stands_for_none_is_skipped_and_a_person_can_send_to_it() {
    for number in ["+79999999999", "+7 495 123-45-67"] {
        let shop = shop().await;
        shop.bookings.facts.lock().unwrap().phone = "+7 916 123-45-60".into();
        let number = if number.starts_with("+7 495") { "8 916 123 45 60" } else { number };
        shop.book_with(1, |booking| booking.client.as_mut().unwrap().phone = number.into());
        shop.open(async {
            // The branch's own number is read with its facts.
            shop.clock.jump(TimeDelta::hours(25));
            shop.pass(60).await;
        })
        .await;
        assert_eq!(shop.about(1).reason, Reason::Placeholder, "{number}");
    }
}
