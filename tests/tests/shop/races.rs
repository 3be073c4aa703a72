//! A person's act and the end of the window in the same instant, from two
//! connections on two threads: whoever is told "done" has won.

use std::time::Duration;

use chrono::TimeDelta;
use engine::clock::Clock as _;
use engine::notification::{Refusal, State};
use engine::outbox::OutboxError;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scenarios::{Plan, Shop};
use simulator::{Fault, FaultKind, Target};

const ROUNDS: usize = 60;

#[derive(Debug, Clone, Copy)]
enum Act {
    Cancel,
    Hold,
    Edit,
}

fn phone(number: usize) -> String {
    format!("+7916{number:07}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn what_is_answered_with_done_is_never_overtaken_by_the_send() {
    let seed: u64 =
        std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("again with SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shop, desk) = Shop::opened(Plan::default()).await;
    // The last check takes a moment, for acts to fall into.
    let moment = FaultKind::Delay { milliseconds: 20 };
    shop.simulator.set_fault(Fault::always(Target::yclients("record"), moment));
    let mut acts = Vec::new();
    for number in 0..ROUNDS {
        let booking = shop.book("Анна", &phone(number));
        let row = shop.until("its row", |shop| shop.row(booking)).await;
        let act = [Act::Cancel, Act::Hold, Act::Edit][number % 3];
        // From well before the end to a little after it: around the claim.
        let moment = row.due_at + TimeDelta::milliseconds(random.random_range(-20..70));
        tokio::time::sleep((moment - shop.clock.now()).to_std().unwrap_or(Duration::ZERO)).await;
        let (person, now) = (shop.person(), shop.clock.now());
        let answer = match act {
            Act::Cancel => person.cancel(row.id, now),
            Act::Hold => person.hold(row.id, now),
            Act::Edit => person.edit(row.id, None, "Свои слова", now),
        };
        acts.push((booking, act, answer.map(|_| ())));
    }
    shop.until_quiet().await;
    desk.close().await;

    let (mut won, mut lost) = (0, 0);
    for (number, (booking, act, answer)) in acts.into_iter().enumerate() {
        let row = shop.about(booking);
        let texts: Vec<String> = shop
            .simulator
            .messages()
            .into_iter()
            .filter(|message| format!("+{}", message.phone) == phone(number))
            .map(|message| message.text)
            .collect();
        match (act, answer) {
            (Act::Cancel, Ok(())) => {
                assert_eq!((row.state, texts.len()), (State::Cancelled, 0), "{booking}");
                won += 1;
            }
            (Act::Hold, Ok(())) => {
                assert_eq!((row.state, row.held, texts.len()), (State::Queued, true, 0), "{booking}");
                won += 1;
            }
            (Act::Edit, Ok(())) => {
                assert_eq!(texts, ["Свои слова"], "{booking}");
                won += 1;
            }
            (_, Err(OutboxError::Refused(Refusal::TooLate(_)))) => {
                assert_eq!(texts, [row.text], "{booking}: refused, so it went out as it was");
                lost += 1;
            }
            (act, Err(error)) => panic!("{booking} {act:?}: {error}"),
        }
    }
    println!("{won} acts in time, {lost} too late");
}
