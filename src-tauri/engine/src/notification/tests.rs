use chrono::{TimeDelta, TimeZone};
use proptest::prelude::*;

use super::*;
use crate::ports::DeliveryStatus;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap()
}

fn made(text: &str) -> Made {
    Made {
        text: text.to_owned(),
        phone: "+79161234567".to_owned(),
        client_id: 5,
        client_name: "Ирина".to_owned(),
        starts_at: now() + TimeDelta::days(1),
    }
}

fn row(state: State) -> Notification {
    let mut row = Notification::new(Kind::Confirmation, CompanyId(1), state, made("Ждём вас"), now());
    row.due_at = now() + TimeDelta::seconds(30);
    row.claimed_at = matches!(state, State::Sending | State::Unknown).then(now);
    row.accepted_at = state.is_sent().then(now);
    row
}

fn after(row: &Notification, event: Event) -> Notification {
    apply(row, event, now()).unwrap()
}

fn send_now() -> Event {
    Event::SendNow { instance: "i".into() }
}

fn edit(text: &str) -> Event {
    Event::Edit { text: text.into(), by: "Анна".into(), due_at: now() + TimeDelta::seconds(30) }
}

#[test]
fn a_person_s_act_on_a_message_that_left_is_too_late_and_says_where_it_is() {
    for state in [State::Sending, State::Accepted, State::Delivered, State::Read, State::Undelivered] {
        for event in [edit("x"), Event::Hold, send_now(), Event::Cancel] {
            assert_eq!(apply(&row(state), event, now()), Err(Refusal::TooLate(state)));
        }
    }
}

#[test]
fn an_unknown_outcome_is_resolved_before_anything_else() {
    for event in [edit("x"), Event::Hold, send_now(), Event::Cancel] {
        assert_eq!(apply(&row(State::Unknown), event, now()), Err(Refusal::NeedsResolving));
    }
    let again = Event::ResolveAgain { due_at: now(), instance: "i".into() };
    assert_eq!(after(&row(State::Unknown), again).state, State::Queued);
    assert_eq!(after(&row(State::Unknown), Event::ResolveArrived).state, State::Accepted);
    assert_eq!(after(&row(State::Unknown), Event::ResolveDrop).state, State::Cancelled);
}

#[test]
fn a_cancel_while_sending_is_kept_and_counts_only_if_nothing_was_sent() {
    let asked = after(&row(State::Sending), Event::AskCancel { by: "Анна".into() });
    assert_eq!(asked.state, State::Sending);
    let not_sent = Event::NotSent { detail: String::new(), next_try_at: now() };
    assert_eq!(after(&asked, not_sent).state, State::Cancelled);
    let rejected = Event::Reject { reason: Reason::Rejected, detail: String::new() };
    assert_eq!(after(&asked, rejected).state, State::Cancelled);
    assert_eq!(after(&asked, Event::Accepted { id: "M".into() }).state, State::Accepted);
    assert_eq!(after(&asked, Event::Ambiguous { detail: String::new() }).state, State::Unknown);
}

#[test]
fn saving_an_edit_opens_a_fresh_window_under_a_new_revision() {
    let before = row(State::Queued);
    let edited = after(&before, edit("Свои слова"));
    assert_eq!(edited.text, "Свои слова");
    assert_eq!(edited.revision, before.revision + 1);
    assert!(edited.is_edited());
    assert_eq!(apply(&before, edit("  \n "), now()), Err(Refusal::EmptyText));
    assert_eq!(apply(&before, edit(&"я".repeat(TEXT_LIMIT + 1)), now()), Err(Refusal::LongText));
    assert!(apply(&before, edit(&"я".repeat(TEXT_LIMIT)), now()).is_ok());
}

#[test]
fn one_person_s_editor_keeps_another_s_out_until_its_lease_ends() {
    let lease = |by: &str, until| Event::Lease { by: by.into(), until };
    let open = after(&row(State::Queued), lease("Анна", now() + TimeDelta::seconds(30)));
    let theirs = lease("Борис", now() + TimeDelta::seconds(60));
    assert_eq!(apply(&open, theirs.clone(), now()), Err(Refusal::Leased));
    assert!(apply(&open, theirs, now() + TimeDelta::seconds(31)).is_ok());
}

#[test]
fn an_open_editor_keeps_the_message_back_until_ten_seconds_after_its_lease() {
    let until = now() + TimeDelta::minutes(20);
    let open = after(&row(State::Queued), Event::Lease { by: "Анна".into(), until });
    assert_eq!(open.ready_at(), until + AFTER_LEASE);
    assert_eq!(open.fate(until + TimeDelta::seconds(5), true), None, "an open editor makes nothing late");
    let closed = apply(&open, Event::EndLease, now() + TimeDelta::seconds(29)).unwrap();
    assert_eq!(closed.due_at, now() + TimeDelta::seconds(39), "ten seconds to think again");
}

#[test]
fn what_a_person_holds_is_kept_back_by_nothing_else() {
    let held = after(&row(State::Queued), Event::Hold);
    let next_try_at = now() + TimeDelta::seconds(5);
    let tried = Event::Postpone { reason: Reason::GatewayNotReady, detail: String::new(), next_try_at };
    let stuck = after(&row(State::Queued), tried.clone());
    assert_eq!(stuck.reason, Reason::GatewayNotReady);
    assert_eq!(after(&held, tried).reason, Reason::None, "a try that ends after the hold");
    assert_eq!(after(&stuck, Event::Hold).reason, Reason::None);
    assert_eq!(after(&stuck, Event::Extend { by: TimeDelta::minutes(1) }).reason, Reason::None);
}

#[test]
fn late_counts_five_minutes_when_the_queue_stands_and_fifteen_in_line() {
    let queued = row(State::Queued);
    let minutes = |count| queued.due_at + TimeDelta::minutes(count) + TimeDelta::seconds(1);
    let late = Event::Wait { reason: Reason::Late, detail: String::new() };
    assert_eq!(queued.fate(minutes(5), true), Some(late.clone()));
    assert_eq!(queued.fate(minutes(5), false), None);
    assert_eq!(queued.fate(minutes(15), false), Some(late.clone()));
    let stuck = Notification { reason: Reason::CannotCheck, ..queued.clone() };
    assert_eq!(stuck.fate(minutes(5), false), Some(late));
    let released = Notification { released: true, ..queued.clone() };
    assert_eq!(released.fate(minutes(60), true), None, "a person's word stands");
    let held = Notification { held: true, ..queued };
    assert_eq!(held.fate(minutes(60), true), None);
}

#[test]
fn when_the_visit_begins_the_message_expires_however_it_was_held() {
    let begun = now() + TimeDelta::days(1);
    for state in [State::Queued, State::Waiting, State::Failed] {
        let held = Notification { held: true, released: true, ..row(state) };
        assert_eq!(held.fate(begun, false), Some(Event::Expire { reason: Reason::Begun }));
    }
    let refused = apply(&row(State::Waiting), send_now(), begun);
    assert_eq!(refused, Err(Refusal::VisitBegun));
}

#[test]
fn statuses_that_come_doubled_and_in_any_order_end_at_the_best_one() {
    use DeliveryStatus::{Delivered, Failed, NoAccount, Read, Sent};
    let end = |statuses: &[DeliveryStatus]| {
        statuses.iter().fold(row(State::Accepted), |row, &status| {
            after(&row, Event::Delivery { status, at: now(), detail: String::new() })
        })
    };
    assert_eq!(end(&[Sent, Delivered, Read, Read, Delivered, Sent]).state, State::Read);
    assert_eq!(end(&[Read, Failed]).state, State::Read);
    assert_eq!(end(&[Failed, Sent]).state, State::Undelivered);
    assert_eq!(end(&[Failed, Delivered]).state, State::Delivered);
    assert_eq!(end(&[NoAccount]).reason, Reason::NoWhatsapp);
    assert!(end(&[Read]).delivered_at.is_some(), "what was read was delivered");
}

#[test]
fn the_words_of_states_reasons_and_kinds_read_back() {
    assert!(State::ALL.iter().all(|state| State::parse(state.as_str()) == Some(*state)));
    assert!(Reason::ALL.iter().all(|reason| Reason::parse(reason.as_str()) == Some(*reason)));
    assert!(Kind::ALL.iter().all(|kind| Kind::parse(kind.as_str()) == Some(*kind)));
    assert_eq!(State::parse("sent"), None);
}

fn any_event() -> impl Strategy<Value = Event> {
    let at = (-3600_i64..7200).prop_map(|seconds| now() + TimeDelta::seconds(seconds));
    let text = prop_oneof![Just(String::new()), ".{0,20}"];
    let reason = proptest::sample::select(Reason::ALL);
    let status = proptest::sample::select(vec![
        DeliveryStatus::Sent,
        DeliveryStatus::Delivered,
        DeliveryStatus::Read,
        DeliveryStatus::NoAccount,
        DeliveryStatus::Failed,
    ]);
    (0_u8..31, at, text, reason, status).prop_map(|(pick, at, text, reason, status)| match pick {
        0 => Event::Edit { text, by: "Анна".into(), due_at: at },
        1 => Event::Hold,
        2 => Event::Release { due_at: at, instance: "i".into() },
        3 => send_now(),
        4 => Event::Extend { by: TimeDelta::minutes(1) },
        5 => Event::Cancel,
        6 => Event::AskCancel { by: "Анна".into() },
        7 => Event::Restore { made: None, due_at: at, instance: "i".into() },
        8 => Event::ResolveArrived,
        9 => Event::ResolveAgain { due_at: at, instance: "i".into() },
        10 => Event::ResolveDrop,
        11 => Event::Lease { by: "Анна".into(), until: at },
        12 => Event::EndLease,
        13 => Event::Draft { text: Some(text) },
        14 => Event::Wait { reason, detail: text },
        15 => Event::Expire { reason },
        16 => Event::Withdraw { reason },
        17 => Event::Skip { reason },
        18 => Event::Remake {
            made: made(&format!("Новое {text}")), due_at: at, cause: RemakeCause::Changed
        },
        19 => Event::Conflict { made: made(&format!("Новое {text}")) },
        20 => Event::Checked { read_at: at },
        21 => Event::Claim,
        22 => Event::Accepted { id: "M".into() },
        23 => Event::NotSent { detail: text, next_try_at: at },
        24 => Event::Ambiguous { detail: text },
        25 => Event::Found { id: "M".into() },
        26 => Event::Clear,
        29 => Event::TakeBack,
        27 => Event::Revive(Revival {
            made: made(&format!("Снова {text}")),
            due_at: at,
            instance: "i".into(),
            gap_at: None,
            asks: (text.len() % 3 == 0).then(|| (Reason::Manual, String::new())),
            again: text.len() % 2 == 0,
        }),
        28 => Event::Import,
        _ => Event::Delivery { status, at, detail: text },
    })
}

/// Acts of a person: only these may change a final state.
fn is_a_person_s(event: &Event) -> bool {
    event.lets_go()
        || matches!(event, Event::Edit { .. } | Event::Cancel | Event::ResolveArrived | Event::ResolveDrop)
}

proptest! {
    #[test]
    fn whatever_happens_the_row_stays_sound(events in proptest::collection::vec(any_event(), 1..40)) {
        let mut current = row(State::Queued);
        let mut accepted = 0;
        for event in events {
            let before = current.clone();
            let by_person = is_a_person_s(&event);
            let taken_back = event == Event::TakeBack;
            let Ok(next) = apply(&before, event, now()) else { continue };
            prop_assert_eq!(next.version, before.version + 1);
            prop_assert!(next.revision >= before.revision);
            if next.state.is_over() {
                prop_assert!(next.finished_at.is_some());
            }
            if matches!(next.state, State::Queued | State::Sending | State::Accepted) {
                prop_assert!(!next.text.is_empty() && !next.phone.is_empty());
            }
            if before.text != next.text {
                prop_assert!(next.revision > before.revision, "new words are a new revision");
            }
            let was_final = matches!(before.state, State::Cancelled | State::Expired | State::Skipped);
            // A person's words come back to the person when what stood in the way is gone.
            let cured = before.may_come_back();
            let by_person = by_person || cured || next.state == State::Accepted;
            if was_final && next.state != before.state {
                // A message that turns out to have arrived is told truly, whatever was decided.
                prop_assert!(by_person, "{:?} left {} by itself", before.reason, before.state);
            }
            if next.state == State::Accepted && before.state != State::Accepted {
                accepted += 1;
            }
            if taken_back && next.state == State::Waiting {
                // It never left, so it may be accepted once more.
                accepted -= 1;
            }
            prop_assert!(accepted <= 1, "nothing is accepted twice");
            current = next;
        }
    }
}
