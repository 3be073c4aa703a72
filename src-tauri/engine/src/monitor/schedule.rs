//! When a branch is read next, and how. Pure.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::known::BranchState;

/// Between two complete readings of what was made lately.
const TRUTH_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The fast feed goes back this far behind the latest change it has seen, for
/// changes that were committed out of order.
pub(super) const OVERLAP: TimeDelta = TimeDelta::minutes(5);

/// A feed that was caught missing bookings is not relied on for so long.
pub(super) const FEED_RESTS: TimeDelta = TimeDelta::hours(24);

/// So many bookings missed are no accident of a moment.
pub(super) const FEED_MISSES: i64 = 2;

/// Between a booking's stamp and its showing in an honest feed, on the server's clock.
pub(super) const FEED_LAG: TimeDelta = TimeDelta::seconds(10);

/// Failed polls are repeated at most this rarely, or every five intervals if that is rarer.
const BACKOFF_LIMIT: Duration = Duration::from_mins(1);

/// How a branch is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Everything ahead, to know what is not new.
    Baseline,
    /// Everything made on these days, deleted rows too.
    Truth { from: NaiveDate, to: NaiveDate },
    /// What changed since a moment of the branch's wall clock.
    Fast { after: NaiveDateTime },
}

/// The next reading. `whole` asks for the truth: at a start, after a gap, when a person asks.
pub(super) fn next_pass(state: &BranchState, zone: Tz, now: DateTime<Utc>, whole: bool) -> Pass {
    let Some(baseline_at) = state.baseline_at else { return Pass::Baseline };
    let truth_is_old = state.truth_at.is_none_or(|at| now - at >= TRUTH_EVERY || at > now);
    if whole || truth_is_old || !relies_on_feed(state, now) {
        // The clock may have been ahead when the last pass was noted.
        let last = state.truth_at.unwrap_or(baseline_at).min(now);
        let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let from = day(last) - TimeDelta::days(1);
        // A day more than today: the computer's clock may be behind the server's at midnight.
        Pass::Truth { from, to: day(now) + TimeDelta::days(1) }
    } else {
        changes(state, baseline_at, zone)
    }
}

/// What changed lately, by the feed.
pub(super) fn changes(state: &BranchState, baseline_at: DateTime<Utc>, zone: Tz) -> Pass {
    let since = state.last_change_at.unwrap_or(baseline_at) - OVERLAP;
    Pass::Fast { after: since.with_timezone(&zone).naive_local() }
}

/// Whether the feed's word on new bookings is enough between two truth passes. One that missed
/// some is tried again after a day.
pub(super) fn relies_on_feed(state: &BranchState, now: DateTime<Utc>) -> bool {
    state.fast_feed || state.feed_until.is_none_or(|until| until <= now || until > now + FEED_RESTS)
}

/// Nobody looked for so long that what is queued was out of sight.
pub fn gap_after(interval: Duration) -> TimeDelta {
    let long = (interval * 3).max(Duration::from_mins(5));
    TimeDelta::from_std(long).unwrap_or(TimeDelta::MAX)
}

/// How long to leave the server alone after `failures` failures in a row.
/// `jitter` (0 to 1) keeps many desks from asking at the same moment.
pub(super) fn backoff(
    interval: Duration,
    failures: i64,
    retry_after: Option<Duration>,
    jitter: f64,
) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(0).min(16);
    let limit = (interval * 5).max(BACKOFF_LIMIT);
    let pause = interval.saturating_mul(2_u32.saturating_pow(doublings)).min(limit);
    let spread = pause.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0));
    spread.max(retry_after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, hour, minute, 0).unwrap()
    }

    fn read_until(truth: DateTime<Utc>) -> BranchState {
        BranchState {
            baseline_at: Some(at(0, 0) - TimeDelta::days(30)),
            truth_at: Some(truth),
            last_change_at: Some(at(9, 59)),
            fast_feed: true,
            ..BranchState::default()
        }
    }

    #[test]
    fn an_unknown_branch_begins_with_its_baseline() {
        let pass = next_pass(&BranchState::default(), Tz::Europe__Moscow, at(10, 0), true);
        assert_eq!(pass, Pass::Baseline);
    }

    #[test]
    fn between_two_truth_passes_the_feed_is_read_from_the_latest_change_in_the_branch_s_zone() {
        let pass = next_pass(&read_until(at(9, 58)), Tz::Asia__Vladivostok, at(10, 0), false);
        let after = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(19, 54, 0).unwrap();
        assert_eq!(pass, Pass::Fast { after });
    }

    #[test]
    fn off_from_saturday_to_monday_the_truth_begins_on_friday() {
        let saturday = at(15, 0) - TimeDelta::days(2);
        let Pass::Truth { from, to } = next_pass(&read_until(saturday), Tz::Europe__Moscow, at(5, 0), true)
        else {
            panic!("truth")
        };
        assert_eq!(from, NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
        assert!(to >= NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
    }

    #[test]
    fn a_branch_whose_feed_missed_bookings_is_read_whole_every_time_for_a_day() {
        let until = at(10, 0) + TimeDelta::hours(3);
        let state = BranchState { fast_feed: false, feed_until: Some(until), ..read_until(at(9, 59)) };
        assert!(matches!(next_pass(&state, Tz::UTC, at(10, 0), false), Pass::Truth { .. }));
        let over = BranchState { feed_until: Some(at(9, 59)), ..state };
        assert!(matches!(next_pass(&over, Tz::UTC, at(10, 0), false), Pass::Fast { .. }), "after a day");
    }

    #[test]
    fn failures_wait_longer_up_to_a_minute_and_the_server_s_own_wish_counts() {
        let second = Duration::from_secs(1);
        assert_eq!(backoff(second, 1, None, 0.5), second);
        assert_eq!(backoff(second, 3, None, 0.5), second * 4);
        assert_eq!(backoff(second, 60, None, 0.5), Duration::from_mins(1));
        assert_eq!(backoff(Duration::from_mins(1), 60, None, 0.5), Duration::from_mins(5));
        assert_eq!(backoff(second, 1, Some(second * 90), 0.5), second * 90);
    }
}
