//! What can happen to a notification: a person's acts and the program's.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Made, Reason};
use crate::ports::DeliveryStatus;

/// Why a message is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemakeCause {
    /// What it says changed. Too often in a row, it waits for a person.
    Changed,
    /// It tells of one more visit.
    Gathered,
}

/// What a row is worth now that its reason is true no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revival {
    pub made: Made,
    /// The end of the window, should it get one.
    pub due_at: DateTime<Utc>,
    /// The gateway account it leaves through.
    pub instance: String,
    pub gap_at: Option<DateTime<Utc>>,
    /// What a new row would ask a person, if anything.
    pub asks: Option<(Reason, String)>,
    /// It may have been told, or so much time has passed that a person should say.
    pub again: bool,
}

/// What can happen to a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    // A person's acts.
    /// New words, and a fresh window until `due_at`.
    Edit {
        text: String,
        by: String,
        due_at: DateTime<Utc>,
    },
    Hold,
    /// Let go what was held or waiting, with a fresh window until `due_at`.
    Release {
        due_at: DateTime<Utc>,
        instance: String,
    },
    /// Without waiting for the window's end.
    SendNow {
        instance: String,
    },
    /// A longer window.
    Extend {
        by: TimeDelta,
    },
    Cancel,
    /// A cancel that came while sending. It changes nothing yet.
    AskCancel {
        by: String,
    },
    /// Bring back what was cancelled or skipped, or try again what failed.
    /// `made` is what a row that never had a text would say.
    Restore {
        made: Option<Made>,
        due_at: DateTime<Utc>,
        instance: String,
    },
    /// Of an unknown outcome: it arrived.
    ResolveArrived,
    /// Of an unknown outcome: send again.
    ResolveAgain {
        due_at: DateTime<Utc>,
        instance: String,
    },
    /// Of an unknown outcome: leave it.
    ResolveDrop,
    /// The gateway had not sent it yet, and was told to forget it.
    Clear,
    /// It lay in the queue of an account without a phone, and was taken out unsent.
    TakeBack,
    /// Open the editor, or keep it open.
    Lease {
        by: String,
        until: DateTime<Utc>,
    },
    /// Close the editor without saving; the draft stays.
    EndLease,
    /// Keep what is typed so far.
    Draft {
        text: Option<String>,
    },

    // The program's.
    /// Hand it to a person.
    Wait {
        reason: Reason,
        detail: String,
    },
    Expire {
        reason: Reason,
    },
    /// Cancelled by the world: in YClients, or because the bot made the booking.
    Withdraw {
        reason: Reason,
    },
    /// An import names the booking as the bot's own.
    Import,
    /// No longer worth a message.
    Skip {
        reason: Reason,
    },
    /// Its booking still cannot be read, for another cause.
    Unread {
        detail: String,
    },
    /// Made anew, with a fresh window until `due_at`: the booking changed, or another
    /// visit of the same client joined it.
    Remake {
        made: Made,
        due_at: DateTime<Utc>,
        cause: RemakeCause,
    },
    /// The booking changed under a person's words.
    Conflict {
        made: Made,
    },
    /// Why it was ended or kept back is true no more: it comes back as what it was.
    Revive(Revival),
    /// The last check saw it unchanged, by requests that began at `read_at` or later.
    Checked {
        read_at: DateTime<Utc>,
    },
    /// An obstacle that may pass: try again at `next_try_at`.
    Postpone {
        reason: Reason,
        detail: String,
        next_try_at: DateTime<Utc>,
    },
    Claim,
    Accepted {
        id: String,
    },
    NotSent {
        detail: String,
        next_try_at: DateTime<Utc>,
    },
    Reject {
        reason: Reason,
        detail: String,
    },
    Ambiguous {
        detail: String,
    },
    /// The gateway shows that an ambiguous attempt arrived.
    Found {
        id: String,
    },
    /// The gateway was asked in every way and has not seen it.
    NotFound,
    Delivery {
        status: DeliveryStatus,
        at: DateTime<Utc>,
        detail: String,
    },
    /// A fresh window after a start or a gap, for nobody could see the old one.
    Rearm {
        due_at: DateTime<Utc>,
        gap_at: Option<DateTime<Utc>>,
    },
    /// The clock was set back: everything planned moves with it, at most to `latest`.
    ShiftBack {
        by: TimeDelta,
        latest: DateTime<Utc>,
    },
    /// The booking changed after the message went out.
    ChangedAfterSent {
        how: &'static str,
    },
}

impl Event {
    /// The event's name in the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Edit { .. } => "edit",
            Self::Hold => "hold",
            Self::Release { .. } => "release",
            Self::SendNow { .. } => "send_now",
            Self::Extend { .. } => "extend",
            Self::Cancel => "cancel",
            Self::AskCancel { .. } => "ask_cancel",
            Self::Restore { .. } => "restore",
            Self::ResolveArrived => "resolve_arrived",
            Self::ResolveAgain { .. } => "resolve_again",
            Self::ResolveDrop => "resolve_drop",
            Self::Clear => "clear",
            Self::TakeBack => "take_back",
            Self::Lease { .. } => "open_editor",
            Self::EndLease => "close_editor",
            Self::Draft { .. } => "draft",
            Self::Wait { .. } => "wait",
            Self::Expire { .. } => "expire",
            Self::Withdraw { .. } => "withdraw",
            Self::Import => "import",
            Self::Unread { .. } => "unread",
            Self::Skip { .. } => "skip",
            Self::Remake { .. } => "remake",
            Self::Conflict { .. } => "conflict",
            Self::Revive(_) => "revive",
            Self::Checked { .. } => "checked",
            Self::Postpone { .. } => "postpone",
            Self::Claim => "claim",
            Self::Accepted { .. } => "accepted",
            Self::NotSent { .. } => "not_sent",
            Self::Reject { .. } => "reject",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Found { .. } => "found",
            Self::NotFound => "not_found",
            Self::Delivery { .. } => "delivery",
            Self::Rearm { .. } => "rearm",
            Self::ShiftBack { .. } => "shift_back",
            Self::ChangedAfterSent { .. } => "changed_after_sent",
        }
    }

    /// Whether it puts a message (back) on its way by a person's word.
    pub const fn lets_go(&self) -> bool {
        matches!(
            self,
            Self::Release { .. } | Self::SendNow { .. } | Self::Restore { .. } | Self::ResolveAgain { .. }
        )
    }

    /// Whether the audit has a line even when state, reason and time stay as
    /// they were. Keystrokes, renewed leases and repeated checks are not told.
    pub const fn is_told(&self) -> bool {
        !matches!(
            self,
            Self::Draft { .. }
                | Self::Lease { .. }
                | Self::Checked { .. }
                | Self::Postpone { .. }
                | Self::Delivery { .. }
        )
    }
}
