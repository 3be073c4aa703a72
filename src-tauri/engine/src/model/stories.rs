//! Stories that a program gets wrong which judges once and never again, takes the computer's
//! clock for the time, or compares less than it says. Each ends as every story of the model
//! does: the world is healthy for a while, and then all of it must be true.

use std::iter::once;

use super::actions::{Act, Answer, Change, Fate, Lead, Made, Point, Setting, Step};
use super::tell;

use Change::{
    BreakName, Came, Delete, DidNotCome, GivePhone, Master, MendName, Name, NoPhone, Order, Phone, Price,
    Service, Shift, Title, Undelete, Waiting,
};

/// Until the next poll has brought what was done, the window of it still open.
const SEEN: Step = Step::Pass(12_000);

/// Until a message that nothing stands in the way of is out.
const SENT: Step = Step::Pass(60_000);

const HOUR: i32 = 3_600;

const REJECTED: Fate =
    Fate { answer: Answer::Rejected, early: false, echo: None, in_queue: false, in_journal: false };

fn told(steps: &[Step]) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    if let Err(wrong) = runtime.block_on(tell(steps)) {
        panic!("{wrong}");
    }
}

const fn book(client: u8, lead: Lead, kind: Made) -> Step {
    Step::Do(Act::Book { client, lead, kind })
}

/// A visit tomorrow, written by the administrator.
const fn booked() -> Step {
    book(0, Lead::Days(1), Made::ByStaff)
}

/// Of the newest booking.
const fn change(change: Change) -> Step {
    Step::Do(Act::Change(0, change))
}

const fn set(setting: Setting) -> Step {
    Step::Do(Act::Setting(setting))
}

/// Booked and seen, then one thing and later the other.
fn there_and_back(there: Step, back: Step) {
    told(&[booked(), SEEN, there, SEEN, back, SENT]);
}

#[test]
fn a_cancelled_visit_that_stands_again_is_told() {
    there_and_back(change(DidNotCome), change(Waiting));
}

#[test]
fn a_visit_that_was_cancelled_when_it_was_first_seen_and_stands_again_is_told() {
    told(&[booked(), change(DidNotCome), SEEN, change(Waiting), SENT]);
}

#[test]
fn a_visit_that_was_moved_while_the_computer_slept_has_not_begun() {
    let booked = book(0, Lead::Minutes(40), Made::ByStaff);
    told(&[booked, SEEN, Step::Do(Act::Hold(0)), change(Shift(1_000)), Step::Sleep(7_200), SENT]);
}

#[test]
fn a_deleted_booking_that_is_undeleted_is_told() {
    there_and_back(change(Delete), change(Undelete));
}

#[test]
fn a_client_marked_as_there_by_mistake_is_told() {
    there_and_back(change(Came), change(Waiting));
}

#[test]
fn a_visit_moved_into_the_past_and_back_is_told() {
    there_and_back(change(Shift(-2_880)), change(Shift(2_880)));
}

#[test]
fn a_visit_that_was_too_soon_and_is_moved_ahead_is_told() {
    told(&[book(0, Lead::Minutes(10), Made::ByStaff), SEEN, change(Shift(600)), SENT]);
}

#[test]
fn what_ended_as_cancelled_and_stands_again_too_near_says_that_it_is_too_soon() {
    let booked = book(0, Lead::Hours(3), Made::ByStaff);
    told(&[
        booked,
        SEEN,
        change(Delete),
        SEEN,
        change(Shift(-150)),
        change(Undelete),
        SENT,
        Step::Pass(600_000),
    ]);
}

#[test]
fn a_number_that_comes_when_the_visit_has_begun_is_no_missing_number() {
    let booked = book(0, Lead::Minutes(20), Made::WithoutPhone);
    told(&[booked, SEEN, Step::Pass(1_300_000), change(GivePhone), SENT]);
}

#[test]
fn a_number_that_comes_after_more_than_twelve_hours_asks_a_person() {
    let booked = book(0, Lead::Days(3), Made::WithoutPhone);
    told(&[booked, SEEN, Step::Sleep(46_800), SEEN, change(GivePhone), SENT]);
}

#[test]
fn a_booking_without_a_client_that_was_cancelled_for_a_while_is_a_booking_without_a_client() {
    let booked = book(0, Lead::Days(1), Made::WithoutClient);
    told(&[booked, SEEN, change(DidNotCome), SEEN, change(Waiting), SENT]);
}

#[test]
fn an_administrator_ticked_as_the_bot_by_mistake_is_staff_again() {
    told(&[set(Setting::Bots(true)), SEEN, booked(), SEEN, set(Setting::Bots(false)), SENT]);
}

#[test]
fn what_the_wrong_tick_cancelled_comes_back() {
    told(&[booked(), SEEN, set(Setting::Bots(true)), SENT, set(Setting::Bots(false)), SENT]);
}

#[test]
fn more_than_five_that_come_right_by_one_tick_wait_for_a_person() {
    let crowd = Step::Do(Act::BookCrowd(6));
    told(&[set(Setting::Bots(true)), SEEN, crowd, SEEN, set(Setting::Bots(false)), SENT]);
}

#[test]
fn a_client_who_opts_in_again_is_told() {
    there_and_back(Step::Do(Act::OptOut(0)), Step::Do(Act::OptIn(0)));
}

#[test]
fn a_client_who_said_stop_and_opts_in_again_is_told() {
    there_and_back(Step::Do(Act::Stop(0)), Step::Do(Act::OptIn(0)));
}

#[test]
fn a_number_that_was_an_opted_out_one_for_a_while_is_told() {
    told(&[
        Step::Do(Act::OptOut(1)),
        book(0, Lead::Days(1), Made::ByStaff),
        change(Phone(1)),
        SEEN,
        change(GivePhone),
        SENT,
    ]);
}

#[test]
fn what_waited_for_the_account_goes_on_when_the_account_is_back() {
    there_and_back(set(Setting::Instance(true)), set(Setting::Instance(false)));
}

#[test]
fn what_waited_for_the_branch_goes_on_when_the_branch_is_back() {
    there_and_back(set(Setting::Branch(false)), set(Setting::Branch(true)));
}

#[test]
fn what_waited_for_the_quiet_hours_goes_on_when_they_are_off() {
    told(&[
        set(Setting::Quiet(true)),
        Step::Pass(540_000),
        book(0, Lead::Minutes(20), Made::ByStaff),
        SEEN,
        set(Setting::Quiet(false)),
        SENT,
    ]);
}

#[test]
fn of_two_visits_in_one_message_the_one_that_stands_again_is_told_too() {
    let first = |change| Step::Do(Act::Change(1, change));
    told(&[
        booked(),
        book(0, Lead::Days(2), Made::ByStaff),
        SEEN,
        first(DidNotCome),
        SEEN,
        SENT,
        first(Waiting),
        SENT,
    ]);
}

#[test]
fn what_a_person_held_comes_back_held() {
    told(&[booked(), SEEN, Step::Do(Act::Hold(0)), change(Delete), SEEN, change(Undelete), SENT]);
}

#[test]
fn what_a_person_wrote_comes_back_in_those_words() {
    told(&[booked(), SEEN, Step::Do(Act::Edit(0, 1)), change(DidNotCome), SEEN, change(Waiting), SENT]);
}

#[test]
fn what_was_late_comes_back_late() {
    let down = |down| Step::Do(Act::Yclients(down));
    let late = [booked(), SEEN, down(true), Step::Pass(400_000), down(false), Step::Pass(120_000)];
    told(&[late.as_slice(), &[change(Delete), SEEN, change(Undelete), SENT]].concat());
}

#[test]
fn what_was_refused_comes_back_refused() {
    let refused = [booked(), SEEN, Step::Do(Act::Next(REJECTED)), SENT];
    told(&[refused.as_slice(), &[change(Delete), Step::Pass(400_000), change(Undelete), SENT]].concat());
}

#[test]
fn one_more_message_that_a_person_asked_for_asks_again_when_its_visit_stands_again() {
    let resent = [booked(), SEEN, SENT, Step::Do(Act::Resend(0)), Step::Pass(5_000)];
    told(&[resent.as_slice(), &[change(Delete), SEEN, change(Undelete), SENT]].concat());
}

#[test]
fn what_a_person_cancelled_stays_cancelled() {
    told(&[booked(), SEEN, Step::Do(Act::Cancel(0)), change(Delete), SEEN, change(Undelete), SENT]);
}

#[test]
fn another_price_of_the_same_service_is_what_the_client_reads() {
    told(&[booked(), SEEN, change(Price), SENT]);
}

#[test]
fn another_title_of_the_same_service_is_what_the_client_reads() {
    told(&[booked(), SEEN, change(Title), SENT]);
}

#[test]
fn another_name_of_the_same_master_is_what_the_client_reads() {
    told(&[booked(), SEEN, change(Master), SENT]);
}

#[test]
fn a_visit_that_leaves_a_message_for_a_client_who_said_stop_waits_for_nobody() {
    let steps = [booked(), book(0, Lead::Days(2), Made::ByStaff), SEEN, Step::Do(Act::OptOut(1))];
    told(&[steps.as_slice(), &[change(Phone(1)), Step::Do(Act::Pause(Some(120))), SEEN, SENT]].concat());
}

#[test]
fn what_a_person_asked_for_of_the_bots_visit_goes_with_the_next_visit_too() {
    let bots = book(0, Lead::Days(1), Made::ByBot);
    told(&[bots, SEEN, Step::Do(Act::Restore(0)), SEEN, booked(), SENT]);
}

#[test]
fn a_visit_that_was_left_out_of_a_message_is_told_though_a_person_cancelled_that_message() {
    let two = [booked(), book(0, Lead::Days(2), Made::ByStaff), SEEN, change(Came), SEEN];
    told(&[two.as_slice(), &[Step::Do(Act::Cancel(0)), change(Waiting), SENT]].concat());
}

#[test]
fn what_a_person_let_go_comes_back_out_of_a_crowd_and_takes_the_next_visit_along() {
    let crowd = [booked(), SEEN, Step::Do(Act::Cancel(0)), Step::Do(Act::BookCrowd(6)), SEEN];
    let instance = |other| Step::Do(Act::Setting(Setting::Instance(other)));
    let there_and_back = [Step::Do(Act::Restore(0)), instance(true), SEEN, instance(false), SEEN];
    told(&[crowd.as_slice(), &there_and_back, &[booked(), SENT]].concat());
}

#[test]
fn another_order_of_the_same_services_leaves_the_text_as_it_is() {
    told(&[booked(), SEEN, change(Service(2)), SEEN, change(Order), SENT]);
}

#[test]
fn a_text_with_a_broken_character_waits_for_a_person() {
    told(&[booked(), change(BreakName), SEEN, SENT]);
}

#[test]
fn a_booking_that_is_changed_a_fourth_time_waits_for_a_person() {
    let changes = [change(Name), SEEN, change(Name), SEEN, change(Name), SEEN, change(Name), SEEN, SENT];
    told(&once(booked()).chain(once(SEEN)).chain(changes).collect::<Vec<_>>());
}

#[test]
fn a_persons_word_for_one_text_is_none_for_the_next() {
    let released = [booked(), SEEN, Step::Do(Act::Hold(0)), Step::Do(Act::Release(0))];
    told(&[released.as_slice(), &[change(Shift(60)), SEEN, SENT]].concat());
}

#[test]
fn more_than_five_that_came_due_in_a_pause_wait_for_a_person() {
    let (pause, resume) = (Step::Do(Act::Pause(None)), Step::Do(Act::Resume));
    told(&[pause, Step::Do(Act::BookCrowd(6)), SEEN, SENT, resume, SENT]);
}

#[test]
fn more_than_five_that_came_due_in_a_pause_that_ended_by_itself_wait_for_a_person() {
    told(&[Step::Do(Act::Pause(Some(100))), Step::Do(Act::BookCrowd(6)), SEEN, SENT, SENT]);
}

#[test]
fn more_than_twenty_new_ones_within_a_minute_wait_for_a_person() {
    told(&[Step::Do(Act::BookCrowd(21)), SEEN, SENT]);
}

#[test]
fn a_message_of_three_visits_does_not_leave_by_a_reading_that_is_too_old() {
    let visits = (1..4).map(|days| book(0, Lead::Days(days), Made::ByStaff));
    let slow = Step::Do(Act::Slow(4_000, 0));
    told(&visits.chain([SEEN, slow, SENT, SENT]).collect::<Vec<_>>());
}

#[test]
fn a_clock_that_is_ahead_for_a_moment_makes_nothing_late() {
    told(&[booked(), SEEN, Step::SetClock(HOUR + 300), Step::Pass(500), Step::SetClock(-HOUR - 300), SENT]);
}

#[test]
fn a_clock_that_is_set_ahead_for_good_makes_nothing_late() {
    told(&[booked(), SEEN, Step::SetClock(3 * HOUR), SENT]);
}

#[test]
fn a_clock_that_is_set_back_for_good_is_not_the_time_that_messages_leave_by() {
    told(&[booked(), SEEN, Step::SetClock(-3 * HOUR), SENT]);
}

#[test]
fn a_clock_that_is_two_days_ahead_begins_no_visit() {
    told(&[booked(), SEEN, Step::Do(Act::Hold(0)), Step::SetClock(48 * HOUR), SEEN, SENT]);
}

#[test]
fn a_clock_that_is_ahead_when_a_booking_comes_makes_it_not_too_soon() {
    told(&[Step::SetClock(HOUR + 300), SEEN, book(0, Lead::Hours(1), Made::ByStaff), SEEN, SENT]);
}

#[test]
fn a_clock_that_was_set_while_the_computer_slept_is_seen_through() {
    told(&[booked(), SEEN, Step::Do(Act::Hold(0)), Step::Sleep(60), Step::SetClock(48 * HOUR), SEEN, SENT]);
}

#[test]
fn a_number_that_went_and_came_back_is_told() {
    there_and_back(change(NoPhone), change(GivePhone));
}

#[test]
fn a_name_that_breaks_and_is_mended_again_and_again_is_asked_about() {
    let flicker = |steps: &mut Vec<Step>| steps.extend([change(BreakName), SEEN, change(MendName), SEEN]);
    let mut steps = vec![booked(), SEEN];
    flicker(&mut steps);
    flicker(&mut steps);
    steps.push(SENT);
    told(&steps);
}

#[test]
fn a_name_that_is_mended_after_a_quarter_of_an_hour_gives_a_window_of_its_own() {
    told(&[booked(), SEEN, change(BreakName), Step::Pass(900_000), change(MendName), SENT]);
}

#[test]
fn what_ends_under_an_open_editor_and_comes_back_is_let_go_by_a_person_s_word() {
    let steps = [
        booked(),
        SEEN,
        Step::Do(Act::OpenEditor(0, false)),
        change(DidNotCome),
        SEEN,
        change(Waiting),
        SEEN,
        Step::Do(Act::SendNow(0)),
        SENT,
    ];
    told(&steps);
}

#[test]
fn what_was_left_out_of_a_message_that_may_have_arrived_asks_before_it_goes_alone() {
    let back = |index, change| Step::Do(Act::Change(index, change));
    let steps = [
        Step::CrashAt(Point::BeforeClaim),
        booked(),
        book(0, Lead::Days(2), Made::ByStaff),
        SEEN,
        back(1, DidNotCome),
        SEEN,
        Step::Pass(30_000),
        back(1, Waiting),
        Step::Pass(15_000),
        booked(),
        SEEN,
        change(DidNotCome),
        SEEN,
        change(Waiting),
        Step::Pass(15_000),
        Step::Do(Act::Arrived(0)),
    ];
    told(&steps);
}
