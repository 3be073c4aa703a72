//! What the engine offers and says, as two tables for the pages' tests: the invented program behind
//! the pages must offer no more and no less, and says the same sentences.

use std::collections::BTreeMap;
use std::fs;

use chrono::TimeDelta;
use engine::booking::CompanyId;
use engine::notification::acts::{Act, offered};
use engine::notification::{Kind, Made, Notification, Reason, State};
use engine::settings::Language;
use serde_json::{Map, Value, json};

use super::bindings::{bare, root};
use super::now;

const ME: &str = "Анна";

/// What each row is, in words that the page's tests make a row from.
type Given = &'static [(&'static str, &'static str)];

fn plain(state: State) -> Notification {
    let made = Made {
        text: "Ждём вас".to_owned(),
        phone: "+79161234567".to_owned(),
        client_id: 5,
        client_name: "Ирина".to_owned(),
        starts_at: now() + TimeDelta::days(1),
    };
    Notification::new(Kind::Confirmation, CompanyId(1), state, made, now())
}

fn row(state: State, reason: Reason, given: Given) -> Notification {
    let mut row = Notification { reason, ..plain(state) };
    for (what, value) in given {
        match *what {
            "held" => row.held = true,
            "no_phone" => row.phone.clear(),
            "no_text" => row.text.clear(),
            "begun" => row.starts_at = now() - TimeDelta::minutes(1),
            "test" => (row.kind, row.starts_at) = (Kind::Test, now()),
            "edited_elsewhere" => {
                "Борис".clone_into(&mut row.lease_by);
                row.lease_until = Some(now() + TimeDelta::seconds(20));
            }
            "cancel_asked" => ME.clone_into(&mut row.cancel_asked_by),
            "changed_after_sent" => (*value).clone_into(&mut row.changed_after_sent),
            other => panic!("{other}"),
        }
    }
    row
}

const GIVEN: [Given; 9] = [
    &[],
    &[("no_phone", "")],
    &[("no_text", "")],
    &[("begun", "")],
    &[("test", "")],
    &[("changed_after_sent", "moved")],
    &[("changed_after_sent", "changed")],
    &[("changed_after_sent", "cancelled")],
    &[("changed_after_sent", "moved"), ("begun", "")],
];

fn cases() -> Vec<(State, Reason, Given)> {
    let mut cases = Vec::new();
    for state in State::ALL {
        let changes = state.is_sent() || *state == State::Unknown;
        let can_be = |given: &Given| changes || !given.iter().any(|(what, _)| *what == "changed_after_sent");
        cases.extend(GIVEN.into_iter().filter(can_be).map(|given| (*state, Reason::None, given)));
    }
    for state in [State::Queued, State::Waiting, State::Failed] {
        cases.push((state, Reason::None, &[("edited_elsewhere", "")]));
    }
    cases.push((State::Queued, Reason::None, &[("held", "")]));
    cases.push((State::Sending, Reason::None, &[("cancel_asked", "")]));
    for state in [State::Cancelled, State::Expired, State::Skipped] {
        let said = Reason::ALL.iter().filter(|reason| **reason != Reason::None);
        cases.extend(said.map(|reason| (state, *reason, GIVEN[0])));
    }
    cases.push((State::Cancelled, Reason::InYclients, &[("begun", "")]));
    cases
}

/// Whether it keeps a row before a person. A new reason has to say.
const fn waits(reason: Reason) -> bool {
    use Reason::{
        Again, ArrivedSaysPerson, BeforeBaseline, BeginsFirst, Begun, Bot, BrokenCharacter, Burst, ByPerson,
        Came, CannotCheck, ChangedAfterEdit, Cleared, GatewayNotReady, Gathered, InYclients, KeepsChanging,
        Landline, Late, LookingUp, Manual, NoAuthor, NoClient, NoPhone, NoStart, NoWhatsapp, NotDelivered,
        NotFound, NotSent, Old, Online, OptedOut, PhoneHidden, PhoneUnreadable, Placeholder, QuietHours,
        Rejected, Restored, SettingsChanged, StopUnclear, TakenBack, TextFailed, ToldElsewhere, TollFree,
        TooSoon, TwoNumbers, Unreadable, ValueMissing,
    };
    match reason {
        Restored | Late | Burst | Old | Manual | QuietHours | ChangedAfterEdit | SettingsChanged
        | TextFailed | ValueMissing | BrokenCharacter | Again | KeepsChanging | StopUnclear | BeginsFirst
        | TakenBack | ToldElsewhere => true,
        Reason::None
        | BeforeBaseline
        | Online
        | Bot
        | NoAuthor
        | NoClient
        | NoPhone
        | PhoneHidden
        | PhoneUnreadable
        | TwoNumbers
        | Landline
        | TollFree
        | Placeholder
        | NoStart
        | Unreadable
        | TooSoon
        | OptedOut
        | Gathered
        | Begun
        | Came
        | CannotCheck
        | GatewayNotReady
        | NotSent
        | LookingUp
        | NotFound
        | Rejected
        | NoWhatsapp
        | NotDelivered
        | Cleared
        | ByPerson
        | InYclients
        | ArrivedSaysPerson => false,
    }
}

fn table() -> Value {
    let case = |(state, reason, given): (State, Reason, Given)| {
        let mut case = Map::new();
        case.insert("state".to_owned(), json!(state.as_str()));
        if reason != Reason::None {
            case.insert("reason".to_owned(), json!(reason.as_str()));
        }
        for (what, value) in given {
            let value = if value.is_empty() { json!(true) } else { json!(value) };
            case.insert((*what).to_owned(), value);
        }
        let acts: Vec<_> =
            offered(&row(state, reason, given), ME, now()).into_iter().map(Act::as_str).collect();
        case.insert("acts".to_owned(), json!(acts));
        Value::Object(case)
    };
    let waiting: Vec<_> =
        Reason::ALL.iter().filter(|reason| waits(**reason)).map(|reason| reason.as_str()).collect();
    json!({ "waiting": waiting, "offered": cases().into_iter().map(case).collect::<Vec<_>>() })
}

/// The reasons of the invented program's rows. It is built into the pages, and is to be light.
const SHOWN: [Reason; 22] = [
    Reason::Online,
    Reason::Bot,
    Reason::NoPhone,
    Reason::Landline,
    Reason::OptedOut,
    Reason::Came,
    Reason::Restored,
    Reason::Late,
    Reason::Burst,
    Reason::Manual,
    Reason::ChangedAfterEdit,
    Reason::ValueMissing,
    Reason::BrokenCharacter,
    Reason::Again,
    Reason::KeepsChanging,
    Reason::CannotCheck,
    Reason::NotFound,
    Reason::Rejected,
    Reason::NoWhatsapp,
    Reason::NotDelivered,
    Reason::ByPerson,
    Reason::InYclients,
];

fn sentences() -> Value {
    let both = |reason: Reason| {
        let say = |language| engine::words::reason(reason, language);
        (reason.as_str(), json!({ "ru": say(Language::Ru), "en": say(Language::En) }))
    };
    json!(SHOWN.map(both).into_iter().collect::<BTreeMap<_, _>>())
}

#[test]
fn the_pages_tests_know_what_the_engine_offers_and_says() {
    for (name, value) in [("offered", table()), ("reasons", sentences())] {
        let path = root().join(format!("ui/src/lib/backend/fake/{name}.json"));
        let made = serde_json::to_string_pretty(&value).unwrap() + "\n";
        if std::env::var_os("BOOKING_MONITOR_WRITE_BINDINGS").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            bare(&kept) == bare(&made),
            "{name} changed: BOOKING_MONITOR_WRITE_BINDINGS=1 cargo test -p booking-monitor-window offers, \
             then npm run format in ui/"
        );
    }
}
