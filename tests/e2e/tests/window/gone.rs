//! The window goes, in order or not: what counts down goes out all the same.

use e2e::{Desk, Screen, until};
use engine::notification::State;
use scenarios::Plan;
use tokio::test;

const IRINA: &str = "+79160000001";
const MARIA: &str = "+79160000002";
const TEXTAREA: &str = "[data-row] textarea";
/// Long enough to open and close a window in it.
const WINDOW: u64 = 6_000;
/// Long enough that nothing goes by itself.
const LONG: u64 = 600_000;

#[test]
async fn closed_or_with_its_page_dead_the_message_goes_out_on_time() {
    let (desk, worker) = Desk::at_work(Plan::with_window(WINDOW)).await;
    let screen = Screen::open(&desk).await;
    let process = screen.process();

    let booking = desk.shop.book("Ирина", IRINA);
    screen.reads("Ирина").await;
    let pages = process.named("WebKitWebProces");
    assert!(!pages.is_empty(), "a window has a page");
    for page in pages {
        page.kill();
    }
    assert_on_time(&desk, booking).await;

    // A click on the cross; nothing that a dead page does keeps it open.
    let booking = desk.shop.book("Мария", MARIA);
    desk.shop.until_state(booking, State::Queued).await;
    screen.close_by_its_cross().await;
    assert_on_time(&desk, booking).await;
    until("the process of the window to end", async || (!process.lives()).then_some(())).await;
    assert_eq!(desk.shop.told(), [IRINA, MARIA]);
    worker.end_with("TERM").await.succeeded();
}

/// It went out when its countdown ended, and not before.
async fn assert_on_time(desk: &Desk, booking: i64) {
    let due = desk.shop.about(booking).due_at;
    let row = desk.shop.until_state(booking, State::Read).await;
    let at = row.accepted_at.unwrap();
    assert!(at >= due, "{at} is before {due}");
    // A machine that is busy with other things may be late itself, and is far from late in the program's sense.
    assert!((at - due).num_seconds() < 30, "{at} is long after {due}");
}

#[test]
async fn killed_during_an_edit_it_comes_back_with_the_draft_and_nothing_went_out() {
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    let screen = Screen::open(&desk).await;
    let booking = desk.shop.book("Ирина", IRINA);
    screen.reads("Ирина").await;
    let made = desk.shop.about(booking);
    let id = made.id.0;
    screen.edit(id).await;
    screen.replace(TEXTAREA, "Ирина, половина").await;
    let kept = async || (desk.shop.about(booking).draft.as_deref() == Some("Ирина, половина")).then_some(());
    until("the draft on the disk", kept).await;
    screen.kill().await;
    assert_eq!(desk.shop.about(booking).text, made.text, "half a text is no text");

    let screen = Screen::open(&desk).await;
    screen.reads("Ирина").await;
    // The dead editor's hold runs out by itself; until then it may still be somebody's.
    screen.click(&format!("[data-row=\"{id}\"] .draft button, [data-row=\"{id}\"] textarea")).await;
    let back = "return document.querySelector('[data-row] textarea')?.value === 'Ирина, половина'";
    screen.sees("the draft", back).await;
    assert!(desk.shop.told().is_empty());

    screen.write(TEXTAREA, " и целое\u{e009}\u{e007}").await;
    let saved = async || (desk.shop.about(booking).text == "Ирина, половина и целое").then_some(());
    until("the whole text", saved).await;
    screen.act_until(id, "send_now", async || desk.shop.about(booking).state != State::Queued).await;
    desk.shop.until_told(1).await;
    desk.shop.until_quiet().await;
    assert_eq!(desk.shop.texts(), ["Ирина, половина и целое"]);
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn an_edit_that_was_left_is_never_silently_unsent() {
    let (desk, worker) = Desk::at_work(Plan::with_window(WINDOW)).await;
    let screen = Screen::open(&desk).await;
    let booking = desk.shop.book("Ирина", IRINA);
    screen.reads("Ирина").await;
    let id = desk.shop.about(booking).id.0;
    screen.edit(id).await;
    screen.sees("the editor", "return document.querySelector('[data-row] textarea') !== null").await;
    // Opened and left with Esc.
    screen.write(TEXTAREA, "\u{e00c}").await;
    desk.shop.until_state(booking, State::Read).await;
    assert_eq!(desk.shop.told(), [IRINA]);
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn a_second_start_shows_the_window_of_the_first() {
    let (desk, worker) = Desk::at_work(Plan::default()).await;
    let screen = Screen::open(&desk).await;
    screen.sees("the queue", "return location.hash !== '#/today'").await;
    desk.program.run(["window", "today"]).await.succeeded();
    screen.sees("the page asked for", "return location.hash === '#/today'").await;
    assert_eq!(screen.process().named("booking-monitor").len(), 0);
    worker.end_with("TERM").await.succeeded();
}
