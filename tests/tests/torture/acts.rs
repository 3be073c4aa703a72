//! What happens to a shop by chance: clients, staff, people at the desk, servers.

use chrono::TimeDelta;
use engine::clock::Clock as _;
use engine::notification::State;
use rand::RngExt as _;
use rand::rngs::StdRng;
use scenarios::Shop;
use simulator::{Change, Fault, FaultKind, NewBooking, Start, Target};

use crate::oracle::Booked;

/// So many that are still to be told at a time, or a queue outgrows the round.
const BACKLOG: usize = 12;
const NIGHT: TimeDelta = TimeDelta::minutes(10);

/// One of the last few.
fn recent<'a>(random: &mut StdRng, bookings: &'a mut [Booked]) -> Option<&'a mut Booked> {
    let from = bookings.len().saturating_sub(12);
    let last = bookings.len();
    (last > 0).then(|| &mut bookings[random.random_range(from..last)])
}

/// One thing that happens.
pub(crate) fn act(shop: &Shop, random: &mut StdRng, bookings: &mut Vec<Booked>) {
    match random.random_range(0..20) {
        0..12 => {
            let moving = shop.outbox.in_state(State::Queued).unwrap().into_iter().filter(|row| !row.held);
            if moving.count() < BACKLOG {
                book(shop, random, bookings);
            }
        }
        12 | 13 => {
            if let Some(booked) = recent(random, bookings) {
                let start = Start::InDays(random.random_range(1..=90));
                shop.simulator.change(booked.id, Change::start(start));
                (booked.moved, booked.overslept) = (true, false);
            }
        }
        14 => {
            if let Some(booked) = recent(random, bookings) {
                cancel(shop, random, booked);
            }
        }
        _ => {
            if let Some(booked) = recent(random, bookings) {
                at_the_desk(shop, random, booked);
            }
        }
    }
}

fn book(shop: &Shop, random: &mut StdRng, bookings: &mut Vec<Booked>) {
    for _ in 0..random.random_range(1..=3) {
        let phone = format!("7916{:07}", bookings.len());
        let new = NewBooking::for_client("Анна", &format!("+{phone}"));
        let id = shop.simulator.book(new.at(Start::InDays(random.random_range(1..=90))));
        bookings.push(Booked { id, phone, ..Booked::default() });
    }
}

fn cancel(shop: &Shop, random: &mut StdRng, booked: &mut Booked) {
    if random.random() {
        shop.simulator.delete(booked.id);
    } else {
        shop.simulator.change(booked.id, Change::attendance(-1));
    }
    booked.cancelled_at.get_or_insert(shop.simulator.now());
}

fn at_the_desk(shop: &Shop, random: &mut StdRng, booked: &mut Booked) {
    let Some(row) = shop.row(booked.id).filter(|row| row.state == State::Queued) else { return };
    let (person, now) = (shop.person(), shop.clock.now());
    match random.random_range(0..4) {
        0 => booked.stopped |= person.cancel(row.id, now).is_ok(),
        1 => {
            let words = format!("Ждём вас, {}", random.random::<u32>());
            if person.edit(row.id, None, &words, now).is_ok() {
                booked.words = Some(words);
                // A fresh window, by a person's act.
                booked.overslept = false;
            }
        }
        2 => drop(person.hold(row.id, now)),
        // Released at last, or sent without waiting. What overslept is let go by nobody before the end.
        _ if row.held && !booked.overslept => drop(person.release(row.id, now)),
        _ => {}
    }
}

/// Something goes wrong at one of the servers, for a request or two.
pub(crate) fn arm(shop: &Shop, random: &mut StdRng) {
    let status = |status: u16| FaultKind::Status {
        status,
        body: String::new(),
        content_type: "text/plain".to_owned(),
        retry_after: None,
    };
    let milliseconds = random.random_range(50..700);
    let kind = match random.random_range(0..8) {
        0 => FaultKind::CutBefore,
        1 | 2 => FaultKind::CutAfter,
        3 => FaultKind::TruncatedJson,
        4 => FaultKind::Html,
        5 => FaultKind::Delay { milliseconds },
        6 => FaultKind::DelayAnswer { milliseconds },
        _ => status([500, 502, 429][random.random_range(0..3)]),
    };
    let target = match random.random_range(0..10) {
        0 | 1 => Target::yclients("records"),
        2 => Target::yclients("record"),
        3 => Target::gateway("receiveNotification"),
        4 => Target::gateway("deleteNotification"),
        5 => Target::gateway("checkWhatsapp"),
        _ => Target::gateway("sendMessage"),
    };
    let fault = Fault::times(random.random_range(1..=2), target, kind);
    shop.simulator.set_fault(fault.after(random.random_range(0..4)));
}

/// The computer was off for ten minutes, with what was queued: everything that is remembered of time lies so
/// much further back. What became due meanwhile must wait for a person.
pub(crate) fn oversleep(shop: &Shop, bookings: &mut [Booked]) {
    let night = NIGHT.num_milliseconds();
    let shift = format!(
        "UPDATE booking_notifications SET due_at = due_at - {night}, enqueued_at = enqueued_at - {night}
             WHERE state = 'queued';
         UPDATE desk SET alive_at = alive_at - {night};
         UPDATE booking_monitor_state SET last_checked_at = last_checked_at - {night};"
    );
    let file = shop.dir().join("booking-monitor.db");
    rusqlite::Connection::open(file).unwrap().execute_batch(&shift).unwrap();
    for booked in bookings.iter_mut().filter(|booked| !booked.moved) {
        let row = shop.row(booked.id);
        booked.overslept |= row.is_some_and(|row| row.state == State::Queued && !row.held && !row.released);
    }
}
