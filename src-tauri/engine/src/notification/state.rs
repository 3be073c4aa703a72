//! The closed sets of words a row is described by.

use crate::closed_set::closed_set;

closed_set! {
    /// What a message is for.
    Kind {
        Confirmation = "confirmation",
        /// To one's own number, from the set-up.
        Test = "test",
    }
}

closed_set! {
    /// Where a notification is in its life.
    State {
        /// Counting down, held or being tried again.
        Queued = "queued",
        /// Claimed: the request may be on its way.
        Sending = "sending",
        /// For a person, with the reason.
        Waiting = "waiting",
        /// It may or may not have gone out; looked up, then for a person.
        Unknown = "unknown",
        /// Certainly not sent, and trying again would not help.
        Failed = "failed",
        /// The gateway took it.
        Accepted = "accepted",
        Delivered = "delivered",
        Read = "read",
        /// The gateway took it and could not deliver it.
        Undelivered = "undelivered",
        Cancelled = "cancelled",
        /// The visit began first.
        Expired = "expired",
        /// Not worth a message, with the reason.
        Skipped = "skipped",
    }
}

impl State {
    /// Still can go out, or needs a person: what `queue list` shows.
    pub const OPEN: [Self; 5] = [Self::Queued, Self::Sending, Self::Waiting, Self::Unknown, Self::Failed];

    /// The message left for the client.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Accepted | Self::Delivered | Self::Read | Self::Undelivered)
    }

    /// Has an end time: only a person's act or a gateway's word changes it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Failed | Self::Undelivered | Self::Cancelled | Self::Expired | Self::Skipped)
    }
}

closed_set! {
    /// Why a row is in its state. `words` has a sentence for each.
    Reason {
        None = "",
        // Skipped.
        BeforeBaseline = "before_baseline",
        /// Also waiting: while another database was in use it may have been told already.
        Restored = "restored",
        Online = "online",
        Bot = "bot",
        NoAuthor = "no_author",
        NoClient = "no_client",
        NoPhone = "no_phone",
        PhoneHidden = "phone_hidden",
        PhoneUnreadable = "phone_unreadable",
        TwoNumbers = "two_numbers",
        Landline = "landline",
        TollFree = "toll_free",
        /// A number that desks type for "no phone", or the shop's own.
        Placeholder = "placeholder",
        NoStart = "no_start",
        /// YClients sent a booking that cannot be read; the detail has its number and what is wrong.
        Unreadable = "unreadable",
        TooSoon = "too_soon",
        OptedOut = "opted_out",
        /// Told in another message, together with others.
        Gathered = "gathered",
        // Expired, or skipped at first sight.
        Begun = "begun",
        Came = "came",
        // Waiting.
        Late = "late",
        Burst = "burst",
        Old = "old",
        Manual = "manual",
        QuietHours = "quiet_hours",
        ChangedAfterEdit = "changed_after_edit",
        SettingsChanged = "settings_changed",
        TextFailed = "text_failed",
        /// The template requires what is not known; the detail names it.
        ValueMissing = "value_missing",
        /// A character of the text is broken: a name or a title came so from YClients.
        BrokenCharacter = "broken_character",
        /// It became right again, and may have been told meanwhile, or so late that a person should say.
        Again = "again",
        /// The booking was changed again and again inside the window.
        KeepsChanging = "keeps_changing",
        /// A client ended it from a chat that hides the number, and may be this one.
        StopUnclear = "stop_unclear",
        /// The visit begins before the window ends.
        BeginsFirst = "begins_first",
        /// The account sent what it says, and this program did not.
        ToldElsewhere = "told_elsewhere",
        /// It lay in the queue of an account without a phone, and the program took it back: unsent.
        TakenBack = "taken_back",
        // Queued and not moving.
        CannotCheck = "cannot_check",
        GatewayNotReady = "gateway_not_ready",
        NotSent = "not_sent",
        // Unknown.
        LookingUp = "looking_up",
        NotFound = "not_found",
        // Failed and undelivered.
        Rejected = "rejected",
        NoWhatsapp = "no_whatsapp",
        NotDelivered = "not_delivered",
        /// The gateway's queue was cleared while it was in it.
        Cleared = "cleared",
        // Cancelled.
        ByPerson = "by_person",
        InYclients = "in_yclients",
        // Accepted.
        ArrivedSaysPerson = "arrived_says_person",
    }
}
