//! What a person can do with a row now.
//!
//! The life cycle decides, not this list: an act is offered when [`apply`] would
//! take it. Left out is only what would take and be no use, or what the outbox
//! refuses for a reason that stands on the row.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Event, IMPORTED, Kind, Made, Notification, Reason, State, apply};
use crate::closed_set::closed_set;

closed_set! {
    /// Something a person can do with a row.
    Act {
        SendNow = "send_now",
        Edit = "edit",
        Cancel = "cancel",
        /// One more minute.
        Extend = "extend",
        Hold = "hold",
        Release = "release",
        /// Bring back what was cancelled, skipped or came to nothing.
        Restore = "restore",
        /// Read a booking again that YClients had as cancelled, or that could not be read.
        LookAgain = "look_again",
        /// Of an unknown outcome: it arrived.
        Arrived = "arrived",
        /// Of an unknown outcome: send again.
        Again = "again",
        /// Of an unknown outcome: leave it.
        Drop = "drop",
        /// A new message about the same visits.
        Resend = "resend",
        /// The change after sending needs nothing more.
        Seen = "seen",
    }
}

/// What `by` can do with the row at `now`, in the order of declaration.
pub fn offered(row: &Notification, by: &str, now: DateTime<Utc>) -> Vec<Act> {
    Act::ALL.iter().copied().filter(|act| is_offered(row, *act, by, now)).collect()
}

fn is_offered(row: &Notification, act: Act, by: &str, now: DateTime<Utc>) -> bool {
    is_of_use(row, act, now)
        && match event(row, act, by, now) {
            Some(event) => apply(row, event, now).is_ok(),
            None if act == Act::LookAgain => {
                is_cancelled_there(row) && now < row.starts_at || is_unread(row, now)
            }
            // A new row comes of it; this one only has to be gone.
            None => row.state.is_sent() && row.kind == Kind::Confirmation,
        }
}

/// The program sends nothing about a cancelled visit, whoever asks for it.
fn is_cancelled_there(row: &Notification) -> bool {
    row.state == State::Cancelled && row.reason == Reason::InYclients
}

/// Its booking could not be read, and its visit is ahead as far as anybody knows.
fn is_unread(row: &Notification, now: DateTime<Utc>) -> bool {
    let unknown = row.starts_at == DateTime::UNIX_EPOCH;
    row.state == State::Skipped && row.reason == Reason::Unreadable && (unknown || now < row.starts_at)
}

/// The event that stands for an act; None for a resend, which is none of this row's, and for
/// another look, which asks the one who polls.
pub(super) fn event(row: &Notification, act: Act, by: &str, now: DateTime<Utc>) -> Option<Event> {
    let instance = || row.instance.clone();
    let by = || by.to_owned();
    Some(match act {
        Act::SendNow => Event::SendNow { instance: instance() },
        Act::Edit => Event::Lease { by: by(), until: now },
        Act::Cancel if row.state == State::Sending => Event::AskCancel { by: by() },
        Act::Cancel => Event::Cancel,
        Act::Extend => Event::Extend { by: TimeDelta::minutes(1) },
        Act::Hold => Event::Hold,
        Act::Release => Event::Release { due_at: now, instance: instance() },
        Act::Restore => Event::Restore { made: restored(row), due_at: now, instance: instance() },
        Act::Arrived => Event::ResolveArrived,
        Act::Again => Event::ResolveAgain { due_at: now, instance: instance() },
        Act::Drop => Event::ResolveDrop,
        Act::Seen => Event::ChangedAfterSent { how: "" },
        Act::LookAgain | Act::Resend => return None,
    })
}

/// A row that never had a text gets one when it is brought back.
fn restored(row: &Notification) -> Option<Made> {
    row.text.is_empty().then(|| Made { text: "…".to_owned(), ..row.clone().into_made() })
}

/// What the life cycle would allow and nobody is offered.
fn is_of_use(row: &Notification, act: Act, now: DateTime<Utc>) -> bool {
    match act {
        Act::Hold | Act::Extend => !row.held,
        Act::Cancel => row.cancel_asked_by.is_empty(),
        // A failed message is sent again with "send now". The rest the outbox refuses, or the
        // last check would take back at once.
        Act::Restore => {
            let refused = match row.reason {
                Reason::OptedOut | Reason::Gathered | Reason::InYclients | Reason::Unreadable => true,
                Reason::Bot => row.detail == IMPORTED,
                _ => false,
            };
            row.state != State::Failed && row.kind == Kind::Confirmation && !row.forgotten && !refused
        }
        Act::Seen => !row.changed_after_sent.is_empty(),
        // A visit that moved may be ahead though the old time has passed.
        Act::Resend => {
            row.changed_after_sent != "cancelled"
                && (now < row.starts_at || !row.changed_after_sent.is_empty())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::booking::CompanyId;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
    }

    fn row(state: State) -> Notification {
        let made = Made {
            text: "Ждём вас".to_owned(),
            phone: "+79161234567".to_owned(),
            client_id: 5,
            client_name: "Ирина".to_owned(),
            starts_at: now() + TimeDelta::days(1),
        };
        Notification::new(Kind::Confirmation, CompanyId(1), state, made, now())
    }

    fn acts(row: &Notification) -> String {
        let words: Vec<_> = offered(row, "Анна", now()).iter().map(|act| act.as_str()).collect();
        words.join(" ")
    }

    #[test]
    fn each_state_offers_what_helps_there() {
        for (state, expected) in [
            (State::Queued, "send_now edit cancel extend hold"),
            (State::Sending, "cancel"),
            (State::Waiting, "send_now edit cancel release"),
            (State::Unknown, "arrived again drop"),
            (State::Failed, "send_now edit cancel"),
            (State::Accepted, "resend"),
            (State::Delivered, "resend"),
            (State::Read, "resend"),
            (State::Undelivered, "resend"),
            (State::Cancelled, "restore"),
            (State::Expired, "restore"),
            (State::Skipped, "restore"),
        ] {
            assert_eq!(acts(&row(state)), expected, "{state}");
        }
        let held = Notification { held: true, ..row(State::Queued) };
        assert_eq!(acts(&held), "send_now edit cancel release");
        let asked = Notification { cancel_asked_by: "Анна".to_owned(), ..row(State::Sending) };
        assert_eq!(acts(&asked), "");
        let moved = Notification { changed_after_sent: "moved".to_owned(), ..row(State::Read) };
        assert_eq!(acts(&moved), "resend seen");
        let off = Notification { changed_after_sent: "cancelled".to_owned(), ..row(State::Read) };
        assert_eq!(acts(&off), "seen", "there is no visit to write about");
    }

    #[test]
    fn nothing_is_offered_that_would_be_refused() {
        let begun = now() - TimeDelta::minutes(1);
        for state in State::ALL {
            let whole = row(*state);
            let other = Some(now() + TimeDelta::seconds(20));
            for row in [
                whole.clone(),
                Notification { starts_at: begun, ..whole.clone() },
                Notification { phone: String::new(), ..whole.clone() },
                Notification { text: String::new(), ..whole.clone() },
                Notification { lease_by: "Борис".to_owned(), lease_until: other, ..whole.clone() },
                Notification { kind: Kind::Test, starts_at: now(), ..whole.clone() },
            ] {
                for act in offered(&row, "Анна", now()) {
                    let taken = event(&row, act, "Анна", now()).map(|event| apply(&row, event, now()));
                    assert!(taken.is_none_or(|taken| taken.is_ok()), "{state} {act}");
                }
            }
        }
        let begun_row = |state| Notification { starts_at: begun, ..row(state) };
        assert_eq!(acts(&begun_row(State::Cancelled)), "", "the visit has begun");
        assert_eq!(acts(&begun_row(State::Delivered)), "");
        let without_phone = Notification { phone: String::new(), ..row(State::Skipped) };
        assert_eq!(acts(&without_phone), "");
        let leased = Notification {
            lease_by: "Борис".to_owned(),
            lease_until: Some(now() + TimeDelta::seconds(20)),
            ..row(State::Queued)
        };
        assert!(!acts(&leased).contains("edit"), "somebody else has the editor open");
    }

    #[test]
    fn what_the_life_cycle_takes_and_nobody_is_offered_is_a_short_list() {
        let mut left_out = Vec::new();
        for state in State::ALL {
            let row = row(*state);
            for act in Act::ALL {
                let taken =
                    event(&row, *act, "Анна", now()).is_some_and(|event| apply(&row, event, now()).is_ok());
                if taken && !is_offered(&row, *act, "Анна", now()) {
                    left_out.push(format!("{state} {act}"));
                }
            }
        }
        let seen = ["unknown seen", "accepted seen", "delivered seen", "read seen", "undelivered seen"];
        let expected: Vec<_> = left_out.iter().filter(|pair| !seen.contains(&pair.as_str())).collect();
        assert_eq!(expected, ["failed restore"]);
    }

    #[test]
    fn what_the_outbox_would_refuse_or_the_last_check_take_back_is_not_offered() {
        for reason in [Reason::OptedOut, Reason::Gathered] {
            for state in [State::Skipped, State::Cancelled] {
                assert_eq!(acts(&Notification { reason, ..row(state) }), "", "{state} {reason}");
            }
        }
        let imported =
            Notification { reason: Reason::Bot, detail: IMPORTED.to_owned(), ..row(State::Cancelled) };
        assert_eq!(acts(&imported), "", "an import is a person's word");
        let forgotten = Notification { forgotten: true, ..row(State::Skipped) };
        assert_eq!(acts(&forgotten), "");
    }

    #[test]
    fn what_was_never_sent_can_be_sent_or_looked_at_again_while_its_visit_is_ahead() {
        for reason in Reason::ALL {
            for state in [State::Skipped, State::Expired, State::Cancelled] {
                let row = Notification { reason: *reason, ..row(state) };
                let expected = match (reason, state) {
                    (Reason::InYclients, State::Cancelled) | (Reason::Unreadable, State::Skipped) => {
                        "look_again"
                    }
                    // What cannot be read cannot be checked, and unchecked nothing is sent.
                    (Reason::OptedOut | Reason::Gathered | Reason::InYclients | Reason::Unreadable, _) => "",
                    _ => "restore",
                };
                assert_eq!(acts(&row), expected, "{state} {reason}");
            }
        }
        let ticked = Notification { reason: Reason::Bot, ..row(State::Skipped) };
        assert_eq!(acts(&ticked), "restore", "a user may be ticked by mistake");
    }
}
