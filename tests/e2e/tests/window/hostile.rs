//! What clients are called and what messages say is text, whatever it looks like.

use e2e::{Desk, Screen};
use engine::notification::State;
use scenarios::Plan;
use serde_json::json;
use tokio::test;

/// Whatever a name or a comment could try.
const NAMES: [&str; 5] = [
    "<img src=x onerror=\"window.hurt=1;alert(1)\">",
    "<script>window.hurt=1</script>",
    "</article><h1 id=injected>Взлом</h1>",
    "שלום \u{202e}олекс\u{202c} مرحبا",
    "👩‍👩‍👧‍👦🏳️‍🌈 Zoë",
];

#[test]
async fn hostile_names_are_shown_as_they_are_and_never_run() {
    let (desk, worker) = Desk::at_work(Plan::with_window(600_000)).await;
    let screen = Screen::open(&desk).await;
    let long = "Ы".repeat(10_000);
    let names: Vec<&str> = NAMES.into_iter().chain([long.as_str()]).collect();
    for (number, name) in names.iter().enumerate() {
        desk.shop.book(name, &format!("+7916000000{number}"));
    }
    let count = names.len();
    let rows = "return document.querySelectorAll('article[data-row]').length === arguments[0]";
    screen.sees_with("all of them", rows, vec![json!(count)]).await;
    let shown = "return arguments[0].every((name) =>
        [...document.querySelectorAll('.name bdi')].some((each) => each.textContent === name))";
    screen.sees_with("each name as it is", shown, vec![json!(names[..NAMES.len()])]).await;
    let harmless = "return window.hurt === undefined && document.querySelector('#injected') === null &&
        [...document.querySelectorAll('article img, article script, article h1')].length === 0 &&
        document.documentElement.scrollWidth <= window.innerWidth &&
        document.querySelectorAll('dialog[open]').length === 0";
    screen.sees("a page that is whole", harmless).await;

    // And a hostile text of a person's own goes out as it was typed.
    let text = "<b>жирно</b> <script>window.hurt=1</script> & *звёздочки* \u{202e}обратно";
    let row = desk.shop.rows()[0].id.0;
    screen.edit(row).await;
    let textarea = "[data-row] textarea";
    screen.replace(textarea, text).await;
    screen.write(textarea, "\u{e009}\u{e007}").await;
    screen.sees("the editor closed", "return document.querySelector('textarea') === null").await;
    screen.act_until(row, "send_now", async || desk.shop.rows()[0].state != State::Queued).await;
    desk.shop.until_told(1).await;
    assert_eq!(desk.shop.texts(), [text]);
    screen.sees("a page that is still whole", harmless).await;
    worker.end_with("TERM").await.succeeded();
}
