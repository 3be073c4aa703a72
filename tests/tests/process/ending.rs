//! SIGTERM and SIGINT: what is on its way is finished, and the end comes within ten seconds.

use std::time::Duration;

use engine::notification::{Reason, State};
use futures::future::join_all;
use scenarios::{Done, Plan, Program, Running, Shop};
use simulator::{Fault, FaultKind, Target};
use tokio::test;
use tokio::time::Instant;

const ANNA: &str = "+79160000001";
const AT_MOST: Duration = Duration::from_secs(10);

async fn working(plan: Plan) -> (Shop, Program, Running) {
    let shop = Shop::new(plan).await;
    let program = Program::of(&shop).await;
    let worker = program.worker().await;
    shop.baseline().await;
    (shop, program, worker)
}

async fn ended_in_time(worker: Running, signal: &str) -> Done {
    let asked = Instant::now();
    let done = worker.end_with(signal).await;
    done.succeeded();
    assert!(asked.elapsed() < AT_MOST, "{signal}: {:?}", asked.elapsed());
    done
}

#[test]
async fn a_send_on_its_way_is_finished_and_recorded() {
    join_all(["TERM", "INT"].map(async |signal| {
        let (shop, _, worker) = working(Plan::default()).await;
        let slow = FaultKind::DelayAnswer { milliseconds: 3000 };
        shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), slow));
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Sending).await;
        ended_in_time(worker, signal).await;
        let row = shop.about(booking);
        assert_eq!(row.state, State::Accepted, "{signal}");
        assert_eq!(row.gateway_id, shop.simulator.messages()[0].id);
        assert_eq!(shop.told(), [ANNA]);
    }))
    .await;
}

#[test]
async fn a_gateway_that_never_answers_leaves_the_outcome_unknown() {
    join_all(["TERM", "INT"].map(async |signal| {
        let (shop, program, worker) = working(Plan::default()).await;
        shop.simulator.set_fault(Fault::once(Target::gateway("sendMessage"), FaultKind::Hang));
        let booking = shop.book("Анна", ANNA);
        shop.until_state(booking, State::Sending).await;
        ended_in_time(worker, signal).await;
        assert_eq!(shop.fate(booking), (State::Unknown, Reason::LookingUp), "{signal}");

        let worker = program.worker().await;
        shop.polls_later(5).await;
        assert_eq!(shop.about(booking).state, State::Unknown, "the next start does not send it either");
        ended_in_time(worker, signal).await;
        assert!(shop.told().is_empty());
    }))
    .await;
}

#[test]
async fn nothing_new_is_begun_while_the_last_one_is_finished() {
    let (shop, _, worker) = working(Plan::default()).await;
    let slow = FaultKind::DelayAnswer { milliseconds: 2500 };
    shop.simulator.set_fault(Fault::always(Target::gateway("sendMessage"), slow));
    let bookings = [1, 2, 3].map(|number| shop.book("Анна", &format!("+7916000000{number}")));
    shop.until_state(bookings[0], State::Sending).await;
    ended_in_time(worker, "TERM").await;
    let states = bookings.map(|booking| shop.about(booking).state);
    assert_eq!(states, [State::Accepted, State::Queued, State::Queued]);
    assert_eq!(shop.told().len(), 1);
}

#[test]
async fn a_server_that_hangs_does_not_hold_up_the_end() {
    join_all(["records", "record", "receiveNotification", "getStateInstance", "checkWhatsapp"].map(
        async |endpoint| {
            let (shop, _, worker) = working(Plan::default()).await;
            shop.simulator.forget_requests();
            let anywhere = Target { endpoint: Some(endpoint.to_owned()), ..Target::default() };
            shop.simulator.set_fault(Fault::always(anywhere, FaultKind::Hang));
            let booking = shop.book("Анна", ANNA);
            if endpoint != "receiveNotification" {
                shop.until(endpoint, |shop| (shop.simulator.count(endpoint) > 0).then_some(())).await;
            }
            ended_in_time(worker, "TERM").await;
            assert!(shop.row(booking).is_none_or(|row| row.state != State::Sending), "{endpoint}");
        },
    ))
    .await;
}

#[test]
async fn idle_it_ends_at_once_and_leaves_its_place_in_order() {
    let (shop, program, worker) = working(Plan::default()).await;
    let asked = Instant::now();
    worker.end_with("TERM").await.succeeded();
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert!(program.json(["status"]).await["owner"].is_null());
    assert!(shop.outbox.desk().unwrap().owner.is_none());
}
