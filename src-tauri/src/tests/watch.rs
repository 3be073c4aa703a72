use std::sync::Arc;

use chrono::TimeDelta;
use engine::notification::acts::Act;

use super::Shop;
use crate::commands::acts::{act, pause};
use crate::contract::State;
use crate::watcher::Watch;

fn watch(shop: &Shop) -> Watch {
    Watch::new(Arc::new(shop.other()))
}

#[test]
fn another_process_s_commit_is_told_once_with_the_whole_desk() {
    let shop = Shop::new();
    let mut watch = watch(&shop);
    assert!(watch.look(shop.session.now()).unwrap().is_some(), "the first look tells");
    assert!(watch.look(shop.session.now()).unwrap().is_none());
    let id = shop.enqueue(1);
    let desk = watch.look(shop.session.now()).unwrap().unwrap();
    assert_eq!(desk.rows[0].id, id);
    assert!(watch.look(shop.session.now()).unwrap().is_none());
    act(&shop.session, id, Some(1), Act::Hold).unwrap();
    assert!(watch.look(shop.session.now()).unwrap().unwrap().rows[0].held);
}

#[test]
fn a_commit_that_changes_nothing_on_the_screen_is_not_told() {
    let shop = Shop::new();
    let _owner = engine::desk::OwnerLock::take(shop.dir.path()).unwrap();
    shop.session.outbox.take_desk(7, shop.session.now()).unwrap();
    let mut watch = watch(&shop);
    watch.look(shop.session.now()).unwrap();
    shop.later(TimeDelta::milliseconds(500));
    shop.session.outbox.beat(shop.session.now()).unwrap();
    assert!(watch.look(shop.session.now()).unwrap().is_none());
}

#[test]
fn what_time_alone_changes_is_told_too() {
    let shop = Shop::new();
    let id = shop.enqueue(1);
    let mut watch = watch(&shop);
    act(&shop.session, id, Some(1), Act::Cancel).unwrap();
    pause(&shop.session, Some("2026-11-23T09:00:20Z")).unwrap();
    let desk = watch.look(shop.session.now()).unwrap().unwrap();
    assert_eq!((desk.rows[0].state, desk.pause.is_some()), (State::Cancelled, true));
    shop.later(TimeDelta::seconds(11));
    let desk = watch.look(shop.session.now()).unwrap().unwrap();
    assert!(desk.rows.is_empty() && desk.pause.is_some());
    shop.later(TimeDelta::seconds(10));
    assert_eq!(watch.look(shop.session.now()).unwrap().unwrap().pause, None);
}

#[test]
fn a_change_of_the_settings_is_told_without_a_commit() {
    let shop = Shop::new();
    let mut watch = watch(&shop);
    assert!(watch.look(shop.session.now()).unwrap().unwrap().enabled);
    std::fs::write(engine::settings::file_path(shop.dir.path()), "enabled = false # for today").unwrap();
    shop.later(TimeDelta::seconds(1));
    assert!(!watch.look(shop.session.now()).unwrap().unwrap().enabled);
}
