use engine::booking::BranchFacts;
use engine::notification::{Kind, Made};
use engine::outbox::{GatewayTold, Pause};

use super::*;

const COMPANY: CompanyId = CompanyId(962_302);

fn now() -> DateTime<Utc> {
    "2026-11-23T11:05:42Z".parse().unwrap()
}

fn ago(seconds: i64) -> DateTime<Utc> {
    now() - TimeDelta::seconds(seconds)
}

fn facts() -> Facts {
    let branch = BranchState {
        facts: BranchFacts { time_zone: "Europe/Moscow".to_owned(), ..BranchFacts::default() },
        last_checked_at: Some(ago(20)),
        ..BranchState::default()
    };
    let desk = DeskState {
        owner: None,
        alive_at: None,
        pause: None,
        pause_due: false,
        clock: engine::clock::ClockTold::default(),
        gateway: GatewayTold::default(),
        doubt: None,
        rival: None,
    };
    Facts {
        rows: Vec::new(),
        needs_you: 0,
        desk,
        stumbles: Vec::new(),
        branches: vec![branch],
        zones: BTreeMap::from([(COMPANY, Tz::Europe__Moscow)]),
        zone: Some(Tz::Europe__Moscow),
        sent_today: 3,
        enabled: true,
        has_gateway: true,
    }
}

fn row(id: i64, state: State) -> Notification {
    let made = Made {
        text: "text".to_owned(),
        phone: "+79160000001".to_owned(),
        client_id: 1,
        client_name: "Ирина".to_owned(),
        starts_at: now() + TimeDelta::days(1),
    };
    let mut row = Notification::new(Kind::Confirmation, COMPANY, state, made, now());
    row.id = NotificationId(id);
    row.due_at = now() + TimeDelta::seconds(30);
    row
}

fn seen(facts: &Facts) -> TrayView {
    view(Some(facts), &Own::default(), now())
}

fn with_fault(code: FaultCode, since: DateTime<Utc>) -> Facts {
    let mut facts = facts();
    facts.branches[0].fault_code = code.as_str().to_owned();
    facts.branches[0].fault_at = Some(since);
    facts
}

#[test]
fn with_nothing_waiting_it_works() {
    let view = seen(&facts());
    assert_eq!((view.state, view.trouble, view.wanting), (TrayState::Working, None, None));
    assert_eq!(view.last_poll, Some("2026-11-23T11:05:00Z".parse().unwrap()), "to the minute");
}

#[test]
fn what_counts_down_is_counted_and_named_up_to_five() {
    let mut facts = facts();
    facts.rows = (1..=7).map(|id| row(id, State::Queued)).collect();
    facts.rows[0].held = true;
    facts.rows.push(row(8, State::Sending));
    let view = seen(&facts);
    assert_eq!(view.state, TrayState::Pending(7), "the held one waits for its person, not for its time");
    assert_eq!(view.rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert_eq!(view.rows[0].visit, Some("2026-11-24T14:05:42".parse().unwrap()), "on the branch's wall");
}

#[test]
fn a_row_that_wants_a_word_comes_before_those_that_go_by_themselves() {
    let mut facts = facts();
    facts.rows = vec![row(1, State::Queued), row(2, State::Waiting)];
    facts.needs_you = 1;
    let view = seen(&facts);
    assert_eq!((view.state, view.needs_you, view.pending), (TrayState::NeedsYou, 1, 1));
}

#[test]
fn a_pause_is_seen_until_it_ends() {
    let mut facts = facts();
    facts.rows = vec![row(1, State::Queued)];
    let until = now() + TimeDelta::minutes(1);
    facts.desk.pause = Some(Pause { since: ago(60), until: Some(until) });
    let view = seen(&facts);
    assert_eq!((view.state, view.paused), (TrayState::Paused, Some(PauseEnd::At(until))));
    assert_eq!(facts.counting(now()).count(), 0);
    let later = super::view(Some(&facts), &Own::default(), until);
    assert_eq!((later.state, later.paused), (TrayState::Pending(1), None));
}

#[test]
fn a_connection_that_is_lost_for_a_moment_changes_nothing() {
    for code in [FaultCode::YclientsOffline, FaultCode::YclientsOutOfOrder] {
        assert_eq!(seen(&with_fault(code, ago(59))).state, TrayState::Working, "{code}");
        assert_eq!(seen(&with_fault(code, ago(60))).state, TrayState::Offline, "{code}");
    }
    let view = seen(&with_fault(FaultCode::YclientsOffline, ago(600)));
    assert_eq!(view.trouble, Some(Trouble::Offline(ago(600))));
}

#[test]
fn of_several_the_earliest_loss_is_named() {
    let mut facts = with_fault(FaultCode::YclientsOffline, ago(100));
    facts.desk.gateway.fault = FaultCode::GatewayOffline.as_str().to_owned();
    facts.desk.gateway.fault_at = Some(ago(300));
    assert_eq!(seen(&facts).trouble, Some(Trouble::Offline(ago(300))));
}

#[test]
fn what_only_a_person_can_mend_is_shown_at_once() {
    let view = seen(&with_fault(FaultCode::YclientsUserToken, now()));
    assert_eq!(view.state, TrayState::NeedsYou);
    assert_eq!(view.trouble, Some(Trouble::Fault(FaultCode::YclientsUserToken)));
}

#[test]
fn before_it_is_set_up_it_says_what_is_wanting() {
    let none = Facts { branches: Vec::new(), ..facts() };
    let no_gateway = Facts { has_gateway: false, ..facts() };
    let no_token = with_fault(FaultCode::SecretMissing, now());
    for (facts, wanting) in
        [(none, Wanting::Branches), (no_gateway, Wanting::Gateway), (no_token, Wanting::Tokens)]
    {
        let view = seen(&facts);
        assert_eq!((view.state, view.wanting), (TrayState::NotSetUp, Some(wanting)));
    }
}

#[test]
fn a_message_two_minutes_behind_its_time_is_stuck_unless_somebody_wants_it_so() {
    let stuck = |change: fn(&mut Facts)| {
        let mut facts = facts();
        facts.rows = vec![row(1, State::Queued)];
        facts.rows[0].due_at = ago(121);
        change(&mut facts);
        seen(&facts).trouble
    };
    assert_eq!(stuck(|_| {}), Some(Trouble::Stuck(1)));
    assert_eq!(stuck(|facts| facts.rows[0].due_at = ago(119)), None);
    assert_eq!(stuck(|facts| facts.rows[0].held = true), None);
    assert_eq!(stuck(|facts| facts.enabled = false), None);
    assert_eq!(stuck(|facts| facts.desk.pause = Some(Pause { since: ago(9), until: None })), None);
    let sending = stuck(|facts| {
        facts.rows[0].state = State::Sending;
        facts.rows[0].claimed_at = Some(ago(121));
    });
    assert_eq!(sending, Some(Trouble::Stuck(1)));
}

#[test]
fn a_worker_that_does_not_begin_is_shown_before_anything_was_read() {
    let own = Own { worker: Some("Диск полон.".to_owned()), ..Own::default() };
    let view = view(None, &own, now());
    assert_eq!(view.state, TrayState::NeedsYou);
    assert_eq!(view.trouble, Some(Trouble::Worker("Диск полон.".to_owned())));
}

#[test]
fn a_return_is_answered_only_by_a_good_reading_of_every_branch() {
    let facts = facts();
    assert!(facts.all_read_since(ago(21)));
    assert!(!facts.all_read_since(ago(20)));
    assert!(!with_fault(FaultCode::YclientsOffline, ago(5)).all_read_since(ago(21)));
}
