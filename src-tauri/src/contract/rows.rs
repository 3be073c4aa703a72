use engine::notification;
use serde::Serialize;
use ts_rs::TS;

/// A word of a closed set of the engine's, as the page knows it.
macro_rules! words_of {
    ($(#[$meta:meta])* $name:ident of $engine:ty { $($variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant,)+ }

        impl From<$engine> for $name {
            fn from(word: $engine) -> Self {
                match word { $(<$engine>::$variant => Self::$variant,)+ }
            }
        }
    };
}

words_of! {
    State of notification::State {
        Queued, Sending, Waiting, Unknown, Failed, Accepted, Delivered, Read, Undelivered, Cancelled, Expired, Skipped,
    }
}

words_of! {
    /// What can be done with a row now. The engine decides; the screen draws a button for each.
    Act of notification::acts::Act {
        SendNow, Edit, Cancel, Extend, Hold, Release, Restore, LookAgain, Arrived, Again, Drop, Resend, Seen,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Visit {
    pub booking_id: i64,
    pub starts_at: String,
    pub master: String,
    pub services: Vec<String>,
    /// No longer part of the message: cancelled, begun or the bot's.
    pub dropped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Editor {
    pub by: String,
    pub until: String,
    pub mine: bool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Row {
    pub id: i64,
    #[ts(type = "'confirmation' | 'test'")]
    pub kind: &'static str,
    pub copy: i64,
    pub state: State,
    /// One of the engine's reasons, such as `late`; empty when there is none.
    pub reason: String,
    /// The reason in a sentence, with what happens next or what to do; empty when nothing needs explaining.
    pub why: String,
    pub held: bool,
    /// A person said that it may go.
    pub released: bool,
    /// Who has the editor open, until when; null when nobody.
    pub editor: Option<Editor>,
    /// E.164, such as +79161234567, or empty.
    pub phone: String,
    /// As people write it: +7 916 123-45-67.
    pub phone_shown: String,
    pub client: String,
    /// This number was never written to before.
    pub new_number: bool,
    pub company_id: i64,
    pub branch: String,
    /// IANA zone of the branch: every date about the visit is shown in it.
    pub zone: String,
    pub starts_at: String,
    pub visits: Vec<Visit>,
    /// Who wrote the booking: a name where it is known, else the user's number as text; empty when unknown.
    pub made_by: String,
    pub booked_at: Option<String>,
    pub enqueued_at: String,
    /// When it goes out by itself.
    pub due_at: String,
    /// Length of the whole window in milliseconds, for the thin bar: left / `window_ms`. 0 when none.
    pub window_ms: i64,
    pub next_try_at: Option<String>,
    pub text: String,
    /// Whose words the text is; empty when the program made it.
    pub edited_by: String,
    /// What the program would write now, beside a person's text that no longer fits.
    pub proposed_text: Option<String>,
    /// An unsaved edit.
    pub draft: Option<String>,
    pub revision: i64,
    /// A cancel came too late to be certain; should it certainly not have gone out, it ends cancelled.
    pub cancel_asked: bool,
    pub claimed_at: Option<String>,
    pub accepted_at: Option<String>,
    pub delivered_at: Option<String>,
    pub read_at: Option<String>,
    pub finished_at: Option<String>,
    #[ts(type = "'' | 'moved' | 'changed' | 'cancelled'")]
    pub changed_after_sent: String,
    pub acts: Vec<Act>,
}

/// A thing that needs a person, or time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Fault {
    /// `branch:962302`, `gateway`, `keyring`, `storage`, `owner`, `settings`.
    pub subject: String,
    pub code: String,
    pub what: String,
    pub means: String,
    pub do_next: String,
    pub detail: String,
    pub since: Option<String>,
    /// Whose name to show: the branch's title, or empty.
    pub title: String,
    /// Passes by itself; shown calmly.
    pub passing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Branch {
    pub company_id: i64,
    pub title: String,
    pub zone: String,
    pub baseline_at: Option<String>,
    /// How many bookings were there already: nobody is written to about them.
    pub baseline_count: i64,
    pub last_poll_at: Option<String>,
    pub next_poll_at: Option<String>,
    /// The fast feed misses bookings here, so everything is read at each poll.
    pub truth_only: bool,
    pub stopped: bool,
}

/// `until` null: until resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "Pause")]
pub struct PauseView {
    pub since: String,
    pub until: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Gateway {
    /// Such as `green-api:1103000001`; empty until it is set up.
    pub instance: String,
    /// As last told; empty when it was never asked.
    pub state: String,
    pub ready: bool,
    pub state_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, TS)]
pub struct Counts {
    pub queued: i64,
    pub waiting: i64,
    pub sent_today: i64,
    pub delivered_today: i64,
    pub undelivered_today: i64,
    pub skipped_today: i64,
}

/// Everything the queue's screen, the small window and the banner draw. Told whole after every change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Desk {
    /// The program's clock when this was read: countdowns are drawn from it, not from the page's clock.
    pub now: String,
    /// A process polls and sends. False: nothing goes out until the program is started.
    pub working: bool,
    pub enabled: bool,
    pub pause: Option<PauseView>,
    /// Open rows by their time, and those cancelled in the last ten seconds.
    pub rows: Vec<Row>,
    /// Sent, and the booking changed since: a person may write again.
    pub changed_after_sent: Vec<Row>,
    pub faults: Vec<Fault>,
    pub branches: Vec<Branch>,
    pub gateway: Gateway,
    pub last_poll_at: Option<String>,
    pub next_poll_at: Option<String>,
    /// The last message that was seen on a client's phone, for «Всё отправлено».
    pub last_delivered_at: Option<String>,
    pub last_delivered_to: String,
    pub counts: Counts,
    pub set_up: bool,
}
