//! What lies in the gateway's own queue: accepted there and not yet sent.
//!
//! It lies there while the shop's phone is off, for up to a day, and then leaves
//! at an hour nobody chose. A person can look at it and throw it away. The
//! gateway knows only "all of it", so nothing of ours may be on its way meanwhile.

mod taking;

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;

use crate::db::StorageError;
use crate::notification::{NotificationId, State};
use crate::outbox::{Actor, Outbox};
use crate::ports::{Clock, Messenger, MessengerError, SentMessage};
use crate::sender::is_it;
pub use taking::{Taking, take_back};

/// Sending rests for so long at the most: if this process ends half-way, it goes on by itself.
const REST: TimeDelta = TimeDelta::minutes(2);

/// A message on its way gets its answer within this.
const PATIENCE: Duration = Duration::from_secs(45);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A message in the gateway's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    pub message: SentMessage,
    /// The row it was sent for; None for another program's.
    pub notification: Option<NotificationId>,
}

/// What a clearing came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleared {
    /// Messages that lay in the queue and do not any more, ours and others'.
    pub messages: usize,
    /// Rows that are undelivered because of it.
    pub notifications: Vec<NotificationId>,
    /// Messages that lie there still.
    pub left: usize,
}

/// Why a queue was not cleared.
#[derive(Debug, thiserror::Error)]
pub enum ClearError {
    /// The gateway did not do it, or did not say that it did.
    #[error(transparent)]
    Messenger(#[from] MessengerError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A message of ours is on its way into the queue. Nothing was cleared.
    #[error("a message is on its way; try again in a minute")]
    OnItsWay,
}

/// What lies in the queue, as the gateway shows it (GREEN-API: the first 500).
pub async fn show(outbox: &Outbox, messenger: &dyn Messenger) -> Result<Vec<Lying>, ClearError> {
    let mut lying = Vec::new();
    for message in messenger.queued().await? {
        let notification = outbox.sent_as(&message.id)?;
        lying.push(Lying { message, notification });
    }
    Ok(lying)
}

/// Throws away what lies in the queue. Rows that were in it and are accepted
/// still become undelivered, in the person's name.
pub async fn clear(
    outbox: &Outbox,
    messenger: &dyn Messenger,
    actor: &Actor,
    clock: &dyn Clock,
) -> Result<Cleared, ClearError> {
    let now = clock.now();
    let paused = outbox.desk()?.paused(now).is_some();
    if !paused {
        outbox.pause(Some(now + REST), actor, now)?;
    }
    let cleared = clear_at_rest(outbox, messenger, actor, clock).await;
    if !paused {
        outbox.resume(actor, clock.now())?;
    }
    cleared
}

async fn clear_at_rest(
    outbox: &Outbox,
    messenger: &dyn Messenger,
    actor: &Actor,
    clock: &dyn Clock,
) -> Result<Cleared, ClearError> {
    let begun = clock.moment().monotonic;
    while !outbox.in_state(State::Sending)?.is_empty() {
        if clock.moment().monotonic.saturating_sub(begun) >= PATIENCE {
            return Err(ClearError::OnItsWay);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let before = messenger.queued().await?;
    find_unsettled(outbox, messenger, &before, clock)?;
    let answer = messenger.clear_queue().await;
    // What it shows now is believed before what it answered.
    let after: HashSet<String> = messenger.queued().await?.into_iter().map(|message| message.id).collect();
    let gone: Vec<&str> =
        before.iter().map(|message| message.id.as_str()).filter(|id| !after.contains(*id)).collect();
    if gone.is_empty() {
        answer?;
    }
    let notifications = outbox.gateway_cleared(&gone, actor, clock.now())?;
    Ok(Cleared { messages: gone.len(), notifications, left: after.len() })
}

/// An attempt without an answer may have got as far as the queue: then its end is known now.
fn find_unsettled(
    outbox: &Outbox,
    messenger: &dyn Messenger,
    lying: &[SentMessage],
    clock: &dyn Clock,
) -> Result<(), StorageError> {
    for unsettled in outbox.unsettled()?.iter().filter(|one| one.instance == messenger.instance()) {
        for message in lying.iter().filter(|message| is_it(message, unsettled)) {
            if outbox.found_at_gateway(unsettled.attempt, &message.id, clock.now())? {
                break;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::Shop;
    use crate::notification::Reason;
    use crate::ports::{DeliveryStatus, GatewayEvent, SendOutcome};

    pub(super) fn lying(id: &str, phone: &str, text: &str) -> SentMessage {
        let (phone, text) = (phone.to_owned(), text.to_owned());
        SentMessage { id: id.to_owned(), phone, text, at: None, by_api: true, status: None }
    }

    /// Two bookings are told, and the gateway keeps the messages of both.
    pub(super) async fn two_lie_there() -> Shop {
        let shop = Shop::new();
        shop.baseline().await;
        shop.book(1);
        shop.book(2);
        shop.open(shop.pass(120)).await;
        for id in [1, 2] {
            let row = shop.about(id);
            assert_eq!(row.state, State::Accepted);
            shop.messenger.in_queue.lock().unwrap().push(lying(&row.gateway_id, &row.phone, &row.text));
        }
        shop
    }

    async fn cleared(shop: &Shop) -> Result<Cleared, ClearError> {
        let actor = Actor::Person("Анна".to_owned());
        clear(&shop.outbox, shop.messenger.as_ref(), &actor, shop.clock.as_ref()).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_lies_there_is_shown_with_its_row_and_others_messages_without() {
        let shop = two_lie_there().await;
        shop.messenger.in_queue.lock().unwrap().push(lying("Z", "+79991112233", "Скидки"));
        let shown = show(&shop.outbox, shop.messenger.as_ref()).await.unwrap();
        let rows: Vec<_> = shown.iter().map(|lying| lying.notification).collect();
        assert_eq!(rows, [Some(shop.about(1).id), Some(shop.about(2).id), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn cleared_messages_are_undelivered_by_a_person_and_delivered_ones_stay() {
        let shop = two_lie_there().await;
        // One of them has arrived, and the gateway's list is behind.
        let read = GatewayEvent::Delivery {
            id: shop.about(2).gateway_id,
            phone: String::new(),
            status: DeliveryStatus::Read,
            at: None,
            detail: String::new(),
        };
        shop.outbox
            .store_pushed(crate::fakes::INSTANCE, &crate::ports::Pushed::new(1, read), shop.clock.now())
            .unwrap();
        let done = cleared(&shop).await.unwrap();
        assert_eq!(done, Cleared { messages: 2, notifications: vec![shop.about(1).id], left: 0 });
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Undelivered, Reason::Cleared));
        assert_eq!(shop.about(2).state, State::Read);
        assert_eq!(shop.outbox.desk().unwrap().pause, None);
        let audit: Vec<(String, String)> = shop
            .outbox
            .db()
            .read(|connection| {
                let mut lines = connection
                    .prepare("SELECT what, actor FROM events WHERE what LIKE 'clear%' ORDER BY id")?;
                let lines = lines.query_map([], |line| Ok((line.get(0)?, line.get(1)?)))?;
                Ok::<_, StorageError>(lines.collect::<Result<_, _>>()?)
            })
            .unwrap();
        let by_anna = |what: &str| (what.to_owned(), "Анна".to_owned());
        assert_eq!(audit, [by_anna("clear"), by_anna("clear_gateway_queue")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_is_as_full_as_before_changes_no_row() {
        let shop = two_lie_there().await;
        *shop.messenger.cleared_in_vain.lock().unwrap() = true;
        let done = cleared(&shop).await.unwrap();
        assert_eq!(done, Cleared { messages: 0, notifications: vec![], left: 2 });
        assert_eq!(shop.about(1).state, State::Accepted);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_that_cannot_be_reached_changes_nothing_and_sending_goes_on() {
        let shop = two_lie_there().await;
        *shop.messenger.unreachable.lock().unwrap() = true;
        assert!(matches!(cleared(&shop).await, Err(ClearError::Messenger(MessengerError::Offline(_)))));
        assert_eq!(shop.about(1).state, State::Accepted);
        assert_eq!(shop.outbox.desk().unwrap().pause, None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_that_lay_there_is_known_to_be_cleared() {
        let shop = Shop::new();
        shop.baseline().await;
        shop.messenger.next(SendOutcome::Ambiguous { why: "reset".to_owned() }, true);
        shop.book(1);
        shop.open_until_killed(async {
            while shop.messenger.texts().is_empty() {
                shop.pass(1).await;
            }
            *shop.messenger.unreachable.lock().unwrap() = true;
            shop.pass(2).await;
        })
        .await;
        *shop.messenger.unreachable.lock().unwrap() = false;
        let row = shop.about(1);
        assert_eq!(row.state, State::Unknown);
        shop.messenger.in_queue.lock().unwrap().push(lying("M1", &row.phone, &row.text));
        assert_eq!(cleared(&shop).await.unwrap().notifications, [row.id]);
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Undelivered, Reason::Cleared));
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_message_is_on_its_way_nothing_is_cleared() {
        let shop = Shop::new();
        shop.baseline().await;
        *shop.messenger.slow.lock().unwrap() = Duration::from_mins(10);
        shop.book(1);
        shop.open_until_killed(async {
            while shop.outbox.in_state(State::Sending).unwrap().is_empty() {
                shop.pass(1).await;
            }
            assert!(matches!(cleared(&shop).await, Err(ClearError::OnItsWay)));
        })
        .await;
        assert_eq!(shop.outbox.desk().unwrap().pause, None);
    }
}
