//! Ways in which a booking stops being worth a message, and back.

use chrono::TimeDelta;

use super::*;

/// What takes a message away, and what gives it back; the reason that stands between.
pub(super) type Detour = (&'static str, fn(&mut Booking), fn(&mut Booking), State, Reason);

pub(super) fn later(booking: &mut Booking) {
    booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::days(1));
}

pub(super) const DETOURS: [Detour; 9] = [
    (
        "attendance −1 and back",
        |booking| booking.attendance = Attendance::Cancelled,
        |booking| booking.attendance = Attendance::Waiting,
        State::Cancelled,
        Reason::InYclients,
    ),
    (
        "deleted and taken back",
        |booking| booking.deleted = true,
        |booking| booking.deleted = false,
        State::Cancelled,
        Reason::InYclients,
    ),
    (
        "cancelled, and taken back on another day",
        |booking| booking.attendance = Attendance::Cancelled,
        |booking| {
            booking.attendance = Attendance::Confirmed;
            later(booking);
        },
        State::Cancelled,
        Reason::InYclients,
    ),
    (
        "marked as come by mistake",
        |booking| booking.attendance = Attendance::Came,
        |booking| booking.attendance = Attendance::Waiting,
        State::Expired,
        Reason::Came,
    ),
    (
        "dragged into the past and back",
        |booking| booking.starts_local = booking.starts_local.map(|start| start - TimeDelta::days(3)),
        |booking| booking.starts_local = booking.starts_local.map(|start| start + TimeDelta::days(3)),
        State::Expired,
        Reason::Begun,
    ),
    (
        "without a time for a while",
        |booking| booking.starts_local = None,
        |booking| {
            booking.starts_local =
                chrono::NaiveDate::from_ymd_opt(2026, 11, 25).and_then(|day| day.and_hms_opt(12, 0, 0));
        },
        State::Skipped,
        Reason::NoStart,
    ),
    (
        "the number gone and back",
        |booking| booking.client.as_mut().unwrap().phone.clear(),
        |booking| booking.client.as_mut().unwrap().phone = "+79160000001".to_owned(),
        State::Skipped,
        Reason::NoPhone,
    ),
    (
        "the client gone and back",
        |booking| booking.client = None,
        |booking| {
            let client =
                crate::booking::Client { id: 501, name: "Ирина".into(), phone: "+79160000001".into() };
            booking.client = Some(client);
        },
        State::Skipped,
        Reason::NoClient,
    ),
    (
        "marked as made online by mistake",
        |booking| booking.online = true,
        |booking| booking.online = false,
        State::Skipped,
        Reason::Online,
    ),
];
