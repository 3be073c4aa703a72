//! One poll: ask, then commit all of it with the cursor, or nothing.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;
use tracing::{debug, info, warn};

use super::absorb::{Absorbed, Light, absorb};
use super::caution::{hold_burst, hold_told_perhaps};
use super::known::{self, BranchState};
use super::reading::{self, Sought};
use super::schedule::{FEED_LAG, FEED_MISSES, FEED_RESTS, Pass, changes, next_pass, relies_on_feed};
use super::{Monitor, PollError, Watch, fresh_branch, overtake, renew_facts_in, unread};
use crate::booking::{Booking, BookingId};
use crate::branch::{Arming, Branch};
use crate::clock::next_second;
use crate::db::StorageError;
use crate::error::Subject;
use crate::notification::{Event, Notification, NotificationId, Reason, State};
use crate::outbox::{self, Actor, RequestKind};
use crate::ports::{BookingQuery, Listing};
use crate::settings::Settings;

/// Titles and addresses change; once a day is enough.
const FACTS_HOLD: TimeDelta = TimeDelta::hours(24);

/// What could not be read of a branch is not asked for at every poll.
const ASK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// And so many of those that could not be read.
const UNREAD_LIMIT: usize = 5;

/// At most so many bookings are read one by one after a truth pass.
const REREAD_LIMIT: usize = 40;

impl Monitor {
    pub(super) async fn poll(&self, watch: &mut Watch) -> Result<(), PollError> {
        let company = watch.company;
        let state = self.outbox.db().read(|connection| known::branch_in(connection, company))?;
        let mut state = state.unwrap_or_else(fresh_branch);
        let (now, era) = (self.clock.now(), self.vigil.era());
        let facts_are_old = state.facts_at.is_none_or(|at| now - at >= FACTS_HOLD || at > now);
        let needs_baseline = state.baseline_at.is_none() && state.baseline_begun_at.is_none();
        if facts_are_old || needs_baseline {
            self.read_facts(watch, &mut state).await?;
        }
        let branch = Branch::new(&self.settings, company, &state.facts)?;
        let unseen = self.unseen_since(state.last_checked_at, now);
        // A branch that was refused was out of sight, however short.
        let gap_at = if state.stopped { Some(now) } else { watch.gap_at.or_else(|| unseen.map(|_| now)) };
        let pass = next_pass(&state, branch.zone, now, watch.whole || gap_at.is_some());
        let query = match pass {
            Pass::Baseline => BookingQuery::VisitsFrom(branch.local(now).date()),
            Pass::Truth { from, to } => BookingQuery::Created { from, to },
            Pass::Fast { after } => BookingQuery::ChangedAfter(after),
        };
        let listing = self.bookings.list(company, &query).await?;
        // What it brings is judged by the time now, which a sleep meanwhile has made unsure.
        self.vigil.observe(&self.outbox, &self.settings)?;
        if !self.vigil.is_confirmed() || self.vigil.era() != era {
            return Err(PollError::Time);
        }
        let listed: Vec<BookingId> = listing.bookings.iter().map(|booking| booking.id).collect();
        let authors =
            listing.bookings.iter().map(|booking| booking.created_by).filter(|user| *user > 0).collect();
        self.commit(watch, state.clone(), &branch, pass, listing, gap_at)?;
        if matches!(pass, Pass::Truth { .. }) {
            self.look_again(watch, &branch).await?;
            self.reread(watch, &branch, &listed).await?;
            self.look_at_unread(watch, &branch).await?;
            if !relies_on_feed(&state, now) {
                self.read_changes(watch, &branch).await?;
            }
        }
        self.desktop.all_clear(Subject::Branch(company.0));
        self.name_authors(watch, &authors).await;
        Ok(())
    }

    /// A feed that misses new bookings may still show what became of older ones, which no truth pass reads.
    async fn read_changes(&self, watch: &Watch, branch: &Branch<'_>) -> Result<(), PollError> {
        let state = self.outbox.db().read(|connection| known::branch_in(connection, watch.company))?;
        let state = state.unwrap_or_else(fresh_branch);
        let Some(baseline_at) = state.baseline_at else { return Ok(()) };
        let pass = changes(&state, baseline_at, branch.zone);
        let Pass::Fast { after } = pass else { return Ok(()) };
        let listing = self.bookings.list(watch.company, &BookingQuery::ChangedAfter(after)).await?;
        Ok(self.commit(watch, state, branch, pass, listing, None)?)
    }

    /// Title, address and zone; before a baseline also the server's clock.
    async fn read_facts(&self, watch: &mut Watch, state: &mut BranchState) -> Result<(), PollError> {
        let now = self.clock.now();
        let known_before = state.facts_at.is_some() && state.baseline_at.is_some();
        if known_before && watch.facts_asked_at.is_some_and(|at| at <= now && now - at < ASK_AGAIN) {
            return Ok(());
        }
        let answer = match self.bookings.branch(watch.company).await {
            Ok(answer) => answer,
            // Yesterday's address serves, but a baseline begins with a word from the server. Whether
            // the branch may be read at all is the listing's to say.
            Err(error) if known_before => {
                watch.facts_asked_at = Some(now);
                warn!(branch = %watch.company, error = error.in_log(), "the branch's facts could not be read again");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let now = self.clock.now();
        state.facts = answer.facts.or_zone_of(&state.facts);
        state.facts_at = Some(now);
        if state.baseline_at.is_none() && state.baseline_begun_at.is_none() {
            // Creation is stamped by the second and by the server's clock: the
            // baseline is the next whole second there. Waiting for it to pass
            // leaves no booking that is neither before nor after.
            let (baseline_at, wait) = match answer.server_time {
                // `Date` has whole seconds: the next one has begun there when one has passed here.
                Some(server) => (next_second(server), TimeDelta::seconds(1)),
                None => (next_second(now), next_second(now) - now),
            };
            tokio::time::sleep(wait.to_std().unwrap_or_default()).await;
            state.baseline_begun_at = Some(baseline_at);
        }
        let (facts, begun_at) = (state.facts.clone(), state.baseline_begun_at);
        self.outbox.db().write(|tx| {
            let mut stored = known::branch_in(tx, watch.company)?.unwrap_or_else(fresh_branch);
            stored.baseline_begun_at = begun_at;
            known::put_branch_in(tx, watch.company, &stored)?;
            renew_facts_in(tx, &self.settings, &self.instance, watch.company, facts, now)
        })?;
        Ok(())
    }

    /// Bookings, rows and cursor in one transaction.
    fn commit(
        &self,
        watch: &Watch,
        before: BranchState,
        branch: &Branch<'_>,
        pass: Pass,
        listing: Listing,
        gap_at: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let company = watch.company;
        let now = self.clock.now();
        let server_time = listing.server_time.unwrap_or(now);
        let (absorbed, news) = self.outbox.db().write(|tx| {
            let mut state = known::branch_in(tx, company)?.unwrap_or(before);
            let baseline_at = state.baseline_at.or(state.baseline_begun_at).unwrap_or(now);
            // A baseline's bookings are not due because of a gap: nobody had missed them.
            let gap_at = gap_at.filter(|_| pass != Pass::Baseline);
            if let Some(gap_at) = gap_at {
                rearm(tx, branch, Some(gap_at), Released::Waits, now)?;
            }
            let light = Light {
                branch,
                instance: &self.instance,
                baseline_at,
                is_baseline: pass == Pass::Baseline,
                anew: state.anew_at.is_some(),
                gap_at,
                now,
            };
            let absorbed = absorb(tx, light, listing.bookings)?;
            let news = unread::note_in(tx, light, listing.unreadable)?;
            if !matches!(pass, Pass::Fast { .. }) {
                unread::tidy_in(tx, company, now)?;
            }
            match pass {
                Pass::Baseline => {
                    if state.anew_at.is_some() {
                        hold_told_perhaps(tx, company, baseline_at, now)?;
                    }
                    state.baseline_at = Some(baseline_at);
                    state.baseline_count = absorbed.silent;
                    state.truth_at = Some(now);
                }
                Pass::Truth { .. } => {
                    state.truth_at = Some(now);
                    count_missed(&mut state, &absorbed, baseline_at, now);
                }
                Pass::Fast { .. } => {
                    state.fast_server_at = Some(server_time);
                    trust_again(&mut state, &absorbed, now);
                }
            }
            if !matches!(pass, Pass::Truth { .. }) {
                // The truth shows only what was made lately: changes of older bookings are the
                // feed's, which must go on where it stopped. And a change stamped in the future
                // must not carry it past the present.
                let latest = absorbed.last_change_at.map(|at| at.min(server_time));
                state.last_change_at = state.last_change_at.max(latest);
            }
            state.last_checked_at = Some(now);
            state.next_poll_at = TimeDelta::from_std(self.settings.poll_interval).ok().map(|gap| now + gap);
            state.failures = 0;
            state.stopped = false;
            state.fault_code.clear();
            state.fault_detail.clear();
            state.fault_at = None;
            known::put_branch_in(tx, company, &state)?;
            Ok::<_, StorageError>((absorbed, news))
        })?;
        for unread in &news {
            warn!(branch = %company, what = %unread, "a record cannot be read: nobody is written to about it");
        }
        if pass == Pass::Baseline {
            info!(branch = %company, existing = absorbed.silent, "baseline: existing bookings are known, nobody is written to");
        } else if !absorbed.new.is_empty() || absorbed.changed > 0 {
            info!(branch = %company, new = absorbed.new.len(), changed = absorbed.changed, "bookings came in");
        }
        Ok(())
    }

    /// What is held, waits for a person or is of unknown outcome may have been
    /// cancelled in the meantime; bookings made long ago are in no listing. Some
    /// at a time, in turn. The poll is committed: what cannot be read now is read
    /// with a later one.
    async fn reread(
        &self,
        watch: &mut Watch,
        branch: &Branch<'_>,
        listed: &[BookingId],
    ) -> Result<(), StorageError> {
        let rows = self.outbox.db().read(|connection| outbox::open_of_in(connection, branch.company))?;
        let mut ids = Vec::new();
        for row in rows.iter().filter(|row| needs_reread(row)) {
            let links = self.outbox.links(row.id)?;
            ids.extend(links.into_iter().filter(|link| !link.dropped).map(|link| link.booking));
        }
        ids.retain(|id| !listed.contains(id));
        ids.sort_unstable();
        ids.dedup();
        let first = ids.partition_point(|id| *id <= watch.reread_up_to);
        ids.rotate_left(first);
        ids.truncate(REREAD_LIMIT);
        self.reread_these(watch, branch, ids).await
    }

    /// The bookings of messages that a person asked to be looked at again.
    async fn look_again(&self, watch: &mut Watch, branch: &Branch<'_>) -> Result<(), StorageError> {
        for request in self.outbox.asked()? {
            let (RequestKind::LookAgain, Ok(id)) = (request.kind, request.argument.parse()) else { continue };
            let row = self.outbox.get(NotificationId(id))?;
            if row.as_ref().is_some_and(|row| row.company != branch.company) {
                continue;
            }
            if let Some(row) = row {
                let ids = self.outbox.links(row.id)?.into_iter().map(|link| link.booking).collect();
                self.reread_these(watch, branch, ids).await?;
            }
            self.outbox.answer(request.id, self.clock.now())?;
        }
        Ok(())
    }

    /// What no listing shows any more, and could not be read when one did.
    async fn look_at_unread(&self, watch: &mut Watch, branch: &Branch<'_>) -> Result<(), StorageError> {
        let now = self.clock.now();
        let ids = self
            .outbox
            .db()
            .read(|connection| unread::to_look_at_in(connection, branch.company, UNREAD_LIMIT, now))?;
        self.reread_these(watch, branch, ids).await
    }

    async fn reread_these(
        &self,
        watch: &mut Watch,
        branch: &Branch<'_>,
        ids: Vec<BookingId>,
    ) -> Result<(), StorageError> {
        let flawed = self.outbox.db().read(|connection| unread::ids_in(connection, branch.company))?;
        for id in ids {
            let known =
                self.outbox.db().read(|connection| known::booking_in(connection, branch.company, id))?;
            let written = known.as_ref().and_then(|booking| booking.created_at);
            let sought = Sought::of(id, known.as_ref(), written.map(|at| branch.local(at).date()));
            let today = branch.local(self.clock.now()).date();
            let found = match reading::read(self.bookings.as_ref(), branch.company, &sought, today).await {
                Ok(found) => found,
                Err(error) if error.is_about_one_booking() && flawed.contains(&id) => {
                    debug!(branch = %branch.company, booking = %id, error = error.in_log(), "a booking still cannot be read");
                    let now = self.clock.now();
                    self.outbox.db().write(|tx| unread::looked_at_in(tx, branch.company, id, now))?;
                    continue;
                }
                Err(error) if error.is_about_one_booking() => {
                    warn!(branch = %branch.company, booking = %id, error = error.in_log(), "a booking could not be read again");
                    continue;
                }
                Err(error) => {
                    warn!(branch = %branch.company, error = error.in_log(), "reading open bookings again was cut short");
                    break;
                }
            };
            self.take_in(branch, id, found)?;
            watch.reread_up_to = id;
        }
        Ok(())
    }

    /// One booking, read by itself. A vanished one is taken for a deleted one.
    fn take_in(
        &self,
        branch: &Branch<'_>,
        id: BookingId,
        found: Option<Booking>,
    ) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.outbox.db().write(|tx| {
            let booking = match found {
                Some(booking) => Some(booking),
                None => known::booking_in(tx, branch.company, id)?
                    .map(|booking| Booking { deleted: true, ..booking }),
            };
            let Some(booking) = booking else { return gone_unread(tx, branch, id, now) };
            let state = known::branch_in(tx, branch.company)?.unwrap_or_default();
            absorb(tx, Light::of(branch, &self.instance, &state, now), vec![booking]).map(|_| ())
        })
    }
}

/// It is gone, and could never be read: its row says so.
fn gone_unread(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    id: BookingId,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    unread::over_in(tx, branch.company, id)?;
    let row = outbox::row_about_in(tx, branch.company, id)?.filter(unread::is_about_flaw);
    let Some(row) = row else { return Ok(()) };
    let event = Event::Withdraw { reason: Reason::InYclients };
    outbox::unless_refused(outbox::apply_in(tx, row.id, None, event, &Actor::Program, now))?;
    Ok(())
}

fn needs_reread(row: &Notification) -> bool {
    matches!(row.state, State::Waiting | State::Unknown | State::Failed)
        || (row.state == State::Queued && row.held)
}

/// Counts what the truth brought first although the feed was asked after it was written. Twice, and
/// the branch is read whole every time for a day.
fn count_missed(
    state: &mut BranchState,
    absorbed: &Absorbed,
    baseline_at: DateTime<Utc>,
    now: DateTime<Utc>,
) {
    let Some(asked_at) = state.fast_server_at.filter(|_| state.fast_feed) else { return };
    let missed = absorbed
        .new
        .iter()
        .filter(|(_, created_at)| created_at.is_some_and(|at| at >= baseline_at && at <= asked_at - FEED_LAG))
        .count();
    state.feed_misses = state.feed_misses.saturating_add(i64::try_from(missed).unwrap_or(i64::MAX));
    if state.feed_misses >= FEED_MISSES {
        state.fast_feed = false;
        state.feed_until = Some(now + FEED_RESTS);
        warn!(
            missed = state.feed_misses,
            "the feed of changes misses bookings: everything is read every time for a day"
        );
    }
}

/// A feed that brings a new booking first works, and one that was caught is tried again after its day.
fn trust_again(state: &mut BranchState, absorbed: &Absorbed, now: DateTime<Utc>) {
    if !state.fast_feed && relies_on_feed(state, now) {
        info!("the feed of changes is tried again");
        (state.fast_feed, state.feed_misses, state.feed_until) = (true, 0, None);
    } else if state.fast_feed && !absorbed.new.is_empty() {
        state.feed_misses = 0;
    }
}

/// The same in every branch of the settings.
pub(crate) fn rearm_all(
    tx: &Transaction<'_>,
    settings: &Settings,
    gap_at: Option<DateTime<Utc>>,
    released: Released,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    for branch in &settings.branches {
        let state = known::branch_in(tx, branch.company_id)?.unwrap_or_default();
        if let Ok(branch) = Branch::new(settings, branch.company_id, &state.facts) {
            rearm(tx, &branch, gap_at, released, now)?;
        }
    }
    Ok(())
}

/// What a gap makes of a message that a person let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Released {
    /// Nobody could look meanwhile: a window like the others.
    Waits,
    /// The person was there all the while.
    Goes,
}

/// A fresh window for what is queued in a branch, for nobody could see the old
/// one. What is late by now waits for a person, and so does everything when
/// there is much of it. A row is armed once for each gap.
fn rearm(
    tx: &Transaction<'_>,
    branch: &Branch<'_>,
    gap_at: Option<DateTime<Utc>>,
    released: Released,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let queued = outbox::open_of_in(tx, branch.company)?;
    let goes_on = |row: &Notification| row.held || (row.released && released == Released::Goes);
    for row in queued.into_iter().filter(|row| row.state == State::Queued && !goes_on(row)) {
        if gap_at.is_some() && row.gap_at == gap_at {
            continue;
        }
        let armed = match branch.arm_again(now, row.starts_at) {
            Arming::Due(due_at) => Event::Rearm { due_at: due_at.max(row.due_at), gap_at },
            Arming::Ask(reason) => Event::Wait { reason, detail: String::new() },
        };
        let event = row.fate(now, true).unwrap_or(armed);
        outbox::unless_refused(overtake(tx, Some(branch), &row, event, now))?;
    }
    match gap_at {
        Some(gap_at) => hold_burst(tx, branch.company, gap_at, now),
        None => Ok(()),
    }
}
