//! Judged again at a change of the settings, the account, the stop list.

use tokio::test;

use super::*;
use crate::fakes::ADMINISTRATOR;

#[test(start_paused = true)]
async fn an_administrator_ticked_as_the_bot_by_mistake_is_told_once_it_is_put_right() {
    let mut shop = shop().await;
    shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
    shop.book(1);
    shop.open(shop.pass(20)).await;
    let row = shop.about(1);
    assert_eq!((row.state, row.reason), (State::Skipped, Reason::Bot));
    assert_eq!(acts(&shop, &row), [Act::Restore], "a person can send it all the same");

    shop.settings.branches[0].integration_user_ids.pop();
    shop.open(shop.pass(60)).await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn more_than_five_that_come_right_by_one_change_of_settings_wait_for_a_person() {
    let mut shop = shop().await;
    shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
    for id in 1..=6 {
        shop.book(id);
    }
    shop.open(shop.pass(20)).await;
    shop.settings.branches[0].integration_user_ids.pop();
    shop.open(shop.pass(60)).await;
    for id in 1..=6 {
        assert_eq!((shop.about(id).state, shop.about(id).reason), (State::Waiting, Reason::Burst));
    }
    assert_eq!(told(&shop), 0);
}

#[test(start_paused = true)]
async fn what_an_import_named_as_the_bot_s_stays_so_and_nobody_is_offered_to_send_it() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let import =
            |id| shop.outbox.import_bots_bookings(&[BookingId(id)], &Actor::Program, shop.clock.now());
        import(1).unwrap();
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(60).await;
        let row = shop.about(1);
        assert_eq!((row.state, row.reason), (State::Cancelled, Reason::Bot));
        assert!(acts(&shop, &row).is_empty());
        let answer = shop.person().restore(row.id, shop.clock.now());
        assert!(matches!(answer, Err(OutboxError::Refused(Refusal::BotsOwn))), "{answer:?}");
    })
    .await;
    assert_eq!(told(&shop), 0);
}

#[test(start_paused = true)]
async fn a_stop_that_is_taken_back_lets_go_what_was_skipped_for_it() {
    let shop = shop().await;
    shop.book(1);
    shop.open(async {
        shop.pass(10).await;
        let phone = shop.about(1).phone;
        shop.outbox.opt_out(&phone, "person", &Actor::Program, shop.clock.now()).unwrap();
        shop.pass(10).await;
        assert_eq!(shop.about(1).reason, Reason::OptedOut);
        shop.outbox.opt_in(&phone, &Actor::Program, shop.clock.now()).unwrap();
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn what_an_older_version_decided_stays_until_its_booking_really_changes() {
    let mut shop = shop().await;
    shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
    shop.book(1);
    shop.open(shop.pass(20)).await;
    shop.outbox
        .db()
        .write(|tx| {
            Ok::<_, crate::db::StorageError>(tx.execute("UPDATE booking_notifications SET judged = 0", [])?)
        })
        .unwrap();
    shop.settings.branches[0].integration_user_ids.pop();
    shop.open(shop.pass(60)).await;
    assert_eq!(told(&shop), 0, "the settings alone do not bring it back");
    shop.open(async {
        shop.bookings.change(1, &shop.clock, later);
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn an_account_that_changed_by_mistake_and_back_keeps_the_queue() {
    let shop = shop().await;
    shop.book(1);
    shop.book(2);
    shop.open(async {
        shop.pass(7).await;
        shop.person().hold(shop.about(2).id, shop.clock.now()).unwrap();
    })
    .await;
    *shop.messenger.instance.lock().unwrap() = "green-api:7";
    shop.open(shop.pass(10)).await;
    for id in [1, 2] {
        assert_eq!((shop.about(id).state, shop.about(id).reason), (State::Waiting, Reason::SettingsChanged));
    }
    *shop.messenger.instance.lock().unwrap() = INSTANCE;
    shop.open(shop.pass(60)).await;
    assert_eq!(told(&shop), 1);
    assert_eq!((shop.about(2).state, shop.about(2).held), (State::Queued, true), "held stays held");
}

#[test(start_paused = true)]
async fn a_template_that_is_put_right_lets_go_what_waited_for_it() {
    let mut shop = shop().await;
    shop.settings.template = Some("[[! {{ price }} ]]{{ when }}".to_owned());
    shop.book_with(1, |booking| booking.services[0].price = 0);
    shop.open(shop.pass(20)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::ValueMissing));
    shop.settings.template = Some("{{ when }}".to_owned());
    shop.open(shop.pass(60)).await;
    assert_eq!(told(&shop), 1);
}

#[test(start_paused = true)]
async fn the_value_that_was_missing_lets_the_message_go_once_it_is_there() {
    let mut shop = shop().await;
    shop.settings.template = Some("[[! {{ price }} ]]{{ when }}".to_owned());
    shop.book_with(1, |booking| booking.services[0].price = 0);
    shop.open(async {
        shop.pass(20).await;
        assert_eq!(shop.about(1).reason, Reason::ValueMissing);
        shop.bookings.change(1, &shop.clock, |booking| booking.services[0].price = 90_000);
        shop.pass(60).await;
    })
    .await;
    assert_eq!(told(&shop), 1);
}
