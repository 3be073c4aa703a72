//! The engine at work in the test's own process, with the real clients.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::clock::Clock;
use engine::db::Db;
use engine::desk::{Desk, End, OwnerLock, Place, Ports};
use engine::outbox::Outbox;
use engine::ports::Marks;
use engine::settings::{Environment, Settings};
use messaging::green_api::{Config as GatewayConfig, GreenApi};
use simulator::Simulator;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use yclients::{Client, Config};

use crate::alarms::Alarms;
use crate::plan::{GATEWAY_TOKEN, PARTNER_TOKEN, USER_TOKEN};

/// Long for a server on the same computer, and soon over where one hangs.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// A desk with somebody at it. Dropping it is a power cut; [`AtDesk::close`] is the end of the day.
pub struct AtDesk {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl AtDesk {
    pub(crate) fn open(
        simulator: &Simulator,
        dir: &Path,
        alarms: Arc<Alarms>,
        marks: Arc<dyn Marks>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let settings = Arc::new(Settings::load(dir, &Environment::default()).unwrap());
        let lock = OwnerLock::take(dir).unwrap();
        let outbox = Outbox::new(Arc::new(Db::open(dir).unwrap()));
        let mut desk = Desk::start(outbox, &settings, clock.clone()).unwrap();
        let bookings = Config {
            witness: Some(desk.witness()),
            request_gap: settings.yclients.request_gap,
            request_timeout: ANSWER_WITHIN,
            ..Config::new(simulator.yclients_url())
        };
        let gateway = GatewayConfig {
            witness: Some(desk.witness()),
            request_timeout: ANSWER_WITHIN,
            ..GatewayConfig::new(simulator.green_api_url(), settings.whatsapp.instance_id.clone())
        };
        let ports = Ports {
            bookings: Arc::new(Client::new(&bookings, PARTNER_TOKEN.into(), USER_TOKEN.into()).unwrap()),
            messenger: Arc::new(GreenApi::new(&gateway, GATEWAY_TOKEN.into()).unwrap()),
            clock,
            desktop: alarms,
            place: Place::new(marks, dir, None),
        };
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(async move {
            while desk.run(settings.clone(), ports.clone(), stopping.clone()).await == End::Reload {}
            desk.leave().unwrap();
            drop(lock);
        });
        Self { stop, task }
    }

    /// Finishes what is on its way and goes.
    pub async fn close(mut self) {
        self.stop.send(true).unwrap();
        (&mut self.task).await.unwrap();
    }

    /// Leaves everything as it lies at this moment.
    pub async fn cut_power(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled(), "the desk had ended before");
    }
}

impl Drop for AtDesk {
    fn drop(&mut self) {
        self.task.abort();
    }
}
