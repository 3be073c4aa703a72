//! When the small window is shown. Pure: it is told what is open and decides.
//!
//! It shows what counts down while the main window is not in front, goes when
//! nothing does, and stays away when asked to until another message comes.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use engine::notification::{Kind, Notification, State};

/// The main window must have been in the background this long: a click from one window to another is no absence.
const AWAY: TimeDelta = TimeDelta::milliseconds(700);

/// What the windows should be now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Wish {
    /// The small window is on the screen.
    pub shown: bool,
    /// Something counts down: the process stays for it though no window is open.
    pub needed: bool,
    /// Rows that count down and were never told in a banner.
    pub news: usize,
}

/// What was shown, told and sent away so far.
#[derive(Debug, Default)]
pub(crate) struct Small {
    /// Rows that were on the screen when a person sent the window away.
    dismissed: BTreeSet<i64>,
    counting: BTreeSet<i64>,
    told: BTreeSet<i64>,
    away_since: Option<DateTime<Utc>>,
}

/// Whether a row's time runs, for everybody to see.
pub(crate) fn counts_down(row: &Notification, now: DateTime<Utc>) -> bool {
    row.state == State::Queued && row.kind == Kind::Confirmation && !row.held && row.due_at > now
}

impl Small {
    /// The wish at `now`. `front`: a person looks at the main window; `on`: the settings want it;
    /// `paused`: nothing leaves by itself.
    pub(crate) fn look(
        &mut self,
        rows: &[Notification],
        (front, on, paused): (bool, bool, bool),
        now: DateTime<Utc>,
    ) -> Wish {
        self.counting = rows.iter().filter(|row| counts_down(row, now)).map(|row| row.id.0).collect();
        self.dismissed.retain(|id| self.counting.contains(id));
        self.told.retain(|id| self.counting.contains(id));
        if front {
            self.away_since = None;
            // Whoever looks at the queue has seen them.
            self.told.extend(&self.counting);
        }
        let since = match (front, self.away_since) {
            (true, _) => now,
            (false, Some(since)) if since <= now => since,
            (false, _) => *self.away_since.insert(now),
        };
        let away = !front && now - since >= AWAY;
        let needed = on && !paused && !self.counting.is_empty();
        let news = if needed && away { self.counting.difference(&self.told).count() } else { 0 };
        Wish {
            shown: needed && away && self.counting.iter().any(|id| !self.dismissed.contains(id)),
            needed,
            news,
        }
    }

    /// No main window was ever there: nothing to wait for.
    pub(crate) fn begin_away(&mut self, now: DateTime<Utc>) {
        self.away_since = Some(now - AWAY);
    }

    /// A person sent it away: what counts down now does not bring it back.
    pub(crate) fn dismiss(&mut self) {
        self.dismissed.extend(&self.counting);
    }

    /// The news was told.
    pub(crate) fn told(&mut self) {
        self.told.extend(&self.counting);
    }
}

/// Where the window stands: at the lower right corner of the work area, which is given with its
/// scale. Physical pixels.
pub(crate) fn corner(
    area: ((i32, i32), (u32, u32)),
    size: (f64, f64),
    margin: f64,
    scale: f64,
) -> (i32, i32) {
    let ((left, top), (width, height)) = area;
    #[expect(clippy::cast_possible_truncation, reason = "a screen is smaller than that")]
    let place = |start: i32, length: u32, own: f64| {
        (f64::from(start) + (f64::from(length) - (own + margin) * scale).max(0.0)).round() as i32
    };
    (place(left, width, size.0), place(top, height, size.1))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use engine::booking::CompanyId;
    use engine::notification::{Made, NotificationId};

    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap() + TimeDelta::milliseconds(ms)
    }

    fn row(id: i64) -> Notification {
        let made = Made {
            text: "Ждём вас".to_owned(),
            phone: "+79161234567".to_owned(),
            client_id: 5,
            client_name: "Ирина".to_owned(),
            starts_at: at(86_400_000),
        };
        let mut row = Notification::new(Kind::Confirmation, CompanyId(1), State::Queued, made, at(0));
        row.id = NotificationId(id);
        row.due_at = at(30_000);
        row
    }

    const AWAY_ON: (bool, bool, bool) = (false, true, false);
    const FRONT_ON: (bool, bool, bool) = (true, true, false);

    #[test]
    fn it_shows_what_counts_down_while_nobody_looks_at_the_queue() {
        let mut small = Small::default();
        let rows = [row(1)];
        assert!(!small.look(&rows, FRONT_ON, at(0)).shown);
        assert!(!small.look(&rows, AWAY_ON, at(100)).shown, "a click elsewhere is no absence yet");
        assert!(small.look(&rows, AWAY_ON, at(900)).shown);
        assert!(!small.look(&rows, FRONT_ON, at(1_000)).shown);
        let wish = small.look(&rows, AWAY_ON, at(30_000));
        assert_eq!((wish.shown, wish.needed), (false, false), "its time is over");
    }

    #[test]
    fn started_for_it_alone_it_shows_at_once() {
        let mut small = Small::default();
        small.begin_away(at(0));
        assert!(small.look(&[row(1)], AWAY_ON, at(0)).shown);
    }

    #[test]
    fn switched_off_or_paused_or_held_it_stays_away() {
        let mut small = Small::default();
        small.begin_away(at(0));
        assert!(!small.look(&[row(1)], (false, false, false), at(0)).needed);
        assert!(!small.look(&[row(1)], (false, true, true), at(0)).needed);
        let held = Notification { held: true, ..row(1) };
        let waiting = Notification { state: State::Waiting, ..row(2) };
        assert!(!small.look(&[held, waiting], AWAY_ON, at(0)).needed);
    }

    #[test]
    fn sent_away_it_comes_again_with_the_next_message() {
        let mut small = Small::default();
        small.begin_away(at(0));
        assert!(small.look(&[row(1)], AWAY_ON, at(0)).shown);
        small.dismiss();
        let wish = small.look(&[row(1)], AWAY_ON, at(1_000));
        assert_eq!(
            (wish.shown, wish.needed),
            (false, true),
            "the process stays, or it would be started again at once"
        );
        assert!(small.look(&[row(1), row(2)], AWAY_ON, at(2_000)).shown);
    }

    #[test]
    fn each_message_is_told_once_and_not_to_whoever_looks_at_it() {
        let mut small = Small::default();
        small.begin_away(at(0));
        assert_eq!(small.look(&[row(1)], AWAY_ON, at(0)).news, 1);
        small.told();
        assert_eq!(small.look(&[row(1)], AWAY_ON, at(100)).news, 0);
        assert_eq!(small.look(&[row(1), row(2)], AWAY_ON, at(200)).news, 1);
        assert_eq!(small.look(&[row(1), row(2)], FRONT_ON, at(300)).news, 0);
        assert_eq!(small.look(&[row(1), row(2)], AWAY_ON, at(1_500)).news, 0, "they were on the screen");
    }

    #[test]
    fn it_stands_in_the_corner_of_the_work_area_at_any_scale() {
        assert_eq!(corner(((0, 0), (1280, 760)), (320.0, 160.0), 16.0, 1.0), (944, 584));
        assert_eq!(corner(((1280, 40), (2560, 1400)), (320.0, 160.0), 16.0, 2.0), (3168, 1088));
        assert_eq!(
            corner(((0, 0), (200, 100)), (320.0, 160.0), 16.0, 1.0),
            (0, 0),
            "a screen smaller than it"
        );
    }
}
