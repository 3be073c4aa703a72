//! From the claim to the first byte at the gateway, over real HTTP.

use std::time::Duration;

use scenarios::{Plan, Shop};
use simulator::{Client, NewBooking};

use crate::measure::{Report, ms, percentile};

const MESSAGES: usize = 300;

pub(crate) fn run(report: &mut Report) {
    report.section(
        "From the claim to the first byte",
        "The engine in this process, over HTTP to the simulator, window 0.3 s, no gap between sends. What lies \
         between: the claim's commit, synced to the disk, a new connection, and the request.",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut waits, early) = runtime.block_on(async {
        let (shop, desk) = Shop::opened(Plan::default()).await;
        for number in 0..MESSAGES {
            let client = Client::new(&format!("Клиент {number}"), &format!("+7916{number:07}"));
            shop.simulator.book(NewBooking { client: Some(client), ..NewBooking::default() });
        }
        shop.until_told(MESSAGES).await;
        let mut waits = Vec::new();
        let mut early = 0;
        let rows = shop.rows();
        for message in shop.simulator.messages() {
            let row = rows.iter().find(|row| row.gateway_id == message.id).unwrap();
            waits.push((message.at - row.claimed_at.unwrap()).to_std().unwrap_or_default());
            early += usize::from(message.at < row.due_at);
        }
        assert_eq!(waits.len(), MESSAGES);
        desk.close().await;
        (waits, early)
    });
    report.note("claim to first byte at the gateway, median of 300", &ms(percentile(&mut waits, 0.5)));
    let worst = percentile(&mut waits, 0.99);
    report.row(
        "claim to first byte at the gateway, p99 of 300",
        &ms(worst),
        "< 20 ms",
        worst < Duration::from_millis(20),
    );
    report.row("messages that left before their time", &early.to_string(), "0", early == 0);
}
