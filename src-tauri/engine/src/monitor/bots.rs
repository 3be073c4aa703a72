//! What another list of the bot's users would do to the messages of a branch that are not sent,
//! told before it is saved.
//!
//! Nothing is written. Each row is judged by its bookings as they are known, once by the users that
//! are ticked and once by those that would be, with the rules that will judge it then.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::absorb::Light;
use super::again::SPREAD;
use super::caution::BURST;
use super::known;
use super::recheck::{Verdict, Visit, by_recipient, fresh_row, judge, recheck};
use crate::booking::{Booking, CompanyId};
use crate::branch::Branch;
use crate::db::StorageError;
use crate::notification::{Event, Kind, Notification, Reason, State};
use crate::outbox::{self, Link, Outbox};
use crate::settings::Settings;

/// Rows that another list of the bot's users would touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touched {
    /// Kept back as the bot's, and worth a message then.
    pub back: usize,
    /// Of these, what would go into the queue and leave by itself; the others come back as they
    /// were or wait for a person.
    pub leaving: usize,
    /// Not sent yet, and the bot's then.
    pub withdrawn: usize,
    /// About several visits, and made anew with more of them or fewer.
    pub remade: usize,
}

/// What ticking `bots` as a branch's bot, and nobody else there, would do now.
pub fn touched_by_bots(
    outbox: &Outbox,
    settings: &Settings,
    (company, bots): (CompanyId, &[i64]),
    instance: &str,
    now: DateTime<Utc>,
) -> Result<Touched, StorageError> {
    let mut proposed = settings.clone();
    let Some(branch) = proposed.branches.iter_mut().find(|branch| branch.company_id == company) else {
        return Ok(Touched::default());
    };
    let ticked = std::mem::replace(&mut branch.integration_user_ids, bots.to_vec());
    let turned = |user: i64| ticked.contains(&user) != bots.contains(&user);
    outbox.db().read(|connection| {
        let state = known::branch_in(connection, company)?.unwrap_or_default();
        let facts = &state.facts;
        let (Ok(is), Ok(would_be)) =
            (Branch::new(settings, company, facts), Branch::new(&proposed, company, facts))
        else {
            return Ok(Touched::default());
        };
        let lights = (Light::of(&is, instance, &state, now), Light::of(&would_be, instance, &state, now));
        let mut touched = count_open(connection, lights, turned)?;
        (touched.back, touched.leaving) = count_ended(connection, lights, turned)?;
        Ok(touched)
    })
}

/// A row's bookings as far as they are known, in its order.
fn known_of(
    connection: &Connection,
    company: CompanyId,
    links: &[Link],
) -> Result<Vec<Booking>, StorageError> {
    let seen = links.iter().map(|link| known::booking_in(connection, company, link.booking));
    seen.filter_map(Result::transpose).collect()
}

fn count_open(
    connection: &Connection,
    (is, would_be): (Light<'_>, Light<'_>),
    turned: impl Fn(i64) -> bool,
) -> Result<Touched, StorageError> {
    let mut touched = Touched::default();
    let company = is.branch.company;
    for row in outbox::open_of_in(connection, company)? {
        if row.kind == Kind::Test || !matches!(row.state, State::Queued | State::Waiting | State::Failed) {
            continue;
        }
        let links = outbox::links_in(connection, row.id)?;
        let seen = known_of(connection, company, &links)?;
        let look_up = |id| seen.iter().find(|booking| booking.id == id).cloned();
        if !seen.iter().any(|booking| turned(booking.created_by))
            || links.iter().any(|link| !link.dropped && look_up(link.booking).is_none())
        {
            continue;
        }
        let imported = outbox::imported_of_in(connection, company, &links)?;
        let verdict = |light: Light<'_>| recheck(light.branch, &row, &links, &imported, look_up, light.now);
        match (verdict(is), verdict(would_be)) {
            (Verdict::Over(_), _) => {}
            (_, Verdict::Over(Event::Withdraw { reason: Reason::Bot })) => touched.withdrawn += 1,
            (Verdict::Unchanged | Verdict::Noted(_), Verdict::Changed(_)) => touched.remade += 1,
            _ => {}
        }
    }
    Ok(touched)
}

/// How many come back, and how many of them leave by themselves.
fn count_ended(
    connection: &Connection,
    (is, would_be): (Light<'_>, Light<'_>),
    turned: impl Fn(i64) -> bool,
) -> Result<(usize, usize), StorageError> {
    let (mut back, mut leaving, mut alone) = (0, 0, 0);
    let mut recipients = HashSet::new();
    for row in outbox::ended_in(connection, is.branch.company, is.now - SPREAD)? {
        let links = outbox::links_in(connection, row.id)?;
        let seen = known_of(connection, is.branch.company, &links)?;
        if !seen.iter().any(|booking| turned(booking.created_by)) {
            continue;
        }
        if !worth(connection, is, &row, &seen)?.is_empty() {
            continue;
        }
        let visits = worth(connection, would_be, &row, &seen)?;
        if visits.is_empty() {
            continue;
        }
        back += 1;
        let (kept, _) = by_recipient(visits);
        if !leaves(connection, would_be, &row, &kept)? {
            continue;
        }
        leaving += 1;
        // What is booked for one client becomes one message.
        let facts = kept.first().map(|(_, facts)| facts).filter(|_| row.was.is_none());
        alone += match facts {
            Some(facts) => {
                let joined = outbox::gather_target_in(
                    connection,
                    row.company,
                    facts,
                    would_be.instance,
                    would_be.now,
                )?;
                let recipient = (facts.client_id, facts.phone.clone(), facts.client_name.clone());
                usize::from(joined.is_none() && recipients.insert(recipient))
            }
            None => 1,
        };
    }
    Ok((back, if alone > BURST { 0 } else { leaving }))
}

/// The visits of an ended row that are worth a message.
fn worth(
    connection: &Connection,
    light: Light<'_>,
    row: &Notification,
    seen: &[Booking],
) -> Result<Vec<Visit>, StorageError> {
    let Light { branch, now, .. } = light;
    let never_queued = row.first_due_at.is_none() && row.was.is_none() && !row.wanted;
    let as_new = row.was.as_ref().is_none_or(|was| was.state == State::Queued)
        && !(row.held || row.is_edited() || row.wanted);
    let mut visits = Vec::new();
    for booking in seen {
        let silent = never_queued && !light.anew && is_before_baseline(booking, light);
        if silent || outbox::is_imported(connection, booking.company, booking.id)? {
            continue;
        }
        let Ok(facts) = judge(branch, booking, row.wanted, now) else { continue };
        let ahead = !as_new || branch.is_ahead(&facts, now).is_ok();
        if ahead && !outbox::is_opted_out(connection, facts.phone.as_str())? {
            visits.push((booking.clone(), facts));
        }
    }
    Ok(visits)
}

fn is_before_baseline(booking: &Booking, light: Light<'_>) -> bool {
    booking.created_at.is_some_and(|at| at < light.baseline_at)
}

/// Whether a row that comes back gets a window of its own, rather than what it was or a person's look.
fn leaves(
    connection: &Connection,
    light: Light<'_>,
    row: &Notification,
    kept: &[Visit],
) -> Result<bool, StorageError> {
    let asked = row.was.as_ref().is_some_and(|was| match was.state {
        State::Waiting => !was.reason.lifts(),
        State::Failed => true,
        _ => false,
    });
    let told_perhaps = light.anew && kept.iter().any(|(booking, _)| is_before_baseline(booking, light));
    if asked || told_perhaps || row.held || row.is_edited() || row.copy > 0 || row.is_long_past(light.now) {
        return Ok(false);
    }
    let fresh = fresh_row(light.branch, kept, light.instance, light.now);
    Ok(fresh.state == State::Queued && !outbox::may_have_been_sent_in(connection, row.id)?)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use tokio::test;

    use super::*;
    use crate::booking::BookingId;
    use crate::fakes::{ADMINISTRATOR, BOT, COMPANY, INSTANCE, Shop};
    use crate::outbox::Actor;
    use crate::ports::Clock;

    /// A second administrator.
    const OLGA: i64 = 1002;

    /// Polled every five seconds, with the baseline done and the administrator ticked as the bot by mistake.
    async fn mistaken() -> Shop {
        let mut shop = Shop::polled_every(5);
        shop.baseline().await;
        shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
        shop
    }

    fn touched(shop: &Shop, bots: &[i64]) -> Touched {
        touched_by_bots(&shop.outbox, &shop.settings, (COMPANY, bots), INSTANCE, shop.clock.now()).unwrap()
    }

    /// Saves the list and lets the desk work for a minute.
    async fn tick(shop: &mut Shop, bots: &[i64]) {
        shop.settings.branches[0].integration_user_ids = bots.to_vec();
        shop.open(shop.pass(60)).await;
    }

    fn told(shop: &Shop) -> usize {
        shop.messenger.texts().len()
    }

    #[test(start_paused = true)]
    async fn a_few_that_come_right_are_counted_and_then_told() {
        let mut shop = mistaken().await;
        for id in 1..=3 {
            shop.book(id);
        }
        shop.open(shop.pass(20)).await;
        assert_eq!(touched(&shop, &[BOT]), Touched { back: 3, leaving: 3, ..Touched::default() });
        assert_eq!(touched(&shop, &[BOT, ADMINISTRATOR]), Touched::default(), "as it is");
        assert_eq!(touched(&shop, &[ADMINISTRATOR]), Touched::default(), "the bot made none");
        tick(&mut shop, &[BOT]).await;
        assert_eq!(told(&shop), 3);
    }

    #[test(start_paused = true)]
    async fn of_more_than_five_none_leaves_by_itself_unless_they_are_one_client_s() {
        let mut shop = mistaken().await;
        for id in 1..=6 {
            shop.book(id);
        }
        shop.open(shop.pass(20)).await;
        assert_eq!(touched(&shop, &[BOT]), Touched { back: 6, leaving: 0, ..Touched::default() });
        tick(&mut shop, &[BOT]).await;
        assert_eq!((told(&shop), shop.about(6).state), (0, State::Waiting));

        let mut shop = mistaken().await;
        for id in 1..=6 {
            shop.book_with(id, |booking| booking.client = crate::fakes::booking(1, &shop.clock).client);
        }
        shop.open(shop.pass(20)).await;
        assert_eq!(touched(&shop, &[BOT]), Touched { back: 6, leaving: 6, ..Touched::default() });
        tick(&mut shop, &[BOT]).await;
        assert_eq!(told(&shop), 1);
    }

    #[test(start_paused = true)]
    async fn what_else_stands_in_the_way_is_not_counted() {
        let mut shop = Shop::polled_every(5);
        shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
        shop.book(1);
        shop.baseline().await;
        shop.book_with(2, |booking| booking.client = None);
        let soon = shop.clock.now() + TimeDelta::minutes(5);
        shop.book_with(3, |booking| {
            booking.starts_local = Some(soon.with_timezone(&chrono_tz::Europe::Moscow).naive_local());
        });
        shop.outbox.opt_out("+79160000004", "person", &Actor::Program, shop.clock.now()).unwrap();
        shop.book(4);
        shop.outbox.import_bots_bookings(&[BookingId(5)], &Actor::Program, shop.clock.now()).unwrap();
        shop.book(5);
        shop.open(shop.pass(20)).await;
        assert_eq!(touched(&shop, &[BOT]), Touched::default());
        tick(&mut shop, &[BOT]).await;
        assert_eq!(told(&shop), 0);
    }

    #[test(start_paused = true)]
    async fn what_comes_back_late_or_held_is_counted_and_does_not_leave_by_itself() {
        let mut shop = mistaken().await;
        shop.settings.branches[0].integration_user_ids.pop();
        shop.book(1);
        shop.open(async {
            shop.pass(10).await;
            shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap();
        })
        .await;
        shop.settings.branches[0].integration_user_ids.push(ADMINISTRATOR);
        shop.book(2);
        shop.open(async {
            shop.pass(20).await;
            // Held rows are looked at when their bookings change; then it is the bot's.
            shop.bookings.change(1, &shop.clock, |booking| booking.services[0].price += 100);
            shop.pass(20).await;
        })
        .await;
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Cancelled, Reason::Bot));
        shop.clock.jump(TimeDelta::hours(13));
        assert_eq!(touched(&shop, &[BOT]), Touched { back: 2, leaving: 0, ..Touched::default() });
        tick(&mut shop, &[BOT]).await;
        assert!(shop.about(1).held);
        assert_eq!(shop.about(2).reason, Reason::Again);
    }

    #[test(start_paused = true)]
    async fn what_is_not_sent_and_the_bot_s_then_is_counted_and_does_not_go() {
        let mut shop = Shop::polled_every(5);
        shop.baseline().await;
        for id in 1..=2 {
            shop.book(id);
        }
        shop.book_with(3, |booking| booking.created_by = OLGA);
        shop.open(async {
            shop.pass(10).await;
            shop.person().hold(shop.about(2).id, shop.clock.now()).unwrap();
        })
        .await;
        let ticked = [BOT, ADMINISTRATOR];
        assert_eq!(touched(&shop, &ticked), Touched { withdrawn: 2, ..Touched::default() });
        tick(&mut shop, &ticked).await;
        assert_eq!(shop.messenger.phones(), ["+79160000003"]);
        assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Cancelled, Reason::Bot));
    }

    #[test(start_paused = true)]
    async fn a_message_that_goes_on_with_fewer_visits_is_counted_as_made_anew() {
        let mut shop = Shop::polled_every(5);
        shop.baseline().await;
        shop.book(1);
        shop.book_with(2, |booking| {
            booking.created_by = OLGA;
            booking.client = crate::fakes::booking(1, &shop.clock).client;
            booking.starts_local = booking.starts_local.map(|at| at + TimeDelta::hours(3));
        });
        shop.open(shop.pass(10)).await;
        let ticked = [BOT, OLGA];
        assert_eq!(touched(&shop, &ticked), Touched { remade: 1, ..Touched::default() });
        tick(&mut shop, &ticked).await;
        shop.open(shop.pass(60)).await;
        assert!(shop.messenger.texts()[0].contains("15:00"), "{:?}", shop.messenger.texts());
        assert!(!shop.messenger.texts()[0].contains("18:00"), "{:?}", shop.messenger.texts());
    }

    #[test(start_paused = true)]
    async fn a_branch_that_is_not_in_the_settings_has_nothing_to_touch() {
        let shop = mistaken().await;
        let answer =
            touched_by_bots(&shop.outbox, &shop.settings, (CompanyId(1), &[]), INSTANCE, shop.clock.now());
        assert_eq!(answer.unwrap(), Touched::default());
    }
}
