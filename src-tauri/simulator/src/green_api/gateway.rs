//! The instance: its state, its messages, and the task that delivers them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::message::{Delivery, DeliveryStatus, Message, Origin, TakenMessage};
use super::numbers::{NumberPlan, chat_of_phone, lid_of_phone};
use super::{notifications, settings};
use crate::options::Options;
use crate::world::Shared;

/// What lies in the queue for longer is thrown away.
const QUEUE_KEEPS: TimeDelta = TimeDelta::hours(24);

/// The word that stands for an instance that is still being made: `getStateInstance` has no object for
/// it, but `null`.
const BEING_MADE: &str = "null";

/// Everything the gateway knows.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) instance_id: String,
    pub(crate) token: String,
    pub(crate) phone: String,
    pub(crate) delivery: Delivery,
    pub(crate) settings: Map<String, Value>,
    pub(crate) messages: Vec<Message>,
    pub(crate) notifications: VecDeque<(u64, Value)>,
    /// The notification that the next one overtakes.
    pub(crate) held_back: Option<Value>,
    pub(crate) empty_polls: u64,
    /// When the notifications were thrown away last.
    pub(crate) notifications_cleared_at: Option<Instant>,
    /// Until when WhatsApp restricts the account, where it said so.
    pub(crate) suspended_until: Option<DateTime<Utc>>,
    state: String,
    numbers: BTreeMap<String, NumberPlan>,
    last_receipt: u64,
    /// Makes ids differ from those of an earlier run.
    seed: u64,
}

/// The instance at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct GatewaySummary {
    /// `authorized`, `notAuthorized`, … or `null` while the instance is made.
    pub state: String,
    /// The instance's id.
    pub instance_id: String,
    /// Messages accepted and not yet sent.
    pub queued: usize,
    /// Notifications not yet deleted by a client.
    pub notifications: usize,
    /// The numbers that behave in their own way.
    pub numbers: BTreeMap<String, NumberPlan>,
}

impl Gateway {
    pub(crate) fn new(options: &Options, now: DateTime<Utc>) -> Self {
        Self {
            instance_id: options.instance_id.clone(),
            token: options.gateway_token.clone(),
            phone: options.gateway_phone.clone(),
            delivery: options.delivery.clone(),
            settings: settings::initial(&options.gateway_phone, options.fresh_instance),
            messages: Vec::new(),
            notifications: VecDeque::new(),
            held_back: None,
            empty_polls: 0,
            notifications_cleared_at: None,
            suspended_until: None,
            state: options.gateway_state.clone(),
            numbers: BTreeMap::new(),
            last_receipt: 0,
            seed: now.timestamp_millis().unsigned_abs(),
        }
    }

    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    /// Whether messages leave the queue.
    pub(crate) fn is_authorized(&self) -> bool {
        self.state == "authorized"
    }

    /// Whether a phone is linked, though it may be able to do nothing at the moment.
    pub(crate) fn is_linked(&self) -> bool {
        matches!(self.state.as_str(), "authorized" | "sleepMode" | "yellowCard" | "suspended")
    }

    /// Whether it takes nothing for the time being: it starts, or is still being made.
    pub(crate) fn is_starting(&self) -> bool {
        matches!(self.state.as_str(), "starting" | BEING_MADE)
    }

    /// What `getStateInstance` answers.
    pub(crate) fn state_answer(&self) -> Value {
        if self.state == BEING_MADE { Value::Null } else { json!({ "stateInstance": self.state }) }
    }

    /// What lies in the queue, in the order it was taken.
    pub(crate) fn queued(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| lies(message, now))
    }

    pub(crate) fn set_state(&mut self, state: &str, now: DateTime<Utc>) {
        if self.state == state {
            return;
        }
        state.clone_into(&mut self.state);
        for message in &mut self.messages {
            if message.taken.status == DeliveryStatus::Queued && !lies(message, now) {
                message.taken.status = DeliveryStatus::Cleared;
                message.steps.clear();
            }
        }
        if self.state != BEING_MADE {
            notifications::push_state(self, now);
        }
    }

    pub(crate) fn number(&self, phone: &str) -> NumberPlan {
        self.numbers.get(phone).copied().unwrap_or_default()
    }

    pub(crate) fn set_number(&mut self, phone: String, plan: NumberPlan) {
        self.numbers.insert(phone, plan);
    }

    /// The chat of a phone as the gateway itself names it.
    pub(crate) fn chat(&self, phone: &str) -> String {
        if self.number(phone).lid { lid_of_phone(phone) } else { chat_of_phone(phone) }
    }

    pub(crate) fn taken(&self) -> Vec<TakenMessage> {
        let taken = self.messages.iter().filter(|message| message.origin == Origin::Taken);
        taken.map(|message| message.taken.clone()).collect()
    }

    pub(crate) fn summary(&self) -> GatewaySummary {
        let queued = self.messages.iter().filter(|message| message.taken.status == DeliveryStatus::Queued);
        GatewaySummary {
            state: self.state.clone(),
            instance_id: self.instance_id.clone(),
            queued: queued.count(),
            notifications: self.notifications.len(),
            numbers: self.numbers.clone(),
        }
    }

    pub(crate) fn next_receipt(&mut self) -> u64 {
        self.last_receipt += 1;
        self.last_receipt
    }

    /// An id as WhatsApp makes them: `3EB0` and eighteen hexadecimal digits.
    pub(crate) fn next_message_id(&self) -> String {
        let count = u64::try_from(self.messages.len()).unwrap_or_default();
        let mixed = (self.seed.rotate_left(20) ^ count).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("3EB0{mixed:016X}{:02X}", count % 256)
    }

    /// When the next change of status is due; none if nothing is under way. What waits in the queue
    /// waits for as long as the instance is not authorized.
    fn next_step_at(&self) -> Option<Instant> {
        self.messages
            .iter()
            .filter(|message| self.may_move(message))
            .filter_map(|m| m.steps.first())
            .map(|step| step.at)
            .min()
    }

    fn may_move(&self, message: &Message) -> bool {
        self.is_authorized() || message.taken.status != DeliveryStatus::Queued
    }

    /// Does everything that is due, in the order it is due.
    fn advance(&mut self, until: Instant, now: DateTime<Utc>) {
        while let Some(at) = self.next_step_at().filter(|at| *at <= until) {
            let due = self.messages.iter().position(|message| {
                self.may_move(message) && message.steps.first().is_some_and(|step| step.at == at)
            });
            let Some(place) = due else { return };
            let message = &mut self.messages[place];
            let step = message.steps.remove(0);
            // A notification may come late; what has been delivered stays delivered.
            let late =
                step.status == DeliveryStatus::Sent && message.taken.status == DeliveryStatus::Delivered;
            if !late {
                message.taken.status = step.status;
            }
            let message = message.clone();
            notifications::push_status(self, &message, step.status, now);
        }
    }
}

/// Whether a message lies in the queue. It does for a day, and then it is gone.
fn lies(message: &Message, now: DateTime<Utc>) -> bool {
    message.taken.status == DeliveryStatus::Queued && now - message.taken.at < QUEUE_KEEPS
}

/// Delivers messages for as long as the simulator runs.
pub(crate) async fn deliver(shared: Shared) {
    let mut revision = shared.changes();
    loop {
        revision.mark_unchanged();
        match shared.read(|world| world.gateway.next_step_at()) {
            Some(at) if at <= Instant::now() => shared.change(|world| {
                let now = world.clock.now();
                world.gateway.advance(Instant::now(), now);
            }),
            due => {
                let due = due.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
                tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    changed = revision.changed() => if changed.is_err() { return },
                }
            }
        }
    }
}
