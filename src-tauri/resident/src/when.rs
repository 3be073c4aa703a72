//! Instants in JSON, days on the command line, and dates as people read them.

use std::str::FromStr;

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta,
    Timelike as _, Utc,
};
use chrono_tz::Tz;
use engine::settings::Language;
use engine::visit::instant;

/// RFC 3339 in UTC, to the millisecond when there are any.
pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A day as the command line names it; which one it is depends on the branch's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    Today,
    Yesterday,
    On(NaiveDate),
}

impl FromStr for Day {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.to_lowercase().as_str() {
            "today" | "сегодня" => Ok(Self::Today),
            "yesterday" | "вчера" => Ok(Self::Yesterday),
            other => NaiveDate::parse_from_str(other, "%Y-%m-%d")
                .ok()
                .filter(|date| (2000..2200).contains(&date.year()))
                .map(Self::On)
                .ok_or_else(|| "a day is written 2026-11-23, today or yesterday".to_owned()),
        }
    }
}

impl Day {
    /// The date in a zone.
    pub(crate) fn date(self, zone: Tz, now: DateTime<Utc>) -> NaiveDate {
        let today = now.with_timezone(&zone).date_naive();
        match self {
            Self::Today => today,
            Self::Yesterday => today.pred_opt().unwrap_or(today),
            Self::On(date) => date,
        }
    }
}

/// The instant a day begins in a zone.
pub(crate) fn day_start(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    instant(zone, date.and_time(NaiveTime::MIN))
}

/// The instant the day after `now` begins in a zone.
pub(crate) fn next_day(zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    day_start(zone, today.checked_add_days(Days::new(1)).unwrap_or(today))
}

/// `чт, 14 авг, 15:00`.
pub(crate) fn short(local: NaiveDateTime, language: Language) -> String {
    const RU_DAYS: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];
    const EN_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const RU_MONTHS: [&str; 12] =
        ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];
    const EN_MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, months) = match language {
        Language::Ru => (RU_DAYS, RU_MONTHS),
        Language::En => (EN_DAYS, EN_MONTHS),
    };
    let index = |number: u32| usize::try_from(number).unwrap_or_default();
    let day = days.get(index(local.weekday().num_days_from_monday())).copied().unwrap_or_default();
    let month = months.get(index(local.month0())).copied().unwrap_or_default();
    format!("{day}, {} {month}, {}", local.day(), clock(local.time()))
}

/// The same where no zone is known yet, and it says so.
pub(crate) fn short_utc(at: DateTime<Utc>, language: Language) -> String {
    format!("{} UTC", short(at.naive_utc(), language))
}

/// `15:00`.
pub(crate) fn clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `15:00:07`.
pub(crate) fn clock_seconds(time: NaiveTime) -> String {
    format!("{}:{:02}", clock(time), time.second())
}

/// Time left as a countdown shows it: `0:23`, `1:05:00`. Rounded up, so that it ends at zero.
pub(crate) fn countdown(left: TimeDelta) -> String {
    let seconds = (left.num_milliseconds().max(0) + 999) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn instants_show_milliseconds_only_when_there_are_any() {
        assert_eq!(rfc3339(at("2026-11-23T12:00:00Z")), "2026-11-23T12:00:00Z");
        assert_eq!(rfc3339(at("2026-11-23T15:00:00.250+03:00")), "2026-11-23T12:00:00.250Z");
    }

    #[test]
    fn a_day_is_the_branchs_own() {
        let now = at("2026-11-23T21:30:00Z");
        let date = |day: Day, zone| day.date(zone, now).to_string();
        assert_eq!(date(Day::Today, Tz::Europe__Moscow), "2026-11-24");
        assert_eq!(date(Day::Yesterday, Tz::Europe__Moscow), "2026-11-23");
        assert_eq!(date(Day::Today, Tz::Europe__Kaliningrad), "2026-11-23");
        assert_eq!(next_day(Tz::Europe__Moscow, now), at("2026-11-24T21:00:00Z"));
        assert!("2026-13-01".parse::<Day>().is_err());
        assert_eq!("2026-11-01".parse(), Ok(Day::On(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap())));
    }

    #[test]
    fn dates_read_as_people_write_them() {
        let local = NaiveDate::from_ymd_opt(2025, 8, 14).unwrap().and_hms_opt(15, 0, 0).unwrap();
        assert_eq!(short(local, Language::Ru), "чт, 14 авг, 15:00");
        assert_eq!(short(local, Language::En), "Thu, 14 Aug, 15:00");
    }

    #[test]
    fn a_countdown_ends_at_zero() {
        assert_eq!(countdown(TimeDelta::milliseconds(22_001)), "0:23");
        assert_eq!(countdown(TimeDelta::zero()), "0:00");
        assert_eq!(countdown(TimeDelta::seconds(-5)), "0:00");
        assert_eq!(countdown(TimeDelta::seconds(3_900)), "1:05:00");
    }
}
