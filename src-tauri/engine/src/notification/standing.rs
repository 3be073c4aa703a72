//! How long each reason is true, and what the program does when it is not any more.
//!
//! "The reason that a row shows is true now": so each is a fact of the past, a
//! person's word, something that the next try settles, or true while something
//! lasts, and then the row is judged again when that changes. `docs/reasons.md`
//! is this table; a test keeps the two equal.

use super::Reason;
use crate::closed_set::closed_set;

closed_set! {
    /// What a reason is judged again at.
    Cause {
        /// A real change of one of its bookings.
        Booking = "booking",
        /// What the texts say of the branch.
        Branch = "branch",
        /// Settings: branches, the bot's users, templates, quiet hours.
        Settings = "settings",
        /// The account that sends, or its word on the number.
        Account = "account",
        /// The difference between this computer's clock and the servers'.
        Clock = "clock",
        /// The stop list.
        StopList = "stop list",
    }
}

/// What kind of truth a reason is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It happened, and stays true.
    Past,
    /// A person said so.
    Person,
    /// Until the next try or look-up, which the program makes by itself.
    NextTry,
    /// As long as this lasts.
    While(&'static str),
}

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub truth: Truth,
    pub judged_again_at: &'static [Cause],
    /// What the row is when the reason has become false.
    pub comes_back_as: &'static str,
}

/// What ended a row by itself gives it back as it was.
const AS_IT_WAS: &str = "what it was: held, edited (both texts), waiting, failed; else a fresh window";

/// What kept a row from the queue lets it in.
const FRESH: &str = "a fresh window; edited: both texts";

const fn lasting(lasts: &'static str, causes: &'static [Cause], back: &'static str) -> Standing {
    Standing { truth: Truth::While(lasts), judged_again_at: causes, comes_back_as: back }
}

const fn standing(truth: Truth) -> Standing {
    Standing { truth, judged_again_at: &[], comes_back_as: "" }
}

impl Reason {
    /// The reason's line in the table.
    pub const fn standing(self) -> Standing {
        use Cause::{Account, Booking, Branch, Clock, Settings, StopList};
        match self {
            Self::None
            | Self::BeforeBaseline
            | Self::Restored
            | Self::Gathered
            | Self::Late
            | Self::Burst
            | Self::Old
            | Self::Manual
            | Self::Again
            | Self::KeepsChanging
            | Self::ToldElsewhere
            | Self::TakenBack
            | Self::ChangedAfterEdit
            | Self::NotFound
            | Self::Rejected
            | Self::NotDelivered
            | Self::Cleared => standing(Truth::Past),
            Self::ByPerson | Self::ArrivedSaysPerson => standing(Truth::Person),
            Self::CannotCheck | Self::GatewayNotReady | Self::NotSent | Self::LookingUp => {
                standing(Truth::NextTry)
            }
            Self::Online => lasting("the client made the booking", &[Booking], AS_IT_WAS),
            Self::Bot => lasting(
                "a user ticked as the bot's made the booking, or an import named it (that one stays)",
                &[Booking, Settings],
                AS_IT_WAS,
            ),
            Self::NoAuthor => lasting("the booking names no author", &[Booking], AS_IT_WAS),
            Self::NoClient => lasting("the booking has no client", &[Booking], AS_IT_WAS),
            Self::NoPhone => lasting("the client has no number", &[Booking], AS_IT_WAS),
            Self::PhoneHidden => lasting("the number is hidden", &[Booking], AS_IT_WAS),
            Self::PhoneUnreadable => {
                lasting("the number cannot be read in the branch's country", &[Booking, Settings], AS_IT_WAS)
            }
            Self::TwoNumbers => lasting("the field holds two numbers", &[Booking], AS_IT_WAS),
            Self::Landline => {
                lasting("the number is a landline or no mobile one", &[Booking, Settings], AS_IT_WAS)
            }
            Self::TollFree => lasting("the number is a free hotline", &[Booking], AS_IT_WAS),
            Self::Placeholder => lasting(
                "the number stands for \"no phone\", or is the shop's own",
                &[Booking, Branch],
                AS_IT_WAS,
            ),
            Self::NoStart => lasting("the booking has no time", &[Booking], AS_IT_WAS),
            Self::Unreadable => lasting("the booking cannot be read", &[Booking], AS_IT_WAS),
            Self::TooSoon => lasting(
                "the visit begins sooner than `min_lead_minutes` after it was judged",
                &[Booking, Settings, Clock],
                AS_IT_WAS,
            ),
            Self::OptedOut => lasting("the number is on the stop list", &[Booking, StopList], AS_IT_WAS),
            Self::Begun => lasting("the visit has begun", &[Booking, Clock], AS_IT_WAS),
            Self::Came => lasting("the visit is marked as come", &[Booking], AS_IT_WAS),
            Self::InYclients => lasting("every visit is cancelled or deleted", &[Booking], AS_IT_WAS),
            Self::QuietHours => {
                lasting("the visit begins before the quiet hours end", &[Booking, Settings, Clock], FRESH)
            }
            Self::BeginsFirst => {
                lasting("the visit begins before a window would end", &[Booking, Settings, Clock], FRESH)
            }
            Self::SettingsChanged => {
                lasting("its branch or its account is not in the settings", &[Settings, Account], FRESH)
            }
            Self::TextFailed => lasting("the template makes no text", &[Booking, Branch, Settings], FRESH),
            Self::ValueMissing => {
                lasting("what the template requires is not known", &[Booking, Branch, Settings], FRESH)
            }
            Self::BrokenCharacter => {
                lasting("the text has a broken character", &[Booking, Branch, Settings], FRESH)
            }
            Self::StopUnclear => lasting(
                "a «стоп» from a chat without a number may be this client's, and nobody has said whose it is",
                &[StopList],
                FRESH,
            ),
            Self::NoWhatsapp => {
                lasting("the account says that the number is not on the channel", &[Booking, Account], FRESH)
            }
        }
    }

    /// Whether it is false once something changes, and the program looks again then.
    pub const fn is_judged_again(self) -> bool {
        matches!(self.standing().truth, Truth::While(_))
    }

    /// Whether it keeps a waiting row from the queue only as long as it is true.
    pub const fn lifts(self) -> bool {
        matches!(
            self,
            Self::QuietHours
                | Self::BeginsFirst
                | Self::SettingsChanged
                | Self::TextFailed
                | Self::ValueMissing
                | Self::BrokenCharacter
                | Self::StopUnclear
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::State;

    const PAGE: &str = include_str!("../../../../docs/reasons.md");

    fn line(reason: Reason) -> String {
        let Standing { truth, judged_again_at, comes_back_as } = reason.standing();
        let truth = match truth {
            Truth::Past => "a fact of the past".to_owned(),
            Truth::Person => "a person's word".to_owned(),
            Truth::NextTry => "until the next try".to_owned(),
            Truth::While(lasts) => format!("while {lasts}"),
        };
        let causes: Vec<_> = judged_again_at.iter().map(|cause| cause.as_str()).collect();
        let causes = if causes.is_empty() { "—".to_owned() } else { causes.join(", ") };
        let back = if comes_back_as.is_empty() { "—" } else { comes_back_as };
        format!("| `{reason}` | {truth} | {causes} | {back} |")
    }

    #[test]
    fn the_page_of_reasons_is_this_table() {
        let written: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
        let table: Vec<String> = Reason::ALL
            .iter()
            .filter(|reason| **reason != Reason::None)
            .map(|reason| line(*reason))
            .collect();
        assert_eq!(written, table, "docs/reasons.md; as the code has it:\n{}", table.join("\n"));
    }

    #[test]
    fn what_is_judged_again_says_when_and_what_comes_of_it() {
        for reason in Reason::ALL {
            let standing = reason.standing();
            assert_eq!(reason.is_judged_again(), !standing.judged_again_at.is_empty(), "{reason}");
            assert_eq!(reason.is_judged_again(), !standing.comes_back_as.is_empty(), "{reason}");
            assert!(!reason.lifts() || reason.is_judged_again(), "{reason}");
        }
    }

    #[test]
    fn a_fact_of_the_past_never_brings_a_row_back() {
        use chrono::{DateTime, Utc};
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let made = crate::notification::Made {
            text: "Ждём вас".into(),
            phone: "+79161234567".into(),
            client_id: 5,
            client_name: "Ирина".into(),
            starts_at: now,
        };
        let company = crate::booking::CompanyId(1);
        let kind = crate::notification::Kind::Confirmation;
        let ended = crate::notification::Notification::new(kind, company, State::Skipped, made, now);
        for reason in Reason::ALL {
            let row = crate::notification::Notification { reason: *reason, ..ended.clone() };
            assert_eq!(row.may_come_back(), reason.is_judged_again(), "{reason}");
            let forgotten = crate::notification::Notification { forgotten: true, ..row };
            assert!(!forgotten.may_come_back(), "a forgotten client's row stays what it is");
        }
    }
}
