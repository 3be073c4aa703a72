//! The commands without a window: against a database in a temporary directory, and the simulator.

mod acts;
mod bindings;
mod lists;
mod offered;
mod settings;
mod setup;
mod watch;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use engine::clock::{Clock, Moment};
use engine::db::StorageError;
use engine::ports::SecretsInMemory;
use engine::settings::{Environment, SettingsFile};
use rusqlite::params;
use tempfile::TempDir;

use crate::session::Session;
use crate::vault::Vault;

pub(super) const COMPANY: i64 = 962_302;

/// Stands where it was put.
pub(super) struct StoppedClock(Mutex<DateTime<Utc>>);

impl Clock for StoppedClock {
    fn moment(&self) -> Moment {
        Moment { wall: *self.0.lock().unwrap(), monotonic: Duration::ZERO }
    }
}

pub(super) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

/// A desk with one branch in Moscow.
pub(super) struct Shop {
    pub(super) dir: TempDir,
    pub(super) session: Arc<Session>,
    pub(super) clock: Arc<StoppedClock>,
    pub(super) secrets: Arc<SecretsInMemory>,
}

impl Shop {
    pub(super) fn new() -> Self {
        Self::with(
            "language = \"ru\"\n[whatsapp]\ninstance_id = \"1103000001\"\n[[branches]]\ncompany_id = 962302\n",
        )
    }

    pub(super) fn with(settings: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(engine::settings::file_path(dir.path()), settings).unwrap();
        let clock = Arc::new(StoppedClock(Mutex::new(now())));
        let secrets = Arc::new(SecretsInMemory::default());
        let vault = Vault::given(Arc::clone(&secrets) as Arc<dyn engine::ports::Secrets>);
        let session = Session::open_with(
            dir.path(),
            None,
            vault,
            Environment::default(),
            Arc::clone(&clock) as Arc<dyn Clock>,
        );
        let shop = Self { session: Arc::new(session.unwrap()), dir, clock, secrets };
        shop.sql(
            "INSERT INTO booking_monitor_state (company_id, title, time_zone, baseline_at, baseline_count)
             VALUES (962302, 'Барбершоп', 'Europe/Moscow', 0, 47)",
        );
        shop
    }

    /// Another process on the same directory.
    pub(super) fn other(&self) -> Session {
        let vault = Vault::given(Arc::clone(&self.secrets) as Arc<dyn engine::ports::Secrets>);
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Session::open_with(self.dir.path(), None, vault, Environment::default(), clock).unwrap()
    }

    pub(super) fn later(&self, by: TimeDelta) {
        *self.clock.0.lock().unwrap() += by;
    }

    pub(super) fn sql(&self, sql: &str) {
        self.session
            .outbox
            .db()
            .write(|tx| {
                tx.execute_batch(sql)?;
                Ok::<_, StorageError>(())
            })
            .unwrap();
    }

    /// A queued message about booking `id`, written by user 501, due in half a minute.
    pub(super) fn enqueue(&self, id: i64) -> i64 {
        let starts = now() + TimeDelta::days(1);
        let snapshot = format!(
            r#"{{"id":{id},"company":{COMPANY},"created_at":null,"changed_at":null,"starts_local":"2026-11-24T12:00:00",
            "online":false,"created_by":501,"deleted":false,"attendance":"waiting",
            "client":{{"id":5,"name":"Ирина","phone":"+79161234567"}},"staff":{{"id":7,"name":"Олег"}},
            "services":[{{"id":1,"title":"Стрижка","amount":1,"price":150000}},{{"id":2,"title":"Борода","amount":2,"price":100}}],
            "own_notice":false}}"#
        );
        let facts = format!(
            r#"{{"starts_local":"2026-11-24T12:00:00","starts_at":"{}","staff_id":7,"services":[[1,1],[2,2]],
            "client_id":5,"client_name":"Ирина","phone":"+79161234567"}}"#,
            starts.to_rfc3339()
        );
        self.session
            .outbox
            .db()
            .write(|tx| {
                tx.execute(
                    "INSERT INTO booking_notifications (kind, company_id, state, instance, client_id, client_name,
                     phone, phone_key, starts_at, text, enqueued_at, due_at)
                     VALUES ('confirmation', ?1, 'queued', 'green-api:1103000001', 5, 'Ирина', '+79161234567', ?2, ?3,
                     'Ирина, ждём вас', ?4, ?5)",
                    params![
                        COMPANY,
                        engine::outbox::phone_key("+79161234567"),
                        starts.timestamp_millis(),
                        now().timestamp_millis(),
                        (now() + TimeDelta::seconds(30)).timestamp_millis()
                    ],
                )?;
                let row = tx.last_insert_rowid();
                tx.execute(
                    "INSERT INTO notification_bookings (company_id, booking_id, kind, notification_id, facts)
                     VALUES (?1, ?2, 'confirmation', ?3, ?4)",
                    params![COMPANY, id, row, facts],
                )?;
                tx.execute(
                    "INSERT INTO bookings (company_id, booking_id, made_by, first_seen_at, seen_at, snapshot)
                     VALUES (?1, ?2, 'staff', 0, 0, ?3)",
                    params![COMPANY, id, snapshot],
                )?;
                Ok::<_, StorageError>(row)
            })
            .unwrap()
    }

    /// The row in another state, with the times that belong to it.
    pub(super) fn set_state(&self, id: i64, state: &str) {
        let at = now().timestamp_millis();
        self.sql(&format!(
            "UPDATE booking_notifications SET state = '{state}', claimed_at = {at}, accepted_at = {at},
             delivered_at = {at}, read_at = {at}, finished_at = {at} WHERE id = {id}"
        ));
    }

    /// What the file on the disk says.
    pub(super) fn file(&self) -> String {
        std::fs::read_to_string(engine::settings::file_path(self.dir.path())).unwrap()
    }

    pub(super) fn read_file(&self) -> engine::settings::Settings {
        SettingsFile::new(self.dir.path()).read().unwrap()
    }
}
