//! What the program makes of a row by itself: made anew, ended, and back again.
//!
//! Nothing here is final: a decision that no person made lasts as long as its
//! facts. What a row was when it was ended is kept beside it, and it comes back
//! as that.

use chrono::{DateTime, Utc};

use super::{CHANGING_FOR, MOST_REMAKES, Made, Notification, Reason, Revival, State, Was};

impl Notification {
    /// Says what bookings make of it. Another text, or another recipient, is another message:
    /// a person's word about the one before does not stand for it.
    pub(super) fn remake(&mut self, made: Made) {
        if self.phone != made.phone || self.client_id != made.client_id {
            (self.released, self.wanted) = (false, false);
        }
        self.released &= self.text == made.text;
        self.address(&made);
        self.text = made.text;
        self.edited_by.clear();
        self.proposed_text = None;
    }

    pub(super) fn address(&mut self, made: &Made) {
        made.phone.clone_into(&mut self.phone);
        made.client_name.clone_into(&mut self.client_name);
        self.client_id = made.client_id;
        self.starts_at = made.starts_at;
    }

    /// Both texts stand side by side, until a person says which.
    pub(super) fn conflict(&mut self, made: Made) {
        self.address(&made);
        self.proposed_text = Some(made.text);
        self.revision += 1;
        (self.held, self.released, self.was) = (false, false, None);
        self.state = State::Waiting;
        self.finished_at = None;
        self.because(Reason::ChangedAfterEdit, String::new());
    }

    /// A person looked at it and did something: whatever it changed before is settled.
    pub(super) fn settled_by_person(&mut self) {
        (self.remakes, self.changing_at) = (0, None);
    }

    /// A booking that two answers describe differently must not restart a window for ever.
    pub(super) fn changed_once_more(&mut self, time_before: DateTime<Utc>, now: DateTime<Utc>) {
        if self.held {
            // Whoever holds it looks at it.
            return;
        }
        self.remakes += 1;
        let since = *self.changing_at.get_or_insert(time_before);
        if self.remakes >= MOST_REMAKES || now > since + CHANGING_FOR {
            self.state = State::Waiting;
            self.because(Reason::KeepsChanging, String::new());
        }
    }

    /// Whether whoever gets it would read something else, or somebody else would read it.
    pub(super) fn is_another_message(&self, made: &Made) -> bool {
        self.text != made.text || self.phone != made.phone
    }

    /// Whether the program may end it, or end it for another reason.
    pub(super) fn can_end(&self, state: State) -> bool {
        matches!(state, State::Queued | State::Waiting | State::Failed) || self.may_come_back()
    }

    /// Ended by the program, until its facts change. What it was is kept for then.
    pub(super) fn end(&mut self, state: State, reason: Reason, now: DateTime<Utc>) {
        let open = matches!(self.state, State::Queued | State::Waiting | State::Failed);
        let held = self.held;
        if open {
            let (reason, detail) = (self.reason, std::mem::take(&mut self.detail));
            self.was = Some(Was { state: self.state, reason, detail });
        }
        self.finish(state, reason, now);
        (self.held, self.judged) = (held, true);
    }

    /// Comes back as what it was. Only what nobody has touched and nothing speaks against
    /// gets a window and leaves by itself.
    pub(super) fn revive(&mut self, revival: Revival, now: DateTime<Utc>) {
        let Revival { made, due_at, instance, gap_at, asks, again } = revival;
        self.cancel_asked_by.clear();
        if self.is_edited() {
            self.instance = instance;
            return self.conflict(made);
        }
        let same_number = self.phone == made.phone;
        // What waited was all the while in the queue: what brings it back changes it once more.
        let open = matches!(self.state, State::Waiting | State::Failed);
        let changed = open && !self.held && self.is_another_message(&made);
        let was = self.was.take();
        self.remake(made);
        (self.instance, self.gap_at) = (instance, gap_at);
        self.finished_at = None;
        let stands = was.filter(|was| match was.state {
            State::Waiting => !was.reason.lifts(),
            State::Failed => was.reason != Reason::NoWhatsapp || same_number,
            _ => false,
        });
        let (state, reason, detail) = match (stands, asks) {
            (Some(Was { state, reason, detail }), _) => (state, reason, detail),
            (None, Some((reason, detail))) if !self.held || self.text.is_empty() => {
                (State::Waiting, reason, detail)
            }
            (None, _) if self.held => (State::Queued, Reason::None, String::new()),
            (None, _) if again => (State::Waiting, Reason::Again, String::new()),
            (None, _) => (State::Queued, Reason::None, String::new()),
        };
        self.held &= state == State::Queued;
        self.finished_at = (state == State::Failed).then_some(now);
        self.state = state;
        if state == State::Queued {
            self.open_window(due_at);
        } else {
            self.revision += 1;
        }
        self.because(reason, detail);
        // The ten minutes count from the window it has now.
        self.changing_at = None;
        self.remakes += i64::from(changed);
        if open && self.remakes >= MOST_REMAKES && state == State::Queued && !self.held {
            self.state = State::Waiting;
            self.because(Reason::KeepsChanging, String::new());
        }
    }
}
