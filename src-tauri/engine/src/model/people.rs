//! What people and the world do, and what the reference keeps of it.

use std::time::Duration;

use chrono::{TimeDelta, Timelike};

use super::actions::{Act, Change, Lead, Made, Setting};
use super::reference::{QUIET, Told};
use super::world::{World, moscow};
use crate::booking::{Attendance, Booking, BookingId, Client, Service, Staff};
use crate::fakes::{ADMINISTRATOR, BOT, COMPANY};
use crate::notification::{Notification, State};
use crate::outbox::{Actor, Changed, RequestKind};
use crate::person::{Person, Resolution};
use crate::ports::{DeliveryStatus, GatewayEvent};
use crate::settings::{BranchSettings, Delay, QuietHours};

const ANNA: &str = "Анна";
const BORIS: &str = "Борис";

/// A client's card. The last one is a child with its mother's number.
fn client(index: u8) -> Client {
    let index = index % 4;
    Client { id: 501 + i64::from(index), name: format!("Клиент {index}"), phone: phone(index) }
}

pub(super) fn phone(index: u8) -> String {
    format!("+7916000000{}", if index % 4 == 3 { 0 } else { index % 4 })
}

fn anna() -> Actor {
    Actor::Person(ANNA.to_owned())
}

/// A person's "no" or "yes" to what a row is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    No,
    Yes,
    Neither,
}

/// Does it. Whatever is refused did not happen.
#[expect(clippy::too_many_lines, reason = "one line for each thing that can happen")]
pub(super) fn perform(world: &World, act: &Act) {
    use Word::{Neither, No, Yes};
    let now = world.wall();
    match *act {
        Act::Book { client, lead, kind } => book(world, client, lead, kind),
        Act::BookMany(count) => {
            for index in 0..count {
                book(world, index, Lead::Days(1 + index), Made::ByStaff);
            }
        }
        Act::Change(index, change) => change_booking(world, index, change),
        Act::Edit(pick, words) => {
            let text = format!("Свои слова {words} ✂️\n*{pick}*");
            let Some(row) = choose(world, pick, State::is_open) else { return };
            let answer = by(world, ANNA, |person| person.edit(row.id, Some(row.revision), &text, now));
            if settle(world, &row, &answer, Neither) {
                let mut inner = world.inner();
                inner.reference.saved.insert(row.id, text);
                inner.reference.editors.remove(&row.id);
            }
        }
        Act::EditStale(pick) => {
            let Some(row) = choose(world, pick, State::is_open) else { return };
            let before = Some(row.revision - 1);
            let answer = by(world, BORIS, |person| person.edit(row.id, before, "Старые слова", now));
            if answer.is_ok() {
                world.inner().reference.violations.push(format!("{} took a stale edit", row.id));
            }
        }
        Act::OpenEditor(pick, other) => {
            let Some(row) = choose(world, pick, State::is_open) else { return };
            let name = if other { BORIS } else { ANNA };
            if by(world, name, |person| person.open_editor(row.id, now)).is_ok() {
                let since = world.monotonic();
                let until = now + crate::person::LEASE;
                world.inner().reference.editors.insert(row.id, (until, since));
            }
        }
        Act::Draft(pick) => {
            let Some(row) = choose(world, pick, State::is_open) else { return };
            _ = by(world, ANNA, |person| person.draft(row.id, Some("Набр"), now));
        }
        Act::CloseEditor(pick) => {
            let Some(row) = choose(world, pick, State::is_open) else { return };
            if by(world, ANNA, |person| person.close_editor(row.id, now)).is_ok() {
                world.inner().reference.editors.remove(&row.id);
            }
        }
        Act::Hold(pick) => on(world, pick, State::is_open, No, |person, row| person.hold(row.id, now)),
        Act::Release(pick) => on(world, pick, State::is_open, Yes, |person, row| person.release(row.id, now)),
        Act::Cancel(pick) => on(world, pick, State::is_open, No, |person, row| person.cancel(row.id, now)),
        Act::Restore(pick) => on(world, pick, is_restorable, Yes, |person, row| person.restore(row.id, now)),
        Act::SendNow(pick) => on(world, pick, is_sendable, Yes, |person, row| person.send_now(row.id, now)),
        Act::Resend(pick) => {
            on(world, pick, State::is_sent, Neither, |person, row| person.resend(row.id, now));
        }
        Act::Extend(pick) => on(world, pick, State::is_open, Neither, |person, row| {
            person.extend(row.id, TimeDelta::minutes(1), now)
        }),
        Act::Arrived(pick) => resolve(world, pick, Resolution::Arrived, Neither),
        Act::Again(pick) => resolve(world, pick, Resolution::Again, Yes),
        Act::Drop(pick) => resolve(world, pick, Resolution::Drop, No),
        Act::Pause(seconds) => {
            let until = seconds.map(|seconds| now + TimeDelta::seconds(seconds.into()));
            if world.window.pause(until, &anna(), now).is_ok() {
                world.inner().reference.paused = until.is_none();
            }
        }
        Act::Resume => {
            if world.window.resume(&anna(), now).is_ok() {
                world.inner().reference.paused = false;
            }
        }
        Act::Import(index) => {
            let Some(id) = pick_booking(world, index) else { return };
            if world.window.import_bots_bookings(&[id], &anna(), now).is_ok() {
                world.inner().reference.imported.insert(id);
            }
        }
        Act::OptOut(client) => {
            let phone = phone(client);
            if world.window.opt_out(&phone, "person", &anna(), now).is_ok() {
                let mut inner = world.inner();
                inner.reference.opted_out.insert(phone.clone());
                inner.reference.ever_opted_out.insert(phone);
            }
        }
        Act::Stop(client) => {
            let event =
                GatewayEvent::Incoming { phone: phone(client), text: "Стоп!".to_owned(), at: None };
            let at = world.monotonic();
            let mut inner = world.inner();
            // When it is heard is the program's affair: it is only a reason for what follows.
            inner.reference.ever_opted_out.insert(phone(client));
            inner.pushed.push((at, event));
        }
        Act::OptIn(client) => {
            let phone = phone(client);
            if world.window.opt_in(&phone, &anna(), now).is_ok() {
                world.inner().reference.opted_out.remove(&phone);
            }
        }
        Act::Poll => _ = world.window.ask(RequestKind::Poll, "", now),
        Act::Next(fate) => world.inner().fates.push_back(fate),
        Act::Delivered(index, how) => delivered(world, index, how),
        Act::Yclients(down) => world.inner().yclients_down = down,
        Act::Linked(linked) => world.inner().linked = linked,
        Act::Reachable(reachable) => world.inner().unreachable = !reachable,
        Act::Slow(look, send) => {
            let mut inner = world.inner();
            inner.look_takes = Duration::from_millis(look.into());
            inner.send_takes = Duration::from_millis(send.into());
        }
        Act::Setting(setting) => set(world, setting),
        Act::Sleep(seconds) => world.sleep(seconds),
    }
}

const fn is_restorable(state: State) -> bool {
    matches!(state, State::Cancelled | State::Skipped | State::Failed)
}

const fn is_sendable(state: State) -> bool {
    state.is_open() || matches!(state, State::Cancelled | State::Skipped)
}

impl State {
    const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Waiting | Self::Unknown | Self::Failed)
    }
}

/// A row for which the act makes sense; now and then any.
fn choose(world: &World, pick: u8, fits: impl Fn(State) -> bool) -> Option<Notification> {
    let all = world.window.all_since(chrono::DateTime::UNIX_EPOCH).ok()?;
    let fitting: Vec<_> = all.iter().filter(|row| pick >= 224 || fits(row.state)).collect();
    let index = usize::from(pick).checked_rem(fitting.len())?;
    Some(fitting[fitting.len() - 1 - index].clone())
}

fn by(world: &World, name: &str, act: impl FnOnce(&Person<'_>) -> Changed) -> Changed {
    let settings = world.inner().settings.clone();
    let instance = format!("green-api:{}", settings.whatsapp.instance_id);
    act(&Person { outbox: &world.window, settings: &settings, name, instance: &instance })
}

fn on(
    world: &World,
    pick: u8,
    fits: impl Fn(State) -> bool,
    meant: Word,
    act: impl FnOnce(&Person<'_>, &Notification) -> Changed,
) {
    let Some(row) = choose(world, pick, fits) else { return };
    let answer = by(world, ANNA, |person| act(person, &row));
    settle(world, &row, &answer, meant);
}

fn resolve(world: &World, pick: u8, resolution: Resolution, meant: Word) {
    let fits = |state| state == State::Unknown;
    on(world, pick, fits, meant, |person, row| person.resolve(row.id, resolution, world.wall()));
}

/// Keeps a person's word, if it was taken.
fn settle(world: &World, row: &Notification, answer: &Changed, meant: Word) -> bool {
    if answer.is_err() {
        return false;
    }
    let links = world.window.links(row.id).unwrap_or_default();
    let told: Vec<Told> = links.iter().map(|link| (link.booking, row.copy)).collect();
    let doubtful = world.window.db().read(|connection| {
        let sql =
            "SELECT 1 FROM send_attempts WHERE notification_id = ?1 AND outcome IN ('ambiguous', 'given_up')";
        Ok::<_, crate::db::StorageError>(connection.prepare_cached(sql)?.exists([row.id.0])?)
    });
    let doubtful = doubtful.unwrap_or_default();
    let mut inner = world.inner();
    let reference = &mut inner.reference;
    for told in told {
        match meant {
            Word::No => _ = reference.stopped.insert(told),
            Word::Yes => {
                reference.stopped.remove(&told);
                // Whoever lets a message of unknown outcome go once more takes the risk.
                if doubtful && row.state != State::Queued {
                    *reference.again.entry(told).or_default() += 1;
                }
            }
            Word::Neither => {}
        }
    }
    true
}

fn book(world: &World, who: u8, lead: Lead, kind: Made) {
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
    };
    inner.reference.note(&booking);
    inner.bookings.insert(id, booking);
}

fn service(id: i64) -> Service {
    Service { id, title: format!("Услуга {id}"), amount: 1, price: 150_000 }
}

fn pick_booking(world: &World, index: u8) -> Option<BookingId> {
    let inner = world.inner();
    let index = usize::from(index).checked_rem(inner.bookings.len())?;
    inner.bookings.keys().rev().nth(index).copied()
}

fn change_booking(world: &World, index: u8, change: Change) {
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
            Some(card) if card.phone.is_empty() => card.phone = phone(u8::try_from(card.id - 501).unwrap()),
            Some(_) => {}
            None => *card = Some(client(0)),
        },
        Change::Client(index) => *card = Some(client(index)),
        Change::Name => {
            if let Some(card) = card {
                card.name.push('а');
            }
        }
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
            past.reasons.insert(crate::notification::Reason::InYclients);
            inner.bookings.remove(&id);
            return;
        }
    }
    booking.changed_at = Some(crate::clock::floor_to_second(server));
    inner.reference.note(booking);
}

fn delivered(world: &World, index: u8, how: u8) {
    let at = world.monotonic();
    let mut inner = world.inner();
    let Some(index) = usize::from(index).checked_rem(inner.arrived.len()) else { return };
    let (id, phone) = (inner.arrived[index].id.clone(), inner.arrived[index].phone.clone());
    let status = match how {
        0 => DeliveryStatus::Delivered,
        1 => DeliveryStatus::Read,
        2 => DeliveryStatus::NoAccount,
        _ => DeliveryStatus::Failed,
    };
    inner.pushed.push((at, GatewayEvent::Delivery { id, phone, status, at: None, detail: String::new() }));
}

fn set(world: &World, setting: Setting) {
    let now = world.wall();
    let mut inner = world.inner();
    let settings = &mut inner.settings;
    match setting {
        Setting::Enabled(enabled) => settings.enabled = enabled,
        Setting::Delay(seconds) => settings.delay = Delay::After(TimeDelta::seconds(seconds.into())),
        Setting::Manual => settings.delay = Delay::Manual,
        Setting::Quiet(on) => {
            let [from, until] = QUIET.map(|(h, m)| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap());
            settings.quiet_hours = QuietHours::new(from, until).filter(|_| on);
        }
        Setting::Instance(other) => settings.whatsapp.instance_id = if other { "2" } else { "1" }.to_owned(),
        Setting::Branch(there) => {
            let mut branch = BranchSettings::new(COMPANY);
            branch.integration_user_ids = vec![BOT];
            settings.branches = if there { vec![branch] } else { Vec::new() };
        }
    }
    drop(inner);
    _ = world.window.ask(RequestKind::SettingsChanged, "", now);
}
