//! The obvious way to poll, beside ours: all visits of today and tomorrow, every
//! time, all pages, and a comparison with what was known.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::{Clock, Moment, SystemClock};
use engine::db::{Db, StorageError};
use engine::desk::Vigil;
use engine::monitor::{Monitor, Signals, TokenRefused};
use engine::outbox::Outbox;
use engine::settings::{BranchSettings, Settings};
use scenarios::{COMPANY, INSTANCE, PARTNER_TOKEN, Plan, USER_TOKEN};
use serde_json::Value;
use simulator::{Change, Client, NewBooking, Simulator, Start};
use tokio::sync::{Notify, watch};

use crate::measure::{Report, Way, thread_cpu};
use crate::poll::Nobody;
use crate::wire::Wire;

const KNOWN: i64 = 500;
const POLLS: i64 = 60;
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// A minute passes with each poll, for the server too.
struct Stepped {
    clock: SystemClock,
    minutes: AtomicI64,
}

impl Clock for Stepped {
    fn moment(&self) -> Moment {
        let moment = self.clock.moment();
        let ahead = MINUTE * self.minutes.load(Ordering::Relaxed) as i32;
        let passed = ahead.to_std().unwrap();
        Moment { wall: moment.wall + ahead, monotonic: moment.monotonic + passed, boot: moment.boot + passed }
    }
}

/// A server with 500 bookings of today and tomorrow, and the counted wire to it.
struct Server {
    simulator: Simulator,
    wire: Wire,
    known: Vec<i64>,
}

/// What one way came to.
struct Came {
    way: Way,
    new: usize,
    changed: usize,
}

impl Server {
    async fn start() -> Self {
        let simulator = Simulator::start(Plan::default().options).await.unwrap();
        let now = simulator.now();
        let known = (0..KNOWN)
            .map(|number| {
                let client = Client::new(&format!("Клиент {number}"), &format!("+7916{number:07}"));
                let created_at = Some(now - TimeDelta::minutes(20 + number * 29));
                let start = Start::InDays(number % 2);
                simulator.book(NewBooking {
                    client: Some(client),
                    created_at,
                    start,
                    ..NewBooking::default()
                })
            })
            .collect();
        let url = simulator.yclients_url();
        let server: SocketAddr =
            url.trim_start_matches("http://").split('/').next().unwrap().parse().unwrap();
        Self { wire: Wire::to(server).await, simulator, known }
    }

    fn url(&self) -> String {
        format!("http://{}/api/v1", self.wire.address)
    }

    /// The same hour for both: nine new bookings, of which three lie further ahead than
    /// tomorrow, two moves and a deletion.
    fn minute(&self, minute: i64) {
        self.simulator.set_clock_offset(MINUTE * minute as i32);
        let book = |days: i64| {
            let client = Client::new(&format!("Новый {minute}"), &format!("+7926{minute:07}"));
            self.simulator.book(NewBooking {
                client: Some(client),
                start: Start::InDays(days),
                ..NewBooking::default()
            });
        };
        match minute {
            5 | 15 | 25 | 35 | 45 | 55 => book(1),
            10 | 30 | 50 => book(10),
            20 | 40 => {
                let moved = self.known[minute as usize];
                assert!(self.simulator.change(moved, Change::start(Start::InDays(1))));
            }
            33 => assert!(self.simulator.delete(self.known[33])),
            _ => {}
        }
    }

    fn requests(&self) -> u64 {
        self.simulator.totals().values().map(|totals| totals.requests).sum()
    }

    /// What a poll cost since these counts.
    fn way(&self, requests: u64, bytes: u64, cpu: Duration) -> Way {
        let each = |total: f64| total / POLLS as f64;
        Way {
            requests: each((self.requests() - requests) as f64),
            kilobytes: each((self.wire.bytes() - bytes) as f64 / 1024.0),
            cpu_ms: each(thread_cpu().saturating_sub(cpu).as_secs_f64() * 1000.0),
        }
    }
}

/// All pages of today and tomorrow.
async fn all_rows(client: &reqwest::Client, server: &Server, now: DateTime<Utc>) -> HashMap<i64, Value> {
    let today = now.with_timezone(&chrono_tz::Europe::Moscow).date_naive();
    let mut rows = HashMap::new();
    for page in 1.. {
        let query = [
            ("start_date", today.to_string()),
            ("end_date", (today + TimeDelta::days(1)).to_string()),
            ("page", page.to_string()),
            ("count", "200".to_owned()),
        ];
        let answer: Value = client
            .get(format!("{}/records/{COMPANY}", server.url()))
            .query(&query)
            .header("Accept", "application/vnd.yclients.v2+json")
            .header("Authorization", format!("Bearer {PARTNER_TOKEN}, User {USER_TOKEN}"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let found = answer["data"].as_array().unwrap();
        rows.extend(found.iter().map(|row| (row["id"].as_i64().unwrap(), row.clone())));
        if found.len() < 200 {
            return rows;
        }
    }
    unreachable!("pages end")
}

async fn naive(server: &Server) -> Came {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut known = all_rows(&client, server, server.simulator.now()).await;
    assert_eq!(known.len() as i64, KNOWN);
    let (requests, bytes, cpu) = (server.requests(), server.wire.bytes(), thread_cpu());
    let (mut new, mut changed) = (0, 0);
    for minute in 1..=POLLS {
        server.minute(minute);
        let rows = all_rows(&client, server, server.simulator.now()).await;
        new += rows.keys().filter(|id| !known.contains_key(id)).count();
        changed += rows.iter().filter(|(id, row)| known.get(id).is_some_and(|before| before != *row)).count();
        changed += known.keys().filter(|id| !rows.contains_key(id)).count();
        known = rows;
    }
    Came { way: server.way(requests, bytes, cpu), new, changed }
}

async fn ours(server: &Server) -> Came {
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::new(Arc::new(Db::open(directory.path()).unwrap()));
    let clock = Arc::new(Stepped { clock: SystemClock::new(), minutes: AtomicI64::new(0) });
    let config = yclients::Config { request_gap: Duration::ZERO, ..yclients::Config::new(server.url()) };
    let client = yclients::Client::new(&config, PARTNER_TOKEN.into(), USER_TOKEN.into()).unwrap();
    let settings = Settings {
        poll_interval: Duration::from_millis(50),
        branches: vec![BranchSettings::new(engine::booking::CompanyId(COMPANY))],
        ..Settings::default()
    };
    let (_signals, heard) = watch::channel(Signals::default());
    let (answered, _asked) = watch::channel(BTreeMap::new());
    let changed = Arc::new(Notify::new());
    let monitor = Monitor {
        outbox: outbox.clone(),
        settings: Arc::new(settings),
        bookings: Arc::new(client),
        vigil: Arc::new(Vigil::believing(clock.clone())),
        clock: clock.clone(),
        desktop: Arc::new(Nobody),
        instance: INSTANCE.to_owned(),
        signals: heard,
        served: answered,
        changed: changed.clone(),
        refused: TokenRefused::default(),
    };
    let hour = async {
        changed.notified().await;
        let (requests, bytes, cpu) = (server.requests(), server.wire.bytes(), thread_cpu());
        for minute in 1..=POLLS {
            clock.minutes.store(minute, Ordering::Relaxed);
            server.minute(minute);
            changed.notified().await;
        }
        server.way(requests, bytes, cpu)
    };
    let supervisor = monitor.supervisor();
    let way = tokio::select! {
        () = monitor.run(&supervisor) => unreachable!(),
        way = hour => way,
    };
    let count = |condition: &str| -> usize {
        let sql = format!("SELECT count(*) FROM bookings WHERE {condition}");
        let counted = outbox
            .db()
            .read(|connection| Ok::<i64, StorageError>(connection.query_row(&sql, [], |row| row.get(0))?));
        counted.unwrap() as usize
    };
    Came {
        way,
        new: count("booking_id IS NOT NULL") - KNOWN as usize,
        changed: count("seen_at > first_seen_at"),
    }
}

pub(crate) fn run(report: &mut Report) {
    report.section(
        "The naive way beside ours",
        "Sixty polls, a minute apart, over HTTP to the simulator: the naive way reads all visits of today and \
         tomorrow, all pages, and compares; ours is the monitor with its database, a truth pass every fifth poll \
         among them. 500 bookings are known, of ten days' making. In the hour six bookings are made for tomorrow and \
         three for a day further ahead; two are moved and one is deleted. Processor time is the polling thread's. \
         The simulator does not compress; a live server compresses both alike.",
    );
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = servers.block_on(Server::start());
    let naive = here().block_on(naive(&server));
    let server = servers.block_on(Server::start());
    let ours = here().block_on(ours(&server));
    for (who, came) in [("naive", &naive), ("ours", &ours)] {
        let Way { requests, kilobytes, cpu_ms } = came.way;
        report.note(&format!("{who}: requests a poll"), &format!("{requests:.2}"));
        report.note(&format!("{who}: on the wire a poll, both ways"), &format!("{kilobytes:.1} KB"));
        report.note(&format!("{who}: processor time a poll"), &format!("{cpu_ms:.2} ms"));
        report.note(&format!("{who}: new bookings found, of 9"), &came.new.to_string());
        report.note(&format!("{who}: moved or deleted ones found, of 3"), &came.changed.to_string());
    }
    (report.naive, report.ours) = (naive.way, ours.way);
}
