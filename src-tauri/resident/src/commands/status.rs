//! `status`: the desk at a glance, from the database alone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::booking::CompanyId;
use engine::db;
use engine::desk::OwnerLock;
use engine::error::FaultCode;
use engine::monitor::known::BranchState;
use engine::outbox::{MANY_FIRST_CONTACTS, Outbox, Stumble};
use engine::settings::Settings;

use crate::failure::Failure;
use crate::output::{Out, Tone, pad, paint};
use crate::session::Session;
use crate::views::{Branches, Seen, SeenBranch, Status};
use crate::when::{self, Day};
use crate::{words, world};

/// As wide as the longest label.
const LABEL: usize = 11;

/// So many bookings that cannot be read are named; the rest is in the list.
const MOST_UNREAD: usize = 5;

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let settings = session.settings()?;
    let outbox = session.outbox()?;
    let now = session.now();
    let mut branches = Branches::new(&outbox);
    let zone = branches.desk_zone(&settings)?;
    let seen = look(session, &outbox, &settings, &mut branches, zone, now)?;
    if session.json {
        let status = Status::of(seen, &settings, now);
        return session.out.json(&status);
    }
    print(&mut session.out, &seen, &settings, zone, now)
}

fn look(
    session: &Session,
    outbox: &Outbox,
    settings: &Settings,
    branches: &mut Branches<'_>,
    zone: Option<Tz>,
    now: DateTime<Utc>,
) -> Result<Seen, Failure> {
    let desk = outbox.desk()?;
    let owned = desk.owner.is_some() && OwnerLock::is_held(&session.dir);
    let mut states = Vec::new();
    for branch in &settings.branches {
        states.push(branches.seen(branch.company_id)?);
    }
    let today = Day::Today.date(zone.unwrap_or(Tz::UTC), now);
    let today = when::day_start(zone.unwrap_or(Tz::UTC), today);
    let counts = outbox.counts(today)?;
    let instance = world::instance(settings);
    let first_contacts = outbox.first_contacts(&instance, today)?;
    let storage = db::try_writing(&session.dir).err();
    let (stumbles, stops, aside) = (outbox.stumbles()?, outbox.stop_wishes_count()?, outbox.aside()?);
    Ok(Seen {
        desk,
        owned,
        branches: states,
        instance,
        first_contacts,
        stumbles,
        storage,
        stops,
        aside,
        counts,
    })
}

fn print(
    out: &mut Out,
    seen: &Seen,
    settings: &Settings,
    zone: Option<Tz>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let language = settings.language;
    let row = |label: &str, text: &str| format!("{}{text}", paint(Tone::Quiet, pad(label, LABEL)));
    let labels = words::status::labels(language);

    let owner = seen.desk.owner.as_ref().filter(|_| seen.owned);
    let tone = if owner.is_some() { Tone::Good } else { Tone::Attention };
    let since = owner.map(|owner| (owner.pid, local(owner.since, zone)));
    out.line(row(labels.owner, &paint(tone, words::status::owner(since, language))))?;

    let sending = if let Some((doubt, _)) = seen.desk.doubt {
        paint(Tone::Bad, words::fault(doubt.code(), language))
    } else if seen.desk.rival.is_some() {
        paint(Tone::Bad, words::fault(FaultCode::AnotherMonitor, language))
    } else if !settings.enabled {
        paint(Tone::Attention, words::status::switched_off(language))
    } else if let Some(pause) = seen.desk.paused(now) {
        paint(Tone::Attention, words::status::paused(pause.until.map(|until| local(until, zone)), language))
    } else {
        words::status::sending(language).to_owned()
    };
    out.line(row(labels.sending, &sending))?;
    if let Some(error) = &seen.storage {
        let fault = engine::words::fault(error.code(), language);
        out.line(row(labels.data, &paint(Tone::Bad, format!("{} {}", fault.what, fault.means))))?;
        out.line(row("", &paint(Tone::Quiet, error)))?;
    }

    if settings.branches.is_empty() {
        out.line(row(labels.branch, &paint(Tone::Attention, words::status::no_branches(language))))?;
    }
    for SeenBranch { company, state, unread } in &seen.branches {
        out.line(row(labels.branch, &branch(*company, state, settings, zone, now)))?;
        if !state.fault_code.is_empty() {
            let fault = words::fault_word(&state.fault_code, language);
            out.line(row("", &paint(Tone::Bad, fault)))?;
            out.line(row("", &paint(Tone::Quiet, &state.fault_detail)))?;
        }
        if !unread.is_empty() {
            out.line(row("", &paint(Tone::Attention, words::status::unread(unread.len(), language))))?;
            for (id, flaw) in unread.iter().take(MOST_UNREAD) {
                let what = engine::words::unreadable::unread(*id, flaw, language);
                out.line(row("", &paint(Tone::Quiet, what)))?;
            }
        }
    }

    let told = &seen.desk.gateway;
    let at = told.state_at.map(|at| local(at, zone));
    out.line(row(labels.gateway, &words::status::gateway(&seen.instance, &told.state, at, language)))?;
    if !told.fault.is_empty() {
        out.line(row("", &paint(Tone::Bad, words::fault_word(&told.fault, language))))?;
        out.line(row("", &paint(Tone::Quiet, &told.detail)))?;
    }
    if !told.amiss.is_empty() {
        let fault = words::fault(FaultCode::GatewaySettings, language);
        out.line(row("", &paint(Tone::Bad, fault)))?;
        out.line(row("", &paint(Tone::Quiet, &told.amiss)))?;
    }
    if seen.first_contacts >= MANY_FIRST_CONTACTS {
        let warning = words::status::first_contacts(seen.first_contacts, language);
        out.line(row("", &paint(Tone::Attention, warning)))?;
    }
    if seen.stops > 0 {
        out.line(row("", &paint(Tone::Attention, words::stops::undecided(seen.stops, language))))?;
    }
    if !seen.aside.is_empty() {
        out.line(row("", &paint(Tone::Attention, words::stops::aside(&seen.aside, language))))?;
    }
    if let Some(fault) = seen.desk.clock.fault() {
        out.line(row(labels.clock, &paint(Tone::Attention, words::fault(fault, language))))?;
        out.line(row("", &paint(Tone::Quiet, &seen.desk.clock.detail)))?;
    }
    if !seen.stumbles.is_empty() {
        out.line(row(labels.program, &paint(Tone::Bad, words::fault(FaultCode::PartStumbled, language))))?;
        for Stumble { part, last_at, times, .. } in &seen.stumbles {
            let what = engine::words::part(*part, language);
            let stumbled = words::status::stumbled(&what, *times, &local(*last_at, zone), language);
            out.line(row("", &paint(Tone::Quiet, stumbled)))?;
        }
    }
    out.line(row(labels.queue, &words::status::counts(&seen.counts, language)))
}

fn branch(
    company: CompanyId,
    state: &BranchState,
    settings: &Settings,
    zone: Option<Tz>,
    now: DateTime<Utc>,
) -> String {
    let language = settings.language;
    let name = match state.facts.title.as_str() {
        "" => company.to_string(),
        title => format!("{title} ({company})"),
    };
    let read = words::status::polled(
        state.last_checked_at.map(|at| local(at, zone)),
        state.baseline_count,
        state.next_poll_at.filter(|at| *at > now && !state.stopped).map(|at| when::countdown(at - now)),
        state.fast_feed,
        language,
    );
    format!("{name} · {read}")
}

/// The wall clock of the desk; before its zone is known, UTC by name.
fn local(at: DateTime<Utc>, zone: Option<Tz>) -> String {
    match zone {
        Some(zone) => when::clock_seconds(at.with_timezone(&zone).time()),
        None => format!("{} UTC", when::clock_seconds(at.time())),
    }
}
