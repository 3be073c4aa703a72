//! The hours in which nobody wants to hear from a barbershop.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDateTime, NaiveTime};

/// A daily stretch of a branch's wall clock in which no message leaves. The
/// first minute is inside, the last one outside; it may run over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: NaiveTime,
    until: NaiveTime,
}

/// What `quiet_hours` has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuietHoursError {
    #[error("must be two times such as \"21:00-09:00\", or empty for none")]
    Shape,
    #[error("must begin and end at different times; leave it empty for no quiet hours")]
    Empty,
}

impl QuietHours {
    /// Both ends to the minute; None when they are equal.
    pub fn new(from: NaiveTime, until: NaiveTime) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    /// Whether the branch's wall clock is inside.
    pub fn contains(&self, local: NaiveTime) -> bool {
        if self.from < self.until {
            self.from <= local && local < self.until
        } else {
            local >= self.from || local < self.until
        }
    }

    /// The first moment of the wall clock, not before `local`, that lies outside.
    pub fn ends_after(&self, local: NaiveDateTime) -> NaiveDateTime {
        if !self.contains(local.time()) {
            return local;
        }
        let before_midnight = self.from > self.until && local.time() >= self.from;
        let day =
            if before_midnight { local.date().checked_add_days(Days::new(1)) } else { Some(local.date()) };
        // Past the calendar's last day nothing is quiet any more.
        day.map_or(local, |day| day.and_time(self.until))
    }
}

impl FromStr for QuietHours {
    type Err = QuietHoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, until) = text.split_once(['-', '–', '—']).ok_or(QuietHoursError::Shape)?;
        let from = clock_time(from).ok_or(QuietHoursError::Shape)?;
        // People write the day's end as 24:00.
        let until = if until.trim() == "24:00" {
            NaiveTime::MIN
        } else {
            clock_time(until).ok_or(QuietHoursError::Shape)?
        };
        Self::new(from, until).ok_or(QuietHoursError::Empty)
    }
}

/// `9:00` or `09:00`; nothing else, in particular no seconds.
fn clock_time(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.until.format("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str) -> QuietHours {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M:%S").unwrap()
    }

    fn moment(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn a_night_runs_over_midnight() {
        let night = hours("21:00-09:00");
        for inside in ["21:00:00", "23:59:59", "00:00:00", "08:59:59"] {
            assert!(night.contains(time(inside)), "{inside}");
        }
        for outside in ["09:00:00", "15:00:00", "20:59:59"] {
            assert!(!night.contains(time(outside)), "{outside}");
        }
    }

    #[test]
    fn a_break_at_noon_stays_within_its_day() {
        let noon = hours("13:00-14:00");
        assert!(noon.contains(time("13:30:00")));
        assert!(!noon.contains(time("14:00:00")));
        assert!(!noon.contains(time("03:00:00")));
    }

    #[test]
    fn the_end_is_the_next_morning_in_the_evening_and_today_after_midnight() {
        let night = hours("21:00-09:00");
        assert_eq!(night.ends_after(moment("2026-08-14 23:30:00")), moment("2026-08-15 09:00:00"));
        assert_eq!(night.ends_after(moment("2026-08-15 00:30:00")), moment("2026-08-15 09:00:00"));
        assert_eq!(night.ends_after(moment("2026-12-31 21:00:00")), moment("2027-01-01 09:00:00"));
        assert_eq!(night.ends_after(moment("2026-08-15 12:34:56")), moment("2026-08-15 12:34:56"));
        assert_eq!(night.ends_after(NaiveDateTime::MAX), NaiveDateTime::MAX);
    }

    #[test]
    fn midnight_may_be_written_either_way() {
        assert_eq!(hours("22:00-24:00"), hours("22:00-00:00"));
        assert_eq!(hours("9:00 – 10:30").to_string(), "09:00-10:30");
        assert!(!hours("22:00-24:00").contains(time("00:00:00")));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "21:00",
            "21-09",
            "25:00-09:00",
            "21:60-09:00",
            "21:00-9:0",
            "21:00:00-09:00",
            "+1:00-09:00",
            "24:00-09:00",
        ] {
            assert_eq!(text.parse::<QuietHours>(), Err(QuietHoursError::Shape), "{text}");
        }
        assert_eq!("09:00-9:00".parse::<QuietHours>(), Err(QuietHoursError::Empty));
        assert_eq!("00:00-24:00".parse::<QuietHours>(), Err(QuietHoursError::Empty));
    }
}
