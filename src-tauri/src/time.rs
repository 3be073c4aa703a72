//! Instants as the page reads them, and the days of a desk.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use engine::visit::instant;

/// RFC 3339 in UTC, to the millisecond when there are any.
pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The instant a day begins in a zone.
pub(crate) fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    instant(zone, day.and_time(NaiveTime::MIN))
}

/// The instant after a day's last.
pub(crate) fn day_end(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    day_start(zone, day.checked_add_days(Days::new(1)).unwrap_or(day))
}

/// The date in a zone.
pub(crate) fn day_of(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}
