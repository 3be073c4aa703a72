//! The whole desk: what is open, what is wrong, who works.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use engine::db::StorageError;
use engine::desk::OwnerLock;
use engine::notification::State;
use engine::settings::Settings;

use super::{Viewer, faults};
use crate::contract::{Branch, Counts, Desk, Gateway, PauseView};
use crate::session::{Session, instance};
use crate::time::{day_of, day_start, rfc3339};

/// A cancelled row stays in sight this long, with a way back.
const CANCELLED_STAYS: TimeDelta = TimeDelta::seconds(10);

/// Branches and a gateway account are named. Whether their tokens are good is what faults tell.
pub(crate) fn is_set_up(settings: &Settings) -> bool {
    !settings.branches.is_empty() && !settings.whatsapp.instance_id.trim().is_empty()
}

/// The first known zone of the settings' branches: that of the desk itself.
pub(crate) fn desk_zone(session: &Session, settings: &Settings) -> Result<Tz, StorageError> {
    for branch in &settings.branches {
        if let Ok(zone) = session.branch(branch.company_id)?.facts.time_zone.parse() {
            return Ok(zone);
        }
    }
    Ok(Tz::UTC)
}

/// The desk at `now`.
pub(crate) fn desk(session: &Session, now: DateTime<Utc>) -> Result<Desk, StorageError> {
    let snapshot = session.snapshot();
    let settings = &*snapshot.settings;
    let outbox = &session.outbox;
    let mut viewer = Viewer::new(session, settings, now);
    let state = outbox.desk()?;
    let working = state.owner.is_some() && OwnerLock::is_held(&session.dir);

    let mut open = outbox.open_rows()?;
    open.extend(outbox.cancelled_since(now - CANCELLED_STAYS)?);
    open.sort_by_key(|row| (row.due_at, row.id));
    let changed = outbox.changed_after_sent(now)?;

    let mut branches = Vec::new();
    let mut found = Vec::new();
    for branch in &settings.branches {
        let company = branch.company_id;
        let known = viewer.branch(company)?.clone();
        let title = session.branch_title(company.0, &known);
        faults::of_branch(&mut found, company, &title, &known, settings.language);
        branches.push(Branch {
            company_id: company.0,
            title,
            zone: known.facts.time_zone.clone(),
            baseline_at: known.baseline_at.map(rfc3339),
            baseline_count: known.baseline_count,
            last_poll_at: known.last_checked_at.map(rfc3339),
            next_poll_at: known.next_poll_at.map(rfc3339),
            truth_only: known.baseline_at.is_some() && !known.fast_feed,
            stopped: known.stopped,
        });
    }
    let set_up = is_set_up(settings);
    faults::of_rival(&mut found, state.rival.as_ref(), settings.language);
    faults::of_gateway(&mut found, &state.gateway, settings.language);
    faults::of_account(&mut found, &state.gateway, settings.language);
    faults::of_clock(&mut found, &state.clock, settings.language);
    faults::of_program(&mut found, &outbox.stumbles()?, settings.language);
    faults::of_settings(&mut found, snapshot.error.as_ref(), settings.language);
    if !working && set_up {
        faults::of_owner(&mut found, &state, settings.language);
    }

    let zone = desk_zone(session, settings)?;
    let today = day_start(zone, day_of(zone, now));
    let tally = outbox.tally(today, today + TimeDelta::days(2))?;
    let queued = open.iter().filter(|row| matches!(row.state, State::Queued | State::Sending)).count();
    let counts = Counts {
        queued: i64::try_from(queued).unwrap_or(i64::MAX),
        waiting: outbox.needing_a_person(now)?,
        sent_today: tally.sent,
        delivered_today: tally.delivered,
        undelivered_today: tally.undelivered,
        skipped_today: tally.skipped,
    };
    let last_delivered = outbox.last_delivered()?;
    Ok(Desk {
        now: rfc3339(now),
        working,
        enabled: settings.enabled,
        pause: state
            .paused(now)
            .map(|pause| PauseView { since: rfc3339(pause.since), until: pause.until.map(rfc3339) }),
        rows: viewer.rows(&open)?,
        changed_after_sent: viewer.rows(&changed)?,
        faults: found,
        last_poll_at: branches.iter().filter_map(|branch| branch.last_poll_at.clone()).max(),
        next_poll_at: branches.iter().filter_map(|branch| branch.next_poll_at.clone()).min(),
        branches,
        gateway: Gateway {
            instance: instance(settings),
            ready: state.gateway.state == "authorised" && state.gateway.fault.is_empty(),
            state: state.gateway.state,
            state_at: state.gateway.state_at.map(rfc3339),
        },
        last_delivered_at: last_delivered.as_ref().and_then(|row| row.delivered_at).map(rfc3339),
        last_delivered_to: last_delivered.map(|row| row.client_name).unwrap_or_default(),
        counts,
        set_up,
    })
}

/// The next instant at which the desk looks different though nobody wrote anything: a cancelled
/// row goes, an editor's hold or the pause ends, a visit begins.
pub(crate) fn next_change(
    session: &Session,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let outbox = &session.outbox;
    let cancelled = outbox.cancelled_since(now - CANCELLED_STAYS)?;
    let gone = cancelled.iter().filter_map(|row| row.finished_at).map(|at| at + CANCELLED_STAYS);
    let open = outbox.open_rows()?;
    let of_rows = open.iter().flat_map(|row| [Some(row.starts_at), row.lease_until].into_iter().flatten());
    let pause = outbox.desk()?.pause.and_then(|pause| pause.until);
    Ok(gone.chain(of_rows).chain(pause).filter(|at| now < *at).min())
}
