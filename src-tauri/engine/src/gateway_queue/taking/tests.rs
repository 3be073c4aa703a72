use tokio::test;

use super::*;
use crate::fakes::Shop;
use crate::gateway_queue::tests::{lying, two_lie_there};
use crate::notification::{Reason, State};
use crate::ports::{DeliveryStatus, GatewayEvent, MessengerError, Pushed, SendOutcome};

/// Two bookings were told a moment before the phone was unlinked: the account keeps both messages.
async fn two_lie_unlinked() -> Shop {
    let shop = two_lie_there().await;
    says(&shop, GatewayState::NotAuthorised);
    shop
}

fn says(shop: &Shop, state: GatewayState) {
    *shop.messenger.state.lock().unwrap() = Ok(state);
}

async fn taken(shop: &Shop) -> Result<Taking, ClearError> {
    take_back(&shop.outbox, shop.messenger.as_ref(), shop.clock.as_ref()).await
}

fn fate(shop: &Shop, id: i64) -> (State, Reason) {
    (shop.about(id).state, shop.about(id).reason)
}

const WAITS: (State, Reason) = (State::Waiting, Reason::TakenBack);
const LIES: (State, Reason) = (State::Accepted, Reason::None);

#[test(start_paused = true)]
async fn what_is_all_ours_waits_for_a_person_and_leaves_once_by_their_word() {
    let shop = two_lie_unlinked().await;
    shop.open(shop.pass(65)).await;
    assert_eq!((fate(&shop, 1), fate(&shop, 2)), (WAITS, WAITS));
    assert!(shop.messenger.in_queue.lock().unwrap().is_empty());
    let row = shop.about(1);
    assert_eq!((row.accepted_at, row.gateway_id.as_str(), row.released), (None, "", false));

    says(&shop, GatewayState::Authorised);
    shop.open(shop.pass(600)).await;
    assert_eq!(shop.messenger.texts().len(), 2, "not without a person");
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!((fate(&shop, 1), fate(&shop, 2)), (LIES, WAITS));
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn another_program_s_message_among_them_leaves_all_where_they_are() {
    let shop = two_lie_unlinked().await;
    shop.messenger.in_queue.lock().unwrap().push(lying("Z", "+79991112233", "Скидки"));
    assert_eq!(taken(&shop).await.unwrap(), Taking::Left(3));
    assert_eq!((fate(&shop, 1), *shop.messenger.clearings.lock().unwrap()), (LIES, 0));
}

#[test(start_paused = true)]
async fn only_an_account_that_is_exactly_without_a_phone_is_cleared() {
    use GatewayState::{Authorised, Blocked, SleepMode, Starting, Suspended, Unknown, YellowCard};
    let shop = two_lie_unlinked().await;
    let odd = Unknown("odd".to_owned());
    for state in [Authorised, Blocked, SleepMode, Starting, Suspended, YellowCard, odd] {
        says(&shop, state);
        assert_eq!(taken(&shop).await.unwrap(), Taking::Nothing);
    }
    // Its words for "starting" and "not linked" may be the same in a refusal.
    *shop.messenger.state.lock().unwrap() = Err(MessengerError::NotAuthorised);
    assert!(taken(&shop).await.is_err());
    assert_eq!((fate(&shop, 1), *shop.messenger.clearings.lock().unwrap()), (LIES, 0));
}

#[test(start_paused = true)]
async fn a_phone_that_is_linked_meanwhile_makes_nobody_certain() {
    let shop = two_lie_unlinked().await;
    let messenger = shop.messenger.clone();
    shop.messenger.once_it_is_cleared(move || *messenger.state.lock().unwrap() = Ok(GatewayState::Starting));
    assert_eq!(taken(&shop).await.unwrap(), Taking::Nothing);
    assert_eq!((fate(&shop, 1), fate(&shop, 2)), (LIES, LIES), "they may have left");
}

#[test(start_paused = true)]
async fn what_came_in_between_stays_and_what_is_gone_is_undelivered_and_not_waiting() {
    let shop = two_lie_unlinked().await;
    let messenger = shop.messenger.clone();
    shop.messenger.once_it_is_cleared(move || {
        messenger.in_queue.lock().unwrap().push(lying("Z", "+79991112233", "Скидки"));
    });
    assert_eq!(taken(&shop).await.unwrap(), Taking::Left(1));
    assert_eq!(fate(&shop, 1), (State::Undelivered, Reason::Cleared));
}

#[test(start_paused = true)]
async fn a_list_that_may_go_on_is_not_cleared() {
    let shop = two_lie_unlinked().await;
    let mut queue = shop.messenger.in_queue.lock().unwrap().clone();
    let one = queue[0].clone();
    queue.resize(500, one);
    *shop.messenger.in_queue.lock().unwrap() = queue;
    assert_eq!(taken(&shop).await.unwrap(), Taking::Left(500));
    assert_eq!(*shop.messenger.clearings.lock().unwrap(), 0);
    shop.messenger.in_queue.lock().unwrap().truncate(499);
    assert!(matches!(taken(&shop).await.unwrap(), Taking::Taken(_)));
}

#[test(start_paused = true)]
async fn a_gateway_that_does_not_clear_or_does_not_say_so_changes_no_row() {
    let shop = two_lie_unlinked().await;
    *shop.messenger.cleared_in_vain.lock().unwrap() = true;
    assert_eq!(taken(&shop).await.unwrap(), Taking::Left(2));
    *shop.messenger.unreachable.lock().unwrap() = true;
    assert!(taken(&shop).await.is_err());
    assert_eq!((fate(&shop, 1), fate(&shop, 2)), (LIES, LIES));
}

#[test(start_paused = true)]
async fn an_attempt_without_an_answer_that_lies_there_is_ours_too() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.next(SendOutcome::Ambiguous { why: "reset".to_owned() }, true);
    shop.open(shop.pass(60)).await;
    let row = shop.about(1);
    assert_eq!(row.state, State::Unknown);
    shop.messenger.in_queue.lock().unwrap().push(lying("Q1", &row.phone, &row.text));
    says(&shop, GatewayState::NotAuthorised);
    assert_eq!(taken(&shop).await.unwrap(), Taking::Taken(vec![row.id]));
    assert_eq!(fate(&shop, 1), WAITS);
}

#[test(start_paused = true)]
async fn a_word_of_delivery_that_comes_all_the_same_is_believed_and_it_is_not_sent_again() {
    let shop = two_lie_unlinked().await;
    let id = shop.about(1).gateway_id;
    assert!(matches!(taken(&shop).await.unwrap(), Taking::Taken(_)));
    shop.person().send_now(shop.about(1).id, shop.clock.now()).unwrap();
    let phone = String::new();
    let (status, detail) = (DeliveryStatus::Delivered, String::new());
    let event = GatewayEvent::Delivery { id, phone, status, at: None, detail };
    shop.outbox.store_pushed(crate::fakes::INSTANCE, &Pushed::new(1, event), shop.clock.now()).unwrap();
    assert_eq!(fate(&shop, 1), (State::Delivered, Reason::None));
    says(&shop, GatewayState::Authorised);
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
}

#[test(start_paused = true)]
async fn what_arrived_or_whose_booking_changed_since_is_not_sent_again_in_old_words() {
    let shop = two_lie_unlinked().await;
    let now = shop.clock.now();
    let read = |id: i64| GatewayEvent::Delivery {
        id: shop.about(id).gateway_id,
        phone: String::new(),
        status: DeliveryStatus::Read,
        at: None,
        detail: String::new(),
    };
    shop.outbox.store_pushed(crate::fakes::INSTANCE, &Pushed::new(1, read(1)), now).unwrap();
    let moved = crate::notification::Event::ChangedAfterSent { how: "moved" };
    shop.outbox.apply(shop.about(2).id, None, moved, &Actor::Program, now).unwrap();
    taken(&shop).await.unwrap();
    assert_eq!(fate(&shop, 1).0, State::Read);
    assert_eq!(fate(&shop, 2), (State::Undelivered, Reason::Cleared));
}
