//! A gateway that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::{FakeDate, INSTANCE};
use crate::clock::TimeSource;
use crate::ports::{
    DeliveryStatus, DeliveryWord, GatewayEvent, GatewayState, Messenger, MessengerError, NumberCheck, Permit,
    Pushed, SendOutcome, SentMessage,
};

/// A gateway that takes everything, unless told otherwise.
pub(crate) struct FakeMessenger {
    /// What arrived at the gateway, whatever it answered.
    pub(crate) taken: Mutex<Vec<(String, String)>>,
    /// Outcomes of the next sends, each with whether the message arrives.
    pub(crate) script: Mutex<VecDeque<(SendOutcome, bool)>>,
    pub(crate) state: Mutex<Result<GatewayState, MessengerError>>,
    pub(crate) absent: Mutex<Vec<String>>,
    pub(crate) checks: Mutex<usize>,
    /// The account's: whoever reads it besides has the same.
    pub(crate) pushed: Arc<Mutex<VecDeque<Pushed>>>,
    pub(crate) in_queue: Mutex<Vec<SentMessage>>,
    pub(crate) in_journal: Mutex<Vec<SentMessage>>,
    /// It says that its queue is cleared, and keeps it.
    pub(crate) cleared_in_vain: Mutex<bool>,
    pub(crate) delivery: Mutex<Option<DeliveryStatus>>,
    /// What is asked about has an entry with nothing in it.
    pub(crate) shell: Mutex<bool>,
    /// Asked for one message at a time.
    pub(crate) deliveries_asked: Mutex<usize>,
    /// The chats that a check of the number names.
    pub(crate) chats: Mutex<Vec<(String, String)>>,
    /// Number checks end so.
    pub(crate) check_failure: Mutex<Option<MessengerError>>,
    /// What stands where a shop's mark may.
    pub(crate) mark: Mutex<Result<Option<String>, MessengerError>>,
    /// A number check takes so long.
    pub(crate) checks_take: Mutex<Duration>,
    /// Acknowledging fails.
    pub(crate) deaf: Mutex<bool>,
    pub(crate) received: Mutex<usize>,
    last_receipt: Arc<Mutex<i64>>,
    /// Rung when something is pushed.
    came: Arc<Notify>,
    /// What it takes it tells of: that it was sent, and by and by what became of it.
    pub(crate) tells: Mutex<bool>,
    /// Something that is there takes so long to come.
    pub(crate) receive_takes: Mutex<Duration>,
    /// To ask for what was pushed, and to acknowledge it, takes so long.
    pub(crate) answers_take: Mutex<Duration>,
    /// What is pushed cannot be asked for.
    pub(crate) feed_fails: Mutex<bool>,
    /// Neither queue nor journal can be read.
    pub(crate) unreachable: Mutex<bool>,
    /// An answer takes so long.
    pub(crate) slow: Mutex<Duration>,
    pub(crate) date: FakeDate,
    /// The account.
    pub(crate) instance: Mutex<&'static str>,
    /// What happens while the next connection is made.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// What happens while the next number is checked.
    at_check: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// What happens right after the queue was cleared.
    after_clearing: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// How often the queue was cleared.
    pub(crate) clearings: Mutex<usize>,
    /// What of the account's settings is not as it must be.
    pub(crate) amiss: Mutex<Vec<String>>,
}

impl Default for FakeMessenger {
    fn default() -> Self {
        Self {
            taken: Mutex::default(),
            script: Mutex::default(),
            state: Mutex::new(Ok(GatewayState::Authorised)),
            absent: Mutex::default(),
            checks: Mutex::default(),
            pushed: Arc::default(),
            in_queue: Mutex::default(),
            in_journal: Mutex::default(),
            cleared_in_vain: Mutex::default(),
            delivery: Mutex::default(),
            shell: Mutex::default(),
            deliveries_asked: Mutex::default(),
            chats: Mutex::default(),
            check_failure: Mutex::default(),
            mark: Mutex::new(Ok(None)),
            checks_take: Mutex::default(),
            deaf: Mutex::default(),
            received: Mutex::default(),
            last_receipt: Arc::default(),
            came: Arc::default(),
            tells: Mutex::default(),
            receive_takes: Mutex::default(),
            answers_take: Mutex::default(),
            feed_fails: Mutex::default(),
            unreachable: Mutex::default(),
            slow: Mutex::default(),
            date: FakeDate::default(),
            instance: Mutex::new(INSTANCE),
            meanwhile: Mutex::default(),
            at_check: Mutex::default(),
            after_clearing: Mutex::default(),
            clearings: Mutex::default(),
            amiss: Mutex::default(),
        }
    }
}

impl FakeMessenger {
    /// Another installation's way to the same account, which tells of all that is sent through it.
    pub(crate) fn beside(other: &Self) -> Self {
        *other.tells.lock().unwrap() = true;
        Self {
            pushed: other.pushed.clone(),
            last_receipt: other.last_receipt.clone(),
            came: other.came.clone(),
            tells: Mutex::new(true),
            ..Self::default()
        }
    }

    /// What the account tells of a message that it took.
    fn tell_of(&self, id: &str, phone: &str, text: &str) {
        let (id, phone) = (id.to_owned(), phone.to_owned());
        let (at, by_api, status) = (None, true, None);
        let text = text.to_owned();
        self.push(GatewayEvent::Echo(SentMessage {
            id: id.clone(),
            phone: phone.clone(),
            text,
            at,
            by_api,
            status,
        }));
        for status in [DeliveryStatus::Sent, DeliveryStatus::Delivered] {
            let (id, phone, detail) = (id.clone(), phone.clone(), String::new());
            self.push(GatewayEvent::Delivery { id, phone, status, at, detail });
        }
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    pub(crate) fn phones(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|(phone, _)| phone.clone()).collect()
    }

    pub(crate) fn push(&self, event: GatewayEvent) {
        self.push_whole(Pushed::new(0, event));
    }

    /// Each has a receipt of its own.
    pub(crate) fn push_whole(&self, pushed: Pushed) {
        let receipt = {
            let mut last = self.last_receipt.lock().unwrap();
            *last += 1;
            *last
        };
        self.pushed.lock().unwrap().push_back(Pushed { receipt, ..pushed });
        self.came.notify_waiters();
    }

    fn reach(&self) -> Result<(), MessengerError> {
        if *self.unreachable.lock().unwrap() { Err(MessengerError::Offline("down".into())) } else { Ok(()) }
    }

    /// Between the next claim and its first byte.
    pub(crate) fn while_it_connects(&self, something: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(something));
    }

    pub(crate) fn while_it_checks(&self, something: impl FnOnce() + Send + 'static) {
        *self.at_check.lock().unwrap() = Some(Box::new(something));
    }

    /// Between the next clearing of the queue and whatever is asked after it.
    pub(crate) fn once_it_is_cleared(&self, something: impl FnOnce() + Send + 'static) {
        *self.after_clearing.lock().unwrap() = Some(Box::new(something));
    }

    pub(crate) fn next(&self, outcome: SendOutcome, arrives: bool) {
        self.script.lock().unwrap().push_back((outcome, arrives));
    }
}

#[async_trait]
impl Messenger for FakeMessenger {
    fn instance(&self) -> &str {
        *self.instance.lock().unwrap()
    }

    async fn state(&self) -> Result<GatewayState, MessengerError> {
        self.date.tell(TimeSource::Gateway);
        self.state.lock().unwrap().clone()
    }

    async fn amiss(&self) -> Result<Vec<String>, MessengerError> {
        Ok(self.amiss.lock().unwrap().clone())
    }

    async fn check_number(&self, phone: &str) -> Result<NumberCheck, MessengerError> {
        *self.checks.lock().unwrap() += 1;
        // A panic in it must not poison what is asked again afterwards.
        let takes = *self.checks_take.lock().unwrap();
        tokio::time::sleep(takes).await;
        let something = self.at_check.lock().unwrap().take();
        if let Some(something) = something {
            something();
        }
        if let Some(error) = self.check_failure.lock().unwrap().clone() {
            return Err(error);
        }
        let absent = self.absent.lock().unwrap().iter().any(|known| known == phone);
        Ok(if absent { NumberCheck::Absent } else { NumberCheck::Exists })
    }

    fn chat_of(&self, phone: &str) -> Option<String> {
        let chats = self.chats.lock().unwrap();
        chats.iter().find(|(number, _)| number == phone).map(|(_, chat)| chat.clone())
    }

    async fn send(&self, phone: &str, text: &str, permit: &Permit) -> SendOutcome {
        let something = self.meanwhile.lock().unwrap().take();
        if let Some(something) = something {
            something();
        }
        if !permit.holds() {
            return SendOutcome::NotSent { retry_after: None, error: MessengerError::Overslept };
        }
        let slow = *self.slow.lock().unwrap();
        tokio::time::sleep(slow).await;
        let scripted = self.script.lock().unwrap().pop_front();
        let mut taken = self.taken.lock().unwrap();
        let tells = *self.tells.lock().unwrap();
        // One account gives one message one id, whoever sends it.
        let id = if tells {
            format!("T{}", *self.last_receipt.lock().unwrap())
        } else {
            format!("M{}", taken.len() + 1)
        };
        let (outcome, arrives) = scripted.unwrap_or_else(|| (SendOutcome::Accepted { id: id.clone() }, true));
        if arrives {
            taken.push((phone.to_owned(), text.to_owned()));
            if tells {
                self.tell_of(&id, phone, text);
            }
        }
        outcome
    }

    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError> {
        *self.received.lock().unwrap() += 1;
        if *self.feed_fails.lock().unwrap() {
            return Err(MessengerError::Server { status: 502 });
        }
        let came = self.came.notified();
        if self.pushed.lock().unwrap().is_empty() {
            // It says "nothing" sooner than it was asked to, and never while something is there.
            let _ = tokio::time::timeout(wait.min(Duration::from_secs(1)), came).await;
        }
        let front = self.pushed.lock().unwrap().front().cloned();
        if front.is_some() {
            let takes = *self.receive_takes.lock().unwrap() + *self.answers_take.lock().unwrap();
            tokio::time::sleep(takes).await;
        }
        Ok(front)
    }

    async fn acknowledge(&self, receipt: i64) -> Result<(), MessengerError> {
        if *self.deaf.lock().unwrap() {
            return Err(MessengerError::Server { status: 502 });
        }
        let takes = *self.answers_take.lock().unwrap();
        tokio::time::sleep(takes).await;
        // Gone already is no error: somebody else has read it too.
        self.pushed.lock().unwrap().retain(|pushed| pushed.receipt != receipt);
        Ok(())
    }

    async fn delivery(&self, _: &str, _: &str) -> Result<DeliveryWord, MessengerError> {
        *self.deliveries_asked.lock().unwrap() += 1;
        if *self.shell.lock().unwrap() {
            return Ok(DeliveryWord::Shell);
        }
        Ok(self.delivery.lock().unwrap().map_or(DeliveryWord::Nothing, DeliveryWord::Status))
    }

    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        self.reach()?;
        Ok(self.in_queue.lock().unwrap().clone())
    }

    async fn clear_queue(&self) -> Result<(), MessengerError> {
        self.reach()?;
        let kept = *self.cleared_in_vain.lock().unwrap();
        self.in_queue.lock().unwrap().retain(|_| kept);
        *self.clearings.lock().unwrap() += 1;
        if let Some(something) = self.after_clearing.lock().unwrap().take() {
            something();
        }
        Ok(())
    }

    async fn shop_mark(&self) -> Result<Option<String>, MessengerError> {
        self.mark.lock().unwrap().clone()
    }

    async fn journal(&self, _: &str) -> Result<Vec<SentMessage>, MessengerError> {
        self.reach()?;
        Ok(self.in_journal.lock().unwrap().clone())
    }
}
