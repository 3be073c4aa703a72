//! The forms that scripts and the window read.

use std::sync::Arc;

use chrono::TimeDelta;
use engine::booking::{BranchFacts, FlawKind};
use engine::db::Db;
use engine::notification::{Kind, Made, NotificationId, Reason, State};
use engine::outbox::{Actor, AsideCount, Owner, Pause, Stumble};
use engine::settings::BranchSettings;
use engine::supervision::Part;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn outbox() -> Outbox {
    Outbox::new(Arc::new(Db::in_memory().unwrap()))
}

fn row() -> Notification {
    let now = at("2026-11-23T10:00:00.250Z");
    let made = Made {
        text: "Здравствуйте, Анна!".to_owned(),
        phone: "+79161234567".to_owned(),
        client_id: 7,
        client_name: "Анна".to_owned(),
        starts_at: at("2026-11-24T12:00:00Z"),
    };
    let mut row = Notification::new(Kind::Confirmation, CompanyId(962_302), State::Queued, made, now);
    row.id = NotificationId(12);
    row.due_at = now + TimeDelta::seconds(30);
    row.instance = "green-api:1103000001".to_owned();
    row
}

#[test]
fn a_queued_row() {
    let outbox = outbox();
    let view = Row::of(&row(), &outbox, &mut Branches::new(&outbox)).unwrap();
    insta::assert_json_snapshot!(view, @r#"
    {
      "id": 12,
      "kind": "confirmation",
      "copy": 0,
      "state": "queued",
      "reason": "",
      "detail": "",
      "held": false,
      "released": false,
      "phone": "+79161234567",
      "client": "Анна",
      "branch": "962302",
      "company_id": 962302,
      "bookings": [],
      "starts_at": "2026-11-24T12:00:00Z",
      "booked_at": null,
      "enqueued_at": "2026-11-23T10:00:00.250Z",
      "due_at": "2026-11-23T10:00:30.250Z",
      "next_try_at": null,
      "lease_until": null,
      "text": "Здравствуйте, Анна!",
      "edited_by": "",
      "proposed_text": null,
      "draft": false,
      "revision": 1,
      "cancel_asked": false,
      "instance": "green-api:1103000001",
      "gateway_id": "",
      "claimed_at": null,
      "accepted_at": null,
      "delivered_at": null,
      "read_at": null,
      "finished_at": null,
      "changed_after_sent": ""
    }
    "#);
}

#[test]
fn a_skipped_row_without_a_number_says_why() {
    let outbox = outbox();
    let mut row = row();
    row.state = State::Skipped;
    row.reason = Reason::NoPhone;
    row.phone.clear();
    let view = Row::of(&row, &outbox, &mut Branches::new(&outbox)).unwrap();
    assert_eq!((view.state, view.reason, view.phone.as_str()), ("skipped", "no_phone", ""));
}

fn seen(outbox: &Outbox) -> Seen {
    let state = BranchState {
        facts: BranchFacts {
            title: "Барбершоп".to_owned(),
            time_zone: "Europe/Moscow".to_owned(),
            ..BranchFacts::default()
        },
        baseline_at: Some(at("2026-11-23T09:00:00Z")),
        baseline_count: 4,
        last_checked_at: Some(at("2026-11-23T10:00:00Z")),
        fast_feed: true,
        fault_code: "yclients_offline".to_owned(),
        fault_detail: "no answer".to_owned(),
        fault_at: Some(at("2026-11-23T10:00:00Z")),
        ..BranchState::default()
    };
    let mut desk = outbox.desk().unwrap();
    desk.owner =
        Some(Owner { pid: 41, since: at("2026-11-23T09:00:00Z"), alive_at: at("2026-11-23T10:00:00Z") });
    desk.pause = Some(Pause { since: at("2026-11-23T09:59:00Z"), until: None });
    Seen {
        desk,
        owned: true,
        branches: vec![
            SeenBranch {
                company: CompanyId(962_302),
                state,
                unread: vec![(Some(BookingId(7)), Flaw::new(FlawKind::UnknownValue, "attendance"))],
            },
            SeenBranch { company: CompanyId(5), state: BranchState::default(), unread: Vec::new() },
        ],
        instance: "green-api:1103000001".to_owned(),
        first_contacts: 2,
        stumbles: vec![Stumble {
            part: Part::Sending,
            since: at("2026-11-23T09:59:58Z"),
            last_at: at("2026-11-23T10:00:01Z"),
            times: 2,
        }],
        storage: None,
        stops: 1,
        aside: vec![AsideCount { kind: "delivery".to_owned(), why: "error".to_owned(), count: 2 }],
        counts: Counts(BTreeMap::from([("queued".to_owned(), 1)])),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one snapshot of everything")]
fn a_status() {
    let outbox = outbox();
    let settings = Settings {
        branches: vec![BranchSettings::new(CompanyId(962_302))],
        language: engine::settings::Language::En,
        ..Settings::default()
    };
    let mut status = Status::of(seen(&outbox), &settings, at("2026-11-23T10:00:05Z"));
    // The sentence is the engine's own business.
    for error in status.branches.iter_mut().filter_map(|branch| branch.error.as_mut()) {
        assert!(!error.message.is_empty());
        error.message.clear();
    }
    insta::assert_json_snapshot!(status, @r#"
    {
      "owner": {
        "pid": 41,
        "since": "2026-11-23T09:00:00Z",
        "alive_at": "2026-11-23T10:00:00Z"
      },
      "enabled": true,
      "paused": {
        "since": "2026-11-23T09:59:00Z",
        "until": null
      },
      "doubt": null,
      "another_monitor": null,
      "branches": [
        {
          "company_id": 962302,
          "title": "Барбершоп",
          "time_zone": "Europe/Moscow",
          "baseline_at": "2026-11-23T09:00:00Z",
          "baseline_count": 4,
          "last_poll_at": "2026-11-23T10:00:00Z",
          "next_poll_at": null,
          "feed": "fast",
          "failures": 0,
          "stopped": false,
          "unreadable": 1,
          "unreadable_bookings": [
            {
              "booking": 7,
              "flaw": "unknown_value attendance",
              "message": "Booking 7: a value that is not known (attendance)."
            }
          ],
          "error": {
            "code": "yclients_offline",
            "message": "",
            "detail": "no answer",
            "since": "2026-11-23T10:00:00Z"
          }
        },
        {
          "company_id": 5,
          "title": "",
          "time_zone": "",
          "baseline_at": null,
          "baseline_count": 0,
          "last_poll_at": null,
          "next_poll_at": null,
          "feed": null,
          "failures": 0,
          "stopped": false,
          "unreadable": 0,
          "unreadable_bookings": [],
          "error": null
        }
      ],
      "gateway": {
        "instance": "green-api:1103000001",
        "state": "",
        "state_at": null,
        "first_contacts_today": 2,
        "error": null,
        "settings": null
      },
      "clock": {
        "difference_ms": 0,
        "standing": "unconfirmed",
        "error": null
      },
      "stumbles": [
        {
          "part": "sending",
          "message": "sending messages",
          "since": "2026-11-23T09:59:58Z",
          "last_at": "2026-11-23T10:00:01Z",
          "times": 2
        }
      ],
      "storage": null,
      "stops": 1,
      "aside": [
        {
          "kind": "delivery",
          "why": "error",
          "count": 2
        }
      ],
      "counts": {
        "queued": 1
      }
    }
    "#);
}

#[test]
fn an_owner_that_is_only_written_down_is_none() {
    let outbox = outbox();
    let dead = Seen { owned: false, ..seen(&outbox) };
    let status = Status::of(dead, &Settings::default(), at("2026-11-23T10:00:05Z"));
    assert!(status.owner.is_none());
}

#[test]
fn a_pause_that_ran_out_is_none() {
    let outbox = outbox();
    let now = at("2026-11-23T10:00:00Z");
    outbox.pause(Some(now + TimeDelta::minutes(15)), &Actor::Program, now).unwrap();
    let status = |at| {
        let seen = Seen { desk: outbox.desk().unwrap(), ..seen(&outbox) };
        Status::of(seen, &Settings::default(), at).paused.map(|pause| pause.until)
    };
    assert_eq!(status(now), Some(Some("2026-11-23T10:15:00Z".to_owned())));
    assert_eq!(status(now + TimeDelta::minutes(15)), None);
}
