//! Everything the simulator knows, behind one lock.
//!
//! One lock, because a test wants to see both servers in one consistent moment, and because nothing
//! here takes long. Whoever waits for something (a long poll, the delivery of messages, a test)
//! waits for the revision to move, and then looks again.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::faults::{ArmedFault, Faults, Side};
use crate::green_api::{Delivery, Gateway, GatewaySummary};
use crate::options::{Branch, Options};
use crate::server::RequestLog;
use crate::yclients::{Behaviour, Journal};

/// The whole simulated world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) gateway: Gateway,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    /// The ports this simulator is reached by.
    pub(crate) ports: Vec<u16>,
    /// Whether whoever makes bookings by themselves is to go on.
    pub(crate) auto: bool,
    offline: Vec<Side>,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        let clock = Clock::default();
        let gateway = Gateway::new(&options, clock.now());
        Self {
            clock,
            journal: Journal::new(options),
            gateway,
            faults: Faults::default(),
            log: RequestLog::default(),
            ports: Vec::new(),
            auto: true,
            offline: Vec::new(),
        }
    }

    pub(crate) fn is_offline(&self, side: Side) -> bool {
        self.offline.contains(&side)
    }

    /// No side named means both.
    pub(crate) fn set_offline(&mut self, side: Option<Side>, on: bool) {
        for one in [Side::Yclients, Side::Gateway] {
            if side.is_some_and(|side| side != one) {
                continue;
            }
            self.offline.retain(|offline| *offline != one);
            if on {
                self.offline.push(one);
            }
        }
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary {
            now: self.clock.now(),
            clock_offset_seconds: self.clock.offset().num_seconds(),
            branches: self.journal.branches().to_vec(),
            yclients: self.journal.behaviour.clone(),
            gateway: self.gateway.summary(),
            delivery: self.gateway.delivery.clone(),
            faults: self.faults.armed().to_vec(),
            offline: self.offline.clone(),
            auto: self.auto,
        }
    }
}

/// The simulator at a glance, as `GET /control/summary` answers it.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The servers' clock.
    pub now: DateTime<Utc>,
    /// How far that clock is ahead of the computer's.
    pub clock_offset_seconds: i64,
    /// The branches.
    pub branches: Vec<Branch>,
    /// How the YClients side behaves.
    pub yclients: Behaviour,
    /// The instance and its queues.
    pub gateway: GatewaySummary,
    /// The delays of the gateway.
    pub delivery: Delivery,
    /// The faults still armed.
    pub faults: Vec<ArmedFault>,
    /// The sides that refuse everything.
    pub offline: Vec<Side>,
    /// Whether bookings may arrive by themselves: see [`crate::Simulator::auto`].
    pub auto: bool,
}

/// The world as the servers' tasks hold it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    revision: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Inner { world: Mutex::new(world), revision: watch::Sender::new(0) }))
    }

    /// Looks without waking anybody.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.0.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world, then wakes whoever waits for a change.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let answer = change(&mut self.0.world.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
        answer
    }

    /// Waits for changes made after this call. Subscribe first, look second: a change in between is
    /// then not missed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.revision.subscribe()
    }
}
