//! The simulator's control API, on loopback: what the training's panel shows and does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use engine::ports::{SecretName, SecretsInMemory};
use engine::visit::instant;
use reqwest::{Client, Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::contract::{Training as View, TrainingAct, TrainingBooking, TrainingPhone, Visitor};
use crate::time::rfc3339;
use crate::vault::Vault;

const LIMIT: Duration = Duration::from_secs(5);
/// A panel shows no more.
const SHOWN: usize = 30;

/// Who comes to the training's shop.
const CLIENTS: [(&str, &str); 8] = [
    ("Ирина", "+79031112201"),
    ("Олег", "+79031112202"),
    ("Мария", "+79031112203"),
    ("Пётр", "+79031112204"),
    ("Светлана", "+79031112205"),
    ("Артём", "+79031112206"),
    ("Анна", "+79031112207"),
    ("Николай", "+79031112208"),
];

/// Speaks to one simulator. Clones share their count.
#[derive(Debug, Clone)]
pub struct Training {
    base: Url,
    http: Client,
    booked: Arc<AtomicUsize>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    branches: Vec<Branch>,
    gateway: GatewaySummary,
    offline: Vec<String>,
    /// Bookings come by themselves.
    auto: bool,
}

#[derive(Debug, Deserialize)]
struct Branch {
    company_id: i64,
    zone: String,
}

#[derive(Debug, Deserialize)]
struct GatewaySummary {
    state: String,
}

#[derive(Debug, Deserialize)]
struct Taken {
    phone: String,
    text: String,
    at: DateTime<Utc>,
    status: String,
}

#[derive(Debug, Deserialize)]
struct Booking {
    id: i64,
    company_id: i64,
    start: NaiveDateTime,
    client: Option<Person>,
    deleted: bool,
    attendance: i64,
}

#[derive(Debug, Deserialize)]
struct Person {
    name: String,
    phone: String,
}

impl Training {
    /// The simulator with this control address, which must be on this computer.
    pub fn new(control: &str) -> Result<Self, String> {
        let base = Url::parse(control).map_err(|error| error.to_string())?;
        let local = matches!(base.host_str(), Some("127.0.0.1" | "localhost"));
        if !local || base.scheme() != "http" {
            return Err("the training's address must be on this computer".to_owned());
        }
        let http = Client::builder().timeout(LIMIT).no_proxy().build().map_err(|error| error.to_string())?;
        Ok(Self { base, http, booked: Arc::default() })
    }

    /// The tokens the simulator takes: everybody knows them, and they are of use nowhere else.
    pub fn vault(&self) -> Vault {
        Vault::given(Arc::new(SecretsInMemory::with([
            (SecretName::YclientsPartnerToken, "partner".into()),
            (SecretName::YclientsUserToken, "user".into()),
            (SecretName::GreenApiToken, "green-token".into()),
        ])))
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<String, String> {
        let url = self.base.join(path).map_err(|error| error.to_string())?;
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if status.is_success() { Ok(text) } else { Err(format!("HTTP {status}: {text}")) }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, String> {
        let text = self.ask(Method::GET, path, None).await?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    async fn post(&self, path: &str, body: Value) -> Result<(), String> {
        self.ask(Method::POST, path, Some(body)).await.map(drop)
    }

    /// What the panel shows.
    pub async fn look(&self) -> Result<View, String> {
        let summary: Summary = self.get("control/summary").await?;
        let messages: Vec<Taken> = self.get("control/messages").await?;
        let bookings: Vec<Booking> = self.get("control/bookings").await?;
        let is_offline = |side: &str| summary.offline.iter().any(|offline| offline == side);
        let zone = |company| {
            let branch = summary.branches.iter().find(|branch| branch.company_id == company);
            branch.and_then(|branch| branch.zone.parse().ok()).unwrap_or(Tz::UTC)
        };
        Ok(View {
            yclients_offline: is_offline("yclients"),
            gateway_offline: is_offline("gateway"),
            unlinked: summary.gateway.state != "authorized",
            auto: summary.auto,
            phones: messages
                .iter()
                .rev()
                .take(SHOWN)
                .map(|taken| TrainingPhone {
                    phone: engine::phone::shown(&format!("+{}", taken.phone.trim_start_matches('+'))),
                    text: taken.text.clone(),
                    at: rfc3339(taken.at),
                    status: taken.status.clone(),
                })
                .collect(),
            bookings: bookings
                .iter()
                .rev()
                .take(SHOWN)
                .map(|booking| TrainingBooking {
                    id: booking.id,
                    client: booking.client.as_ref().map(|client| client.name.clone()).unwrap_or_default(),
                    starts_at: rfc3339(instant(zone(booking.company_id), booking.start)),
                    deleted: booking.deleted || booking.attendance < 0,
                })
                .collect(),
        })
    }

    /// Does one thing in the training's world.
    pub async fn act(&self, act: TrainingAct) -> Result<(), String> {
        match act {
            TrainingAct::Book { who } => self.book(who).await,
            TrainingAct::Move => {
                let booking = self.last().await?;
                let start = booking.start + chrono::TimeDelta::hours(1);
                let body = json!({ "start": start.format("%Y-%m-%dT%H:%M").to_string() });
                self.change(booking.id, body).await
            }
            TrainingAct::Cancel => {
                let booking = self.last().await?;
                self.change(booking.id, json!({ "attendance": -1 })).await
            }
            TrainingAct::Delete => {
                let booking = self.last().await?;
                let path = format!("control/bookings/{}", booking.id);
                self.ask(Method::DELETE, &path, Some(json!({}))).await.map(drop)
            }
            TrainingAct::YclientsOffline { on } => {
                self.post("control/offline", json!({ "on": on, "side": "yclients" })).await
            }
            TrainingAct::GatewayOffline { on } => {
                self.post("control/offline", json!({ "on": on, "side": "gateway" })).await
            }
            TrainingAct::LoseNextAnswer => {
                let target = json!({ "side": "gateway", "endpoint": "sendMessage" });
                self.post("control/faults", json!({ "target": target, "kind": "cut_after", "times": 1 }))
                    .await
            }
            TrainingAct::UnlinkPhone { on } => {
                let state = if on { "notAuthorized" } else { "authorized" };
                self.post("control/gateway/state", json!({ "state": state })).await
            }
            TrainingAct::Auto { on } => self.post("control/auto", json!({ "on": on })).await,
        }
    }

    async fn change(&self, booking: i64, body: Value) -> Result<(), String> {
        self.ask(Method::PATCH, &format!("control/bookings/{booking}"), Some(body)).await.map(drop)
    }

    /// The latest booking that still stands.
    async fn last(&self) -> Result<Booking, String> {
        let bookings: Vec<Booking> = self.get("control/bookings").await?;
        let standing = bookings.into_iter().rev().find(|booking| !booking.deleted && booking.attendance >= 0);
        standing.ok_or_else(|| "there is no booking yet".to_owned())
    }

    async fn book(&self, who: Visitor) -> Result<(), String> {
        let number = self.booked.fetch_add(1, Ordering::Relaxed);
        let (name, phone) = CLIENTS[number % CLIENTS.len()];
        let client = json!({ "name": name, "phone": phone });
        let start = json!({ "in_minutes": 90 + 30 * (number % 8) });
        let body = match who {
            Visitor::New => json!({ "client": client, "start": start }),
            Visitor::SameClient => {
                let last = self.last().await?.client.ok_or("the last booking has no client")?;
                json!({ "client": { "name": last.name, "phone": last.phone }, "start": start })
            }
            Visitor::TwoServices => json!({ "client": client, "start": start, "services": [
                { "id": 7001, "title": "Мужская стрижка", "cost": 2000.0 },
                { "id": 7002, "title": "Моделирование бороды", "cost": 1200.0 },
            ] }),
            Visitor::NoPhone => json!({ "client": { "name": name, "phone": "" }, "start": start }),
            Visitor::Online => {
                json!({ "client": client, "start": start, "online": true, "created_user_id": 0 })
            }
        };
        self.post("control/bookings", body).await
    }
}
