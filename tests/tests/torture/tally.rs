//! What a campaign did, counted, and what it found wrong.

use std::fmt;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) shops: usize,
    pub(crate) bookings: usize,
    pub(crate) told: usize,
    pub(crate) cancelled: usize,
    pub(crate) edited: usize,
    pub(crate) moved: usize,
    pub(crate) put_right: usize,
    pub(crate) of_ticked: usize,
    pub(crate) overslept: usize,
    pub(crate) at_points: usize,
    pub(crate) killed: usize,
    pub(crate) ended: usize,
    pub(crate) slept: usize,
    pub(crate) seconds_refused: usize,
    pub(crate) words: usize,
    pub(crate) clock_shops: usize,
    pub(crate) turns: usize,
    pub(crate) pauses: usize,
    pub(crate) reasons: usize,
    /// With a second installation for a while.
    pub(crate) two: usize,
    pub(crate) stopped: usize,
    pub(crate) told_elsewhere: usize,
    pub(crate) told_by_both: usize,
    pub(crate) twice: usize,
    pub(crate) lost: usize,
    pub(crate) late: usize,
    pub(crate) false_reasons: usize,
    pub(crate) against: usize,
    /// A line for each thing wrong, with how to see it again.
    pub(crate) wrong: Vec<String>,
}

/// What the program promises never to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Twice,
    Lost,
    Late,
    /// A row gives a reason that is not true.
    False,
    /// Against a person's word, the journal's, or a rule of this page.
    Against,
}

impl Tally {
    pub(crate) fn complain(&mut self, wrong: Wrong, what: &str) {
        *match wrong {
            Wrong::Twice => &mut self.twice,
            Wrong::Lost => &mut self.lost,
            Wrong::Late => &mut self.late,
            Wrong::False => &mut self.false_reasons,
            Wrong::Against => &mut self.against,
        } += 1;
        self.wrong.push(format!("{wrong:?}: {what}"));
    }

    pub(crate) fn add(&mut self, mut other: Self) {
        self.wrong.append(&mut other.wrong);
        for ((_, sum), (_, more)) in self.counts_mut().into_iter().zip(other.counts_mut()) {
            *sum += *more;
        }
    }

    pub(crate) fn deaths(&self) -> usize {
        self.at_points + self.killed
    }

    fn counts_mut(&mut self) -> [(&'static str, &mut usize); 28] {
        [
            ("shops", &mut self.shops),
            ("bookings", &mut self.bookings),
            ("told", &mut self.told),
            ("cancelled", &mut self.cancelled),
            ("edited", &mut self.edited),
            ("changed", &mut self.moved),
            ("  and put right", &mut self.put_right),
            ("taken for the bot's", &mut self.of_ticked),
            ("overslept", &mut self.overslept),
            ("workers dead at a point", &mut self.at_points),
            ("  killed", &mut self.killed),
            ("  ended in order", &mut self.ended),
            ("  put to sleep", &mut self.slept),
            ("  refused as the second", &mut self.seconds_refused),
            ("words of people", &mut self.words),
            ("pauses", &mut self.pauses),
            ("shops with a wrong clock", &mut self.clock_shops),
            ("  turns of the clock", &mut self.turns),
            ("shops with a second one", &mut self.two),
            ("  of which one stopped", &mut self.stopped),
            ("  told by the second alone", &mut self.told_elsewhere),
            ("  told by both", &mut self.told_by_both),
            ("reasons judged", &mut self.reasons),
            ("twice", &mut self.twice),
            ("lost", &mut self.lost),
            ("late unasked", &mut self.late),
            ("reasons that are false", &mut self.false_reasons),
            ("against a word", &mut self.against),
        ]
    }

    /// The counts, a line each.
    pub(crate) fn table(&mut self) -> String {
        use fmt::Write as _;
        let mut table = String::new();
        for (what, count) in self.counts_mut() {
            let _ = writeln!(table, "{what:<27}{count:>5}");
        }
        table
    }
}
