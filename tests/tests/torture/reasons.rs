//! The reason that a row shows is true now: judged by the journal, the settings and the servers' time
//! alone, as the page of reasons says it, and by the audit where it speaks of the past.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use engine::notification::{Notification, Reason, State};
use rusqlite::Connection;
use simulator::{Booking, Branch};

use crate::acts::Stage;

/// The lead time of the settings.
const LEAD: TimeDelta = TimeDelta::minutes(15);
/// A booking older than this when first seen waits for a person.
const OLD: TimeDelta = TimeDelta::hours(12);
/// So near to the moment at which a reason becomes true or false both are right: the program is given
/// the time of some polls to see it, and servers show whole seconds.
pub(crate) const SLACK: TimeDelta = TimeDelta::seconds(30);

/// A line of the audit.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    at: DateTime<Utc>,
    actor: String,
    what: String,
    state: String,
    reason: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, actor, what, state, reason } = self;
        write!(f, "\n    {at} {actor}: {what} -> {state} {reason}")
    }
}

/// What happened to each row, oldest first.
pub(crate) type Audit = HashMap<i64, Vec<Line>>;

pub(crate) fn audit(connection: &Connection) -> Audit {
    let mut statement = connection
        .prepare(
            "SELECT notification_id, at, actor, what, to_state, reason FROM events
             WHERE notification_id IS NOT NULL ORDER BY id",
        )
        .unwrap();
    let mut audit = Audit::new();
    let lines = statement.query_map([], |row| {
        let at = DateTime::from_timestamp_millis(row.get(1)?).unwrap_or_default();
        let line =
            Line { at, actor: row.get(2)?, what: row.get(3)?, state: row.get(4)?, reason: row.get(5)? };
        Ok((row.get(0)?, line))
    });
    for (id, line) in lines.unwrap().map(Result::unwrap) {
        audit.entry(id).or_default().push(line);
    }
    audit
}

/// Every row whose reason is not true, in a shop that has been well for a while.
pub(crate) fn false_ones(stage: &Stage) -> Vec<String> {
    let connection = Connection::open(stage.shop.dir().join("booking-monitor.db")).unwrap();
    let audit = audit(&connection);
    let mut found = Vec::new();
    for row in stage.shop.rows() {
        let history = audit.get(&row.id.0).map(Vec::as_slice).unwrap_or_default();
        let links = stage.shop.outbox.links(row.id).unwrap();
        let booking = links.first().and_then(|link| stage.shop.simulator.booking(link.booking.0));
        let judged = match &booking {
            Some(booking) => judge(stage, &row, booking, history),
            None => Err("it speaks of no booking"),
        };
        if let Err(why) = judged {
            let now = stage.shop.simulator.now();
            let history: String = history.iter().map(Line::to_string).collect();
            found.push(format!(
                "{} for {}: {why}; now it is {now}: {row:?} {booking:?}{history}",
                row.state, row.reason
            ));
        }
    }
    found
}

fn judge(stage: &Stage, row: &Notification, booking: &Booking, history: &[Line]) -> Result<(), &'static str> {
    if row.state.is_sent() || row.state == State::Sending {
        return Ok(());
    }
    let may_still_go = matches!(row.state, State::Queued | State::Waiting);
    let wanted = history.iter().any(|line| line.actor != "program" && line.what == "restore");
    if may_still_go && obstacles(stage, booking, -SLACK).iter().any(|reason| is_end(*reason, wanted)) {
        return Err("it may still go out, and the visit is cancelled, over or begun");
    }
    let happened = || history.iter().any(|line| line.reason == row.reason.as_str());
    let so = |is_so: bool, why| if is_so { Ok(()) } else { Err(why) };
    match row.reason {
        Reason::None => so(row.state == State::Queued, "no reason is given"),
        Reason::InYclients
        | Reason::Came
        | Reason::Begun
        | Reason::TooSoon
        | Reason::Bot
        | Reason::BeginsFirst => {
            so(obstacles(stage, booking, SLACK).contains(&row.reason), "it is not so, or not any more")
        }
        Reason::ByPerson => so(
            history.iter().any(|line| line.actor != "program" && line.what.contains("cancel"))
                || history.iter().any(|line| line.actor != "program" && line.reason == "by_person"),
            "nobody said so",
        ),
        Reason::Old => so(
            history.first().is_some_and(|first| first.at - booking.created_at > OLD - SLACK),
            "it was seen within twelve hours",
        ),
        Reason::ToldElsewhere => {
            so(stage.elsewhere.phones.contains(&row.phone), "nobody else has told this client")
        }
        // The program is still at it.
        Reason::LookingUp => so(row.state == State::Unknown, "nothing is looked up any more"),
        Reason::Late
        | Reason::Burst
        | Reason::ChangedAfterEdit
        | Reason::Again
        | Reason::KeepsChanging
        | Reason::NotFound
        | Reason::Rejected
        | Reason::ArrivedSaysPerson => so(happened(), "the audit has nothing of the kind"),
        Reason::NotSent | Reason::CannotCheck | Reason::GatewayNotReady => {
            Err("both servers have been well for some time")
        }
        _ => Err("no shop has anything of the kind"),
    }
}

/// Visits of which nobody is told. A person who brought one back that is marked as come meant it.
fn is_end(reason: Reason, wanted: bool) -> bool {
    matches!(reason, Reason::InYclients | Reason::Begun) || (reason == Reason::Came && !wanted)
}

/// Every reason for which a booking is not worth a message now. `slack` is given in favour of what
/// time does.
pub(crate) fn obstacles(stage: &Stage, booking: &Booking, slack: TimeDelta) -> Vec<Reason> {
    let now = stage.shop.simulator.now() + slack;
    let starts_at = Branch::default().zone.from_local_datetime(&booking.start).unwrap().to_utc();
    let window = TimeDelta::milliseconds(i64::try_from(stage.plan.delay_ms).unwrap_or_default());
    [
        (booking.deleted || booking.attendance < 0, Reason::InYclients),
        (booking.attendance == 1, Reason::Came),
        (starts_at <= now, Reason::Begun),
        (starts_at < now + LEAD, Reason::TooSoon),
        (starts_at <= now + window, Reason::BeginsFirst),
        (stage.is_bot(booking.created_user_id), Reason::Bot),
    ]
    .into_iter()
    .filter_map(|(is_so, reason)| is_so.then_some(reason))
    .collect()
}
