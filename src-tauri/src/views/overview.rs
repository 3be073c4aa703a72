//! Today in five numbers, fourteen days, and how old the queue is.

use chrono::{DateTime, Days, Utc};
use engine::db::StorageError;
use engine::notification::State;
use engine::outbox::AsideCount;

use super::desk_zone;
use crate::contract::{DayTally, LikelyClient, Overview, StopWish};
use crate::session::Session;
use crate::time::{day_end, day_of, day_start, rfc3339};

const DAYS: u64 = 14;

pub(crate) fn overview(session: &Session, now: DateTime<Utc>) -> Result<Overview, StorageError> {
    let settings = session.settings();
    let outbox = &session.outbox;
    let zone = desk_zone(session, &settings)?;
    let today = day_of(zone, now);
    let mut days = Vec::new();
    for back in (0..DAYS).rev() {
        let day = today.checked_sub_days(Days::new(back)).unwrap_or(today);
        let tally = outbox.tally(day_start(zone, day), day_end(zone, day))?;
        days.push(DayTally {
            day: day.to_string(),
            sent: tally.sent,
            delivered: tally.delivered,
            undelivered: tally.undelivered,
        });
    }
    let tally = outbox.tally(day_start(zone, today), day_end(zone, today))?;
    // Before the counts: what comes between the two is shown and not yet named as seen.
    let aside_last = outbox.aside_rows()?.last().map_or(0, |row| row.id);
    let open = outbox.open_rows()?;
    let needs_you = outbox.needing_a_person(now)?;
    let overdue =
        open.iter().filter(|row| row.state == State::Queued && !row.held).map(|row| now - row.ready_at());
    Ok(Overview {
        today: today.to_string(),
        sent: tally.sent,
        delivered: tally.delivered,
        read: tally.read,
        undelivered: tally.undelivered,
        needs_you,
        skipped: tally.skipped,
        days,
        queue_age_s: overdue.map(|age| age.num_seconds()).max().unwrap_or(0).max(0),
        requests_waiting: i64::try_from(outbox.asked()?.len()).unwrap_or(i64::MAX),
        stops: outbox.stop_wishes()?.into_iter().map(stop_wish).collect(),
        aside: aside(&outbox.aside()?),
        aside_last,
    })
}

fn stop_wish(wish: engine::outbox::StopWish) -> StopWish {
    let likely = wish.likely.into_iter().map(|one| LikelyClient {
        phone: one.phone,
        client: one.name,
        told_at: rfc3339(one.told_at),
    });
    StopWish {
        id: wish.id,
        at: rfc3339(wish.at),
        sure: wish.sure,
        phone: wish.phone,
        text: wish.text,
        likely: likely.collect(),
    }
}

/// Kinds and counts alone: what was pushed has names in it.
fn aside(all: &[AsideCount]) -> String {
    let kinds: Vec<String> =
        all.iter().map(|one| format!("{} ({}) {}", one.kind, one.why, one.count)).collect();
    kinds.join(", ")
}
