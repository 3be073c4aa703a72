//! Edit, cancel, send at once: what the screen says is what happened.

use e2e::{Desk, Screen};
use engine::notification::State;
use scenarios::Plan;
use tokio::test;

const IRINA: &str = "+79160000001";
const MARIA: &str = "+79160000002";
const OLGA: &str = "+79160000003";
/// Long enough that nothing goes by itself.
const LONG: u64 = 600_000;

const TEXTAREA: &str = "[data-row] textarea";
const CTRL_ENTER: &str = "\u{e009}\u{e007}";

#[test]
async fn one_is_edited_one_cancelled_and_one_sent_at_once() {
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    let screen = Screen::open(&desk).await;
    let edited = desk.shop.book("Ирина", IRINA);
    let cancelled = desk.shop.book("Мария", MARIA);
    let at_once = desk.shop.book("Ольга", OLGA);
    for name in ["Ирина", "Мария", "Ольга"] {
        screen.reads(name).await;
    }
    let id = |booking| desk.shop.about(booking).id.0;

    let text = "Ирина, ждём вас завтра. Вход со двора ☕";
    screen.act(id(edited), "edit").await;
    screen.replace(TEXTAREA, text).await;
    screen.write(TEXTAREA, CTRL_ENTER).await;
    screen.sees("the editor closed", "return document.querySelector('textarea') === null").await;
    screen.reads(text).await;
    assert_eq!(desk.shop.about(edited).text, text);

    screen.act(id(cancelled), "cancel").await;
    let undo = format!(
        "return document.querySelector('[data-row=\"{}\"] [data-act=restore]') !== null",
        id(cancelled)
    );
    screen.sees("a way to bring the cancelled one back", &undo).await;
    assert_eq!(desk.shop.about(cancelled).state, State::Cancelled, "it is said only when it is so");

    for booking in [at_once, edited] {
        screen.act(id(booking), "send_now").await;
        desk.shop.until_state(booking, State::Read).await;
    }
    screen
        .sees(
            "both in what went lately",
            "return ['Ирина', 'Ольга'].every((name) =>
        document.querySelector('section[aria-labelledby=recent]')?.innerText.includes(name))",
        )
        .await;

    desk.shop.until_quiet().await;
    let mut told = desk.shop.told();
    told.sort();
    assert_eq!(told, [IRINA, OLGA]);
    assert_eq!(desk.shop.texts()[1], text, "as it was typed");
    worker.end_with("TERM").await.succeeded();
}
