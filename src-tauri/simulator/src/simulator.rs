//! The handle on a running simulator, for whoever runs it in process.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::faults::{Fault, Side};
use crate::green_api::{self, Delivery, NumberPlan, TakenMessage};
use crate::options::Options;
use crate::server::{self, EndpointTotals, RequestSeen};
use crate::world::{Shared, Summary, World};
use crate::yclients::{Behaviour, Booking, BranchChange, Change, NewBooking, Rights, ServiceChange};

/// A running simulator. Clones are the same one; it ends when the last of them is dropped, and takes
/// its connections with it.
#[derive(Clone, Debug)]
pub struct Simulator(Arc<Running>);

#[derive(Debug)]
struct Running {
    shared: Shared,
    address: SocketAddr,
    yclients: SocketAddr,
    gateway: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Simulator {
    /// Starts on 127.0.0.1. Must be called within a tokio runtime with time and I/O.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = server::bind(options.port).await?;
        let address = listener.local_addr()?;
        let own_ports = options.own_ports;
        let shared = Shared::new(World::new(options));
        let mut tasks =
            vec![tokio::spawn(green_api::deliver(shared.clone())), server::serve(&shared, listener)];
        let (mut yclients, mut gateway) = (address, address);
        if own_ports {
            for (side, place) in [(Side::Yclients, &mut yclients), (Side::Gateway, &mut gateway)] {
                let own = server::bind(0).await?;
                *place = own.local_addr()?;
                tasks.push(server::serve_side(&shared, own, side)?);
            }
        }
        shared.change(|world| world.ports = vec![address.port(), yclients.port(), gateway.port()]);
        Ok(Self(Arc::new(Running { shared, address, yclients, gateway, tasks })))
    }

    /// The base of the YClients API: `http://127.0.0.1:PORT/api/v1`.
    pub fn yclients_url(&self) -> String {
        format!("http://{}/api/v1", self.0.yclients)
    }

    /// The base of the gateway: `http://127.0.0.1:PORT`.
    pub fn green_api_url(&self) -> String {
        format!("http://{}", self.0.gateway)
    }

    /// The control page; the control API is below `control/`.
    pub fn control_url(&self) -> String {
        format!("http://{}/", self.0.address)
    }

    /// Puts a booking into the journal and says its id; 0 if there is no such branch.
    pub fn book(&self, new: NewBooking) -> i64 {
        self.0.shared.change(|world| world.journal.book(new, world.clock.now()).unwrap_or_default())
    }

    /// Puts what [`Simulator::bookings`] once answered in the place of the journal.
    pub fn resume(&self, bookings: Vec<Booking>) {
        self.0.shared.change(|world| world.journal.resume(bookings));
    }

    /// Changes a booking. False if there is none with this id.
    pub fn change(&self, id: i64, change: Change) -> bool {
        self.0.shared.change(|world| world.journal.change(id, change, world.clock.now()))
    }

    /// Deletes a booking as the journal does: the server still knows it.
    pub fn delete(&self, id: i64) -> bool {
        self.change(id, Change { deleted: Some(true), ..Change::default() })
    }

    /// Takes a booking away without a trace: 404 from now on.
    pub fn vanish(&self, id: i64) -> bool {
        self.0.shared.change(|world| world.journal.vanish(id))
    }

    /// Other facts of a branch. False if there is no such branch.
    pub fn change_branch(&self, company_id: i64, change: BranchChange) -> bool {
        self.0.shared.change(|world| world.journal.change_branch(company_id, change).is_some())
    }

    /// Another title or price of a service under its id, in every booking that shows it; says how many
    /// do. `last_change_date` does not move.
    pub fn change_service(&self, id: i64, change: &ServiceChange) -> usize {
        self.0.shared.change(|world| world.journal.change_service(id, change))
    }

    /// Another name of a master under the same id, in every booking of theirs; says how many there are.
    /// `last_change_date` does not move.
    pub fn rename_staff(&self, id: i64, name: &str) -> usize {
        self.0.shared.change(|world| world.journal.rename_staff(id, name))
    }

    /// Every booking, in the order they were made.
    pub fn bookings(&self) -> Vec<Booking> {
        self.0.shared.read(|world| world.journal.bookings().to_vec())
    }

    /// One booking.
    pub fn booking(&self, id: i64) -> Option<Booking> {
        self.0.shared.read(|world| world.journal.booking(id).cloned())
    }

    /// What the signed-in user may do in a branch. False if there is no such branch.
    pub fn set_rights(&self, company_id: i64, rights: Rights) -> bool {
        self.0.shared.change(|world| match world.journal.rights_mut(company_id) {
            Some(current) => {
                *current = rights;
                true
            }
            None => false,
        })
    }

    /// Another user token, as after a change of the password: the old one is refused from now on.
    pub fn set_user_token(&self, token: &str) {
        self.0.shared.change(|world| token.clone_into(&mut world.journal.credentials.user_token));
    }

    /// How the YClients side behaves from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.0.shared.change(|world| world.journal.behaviour = behaviour);
    }

    /// Every message the gateway accepted from `sendMessage`, in order.
    pub fn messages(&self) -> Vec<TakenMessage> {
        self.0.shared.read(|world| world.gateway.taken())
    }

    /// `authorized`, `notAuthorized`, `starting`, `blocked`, `yellowCard`, `suspended`, `null` (the
    /// instance is still being made), or a word nobody knows yet.
    pub fn set_gateway_state(&self, state: &str) {
        self.0.shared.change(|world| world.gateway.set_state(state, world.clock.now()));
    }

    /// Until when WhatsApp restricts the account, as `getWaSettings` says it.
    pub fn set_suspended_until(&self, until: Option<DateTime<Utc>>) {
        self.0.shared.change(|world| world.gateway.suspended_until = until);
    }

    /// The timetable of messages accepted from now on, and the other delays of the gateway.
    pub fn set_delivery(&self, delivery: Delivery) {
        self.0.shared.change(|world| world.gateway.delivery = delivery);
    }

    /// How one number behaves, for messages accepted from now on. The phone in any writing.
    pub fn set_number(&self, phone: &str, plan: NumberPlan) {
        self.0.shared.change(|world| world.gateway.set_number(green_api::digits(phone), plan));
    }

    /// A setting of the instance, as `getSettings` names it.
    pub fn set_gateway_setting(&self, name: &str, value: Value) {
        self.0.shared.change(|world| world.gateway.settings.insert(name.to_owned(), value));
    }

    /// Another token of the instance: the old one is refused from now on.
    pub fn set_gateway_token(&self, token: &str) {
        self.0.shared.change(|world| token.clone_into(&mut world.gateway.token));
    }

    /// A client writes to the shop. Answers the message's id.
    pub fn incoming(&self, phone: &str, name: &str, text: &str) -> String {
        self.0.shared.change(|world| green_api::incoming(world, phone, name, text))
    }

    /// Another program sends through the same instance: an echo and statuses that are nobody's.
    /// Answers the message's id.
    pub fn foreign_message(&self, phone: &str, text: &str) -> String {
        self.0.shared.change(|world| green_api::foreign(world, phone, text))
    }

    /// Puts any body into the queue of notifications, and says its receipt.
    pub fn push_notification(&self, body: Value) -> u64 {
        self.0.shared.change(|world| green_api::push(&mut world.gateway, body))
    }

    /// How many notifications wait to be received and deleted.
    pub fn notifications_waiting(&self) -> usize {
        self.0.shared.read(|world| world.gateway.notifications.len())
    }

    /// Arms a fault and says the id it is cleared by.
    pub fn set_fault(&self, fault: Fault) -> u64 {
        self.0.shared.change(|world| world.faults.arm(fault))
    }

    /// Clears one fault, and cuts what hangs. False if it is spent or was never armed.
    pub fn clear_fault(&self, id: u64) -> bool {
        self.0.shared.change(|world| world.faults.clear_one(id))
    }

    /// Clears all faults, and cuts what hangs.
    pub fn clear_faults(&self) {
        self.0.shared.change(|world| world.faults.clear());
    }

    /// Takes a side off the network, or both. See [`Options::own_ports`] for how that looks.
    pub fn set_offline(&self, side: Option<Side>, on: bool) {
        self.0.shared.change(|world| world.set_offline(side, on));
    }

    /// Whether bookings may arrive by themselves. The simulator makes none on its own: this is the switch
    /// of the control API that whoever makes them reads.
    pub fn auto(&self) -> bool {
        self.0.shared.read(|world| world.auto)
    }

    /// The latest requests of both services, oldest first.
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.0.shared.read(|world| world.log.seen())
    }

    /// Totals by endpoint since the start or since [`Simulator::forget_requests`].
    pub fn totals(&self) -> BTreeMap<String, EndpointTotals> {
        self.0.shared.read(|world| world.log.totals())
    }

    /// How many requests an endpoint got, by the same count.
    pub fn count(&self, endpoint: &str) -> u64 {
        self.totals().get(endpoint).map_or(0, |totals| totals.requests)
    }

    /// Empties the log and the totals.
    pub fn forget_requests(&self) {
        self.0.shared.change(|world| world.log.clear());
    }

    /// The servers' clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.shared.read(|world| world.clock.now())
    }

    /// Sets the servers' clock so far ahead of the computer's; negative is behind.
    pub fn set_clock_offset(&self, offset: TimeDelta) {
        self.0.shared.change(|world| world.clock.set_offset(offset));
    }

    /// Everything at a glance.
    pub fn summary(&self) -> Summary {
        self.0.shared.read(World::summary)
    }

    /// Waits until `look` finds something, looking again after every change; none when `patience` is
    /// over. This is how a test waits without sleeping.
    pub async fn until<T>(&self, patience: Duration, look: impl Fn(&Self) -> Option<T>) -> Option<T> {
        let mut changes = self.0.shared.changes();
        let wait = async {
            loop {
                if let Some(found) = look(self) {
                    return Some(found);
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        };
        tokio::time::timeout(patience, wait).await.ok().flatten()
    }
}
