//! One owner of polling and sending on a data directory, and another beside it.

use engine::notification::State;
use scenarios::{Plan, Program, Shop};
use tokio::test;

const ANNA: &str = "+79160000001";

#[test]
async fn a_second_worker_on_the_same_data_exits_with_3_and_names_the_first() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let mut first = program.worker().await;
    let second = program.run(["worker"]).await;
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(second.err.contains(&first.id().to_string()), "{}", second.err);
    assert!(first.is_running());
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    first.end_with("TERM").await.succeeded();
    assert_eq!(shop.told(), [ANNA]);
}

#[test]
async fn a_worker_on_other_data_works_beside_it() {
    let shops = [Shop::new(Plan::default()).await, Shop::new(Plan::default()).await];
    let mut workers = Vec::new();
    for shop in &shops {
        workers.push(Program::of(shop).await.worker().await);
    }
    for shop in &shops {
        shop.baseline().await;
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Read).await;
        assert_eq!(shop.told(), [ANNA]);
    }
    for worker in workers {
        worker.end_with("TERM").await.succeeded();
    }
}

#[test]
async fn the_place_of_a_killed_one_is_free_at_once() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    program.worker().await.kill().await;
    let status = program.json(["status"]).await;
    assert!(status["owner"].is_null(), "written down is not alive: {status}");
    let next = program.worker().await;
    assert_eq!(program.json(["status"]).await["owner"]["pid"], next.id());
    next.end_with("INT").await.succeeded();
}

#[test]
async fn starting_at_the_same_moment_one_wins() {
    let shop = Shop::new(Plan::default()).await;
    let program = Program::of(&shop).await;
    let mut started: Vec<_> = (0..4).map(|_| program.start(["worker"])).collect();
    let mut codes = Vec::new();
    while started.len() > 1 {
        let ended = started.iter_mut().position(|worker| !worker.is_running());
        match ended {
            Some(which) => codes.push(started.remove(which).ended().await.code),
            None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
    assert_eq!(codes, [Some(3); 3]);
    shop.baseline().await;
    let booking = shop.book("Анна", ANNA);
    shop.until_state(booking, State::Read).await;
    for worker in started {
        worker.end_with("TERM").await.succeeded();
    }
    assert_eq!(shop.told(), [ANNA]);
}
