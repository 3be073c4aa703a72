//! A booking as the simulator keeps it, how one is made, and how it changes.
//!
//! These are the words of people and of tests. The shapes YClients sends are in `wire.rs`.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// A booking in the journal of a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a record has these flags on the wire")]
pub struct Booking {
    /// YClients' record id.
    pub id: i64,
    /// The branch.
    pub company_id: i64,
    /// Joins what a client has on one day; 0 without a client.
    pub visit_id: i64,
    /// The start, in the branch's zone.
    pub start: NaiveDateTime,
    /// How long it takes, in seconds.
    pub length_seconds: i64,
    /// Nobody for a blocked time.
    pub client: Option<Client>,
    /// The master.
    pub staff: Staff,
    /// What is to be done; empty for a blocked time.
    pub services: Vec<Service>,
    /// Whether the client booked online.
    pub online: bool,
    /// Who made it; 0 if no user did.
    pub created_user_id: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub changed_at: DateTime<Utc>,
    /// −1 did not come, 0 waiting, 1 came, 2 confirmed.
    pub attendance: i64,
    /// What the administrator wrote.
    pub comment: String,
    /// Whether YClients sent its own SMS on creation.
    pub sms_now: bool,
    /// Whether YClients sent its own e-mail on creation.
    pub email_now: bool,
    /// 0 none, 1 in full, 2 in part.
    pub paid_full: i64,
    /// Where the request came from; empty for the journal.
    pub record_from: String,
    /// Deleted in the journal, still known to the server.
    pub deleted: bool,
}

/// A client of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// 0: an id is given by phone, the same for the same phone.
    pub id: i64,
    /// The first name as the administrator typed it.
    pub name: String,
    /// The family name; may be empty.
    pub surname: String,
    /// The phone as YClients keeps it; may be empty.
    pub phone: String,
}

impl Default for Client {
    fn default() -> Self {
        Self::new("Анна", "+79161234567")
    }
}

impl Client {
    /// A client known by name and phone.
    pub fn new(name: &str, phone: &str) -> Self {
        Self { id: 0, name: name.to_owned(), surname: String::new(), phone: phone.to_owned() }
    }
}

/// A master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// YClients' staff id.
    pub id: i64,
    /// The name clients see.
    pub name: String,
}

impl Default for Staff {
    fn default() -> Self {
        Self::new(31, "Игорь")
    }
}

impl Staff {
    /// A master known by id and name.
    pub fn new(id: i64, name: &str) -> Self {
        Self { id, name: name.to_owned() }
    }
}

/// A service of a booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// YClients' service id.
    pub id: i64,
    /// The title clients see.
    pub title: String,
    /// The price of one.
    pub cost: f64,
    /// How many.
    #[serde(default = "one")]
    pub amount: i64,
    /// A discount in percent.
    #[serde(default)]
    pub discount: f64,
}

fn one() -> i64 {
    1
}

impl Service {
    /// One of a service, without a discount.
    pub fn new(id: i64, title: &str, cost: f64) -> Self {
        Self { id, title: title.to_owned(), cost, amount: 1, discount: 0.0 }
    }
}

/// When a visit begins, by the branch's clock. In JSON `"2026-11-23T15:00"`, `{"in_minutes": 20}` or
/// `{"in_days": 1}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "StartForm")]
pub enum Start {
    /// This date and time on the branch's wall.
    At(NaiveDateTime),
    /// So many minutes from now, cut to the minute; may be negative.
    InMinutes(i64),
    /// At 15:00, so many days from today.
    InDays(i64),
}

impl Default for Start {
    fn default() -> Self {
        Self::InDays(1)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StartForm {
    At(String),
    InMinutes { in_minutes: i64 },
    InDays { in_days: i64 },
}

impl TryFrom<StartForm> for Start {
    type Error = String;

    fn try_from(form: StartForm) -> Result<Self, String> {
        match form {
            StartForm::InMinutes { in_minutes } => Ok(Self::InMinutes(in_minutes)),
            StartForm::InDays { in_days } => Ok(Self::InDays(in_days)),
            StartForm::At(text) => {
                ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
                    .iter()
                    .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
                    .map(Self::At)
                    .ok_or_else(|| format!("`{text}` is not a date and time such as 2026-11-23T15:00"))
            }
        }
    }
}

/// A booking to be made. The default is one that an administrator makes by hand: tomorrow at 15:00,
/// in the first branch, for Anna.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewBooking {
    /// The branch; none: the first.
    pub company_id: Option<i64>,
    /// The start.
    pub start: Start,
    /// Nobody makes it a blocked time (leave `services` empty then).
    pub client: Option<Client>,
    /// The master.
    pub staff: Staff,
    /// What is to be done.
    pub services: Vec<Service>,
    /// How long it takes, in seconds.
    pub length_seconds: i64,
    /// Whether the client booked online.
    pub online: bool,
    /// Who made it; 0 if no user did.
    pub created_user_id: i64,
    /// When it was made; none: now.
    pub created_at: Option<DateTime<Utc>>,
    /// −1 did not come, 0 waiting, 1 came, 2 confirmed.
    pub attendance: i64,
    /// What the administrator wrote.
    pub comment: String,
    /// Whether YClients sent its own SMS on creation.
    pub sms_now: bool,
    /// Whether YClients sent its own e-mail on creation.
    pub email_now: bool,
    /// None: one for the client's whole day.
    pub visit_id: Option<i64>,
}

impl Default for NewBooking {
    fn default() -> Self {
        Self {
            company_id: None,
            start: Start::default(),
            client: Some(Client::default()),
            staff: Staff::default(),
            services: vec![Service::new(7001, "Мужская стрижка", 2000.0)],
            length_seconds: 3600,
            online: false,
            created_user_id: 501,
            created_at: None,
            attendance: 0,
            comment: String::new(),
            sms_now: false,
            email_now: false,
            visit_id: None,
        }
    }
}

impl NewBooking {
    /// A booking by hand for this client, tomorrow at 15:00.
    pub fn for_client(name: &str, phone: &str) -> Self {
        Self { client: Some(Client::new(name, phone)), ..Self::default() }
    }

    /// A booking the client made online.
    pub fn online(name: &str, phone: &str) -> Self {
        Self { online: true, created_user_id: 0, ..Self::for_client(name, phone) }
    }

    /// A blocked time: a record without client and services.
    pub fn blocked_time() -> Self {
        Self { client: None, services: Vec::new(), ..Self::default() }
    }

    /// The same at another time.
    #[must_use]
    pub fn at(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// The same in another branch.
    #[must_use]
    pub fn in_branch(mut self, company_id: i64) -> Self {
        self.company_id = Some(company_id);
        self
    }
}

/// A change to a booking: what is absent stays. Any change, even an empty one, moves
/// `last_change_date`, as live servers do on payment or a comment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// Moves the visit.
    pub start: Option<Start>,
    /// Another client; the inner none takes the client away (JSON `null`).
    #[serde(deserialize_with = "present")]
    pub client: Option<Option<Client>>,
    /// Another name for the same client.
    pub name: Option<String>,
    /// Another phone for the same client.
    pub phone: Option<String>,
    /// Another master.
    pub staff: Option<Staff>,
    /// Other services.
    pub services: Option<Vec<Service>>,
    /// Another attendance.
    pub attendance: Option<i64>,
    /// Another comment.
    pub comment: Option<String>,
    /// A payment.
    pub paid_full: Option<i64>,
    /// Deletes, or restores.
    pub deleted: Option<bool>,
}

impl Change {
    /// Moves the visit.
    pub fn start(start: Start) -> Self {
        Self { start: Some(start), ..Self::default() }
    }

    /// Sets the attendance; −1 is how most shops cancel.
    pub fn attendance(attendance: i64) -> Self {
        Self { attendance: Some(attendance), ..Self::default() }
    }

    /// Corrects the phone.
    pub fn phone(phone: &str) -> Self {
        Self { phone: Some(phone.to_owned()), ..Self::default() }
    }

    /// Puts another client in.
    pub fn client(client: Option<Client>) -> Self {
        Self { client: Some(client), ..Self::default() }
    }
}

/// Tells `null` from an absent field.
#[expect(clippy::option_option, reason = "absent, null and a client are three things")]
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Client>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
