//! What people and the world do, and what the reference keeps of it.

use std::time::Duration;

use chrono::TimeDelta;

use super::actions::{Act, Lead, Made, Setting};
use super::bookings::{STRANGERS, book, change_booking, phone, pick_booking};
use super::crowds;
use super::reference::{Pausing, QUIET, Told};
use super::world::World;
use crate::fakes::{ADMINISTRATOR, BOT, COMPANY};
use crate::notification::{Notification, State};
use crate::outbox::{Actor, Changed, RequestKind};
use crate::person::{Person, Resolution};
use crate::ports::{DeliveryStatus, GatewayEvent};
use crate::settings::{BranchSettings, Delay, QuietHours};

const ANNA: &str = "Анна";
const BORIS: &str = "Борис";

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
    let now = world.window_time();
    match *act {
        Act::Book { client, lead, kind } => book(world, client, lead, kind),
        Act::BookMany(count) => {
            for index in 0..count {
                book(world, index, Lead::Days(1 + index), Made::ByStaff);
            }
        }
        Act::BookCrowd(count) => {
            for index in 0..count {
                book(world, STRANGERS + index, Lead::Days(1), Made::ByStaff);
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
                let until = world.server_time() + crate::person::LEASE;
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
                let reference = &mut world.inner().reference;
                reference.paused = until.is_none();
                let since = reference.pausing.map_or(now, |pausing| pausing.since);
                reference.pausing = Some(Pausing { since, until });
            }
        }
        Act::Resume => {
            if world.window.resume(&anna(), now).is_ok() {
                crowds::end_of_pause(world);
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
                world.inner().reference.opted_out.insert(phone);
            }
        }
        Act::Stop(client) => {
            let event =
                GatewayEvent::Incoming { phone: phone(client), text: "Стоп!".to_owned(), at: None };
            let at = world.monotonic();
            // When it is heard is the program's affair.
            world.inner().pushed.push((at, event));
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
    on(world, pick, fits, meant, |person, row| person.resolve(row.id, resolution, world.window_time()));
}

/// Keeps a person's word, if it was taken.
fn settle(world: &World, row: &Notification, answer: &Changed, meant: Word) -> bool {
    if answer.is_err() {
        return false;
    }
    let links = world.window.links(row.id).unwrap_or_default();
    // A visit that was left out of the message was not in what the person saw.
    let told: Vec<Told> =
        links.iter().filter(|link| !link.dropped).map(|link| (link.booking, row.copy)).collect();
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

fn delivered(world: &World, index: u8, how: u8) {
    let at = world.monotonic();
    let mut inner = world.inner();
    let Some(index) = usize::from(index).checked_rem(inner.arrived.len()) else { return };
    let (id, phone) = (inner.arrived[index].id.clone(), inner.arrived[index].phone.clone());
    if how >= 2 {
        inner.reference.without_account.insert(phone.clone());
    }
    let status = match how {
        0 => DeliveryStatus::Delivered,
        1 => DeliveryStatus::Read,
        2 => DeliveryStatus::NoAccount,
        _ => DeliveryStatus::Failed,
    };
    inner.pushed.push((at, GatewayEvent::Delivery { id, phone, status, at: None, detail: String::new() }));
}

fn set(world: &World, setting: Setting) {
    let (now, monotonic) = (world.window_time(), world.monotonic());
    let mut locked = world.inner();
    let inner = &mut *locked;
    inner.reference.settings_changed_at = Some(monotonic);
    let settings = &mut inner.settings;
    match setting {
        Setting::Enabled(enabled) => settings.enabled = enabled,
        Setting::Delay(seconds) => settings.delay = Delay::After(TimeDelta::seconds(seconds.into())),
        Setting::Manual => {
            settings.delay = Delay::Manual;
            inner.reference.ever_manual = true;
        }
        Setting::Quiet(on) => {
            let [from, until] = QUIET.map(|(h, m)| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap());
            settings.quiet_hours = QuietHours::new(from, until).filter(|_| on);
        }
        Setting::Instance(other) => settings.whatsapp.instance_id = if other { "2" } else { "1" }.to_owned(),
        Setting::Branch(there) => {
            settings.branches = if there { vec![branch(inner.ticked)] } else { Vec::new() };
        }
        Setting::Bots(ticked) => {
            inner.ticked = ticked;
            if !settings.branches.is_empty() {
                settings.branches = vec![branch(ticked)];
            }
        }
    }
    drop(locked);
    _ = world.window.ask(RequestKind::SettingsChanged, "", now);
}

/// The branch as the owner has set it up.
fn branch(ticked: bool) -> BranchSettings {
    let mut branch = BranchSettings::new(COMPANY);
    branch.integration_user_ids = vec![BOT];
    branch.integration_user_ids.extend(ticked.then_some(ADMINISTRATOR));
    branch
}
