use chrono::TimeDelta;
use engine::notification::acts::Act;
use engine::outbox::RequestKind;

use super::{COMPANY, Shop};
use crate::commands::acts::{
    act, desk, edit_begin, edit_draft, edit_leave, edit_save, look_again, pause, poll_now, resume,
};
use crate::commands::lists::list;
use crate::commands::program;
use crate::contract::Act::{Cancel, Edit, Extend, Hold, SendNow};
use crate::contract::{self, ErrorCode, ListFilter, ListQuery, State};
use crate::views;

#[test]
fn a_row_shows_who_when_what_and_what_can_be_done() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    let row = desk(&shop.session).unwrap().rows.remove(0);
    assert_eq!((row.id, row.state, row.client.as_str()), (id, State::Queued, "Ирина"));
    assert_eq!((row.phone_shown.as_str(), row.new_number), ("+7 916 123-45-67", true));
    assert_eq!((row.branch.as_str(), row.zone.as_str()), ("Барбершоп", "Europe/Moscow"));
    assert_eq!((row.due_at.as_str(), row.window_ms), ("2026-11-23T09:00:30Z", 30_000));
    assert_eq!(row.starts_at, "2026-11-24T09:00:00Z");
    assert_eq!(row.visits[0].services, ["Стрижка", "Борода ×2"]);
    assert_eq!(row.visits[0].master, "Олег");
    assert_eq!(row.made_by, "501", "the number, until YClients said the name");
    assert_eq!(row.acts, [SendNow, Edit, Cancel, Extend, Hold]);
    let company = engine::booking::CompanyId(COMPANY);
    shop.session.outbox.name_users(company, &[(501, "Ольга".to_owned())]).unwrap();
    assert_eq!(desk(&shop.session).unwrap().rows[0].made_by, "Ольга");
}

#[test]
fn an_act_on_what_changed_meanwhile_is_refused_as_stale_and_changes_nothing() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    let seen = desk(&shop.session).unwrap().rows.remove(0).revision;
    edit_save(&shop.session, id, seen, "Другие слова").unwrap();
    for each in [Act::SendNow, Act::Cancel, Act::Hold, Act::Extend] {
        let failure = act(&shop.session, id, Some(seen), each).unwrap_err();
        assert_eq!(failure.code, ErrorCode::Stale, "{each}");
        assert!(failure.message.contains("ничего не сделано"), "{}", failure.message);
    }
    let row = desk(&shop.session).unwrap().rows.remove(0);
    assert_eq!((row.state, row.held, row.text.as_str()), (State::Queued, false, "Другие слова"));
    assert!(act(&shop.session, id, Some(row.revision), Act::Hold).unwrap().held);
    assert_eq!(act(&shop.session, 99, None, Act::Restore).unwrap_err().code, ErrorCode::Missing);
}

#[test]
fn a_cancel_at_the_last_instant_says_what_really_happens() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    shop.sql("UPDATE booking_notifications SET state = 'sending', claimed_at = 1");
    let failure = act(&shop.session, id, Some(1), Act::Cancel).unwrap_err();
    assert_eq!(failure.code, ErrorCode::TooLate);
    assert!(failure.message.contains("уже отправляется"), "{}", failure.message);
    let row = desk(&shop.session).unwrap().rows.remove(0);
    assert!(row.cancel_asked && row.acts.is_empty());
    shop.set_state(id, "delivered");
    let failure = act(&shop.session, id, Some(1), Act::Cancel).unwrap_err();
    assert_eq!(failure.code, ErrorCode::TooLate);
    assert!(failure.message.contains("доставлено"), "{}", failure.message);
}

#[test]
fn a_cancelled_row_stays_ten_seconds_with_a_way_back() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    act(&shop.session, id, Some(1), Act::Cancel).unwrap();
    shop.later(TimeDelta::seconds(9));
    let row = desk(&shop.session).unwrap().rows.remove(0);
    assert_eq!((row.state, row.acts), (State::Cancelled, vec![contract::Act::Restore]));
    let goes = views::next_change(&shop.session, shop.session.now()).unwrap().unwrap();
    assert_eq!(goes - shop.session.now(), TimeDelta::seconds(1));
    shop.later(TimeDelta::seconds(2));
    assert_eq!(desk(&shop.session).unwrap().rows, []);
    let row = act(&shop.session, id, None, Act::Restore).unwrap();
    assert_eq!(
        (row.state, row.released),
        (State::Queued, true),
        "it can still be brought back from the list"
    );
}

/// A message whose booking was cancelled in `YClients`.
fn cancelled_there(shop: &Shop) -> i64 {
    let id = shop.enqueue(1);
    shop.set_state(id, "cancelled");
    shop.sql(
        "UPDATE booking_notifications SET reason = 'in_yclients', judged = 1;
         UPDATE bookings SET snapshot = replace(snapshot, '\"deleted\":false', '\"deleted\":true')",
    );
    id
}

#[test]
fn what_was_cancelled_in_yclients_is_not_brought_back_but_looked_at_again() {
    let shop = Shop::new();
    let id = cancelled_there(&shop);
    let query = ListQuery {
        from: "2026-11-23".to_owned(),
        to: "2026-11-23".to_owned(),
        filter: ListFilter::NotSent,
        search: String::new(),
        after: None,
        limit: 5,
    };
    let row = list(&shop.session, &query).unwrap().rows.remove(0);
    assert_eq!((row.state, row.acts), (State::Cancelled, vec![contract::Act::LookAgain]));
    assert!(row.why.contains("сообщение вернётся само"), "{}", row.why);
    let failure = act(&shop.session, id, None, Act::Restore).unwrap_err();
    assert_eq!(failure.code, ErrorCode::CancelledInYclients);
    assert!(failure.message.contains("посмотрите на неё ещё раз"), "{}", failure.message);

    let nobody = look_again(&shop.session, id).unwrap_err();
    assert_eq!(nobody.code, ErrorCode::NotNow, "nobody would read it");
    assert_eq!(shop.session.outbox.asked().unwrap(), []);
    let _owner = engine::desk::OwnerLock::take(shop.dir.path()).unwrap();
    let row = look_again(&shop.session, id).unwrap();
    assert_eq!((row.id, row.state), (id, State::Cancelled), "it is not back before the booking was read");
    let asked = shop.session.outbox.asked().unwrap();
    let asked: Vec<_> = asked.iter().map(|request| (request.kind, request.argument.clone())).collect();
    assert_eq!(asked, [(RequestKind::LookAgain, id.to_string())]);
}

#[test]
fn no_look_is_promised_at_a_booking_that_nobody_reads() {
    let branch = "[[branches]]\ncompany_id = 962302\n";
    for (settings, read) in
        [(String::new(), false), (format!("enabled = false\n{branch}"), false), (branch.to_owned(), true)]
    {
        let shop = Shop::with(&settings);
        let id = cancelled_there(&shop);
        let _owner = engine::desk::OwnerLock::take(shop.dir.path()).unwrap();
        let answer = look_again(&shop.session, id);
        assert_eq!(answer.is_ok(), read, "{settings}: {answer:?}");
        assert_eq!(shop.session.outbox.asked().unwrap().len(), usize::from(read));
    }
}

#[test]
fn the_editor_holds_the_row_and_its_draft_outlives_it() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    let row = edit_begin(&shop.session, id).unwrap();
    let editor = row.editor.unwrap();
    assert!(editor.mine && editor.until == "2026-11-23T09:00:30Z", "{editor:?}");
    edit_draft(&shop.session, id, "Почти готово").unwrap();
    let other = shop.other();
    assert_eq!(desk(&other).unwrap().rows[0].draft.as_deref(), Some("Почти готово"), "through a crash");
    let left = edit_leave(&shop.session, id, false).unwrap();
    assert_eq!((left.editor, left.draft.as_deref()), (None, Some("Почти готово")));
    let dropped = edit_leave(&shop.session, id, true).unwrap();
    assert_eq!(dropped.draft, None);
    let long = "я".repeat(engine::notification::TEXT_LIMIT + 1);
    assert_eq!(edit_save(&shop.session, id, 1, &long).unwrap_err().code, ErrorCode::TextTooLong);
    assert_eq!(edit_save(&shop.session, id, 1, " ").unwrap_err().code, ErrorCode::EmptyText);
    let saved = edit_save(&shop.session, id, 1, "<b>Готово</b> & «всё»").unwrap();
    assert_eq!(saved.text, "<b>Готово</b> & «всё»", "byte for byte");
    assert!(!saved.edited_by.is_empty());
}

#[test]
fn what_changed_after_it_was_sent_is_shown_until_somebody_saw_it() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    shop.set_state(id, "delivered");
    shop.sql("UPDATE booking_notifications SET changed_after_sent = 'moved'");
    let seen = desk(&shop.session).unwrap();
    assert_eq!(seen.rows, []);
    assert_eq!(seen.changed_after_sent[0].acts, [contract::Act::Resend, contract::Act::Seen]);
    assert_eq!((seen.counts.sent_today, seen.last_delivered_to.as_str()), (1, "Ирина"));
    act(&shop.session, id, None, Act::Seen).unwrap();
    assert_eq!(desk(&shop.session).unwrap().changed_after_sent, []);
}

#[test]
fn writing_again_makes_a_new_message_from_the_booking_as_it_is() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    shop.set_state(id, "delivered");
    let again = act(&shop.session, id, None, Act::Resend).unwrap();
    assert_eq!((again.copy, again.state), (1, State::Queued));
    assert!(again.text.contains("Ирина") && again.text.contains("Олег"), "{}", again.text);
    assert!(!again.new_number, "somebody wrote there before");
}

#[test]
fn the_desk_says_that_nobody_works_and_what_is_wrong_once_a_subject() {
    let shop = Shop::new();
    shop.sql(
        "UPDATE booking_monitor_state SET fault_code = 'yclients_offline', fault_detail = 'timed out', fault_at = 1000;
         UPDATE desk SET gateway_fault = 'secret_missing', gateway_detail = 'green-api.token'",
    );
    let seen = desk(&shop.session).unwrap();
    assert!(!seen.working && seen.set_up);
    let subjects: Vec<_> = seen.faults.iter().map(|fault| (fault.subject.as_str(), fault.passing)).collect();
    assert_eq!(subjects, [("branch:962302", true), ("keyring", false), ("owner", false)]);
    assert_eq!(seen.faults[0].title, "Барбершоп");
    assert_eq!(seen.branches[0].baseline_count, 47);
    let failure = poll_now(&shop.session).unwrap_err();
    assert_eq!(failure.code, ErrorCode::NotNow);
    let lock = engine::desk::OwnerLock::take(shop.dir.path()).unwrap();
    poll_now(&shop.session).unwrap();
    assert_eq!(shop.session.outbox.asked().unwrap().len(), 1);
    drop(lock);
}

#[test]
fn a_pause_has_its_end_and_ends_by_a_word() {
    let shop = Shop::new();
    pause(&shop.session, Some("2026-11-23T10:00:00Z")).unwrap();
    let until = desk(&shop.session).unwrap().pause.unwrap().until;
    assert_eq!(until.as_deref(), Some("2026-11-23T10:00:00Z"));
    shop.later(TimeDelta::hours(2));
    assert_eq!(desk(&shop.session).unwrap().pause, None, "it is over by itself");
    assert_eq!(pause(&shop.session, Some("2026-11-23T10:00:00Z")).unwrap_err().code, ErrorCode::NotNow);
    assert_eq!(pause(&shop.session, Some("soon")).unwrap_err().code, ErrorCode::Internal);
    pause(&shop.session, None).unwrap();
    assert_eq!(desk(&shop.session).unwrap().pause.unwrap().until, None);
    resume(&shop.session).unwrap();
    assert_eq!(desk(&shop.session).unwrap().pause, None);
}

#[test]
fn the_first_run_is_walked_once() {
    let shop = Shop::with("");
    assert!(program::program(&shop.session, false).unwrap().first_run);
    program::first_run_done(&shop.session).unwrap();
    assert!(!program::program(&shop.session, false).unwrap().first_run);
    let told = program::program(&Shop::new().session, true).unwrap();
    assert!(!told.first_run && told.small && told.zone == "Europe/Moscow");
}
