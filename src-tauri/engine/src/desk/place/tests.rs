//! Databases that were put back, copied, moved and begun anew, in paused time.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use tempfile::TempDir;
use tokio::test;

use super::*;
use crate::booking::BookingId;
use crate::db::{Db, FILE_NAME};
use crate::error::FaultCode;
use crate::fakes::{COMPANY, Shop};
use crate::notification::{Reason, State};
use crate::ports::{Clock as _, GatewayEvent};

/// A copy of a database, as a backup has it.
struct Backup {
    dir: TempDir,
}

impl Backup {
    fn of(shop: &Shop) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file: PathBuf = dir.path().join(FILE_NAME);
        let copy = |connection: &rusqlite::Connection| {
            Ok::<_, StorageError>(connection.execute("VACUUM INTO ?1", [file.to_str().unwrap()])?)
        };
        shop.outbox.db().read(copy).unwrap();
        Self { dir }
    }

    fn put_back(&self, shop: &mut Shop) {
        shop.outbox = Outbox::new(Arc::new(Db::open(self.dir.path()).unwrap()));
    }
}

fn recorded(shop: &Shop) -> Option<Doubt> {
    shop.outbox.desk().unwrap().doubt.map(|(doubt, _)| doubt)
}

fn alarms(shop: &Shop) -> Vec<FaultCode> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| fault.code).collect()
}

async fn anew(shop: &Shop) -> BegunAnew {
    let person = Actor::Person("Анна".into());
    begin_anew(&shop.outbox, &shop.place(), &person, shop.clock.now()).await.unwrap().unwrap()
}

/// A shop that told booking 1, was copied, and told booking 2.
async fn told_one_more_than_its_backup() -> (Shop, Backup) {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(60)).await;
    let backup = Backup::of(&shop);
    shop.book(2);
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
    (shop, backup)
}

#[test(start_paused = true)]
async fn an_older_copy_put_back_reads_and_sends_nothing() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    backup.put_back(&mut shop);
    shop.book(3);
    let asked = shop.bookings.calls.lock().unwrap().len();
    shop.open(shop.pass(600)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Restored));
    assert_eq!(alarms(&shop), [FaultCode::StorageRestored]);
    assert_eq!(shop.messenger.texts().len(), 2);
    assert_eq!(shop.bookings.calls.lock().unwrap().len(), asked);
    // It is still so at the next start, and since the same moment.
    let since = shop.outbox.desk().unwrap().doubt;
    shop.open(shop.pass(600)).await;
    assert_eq!(shop.outbox.desk().unwrap().doubt, since);
    assert_eq!(shop.messenger.texts().len(), 2);
}

#[test(start_paused = true)]
async fn begun_anew_what_came_between_is_skipped_and_what_comes_is_told_once() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    backup.put_back(&mut shop);
    shop.book(3);
    let last = shop.outbox.row_about(COMPANY, BookingId(1)).unwrap().unwrap().id;
    shop.open(shop.pass(30)).await;
    let begun = anew(&shop).await;
    assert_eq!((begun.doubt, begun.branches.len()), (Doubt::Restored, 1));
    assert_eq!(recorded(&shop), None);
    shop.open(async {
        shop.pass(30).await;
        shop.book(4);
        shop.pass(600).await;
    })
    .await;
    for id in [2, 3] {
        assert_eq!((shop.about(id).state, shop.about(id).reason), (State::Skipped, Reason::Restored), "{id}");
        assert!(shop.about(id).id.0 > last.0 + 2, "no number is given out twice");
    }
    assert!(shop.about(1).state.is_sent(), "what was known stays as it was");
    assert_eq!(shop.messenger.phones()[2..], [shop.about(4).phone]);
    // A person may send it all the same.
    shop.person().send_now(shop.about(3).id, shop.clock.now()).unwrap();
    shop.open(shop.pass(60)).await;
    assert!(shop.about(3).state.is_sent());
    assert_eq!(shop.messenger.texts().len(), 4);
}

#[test(start_paused = true)]
async fn a_running_desk_goes_on_when_a_person_begins_anew_beside_it() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    backup.put_back(&mut shop);
    shop.open(async {
        shop.pass(30).await;
        anew(&shop).await;
        shop.pass(30).await;
        shop.book(4);
        shop.pass(60).await;
    })
    .await;
    assert!(shop.about(4).state.is_sent());
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn what_was_queued_or_waiting_in_the_copy_asks_a_person() {
    let mut shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.open(async {
        shop.pass(10).await;
        shop.person().hold(shop.about(2).id, shop.clock.now()).unwrap();
    })
    .await;
    let backup = Backup::of(&shop);
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
    backup.put_back(&mut shop);
    shop.clock.jump(TimeDelta::hours(1));
    shop.open(shop.pass(60)).await;
    for id in [1, 2] {
        assert_eq!((shop.about(id).state, shop.about(id).reason), (State::Waiting, Reason::Restored), "{id}");
    }
    anew(&shop).await;
    shop.open(shop.pass(600)).await;
    for id in [1, 2] {
        assert_eq!(shop.about(id).state, State::Waiting, "{id}: begun anew, it still is a person's");
    }
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn what_was_cured_and_told_after_the_copy_is_not_told_again() {
    let mut shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book_with(1, |booking| booking.client.as_mut().unwrap().phone.clear());
    shop.open(shop.pass(10)).await;
    assert_eq!(shop.about(1).reason, Reason::NoPhone);
    let backup = Backup::of(&shop);
    shop.bookings.change(1, &shop.clock, |booking| {
        booking.client.as_mut().unwrap().phone = "+79160000001".into();
    });
    shop.open(shop.pass(120)).await;
    assert_eq!(shop.messenger.texts().len(), 1);
    backup.put_back(&mut shop);
    shop.open(shop.pass(10)).await;
    anew(&shop).await;
    shop.open(shop.pass(600)).await;
    assert_eq!((shop.about(1).state, shop.about(1).reason), (State::Waiting, Reason::Restored));
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn the_computer_s_image_on_another_computer_is_a_copy() {
    let (mut shop, _) = told_one_more_than_its_backup().await;
    shop.machine = Some("a new computer");
    shop.book(3);
    shop.open(shop.pass(120)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Copied));
    assert_eq!(alarms(&shop), [FaultCode::StorageCopied]);
    assert_eq!(shop.messenger.texts().len(), 2);
    anew(&shop).await;
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), None, "it is this computer's now");
    shop.machine = Some("the old computer");
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Copied), "and the old one's no more");
}

#[test(start_paused = true)]
async fn a_computer_without_an_id_is_taken_for_the_same() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    shop.machine = None;
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), None);
    backup.put_back(&mut shop);
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Restored), "the numbers tell");
}

#[test(start_paused = true)]
async fn a_database_that_the_keyring_does_not_know_is_doubted() {
    let (mut shop, _) = told_one_more_than_its_backup().await;
    shop.keyring = Arc::default();
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Unknown));
    assert_eq!(alarms(&shop), [FaultCode::StorageUnfamiliar]);
}

#[test(start_paused = true)]
async fn an_empty_database_in_the_place_of_a_lost_one_gives_out_no_number_twice() {
    let (mut shop, _) = told_one_more_than_its_backup().await;
    let (attempt, last) = (shop.outbox.origin().unwrap().numbers.attempt, shop.about(2).id);
    shop.outbox = Outbox::new(Arc::new(Db::in_memory().unwrap()));
    shop.baseline().await;
    assert_eq!(recorded(&shop), None);
    assert!(shop.about(2).id.0 > last.0, "{}", shop.about(2).id);
    assert_eq!(shop.about(2).reason, Reason::BeforeBaseline);
    shop.book(3);
    shop.open(shop.pass(60)).await;
    assert!(shop.outbox.origin().unwrap().numbers.attempt > attempt + 1);
    assert_eq!(shop.messenger.texts().len(), 3);
}

#[test(start_paused = true)]
async fn a_keyring_that_takes_an_hour_delays_no_message_and_no_end() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    *shop.keyring.slow.lock().unwrap() = Duration::from_hours(1);
    shop.book(1);
    shop.book(2);
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.messenger.texts().len(), 2);
    let before = shop.clock.now();
    shop.open(shop.pass(1)).await;
    assert!(shop.clock.now() - before <= TimeDelta::seconds(3));
}

#[test(start_paused = true)]
async fn what_the_keyring_refused_is_written_later() {
    let (mut shop, backup) = {
        let shop = Shop::polled_every(5);
        shop.baseline().await;
        let backup = Backup::of(&shop);
        shop.open(async {
            shop.pass(5).await;
            *shop.keyring.failure.lock().unwrap() = Some(SecretsError::Locked);
            shop.book(1);
            shop.pass(60).await;
            *shop.keyring.failure.lock().unwrap() = None;
            shop.pass(31).await;
        })
        .await;
        (shop, backup)
    };
    assert_eq!(shop.messenger.texts().len(), 1, "a locked keyring stops no message");
    backup.put_back(&mut shop);
    shop.open(shop.pass(10)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Restored));
}

#[test(start_paused = true)]
async fn while_the_keyring_is_locked_nothing_is_read_or_sent_and_nothing_is_doubted() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    backup.put_back(&mut shop);
    *shop.keyring.failure.lock().unwrap() = Some(SecretsError::Locked);
    let asked = shop.bookings.calls.lock().unwrap().len();
    shop.book(3);
    shop.open(async {
        shop.pass(120).await;
        assert_eq!(recorded(&shop), None);
        *shop.keyring.failure.lock().unwrap() = None;
        shop.pass(60).await;
        assert_eq!(recorded(&shop), Some(Doubt::Restored), "judged when it opens");
    })
    .await;
    assert_eq!(shop.bookings.calls.lock().unwrap().len(), asked);
    assert_eq!(shop.messenger.texts().len(), 2);
}

#[test(start_paused = true)]
async fn a_quiet_desk_leaves_the_keyring_alone() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    let written = *shop.keyring.written.lock().unwrap();
    shop.open(shop.pass(3600)).await;
    assert_eq!(*shop.keyring.written.lock().unwrap(), written + 1, "once a start");
}

#[test(start_paused = true)]
async fn stop_said_after_the_copy_holds_in_the_copy_too() {
    let mut shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(60)).await;
    let phone = shop.about(1).phone;
    let backup = Backup::of(&shop);
    shop.messenger.push(GatewayEvent::Incoming { phone: phone.clone(), text: "Стоп".into(), at: None });
    shop.open(shop.pass(60)).await;
    backup.put_back(&mut shop);
    shop.open(shop.pass(10)).await;
    shop.book_with(2, |booking| booking.client.as_mut().unwrap().phone.clone_from(&phone));
    assert_eq!(recorded(&shop), None, "nothing was sent since");
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.about(2).reason, Reason::OptedOut);
    // And in an empty one, with the bookings imported anew.
    shop.outbox = Outbox::new(Arc::new(Db::in_memory().unwrap()));
    shop.baseline().await;
    shop.book_with(3, |booking| booking.client.as_mut().unwrap().phone.clone_from(&phone));
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.about(3).reason, Reason::OptedOut);
    assert_eq!(shop.messenger.texts().len(), 1);
}

#[test(start_paused = true)]
async fn who_wants_to_hear_again_is_off_the_list_for_good() {
    let shop = Shop::polled_every(5);
    shop.baseline().await;
    let (phone, anna) = ("+79160000001", Actor::Person("Анна".into()));
    shop.outbox.opt_out(phone, "person", &anna, shop.clock.now()).unwrap();
    shop.open(shop.pass(30)).await;
    // No desk is open: the keyring's list is still the old one at the next start.
    assert!(shop.outbox.opt_in(phone, &anna, shop.clock.now()).unwrap());
    assert!(!shop.outbox.opt_in(phone, &anna, shop.clock.now()).unwrap());
    shop.book(1);
    shop.open(shop.pass(60)).await;
    assert!(shop.about(1).state.is_sent());
    assert_eq!(shop.place().stops().await.unwrap(), Vec::<String>::new());
    // And on it again, when they say so again.
    shop.outbox.opt_out(phone, "person", &anna, shop.clock.now()).unwrap();
    shop.book_with(2, |booking| booking.client.as_mut().unwrap().phone = phone.into());
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.about(2).reason, Reason::OptedOut);
}

#[test(start_paused = true)]
async fn a_long_stop_list_takes_several_entries_and_shrinks_again() {
    let shop = Shop::polled_every(5);
    let place = shop.place();
    let list = |length: usize| (0..length).map(|number| format!("{number:064x}")).collect::<Vec<_>>();
    let mut before = Vec::new();
    for length in [1, 19, 20, 45, 44, 19, 0, 7] {
        let stops = list(length);
        place.set_stops(&before, &stops).await.unwrap();
        assert_eq!(place.stops().await.unwrap(), stops, "{length}");
        before = stops;
    }
    let written = *shop.keyring.written.lock().unwrap();
    place.set_stops(&before, &before).await.unwrap();
    assert_eq!(*shop.keyring.written.lock().unwrap(), written, "what stays is not written again");
}

/// What version 0.1 wrote, to the letter.
const MARK_OF_0_1: &str = r#"{"instance":"7c9e6679f1b54f0fa7a1c1d2e3f40516","machine":"0f1e2d3c4b5a6978","attempt":7,"notification":20}"#;

#[test]
async fn a_mark_of_the_released_version_is_read_and_knows_of_no_acts() {
    let mark: Mark = serde_json::from_str(MARK_OF_0_1).unwrap();
    assert_eq!(mark.numbers, Numbers { attempt: 7, notification: 20, acts: 0 });
    assert_eq!(mark.instance, "7c9e6679f1b54f0fa7a1c1d2e3f40516");
    let own = Origin {
        instance: mark.instance.clone(),
        machine: mark.machine.clone(),
        numbers: Numbers { attempt: 7, notification: 20, acts: 3 },
        shop: String::new(),
        fresh: false,
        doubt: None,
    };
    let machine = own.machine.clone();
    assert_eq!(judge(&own, &Remembered::Mark(mark), &machine), Verdict::Ours);
    // And a mark of a version to come, which says more.
    let more = MARK_OF_0_1.replace('{', r#"{"acts":2,"shop":"s","desks":["a"],"#);
    assert_eq!(serde_json::from_str::<Mark>(&more).unwrap().numbers.acts, 2);
}

#[test(start_paused = true)]
async fn a_shop_whose_keyring_was_written_by_the_released_version_works_on_after_the_update() {
    let (shop, _) = told_one_more_than_its_backup().await;
    let entry = shop.place().name.clone();
    let text = shop.keyring.marks.mark(&entry).await.unwrap().unwrap();
    let mark: Mark = serde_json::from_str(&text).unwrap();
    let old = format!(
        r#"{{"instance":"{}","machine":"{}","attempt":{},"notification":{}}}"#,
        mark.instance, mark.machine, mark.numbers.attempt, mark.numbers.notification
    );
    shop.keyring.marks.set_mark(&entry, &old).await.unwrap();
    shop.book(3);
    shop.open(shop.pass(60)).await;
    assert_eq!((recorded(&shop), shop.messenger.texts().len()), (None, 3));
}

#[test(start_paused = true)]
async fn a_mark_that_cannot_be_read_is_not_the_same_as_none() {
    let (shop, _) = told_one_more_than_its_backup().await;
    let entry = shop.place().name.clone();
    shop.keyring.marks.set_mark(&entry, "{\"instance\":7}").await.unwrap();
    shop.open(shop.pass(60)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Unknown));
    // An empty database in its place begins far beyond every number that may have been given out.
    let mut empty = Shop::polled_every(5);
    empty.keyring = shop.keyring.clone();
    empty.baseline().await;
    empty.book(9);
    empty.open(empty.pass(60)).await;
    assert!(empty.about(9).state.is_sent());
    assert!(empty.about(9).id.0 > FAR_BEYOND, "{}", empty.about(9).id);
}

/// What a person does to the row of booking 1.
type ActOf = fn(&Shop);

#[test(start_paused = true)]
async fn a_copy_put_back_after_a_person_s_act_is_noticed_though_nothing_was_sent() {
    let acts: [(&str, ActOf); 7] = [
        ("cancel", |shop| drop(shop.person().cancel(shop.about(1).id, shop.clock.now()).unwrap())),
        ("hold", |shop| drop(shop.person().hold(shop.about(1).id, shop.clock.now()).unwrap())),
        ("edit", |shop| {
            let edited = shop.person().edit(shop.about(1).id, None, "Завтра", shop.clock.now());
            drop(edited.unwrap());
        }),
        ("opt-out", |shop| {
            let person = Actor::Person("Анна".into());
            shop.outbox.opt_out("+79169999999", "person", &person, shop.clock.now()).unwrap();
        }),
        ("import", |shop| {
            let person = Actor::Person("Анна".into());
            shop.outbox.import_bots_bookings(&[BookingId(77)], &person, shop.clock.now()).unwrap();
        }),
        ("pause", |shop| {
            shop.outbox.pause(None, &Actor::Person("Анна".into()), shop.clock.now()).unwrap();
        }),
        ("forget", |shop| {
            let phone = crate::phone::Phone::try_from("+79169999999".to_owned()).unwrap();
            shop.outbox.forget(&phone, &Actor::Person("Анна".into()), shop.clock.now()).unwrap();
        }),
    ];
    for (name, act) in acts {
        let mut shop = Shop::polled_every(5);
        shop.baseline().await;
        shop.book(1);
        let backup = shop
            .open_until_killed(async {
                shop.pass(10).await;
                let backup = Backup::of(&shop);
                act(&shop);
                // The window is open still; the mark is written within a second or two.
                shop.pass(3).await;
                backup
            })
            .await;
        assert!(shop.messenger.texts().is_empty(), "{name}");
        backup.put_back(&mut shop);
        shop.open(shop.pass(600)).await;
        assert_eq!(recorded(&shop), Some(Doubt::Restored), "{name}");
        assert!(shop.messenger.texts().is_empty(), "{name}: what it undid does not leave");
        anew(&shop).await;
        shop.open(shop.pass(60)).await;
        assert_eq!(recorded(&shop), None, "{name}: begun anew, it is trusted again");
    }
}

#[test(start_paused = true)]
async fn what_a_person_did_while_nobody_worked_is_remembered_by_whoever_did_it() {
    let mut shop = Shop::polled_every(5);
    shop.baseline().await;
    shop.book(1);
    shop.open(shop.pass(10)).await;
    let backup = Backup::of(&shop);
    shop.person().cancel(shop.about(1).id, shop.clock.now()).unwrap();
    remember(&shop.outbox, &shop.place()).await.unwrap();
    backup.put_back(&mut shop);
    shop.open(shop.pass(600)).await;
    assert_eq!(recorded(&shop), Some(Doubt::Restored));
    assert!(shop.messenger.texts().is_empty());
}

#[test(start_paused = true)]
async fn what_is_remembered_beside_the_owner_takes_nothing_back() {
    let (mut shop, backup) = told_one_more_than_its_backup().await;
    let entry = shop.place().name.clone();
    let before = shop.keyring.marks.mark(&entry).await.unwrap();
    backup.put_back(&mut shop);
    remember(&shop.outbox, &shop.place()).await.unwrap();
    assert_eq!(shop.keyring.marks.mark(&entry).await.unwrap(), before, "an older copy changes no mark");
}

#[test]
async fn whose_a_database_is() {
    let numbers = |attempt, notification| Numbers { attempt, notification, acts: 5 };
    let own = Origin {
        instance: "a".into(),
        machine: "m".into(),
        numbers: numbers(7, 20),
        shop: "s".into(),
        fresh: false,
        doubt: None,
    };
    let mark = |instance: &str, machine: &str, numbers| {
        let (instance, machine) = (instance.into(), machine.into());
        Remembered::Mark(Mark { instance, machine, numbers, shop: "s".into() })
    };
    let same = mark("a", "m", numbers(7, 20));
    let doubted = Verdict::Doubted;
    for (mark, machine, verdict) in [
        (same.clone(), "m", Verdict::Ours),
        (mark("a", "m", numbers(3, 4)), "m", Verdict::Ours),
        (mark("a", "", numbers(7, 20)), "m", Verdict::Ours),
        (same.clone(), "", Verdict::Ours),
        (mark("a", "m", numbers(8, 20)), "m", doubted(Doubt::Restored)),
        (mark("a", "m", numbers(7, 21)), "m", doubted(Doubt::Restored)),
        (same.clone(), "n", doubted(Doubt::Copied)),
        (mark("b", "n", numbers(1, 1)), "n", doubted(Doubt::Copied)),
        (mark("b", "m", numbers(1, 1)), "m", doubted(Doubt::Unknown)),
        (Remembered::Nothing, "m", doubted(Doubt::Unknown)),
        (Remembered::Nothing, "", doubted(Doubt::Unknown)),
        (Remembered::Unreadable, "m", doubted(Doubt::Unknown)),
        (mark("a", "m", Numbers { acts: 6, ..numbers(7, 20) }), "m", doubted(Doubt::Restored)),
    ] {
        assert_eq!(judge(&own, &mark, machine), verdict, "{mark:?} on {machine:?}");
    }
    let unnamed = Origin { instance: String::new(), ..own.clone() };
    let nameless = mark("", "m", numbers(7, 20));
    assert_eq!(judge(&unnamed, &nameless, "m"), doubted(Doubt::Unknown));
    let fresh = Origin { fresh: true, ..own.clone() };
    for mark in [mark("a", "m", numbers(8, 20)), mark("b", "m", numbers(1, 1)), Remembered::Nothing] {
        assert_eq!(judge(&fresh, &mark, "m"), Verdict::Fresh, "{mark:?}");
    }
    assert_eq!(judge(&fresh, &same, "m"), Verdict::Ours);
    assert_eq!(judge(&fresh, &same, "n"), Verdict::Fresh);
    let known = Origin { doubt: Some(Doubt::Copied), ..own };
    assert_eq!(judge(&known, &same, "m"), doubted(Doubt::Copied));
}
