//! A booking, and what was done to it that must show.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

type Time = DateTime<Utc>;

/// A stretch of time. What begins or ends while a call is made is given the
/// bounds that make it true whichever moment of the call counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: Time,
    /// None: it goes on.
    pub(crate) until: Option<Time>,
}

impl Stretch {
    pub(crate) fn since(from: Time) -> Self {
        Self { from, until: None }
    }

    /// Whether some moment between the two lies in it.
    pub(crate) fn meets(&self, from: Time, until: Time) -> bool {
        self.from <= until && self.until.is_none_or(|end| from <= end)
    }

    /// Whether it surely held at that moment.
    pub(crate) fn holds(&self, at: Time) -> bool {
        self.from < at && self.until.is_none_or(|end| at < end)
    }
}

/// What the journal said of a booking.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) during: Stretch,
    /// On the branch's wall.
    pub(crate) start: NaiveDateTime,
    /// In digits, and nobody else's.
    pub(crate) phone: String,
    pub(crate) cancelled: bool,
    /// The client is marked as come.
    pub(crate) came: bool,
}

/// Words that a person was told are saved.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    /// Not before.
    pub(crate) from: Time,
    /// By then.
    pub(crate) done: Time,
    pub(crate) text: String,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own that was said")]
pub(crate) struct Booked {
    pub(crate) id: i64,
    /// As it was and became, oldest first; never empty.
    pub(crate) facts: Vec<Facts>,
    pub(crate) words: Vec<Saved>,
    /// No claim in any of these: a person was told that it is held or cancelled.
    pub(crate) barred: Vec<Stretch>,
    /// Windows opened at these moments at the earliest.
    pub(crate) windows: Vec<Time>,
    /// A person said: without waiting.
    pub(crate) sent_now: Vec<Time>,
    /// The last word a person was answered with done was a cancel.
    pub(crate) stopped: bool,
    /// A person's cancel came while it was on its way.
    pub(crate) wished_away: bool,
    /// A person said that it had arrived.
    pub(crate) said_to_have_arrived: bool,
    /// So often a person said "send again" of an unknown outcome.
    pub(crate) again: usize,
    /// The journal changed it, which opens a window.
    pub(crate) changed: bool,
    /// The desk was off over its time: it must not go out unless a person says so.
    pub(crate) overslept: bool,
}

impl Booked {
    pub(crate) fn new(id: i64, phone: String, start: NaiveDateTime, at: Time) -> Self {
        let during = Stretch::since(at);
        Self {
            id,
            facts: vec![Facts { during, start, phone, cancelled: false, came: false }],
            words: Vec::new(),
            barred: Vec::new(),
            windows: vec![at],
            sent_now: Vec::new(),
            stopped: false,
            wished_away: false,
            said_to_have_arrived: false,
            again: 0,
            changed: false,
            overslept: false,
        }
    }

    /// The facts that hold now.
    pub(crate) fn now(&self) -> &Facts {
        &self.facts[self.facts.len() - 1]
    }

    /// The journal was changed between the two moments.
    pub(crate) fn change(&mut self, from: Time, done: Time, next: Facts) {
        if let Some(last) = self.facts.last_mut() {
            last.during.until = Some(done);
        }
        self.facts.push(Facts { during: Stretch::since(from), ..next });
        (self.changed, self.overslept) = (true, false);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.now().cancelled
    }

    /// Cancelled, deleted or marked as come.
    pub(crate) fn is_over(&self) -> bool {
        self.now().cancelled || self.now().came
    }

    /// It was taken away in the journal, or moved, and put back.
    pub(crate) fn is_put_right(&self) -> bool {
        let was_over = self.facts.iter().any(|facts| facts.cancelled || facts.came);
        was_over && !self.is_over()
    }

    /// A person let it go: no bar holds any longer, no cancel, and no night before it.
    pub(crate) fn let_go(&mut self, at: Time) {
        for bar in &mut self.barred {
            bar.until.get_or_insert(at);
        }
        (self.stopped, self.wished_away, self.overslept) = (false, false, false);
    }

    /// Before this it could not be claimed at `claimed`, having been read at `checked`.
    pub(crate) fn not_before(&self, checked: Time, claimed: Time, window: TimeDelta) -> Time {
        let said = self.sent_now.iter().copied().filter(|at| *at <= claimed).max();
        let known = (1..self.facts.len()).filter(|&place| {
            let (before, next) = (&self.facts[..place], &self.facts[place]);
            let seen = before[place - 1].during.until.is_some_and(|done| done < checked);
            // There and back again may have come between two looks.
            let is_other = |facts: &Facts| facts.start != next.start || facts.phone != next.phone;
            seen && before.iter().all(is_other)
        });
        let known = known.map(|place| self.facts[place].during.from);
        let opened = self.windows.iter().copied().filter(|at| *at <= claimed).chain(known);
        let opened = opened.filter(|at| said.is_none_or(|said| *at > said)).max();
        opened.map(|at| at + window).or(said).unwrap_or(claimed)
    }

    /// The words that may stand in a message claimed at this moment; empty: the program's own.
    pub(crate) fn words_at(&self, claimed: Time) -> Vec<&str> {
        let last = self.words.iter().rposition(|saved| saved.done < claimed);
        let since = last.unwrap_or(0);
        self.words[since.min(self.words.len())..]
            .iter()
            .filter(|saved| saved.from <= claimed)
            .map(|saved| saved.text.as_str())
            .collect()
    }

    /// Whether the program's own words may stand in it.
    pub(crate) fn is_surely_edited(&self, claimed: Time) -> bool {
        self.words.iter().any(|saved| saved.done < claimed)
    }
}
