//! How long a pause lasts, as a person says it.

use std::str::FromStr;

use chrono::TimeDelta;

/// A longer pause is a slip of the keyboard; without an end it has its own form.
const LONGEST: TimeDelta = TimeDelta::days(31);

/// The argument of `pause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseFor {
    For(TimeDelta),
    /// Until the next day begins in the branch's zone.
    Tomorrow,
}

impl FromStr for PauseFor {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word.eq_ignore_ascii_case("tomorrow") || word.eq_ignore_ascii_case("завтра") {
            return Ok(Self::Tomorrow);
        }
        let length = length(word).ok_or("write it as 15m, 1h, 90s, 2h30m or tomorrow")?;
        if length <= TimeDelta::zero() {
            return Err("a pause lasts at least a second".to_owned());
        }
        if length > LONGEST {
            return Err("a pause lasts 31 days at most; without a duration it lasts until resumed".to_owned());
        }
        Ok(Self::For(length))
    }
}

/// `2h30m`: numbers with units, the larger unit first, each at most once.
fn length(word: &str) -> Option<TimeDelta> {
    let mut total = TimeDelta::zero();
    let mut largest = i64::MAX;
    let mut rest = word;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let seconds = match unit.to_ascii_lowercase() {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        if seconds >= largest {
            return None;
        }
        largest = seconds;
        total = total.checked_add(&TimeDelta::try_seconds(number.checked_mul(seconds)?)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(word: &str) -> Option<i64> {
        match word.parse() {
            Ok(PauseFor::For(length)) => Some(length.num_seconds()),
            _ => None,
        }
    }

    #[test]
    fn a_duration_is_read_as_it_is_said() {
        assert_eq!(seconds("15m"), Some(900));
        assert_eq!(seconds("1h"), Some(3_600));
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("2h30m"), Some(9_000));
        assert_eq!(seconds("2H30M"), Some(9_000));
        assert_eq!(seconds("1d"), Some(86_400));
        assert_eq!("tomorrow".parse(), Ok(PauseFor::Tomorrow));
        assert_eq!("завтра".parse(), Ok(PauseFor::Tomorrow));
    }

    #[test]
    fn what_nobody_can_mean_is_refused() {
        for word in [
            "",
            "15",
            "m",
            "15 m",
            "-5m",
            "30m2h",
            "1h1h",
            "1.5h",
            "0s",
            "15м",
            "32d",
            "99999999999999999999h",
        ] {
            assert!(word.parse::<PauseFor>().is_err(), "{word:?}");
        }
    }
}
