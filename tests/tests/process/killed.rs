//! `kill -9` of a real worker at random moments: none told twice, none missing
//! from both the gateway and the queue.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::notification::State;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::{Plan, Program, Shop, luck};
use simulator::{Fault, FaultKind, NewBooking, Start, Target};

const KILLS: usize = 40;
const AT_LEAST: usize = 60;

fn phone(number: usize) -> String {
    format!("+7916{number:07}")
}

/// Books the next few, each for a client of its own.
fn book_some(shop: &Shop, random: &mut StdRng, bookings: &mut Vec<i64>) {
    for _ in 0..random.random_range(1..=3) {
        let new = NewBooking::for_client("Анна", &phone(bookings.len()));
        bookings.push(shop.simulator.book(new.at(Start::InDays(random.random_range(1..=90)))));
    }
}

#[tokio::test]
async fn killed_at_random_moments_nobody_is_told_twice_and_nobody_is_forgotten() {
    let seed = luck::seed();
    println!("again with SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let shop = Shop::new(Plan::with_window(150)).await;
    let program = Program::of(&shop).await;
    let first = program.worker().await;
    shop.baseline().await;
    first.kill().await;

    // A gateway that takes its time, before and after it takes the message: most
    // kills then meet a message on its way.
    let to_gateway = || Target::gateway("sendMessage");
    shop.simulator.set_fault(Fault::always(to_gateway(), FaultKind::Delay { milliseconds: 150 }));
    shop.simulator.set_fault(Fault::always(to_gateway(), FaultKind::DelayAnswer { milliseconds: 150 }));
    let mut bookings = Vec::new();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..KILLS {
        let worker = program.start(["worker"]);
        book_some(&shop, &mut random, &mut bookings);
        tokio::time::sleep(Duration::from_millis(random.random_range(50..1700))).await;
        worker.kill().await;
        let sending = shop.rows().iter().any(|row| row.state == State::Sending);
        *met.entry(if sending { "in mid-send" } else { "otherwise" }).or_default() += 1;
    }
    while bookings.len() < AT_LEAST {
        book_some(&shop, &mut random, &mut bookings);
    }
    println!("{} bookings, killed {met:?}", bookings.len());

    // The last one is left alone until everything has its end, as far as the
    // gateway can tell: an echo brings back what it had taken.
    shop.simulator.clear_faults();
    let last = program.worker().await;
    shop.until("every booking to be known", |shop| {
        bookings.iter().all(|booking| shop.row(*booking).is_some()).then_some(())
    })
    .await;
    shop.until_quiet().await;
    shop.until("the gateway's notifications to be taken", |shop| {
        (shop.simulator.notifications_waiting() == 0).then_some(())
    })
    .await;
    check(&program, &shop, &bookings).await;

    // What is still unknown never reached the gateway. A person says so, and it goes out.
    for booking in &bookings {
        let row = shop.about(*booking);
        if row.state == State::Unknown {
            program.run(["queue", "resolve", &row.id.0.to_string(), "again"]).await.succeeded();
        }
    }
    for booking in &bookings {
        shop.until_state(*booking, State::Read).await;
    }
    last.end_with("TERM").await.succeeded();
    let told: BTreeMap<String, usize> = shop.told().into_iter().fold(BTreeMap::new(), |mut told, phone| {
        *told.entry(phone).or_default() += 1;
        told
    });
    assert_eq!(told.len(), bookings.len());
    assert!(told.values().all(|times| *times == 1), "{told:?}");
}

/// Compares what the gateway took with what `queue list --all --json` says, booking by booking.
async fn check(program: &Program, shop: &Shop, bookings: &[i64]) {
    let rows = program.rows().await;
    let messages = shop.simulator.messages();
    for (number, booking) in bookings.iter().enumerate() {
        let digits = phone(number).replace('+', "");
        let taken = messages.iter().filter(|message| message.phone == digits).count();
        let about: Vec<_> = rows
            .iter()
            .filter(|row| row["bookings"].as_array().unwrap().iter().any(|id| *id == *booking))
            .collect();
        assert_eq!(about.len(), 1, "booking {booking} has one row: {about:?}");
        let state = about[0]["state"].as_str().unwrap();
        let sent = matches!(state, "accepted" | "delivered" | "read" | "undelivered");
        assert!(taken <= 1, "booking {booking} was told {taken} times, row {}", about[0]);
        assert_eq!(taken == 1, sent, "the gateway took {taken}, the queue says {}", about[0]);
        assert!(sent || state == "unknown", "{}", about[0]);
    }
}
