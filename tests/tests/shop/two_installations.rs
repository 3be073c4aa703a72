//! One shop and account, and two installations that write for it, and copies of one.

use std::collections::BTreeMap;

use engine::clock::Clock as _;
use engine::notification::{Reason, State};
use engine::outbox::{Actor, Evidence};
use engine::shop_mark;
use futures::future::join_all;
use scenarios::{AtDesk, Plan, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;

const ANNA: &str = "+79160000001";

fn person() -> Actor {
    Actor::Person("Анна".to_owned())
}

fn stopped(shop: &Shop) -> Option<Evidence> {
    shop.outbox.desk().unwrap().rival.map(|rival| rival.by)
}

/// How many clients were told more than once.
fn told_twice(shop: &Shop) -> usize {
    let mut told = BTreeMap::<String, usize>::new();
    for phone in shop.told() {
        *told.entry(phone).or_default() += 1;
    }
    told.values().filter(|times| **times > 1).count()
}

fn client(number: usize) -> String {
    format!("+791600001{number:02}")
}

/// A first installation, and a second one on the same shop and account.
async fn two(plan: Plan, second: &Plan) -> (Shop, Shop) {
    let first = Shop::new(plan).await;
    let second = first.second(second);
    (first, second)
}

/// One of them stops, nobody but two is told twice, and nothing is lost.
async fn end_well(first: &Shop, second: &Shop, desks: (AtDesk, AtDesk), bookings: &[i64]) {
    let either = |_: &Shop| (stopped(first).is_some() || stopped(second).is_some()).then_some(());
    first.until("one of them to stop", either).await;
    first.polls_later(40).await;
    desks.0.close().await;
    desks.1.close().await;
    assert!(told_twice(first) <= 2, "{:?}\n{}\n{}", first.told(), first.picture(), second.picture());
    let alarms = first.alarms.codes().len() + second.alarms.codes().len();
    assert!((1..=2).contains(&alarms), "one alarm for each that stops");
    // What neither told stands before a person, at one or the other.
    for (number, booking) in bookings.iter().enumerate() {
        let told = first.told().contains(&client(number));
        let asks = [first, second].iter().any(|shop| {
            shop.row(*booking).is_some_and(|row| matches!(row.state, State::Waiting | State::Queued))
        });
        assert!(told || asks, "{number}\n{}\n{}", first.picture(), second.picture());
    }
}

#[test]
async fn two_installations_tell_two_clients_twice_at_the_most_and_one_of_them_stops() {
    let slower = Plan::with_window(1200);
    for other in [Plan::with_window(500), slower] {
        let (first, second) = two(Plan::with_window(500), &other).await;
        let desks = (first.open(), second.open());
        join_all([first.baseline(), second.baseline()]).await;
        let mut bookings = Vec::new();
        for number in 0..12 {
            bookings.push(first.book("Анна", &client(number)));
            // At a desk minutes lie between two bookings: what is pushed about one is read before the next.
            first.polls_later(25).await;
            first
                .until("what was pushed to be read", |shop| {
                    (shop.simulator.notifications_waiting() == 0).then_some(())
                })
                .await;
        }
        end_well(&first, &second, desks, &bookings).await;
    }
}

#[test]
async fn with_bookings_every_half_second_two_clients_are_told_twice_at_the_most() {
    let slower = Plan::with_window(1200);
    for other in [Plan::with_window(500), slower] {
        let (first, second) = two(Plan::with_window(500), &other).await;
        let desks = (first.open(), second.open());
        join_all([first.baseline(), second.baseline()]).await;
        // The way to the account is a long one, and the shop's bot has much to say.
        let slow = FaultKind::DelayAnswer { milliseconds: 150 };
        first.simulator.set_fault(Fault::always(Target::gateway("deleteNotification"), slow));
        let mut bookings = Vec::new();
        for number in 0..12 {
            first.simulator.foreign_message("+79169999999", "Спасибо за отзыв!");
            bookings.push(first.book("Анна", &client(number)));
            // Both poll ten times a second.
            first.polls_later(10).await;
        }
        end_well(&first, &second, desks, &bookings).await;
    }
}

#[test]
async fn the_second_installation_reads_the_mark_and_tells_nobody_until_a_person_takes_over() {
    let (first, second) = two(Plan::default(), &Plan::default()).await;
    let desk = first.open();
    first.baseline().await;
    let mark = shop_mark::written(&first.outbox.shop().unwrap());
    first.simulator.set_gateway_setting("webhookUrlToken", mark.into());
    let own = first.book("Анна", ANNA);
    first.until_state(own, State::Read).await;
    desk.close().await;

    let desk = second.open();
    second.baseline().await;
    let booking = second.book("Анна", ANNA);
    second.until("the second to stop", stopped).await;
    second.polls_later(5).await;
    assert_eq!(stopped(&second), Some(Evidence::Mark));
    assert_eq!(second.about(booking).state, State::Queued);
    assert_eq!(first.told(), [ANNA], "before it has sent anything");

    // The computer is a new one, and a person says so.
    let gateway = second.gateway();
    let found = second.outbox.desk().unwrap().rival.unwrap().mark;
    let shop = second.outbox.shop().unwrap();
    assert!(gateway.apply_settings_for(&shop, false).await.is_ok_and(|marked| !marked.ours), "not unasked");
    assert!(gateway.apply_settings_for(&shop, true).await.unwrap().ours);
    second.outbox.take_over(&found, &person(), second.clock.now()).unwrap();
    second.until_state(booking, State::Read).await;
    desk.close().await;

    // The old one, started again, finds the account taken over.
    let desk = first.open();
    let late = first.book("Анна", ANNA);
    first.until("the first to stop", stopped).await;
    first.polls_later(5).await;
    desk.close().await;
    assert_eq!(first.about(late).state, State::Queued);
    assert_eq!(first.told(), [ANNA, ANNA]);
}

#[test]
async fn the_shop_s_bot_on_the_same_account_stops_nobody() {
    let (shop, desk) = Shop::opened(Plan::with_window(500)).await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Queued).await;
    shop.simulator.foreign_message(ANNA, "Спасибо за отзыв!");
    shop.simulator.foreign_message("+79169999999", "Вы записаны ботом");
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!((stopped(&shop), shop.alarms.codes().len()), (None, 0));
}

#[test]
async fn a_foreign_message_in_our_own_words_keeps_ours_and_asks() {
    let (shop, desk) = Shop::opened(Plan::with_window(1500)).await;
    let booking = shop.book("Анна", ANNA);
    let text = shop.until_state(booking, State::Queued).await.text;
    shop.simulator.foreign_message(ANNA, &text);
    shop.until_state(booking, State::Waiting).await;
    shop.until("it to stop", stopped).await;
    shop.polls_later(10).await;
    desk.close().await;
    assert_eq!(shop.fate(booking), (State::Waiting, Reason::ToldElsewhere));
    assert!(shop.told().is_empty());
    assert_eq!(shop.alarms.codes().len(), 1);
}

#[test]
async fn a_copy_put_back_after_a_person_cancelled_sends_nothing() {
    let shop = Shop::new(Plan::with_window(20_000)).await;
    let desk = shop.open();
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    let id = shop.until_state(booking, State::Queued).await.id;
    desk.close().await;
    let copy = shop.copy_of_database();
    let desk = shop.open();
    shop.poll().await;
    shop.person().cancel(id, shop.clock.now()).unwrap();
    desk.close().await;
    let shop = shop.with_database(&copy);
    let desk = shop.open();
    shop.until("the doubt", |shop| shop.outbox.desk().unwrap().doubt).await;
    desk.close().await;
    assert_eq!(shop.fate(booking), (State::Waiting, Reason::Restored));
    assert!(shop.told().is_empty());
}
