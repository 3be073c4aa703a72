use std::cell::Cell;

use tokio::test;
use tokio::time::Instant;

use super::*;
use crate::fakes::Shop;

/// A supervisor at a shop's desk, and the shop.
fn desk() -> (Shop, Supervisor) {
    let shop = Shop::new();
    let outbox = shop.outbox.clone();
    let supervisor = Supervisor::new(move || Some(outbox.clone()), shop.clock.clone(), shop.desktop.clone());
    (shop, supervisor)
}

fn told(shop: &Shop) -> (usize, usize) {
    (shop.desktop.alarms.lock().unwrap().len(), shop.desktop.cleared.lock().unwrap().len())
}

#[test(start_paused = true)]
async fn a_part_that_panics_once_begins_anew_with_one_alarm_that_is_withdrawn_when_it_works() {
    let (shop, supervisor) = desk();
    let runs = Cell::new(0);
    let ended = supervisor
        .keep(Part::Sending, || async {
            runs.set(runs.get() + 1);
            assert!(runs.get() > 1, "the first run panics");
            assert_eq!(told(&shop), (1, 0));
            let stumble = shop.outbox.stumbles().unwrap().remove(0);
            assert_eq!((stumble.part, stumble.times), (Part::Sending, 1));
            tokio::time::sleep(STEADY.saturating_sub(Duration::from_secs(1))).await;
            assert_eq!(told(&shop), (1, 0), "it has not worked for long");
            tokio::time::sleep(Duration::from_secs(2)).await;
            "its own end"
        })
        .await;
    assert_eq!((ended, runs.get()), ("its own end", 2));
    assert_eq!(told(&shop), (1, 1));
    assert_eq!(shop.desktop.cleared.lock().unwrap()[0], Subject::Program(Part::Sending));
    assert!(shop.outbox.stumbles().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_part_that_panics_at_every_step_backs_off_to_a_minute_and_goes_on_saying_so() {
    let (shop, supervisor) = desk();
    let runs = Cell::new(0_u32);
    let began = Instant::now();
    supervisor
        .keep(Part::Branch(CompanyId(7)), || async {
            runs.set(runs.get() + 1);
            assert!(runs.get() > 20, "all of these panic");
        })
        .await;
    // 1, 2, 4, 8, 16, 32, and a minute each of the other fourteen.
    assert_eq!(began.elapsed().as_secs(), 63 + 14 * 60);
    assert_eq!(told(&shop), (1, 0), "one alarm for the whole row");
    let stumble = shop.outbox.stumbles().unwrap().remove(0);
    assert_eq!((stumble.part, stumble.times), (Part::Branch(CompanyId(7)), 20));
    assert!(stumble.last_at - stumble.since > chrono::TimeDelta::minutes(14));
}

#[test(start_paused = true)]
async fn the_others_go_on_while_one_panics() {
    let (_shop, supervisor) = desk();
    let (steps, falls) = (Cell::new(0), Cell::new(0));
    let steady = supervisor.keep(Part::Receiving, || async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            steps.set(steps.get() + 1);
        }
    });
    let falling = supervisor.keep(Part::Following, || async {
        falls.set(falls.get() + 1);
        tokio::time::sleep(Duration::from_millis(500)).await;
        panic!("again")
    });
    tokio::select! { () = steady => {}, () = falling => {} }
    assert_eq!((steps.get(), falls.get()), (100, 7));
}

#[test(start_paused = true)]
async fn whoever_is_told_to_end_does_not_sit_out_a_pause() {
    let (_shop, supervisor) = desk();
    let (halt, halted) = watch::channel(false);
    let supervisor = supervisor.until(halted, |halted| *halted);
    let runs = Cell::new(0);
    let loops = supervisor.keep(Part::Sending, || async {
        runs.set(runs.get() + 1);
        assert!(runs.get() > 6, "all of these panic");
    });
    let stop = async {
        tokio::time::sleep(Duration::from_secs(40)).await;
        halt.send_replace(true);
        std::future::pending::<()>().await;
    };
    let began = Instant::now();
    tokio::select! { () = loops => {}, () = stop => {} }
    assert_eq!(began.elapsed().as_secs(), 40);
}

#[test(start_paused = true)]
async fn one_that_panics_even_while_it_ends_does_not_spin() {
    let (_shop, supervisor) = desk();
    let (_told, told) = watch::channel(true);
    let supervisor = supervisor.until(told, |told| *told);
    let (runs, began) = (Cell::new(0), Instant::now());
    supervisor
        .keep(Part::Sending, || async {
            runs.set(runs.get() + 1);
            assert!(runs.get() > 4, "all of these panic");
        })
        .await;
    assert_eq!(began.elapsed().as_secs(), 2 + 4 + 8, "the first pause alone is cut short");
}

#[test(start_paused = true)]
async fn a_queue_that_cannot_be_written_or_is_not_there_keeps_nobody_from_beginning_anew() {
    let (shop, _) = desk();
    for queue in [|| None, || panic!("the queue itself")] {
        let supervisor = Supervisor::new(queue, shop.clock.clone(), shop.desktop.clone());
        let runs = Cell::new(0);
        supervisor
            .keep(Part::Tray, || async {
                runs.set(runs.get() + 1);
                assert!(runs.get() > 1);
            })
            .await;
        assert_eq!(runs.get(), 2);
    }
}

#[tokio::test]
async fn every_part_is_read_back_from_its_word() {
    for part in Part::WHOLE.into_iter().chain([Part::Branch(CompanyId(962_302))]) {
        assert_eq!(Part::parse(&part.to_string()), Some(part));
    }
    assert_eq!(Part::parse("branch:x").or(Part::parse("cellar")), None);
}
