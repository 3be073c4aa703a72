//! What the desk writes into YClients: bookings, clients, and what becomes of them.

use chrono::{TimeDelta, Timelike};

use super::actions::{Change, Lead, Made};
use super::world::{World, moscow};
use crate::booking::{Attendance, Booking, BookingId, Client, Service, Staff};
use crate::fakes::{ADMINISTRATOR, BOT, COMPANY};

/// From this number on each client is somebody else, with a number of their own.
pub(super) const STRANGERS: u8 = 100;

/// A client's card. The last of the four regulars is a child with its mother's number.
fn client(index: u8) -> Client {
    let index = if index < STRANGERS { index % 4 } else { index };
    Client { id: 501 + i64::from(index), name: format!("Клиент {index}"), phone: phone(index) }
}

pub(super) fn phone(index: u8) -> String {
    if index >= STRANGERS {
        return format!("+7916452{index:04}");
    }
    format!("+7916451230{}", if index % 4 == 3 { 0 } else { index % 4 })
}

/// What desks type where a client's number belongs.
const NO_NUMBERS: [&str; 4] =
    ["+7916***2301", "8 916 451-23-01, 8 916 451-23-02", "+74951234568", "+78005553535"];

pub(super) fn book(world: &World, who: u8, lead: Lead, kind: Made) {
    let server = world.server_time();
    let second = crate::clock::floor_to_second(server);
    let ahead = match lead {
        Lead::Minutes(minutes) => TimeDelta::minutes(minutes.into()),
        Lead::Hours(hours) => TimeDelta::hours(hours.into()),
        Lead::Days(days) => TimeDelta::days(days.into()),
    };
    let starts_local = moscow(server + ahead).with_second(0).and_then(|start| start.with_nanosecond(0));
    let mut inner = world.inner();
    let id = BookingId(i64::try_from(inner.reference.past.len()).unwrap() + 1);
    let mut client = Some(client(who));
    match kind {
        Made::WithoutClient => client = None,
        Made::WithoutPhone => client.as_mut().unwrap().phone.clear(),
        Made::ByStaff | Made::ByBot | Made::Online => {}
    }
    let booking = Booking {
        id,
        company: COMPANY,
        created_at: Some(second),
        changed_at: Some(second),
        starts_local,
        online: matches!(kind, Made::Online),
        created_by: if matches!(kind, Made::ByBot) { BOT } else { ADMINISTRATOR },
        deleted: false,
        attendance: Attendance::Waiting,
        client,
        staff: Some(Staff { id: 7, name: "Пётр".to_owned() }),
        services: vec![service(1)],
        own_notice: false,
        created_local: None,
        changed_local: None,
    };
    inner.reference.note(&booking);
    inner.bookings.insert(id, booking);
}

fn service(id: i64) -> Service {
    Service { id, title: format!("Услуга {id}"), amount: 1, price: 150_000 }
}

pub(super) fn pick_booking(world: &World, index: u8) -> Option<BookingId> {
    let inner = world.inner();
    let index = usize::from(index).checked_rem(inner.bookings.len())?;
    inner.bookings.keys().rev().nth(index).copied()
}

pub(super) fn change_booking(world: &World, index: u8, change: Change) {
    let Some(id) = pick_booking(world, index) else { return };
    let server = world.server_time();
    let mut inner = world.inner();
    let inner = &mut *inner;
    let booking = inner.bookings.get_mut(&id).unwrap();
    let card = &mut booking.client;
    match change {
        Change::Move(hours) => {
            booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::hours(hours.into()));
        }
        Change::Shift(minutes) => {
            booking.starts_local =
                booking.starts_local.map(|start| start + TimeDelta::minutes(minutes.into()));
        }
        Change::Phone(index) => {
            if let Some(card) = card {
                card.phone = phone(index);
            }
        }
        Change::NoPhone => {
            if let Some(card) = card {
                card.phone.clear();
            }
        }
        Change::GivePhone => match card {
            Some(card) => card.phone = phone(u8::try_from(card.id - 501).unwrap()),
            None => *card = Some(client(0)),
        },
        Change::NoNumber(index) => {
            if let Some(card) = card {
                card.phone = NO_NUMBERS[usize::from(index) % NO_NUMBERS.len()].to_owned();
            }
        }
        Change::Client(index) => *card = Some(client(index)),
        Change::Name => {
            if let Some(card) = card {
                card.name.push('а');
            }
        }
        Change::BreakName => {
            if let Some(card) = card {
                card.name.push('\u{FFFD}');
            }
        }
        Change::MendName => {
            if let Some(card) = card {
                card.name.retain(|character| character != '\u{FFFD}');
            }
        }
        Change::Price => booking.services[0].price += 10_000,
        Change::Title => booking.services[0].title.push('+'),
        Change::Master => booking.staff.as_mut().unwrap().name.push('а'),
        Change::Service(id) => booking.services.push(service(id.into())),
        Change::Order => booking.services.reverse(),
        Change::Confirmed => booking.attendance = Attendance::Confirmed,
        Change::Came => booking.attendance = Attendance::Came,
        Change::DidNotCome => booking.attendance = Attendance::Cancelled,
        Change::Waiting => booking.attendance = Attendance::Waiting,
        Change::Delete => booking.deleted = true,
        Change::Undelete => booking.deleted = false,
        Change::Vanish => {
            let past = inner.reference.past.get_mut(&id).unwrap();
            past.vanished = true;
            inner.bookings.remove(&id);
            return;
        }
    }
    booking.changed_at = Some(crate::clock::floor_to_second(server));
    inner.reference.note(booking);
}
