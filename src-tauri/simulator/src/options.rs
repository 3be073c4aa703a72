//! What a simulator is started with. Everything that may change while it runs lives in the world.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize, Serializer};

use crate::green_api::Delivery;
use crate::yclients::{Behaviour, Rights};

/// How to start a simulator. `Options::default()` is one branch in Moscow, an authorized gateway,
/// and a random free port.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Gives YClients and the gateway a port of their own each, closed while that side is offline.
    /// Without it an offline side resets connections instead of refusing them, for the port is shared.
    pub own_ports: bool,
    /// The partner's token of the `Authorization` header.
    pub partner_token: String,
    /// The user's token of the `Authorization` header, and what signing in answers.
    pub user_token: String,
    /// The login that `POST /auth` takes.
    pub login: String,
    /// The password that `POST /auth` takes.
    pub password: String,
    /// The code that the second step of signing in takes.
    pub two_factor_code: String,
    /// The branches the user sees.
    pub branches: Vec<Branch>,
    /// The id the first booking gets; the following count up from it.
    pub first_booking_id: i64,
    /// How the YClients side behaves where live servers differ.
    pub yclients: Behaviour,
    /// The gateway's instance id, in digits.
    pub instance_id: String,
    /// The gateway's token, a part of every path.
    pub gateway_token: String,
    /// The phone the instance is linked to, in digits.
    pub gateway_phone: String,
    /// The state of the instance at the start.
    pub gateway_state: String,
    /// A new instance has every notification switched off. `false`: the ones the program needs are on.
    pub fresh_instance: bool,
    /// When messages are sent, delivered and read, and how late the journal is.
    pub delivery: Delivery,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            own_ports: false,
            partner_token: "partner".to_owned(),
            user_token: "user".to_owned(),
            login: "79990000001".to_owned(),
            password: "password".to_owned(),
            two_factor_code: "000000".to_owned(),
            branches: vec![Branch::default()],
            first_booking_id: 1_500_000_001,
            yclients: Behaviour::default(),
            instance_id: "1103000001".to_owned(),
            gateway_token: "green-token".to_owned(),
            gateway_phone: "79990000000".to_owned(),
            gateway_state: "authorized".to_owned(),
            fresh_instance: false,
            delivery: Delivery::default(),
        }
    }
}

/// A branch (YClients: company).
#[derive(Clone, Debug, Serialize)]
pub struct Branch {
    /// YClients' company id.
    pub company_id: i64,
    /// The name the staff knows.
    pub title: String,
    /// The name meant for clients; none: the title.
    pub public_title: Option<String>,
    /// The street address; may be empty.
    pub address: String,
    /// The branch's own phone, as the owner typed it.
    pub phone: String,
    /// What stands behind a price, as the company answer has it.
    pub currency: String,
    /// The IANA zone every date of this branch is in.
    #[serde(serialize_with = "zone_name")]
    pub zone: Tz,
    /// The users that may have made a booking.
    pub users: Vec<User>,
    /// What the signed-in user may do here.
    pub rights: Rights,
}

impl Default for Branch {
    fn default() -> Self {
        Self {
            company_id: 962_302,
            title: "Барбершоп на Покровке".to_owned(),
            public_title: None,
            address: "ул. Покровка, 12".to_owned(),
            phone: "+7 495 000-00-01".to_owned(),
            currency: "р".to_owned(),
            zone: Tz::Europe__Moscow,
            users: vec![
                User { id: 501, name: "Ольга, администратор".to_owned() },
                User { id: 502, name: "Никита, администратор".to_owned() },
                User { id: 771, name: "Бот записи".to_owned() },
            ],
            rights: Rights::default(),
        }
    }
}

impl Branch {
    /// A branch with the default's people and rights.
    pub fn new(company_id: i64, zone: Tz, title: &str, address: &str) -> Self {
        Self { company_id, zone, title: title.to_owned(), address: address.to_owned(), ..Self::default() }
    }
}

/// A user of a branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The id that bookings carry as `created_user_id`.
    pub id: i64,
    /// The name shown to the owner.
    pub name: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}
