//! Edit, cancel, send at once: what the screen says is what happened.

use e2e::{Desk, Screen};
use engine::notification::State;
use scenarios::Plan;
use simulator::{Fault, FaultKind, Target};
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
    screen.edit(id(edited)).await;
    screen.replace(TEXTAREA, text).await;
    screen.write(TEXTAREA, CTRL_ENTER).await;
    screen.sees("the editor closed", "return document.querySelector('textarea') === null").await;
    screen.reads(text).await;
    assert_eq!(desk.shop.about(edited).text, text);

    let state = |booking| desk.shop.about(booking).state;
    screen.act_until(id(cancelled), "cancel", async || state(cancelled) == State::Cancelled).await;
    let undo = format!(
        "return document.querySelector('[data-row=\"{}\"] [data-act=restore]') !== null",
        id(cancelled)
    );
    screen.sees("a way to bring the cancelled one back", &undo).await;
    assert_eq!(desk.shop.about(cancelled).state, State::Cancelled, "it is said only when it is so");

    for booking in [at_once, edited] {
        screen.act_until(id(booking), "send_now", async || state(booking) != State::Queued).await;
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

#[test]
async fn a_click_at_the_last_instant_shows_what_really_happened() {
    // Every answer of the gateway is slow: the message is on its way while the click comes.
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    desk.shop.simulator.set_fault(Fault::always(
        Target::gateway("sendMessage"),
        FaultKind::DelayAnswer { milliseconds: 4_000 },
    ));
    let screen = Screen::open(&desk).await;
    let booking = desk.shop.book("Ирина", IRINA);
    screen.reads("Ирина").await;
    let id = desk.shop.about(booking).id.0;
    screen.act_until(id, "send_now", async || desk.shop.about(booking).state != State::Queued).await;
    desk.shop.until_state(booking, State::Sending).await;
    // The screen has not heard of it, or has it just drawn: whoever presses now must be told the truth.
    let cancelled = "const row = document.querySelector(`[data-row=\"${arguments[0]}\"]`);
        return row?.innerText.includes('Отменено') ?? false";
    let pressed = screen
        .ask(
            "const button = document.querySelector(`[data-row=\"${arguments[0]}\"] [data-act=cancel]`);
        button?.click(); return button !== null",
            vec![id.into()],
        )
        .await;
    assert!(pressed.is_some());
    while desk.shop.about(booking).state == State::Sending {
        assert_eq!(screen.ask(cancelled, vec![id.into()]).await, Some(false.into()), "nothing is cancelled");
    }
    desk.shop.until_told(1).await;
    screen
        .sees(
            "where it went",
            "return document.querySelector('section[aria-labelledby=recent]')
        ?.innerText.includes('Ирина') ?? false",
        )
        .await;
    assert_eq!(desk.shop.told(), [IRINA]);
    assert_ne!(desk.shop.about(booking).state, State::Cancelled);
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn cancelled_brought_back_and_edited_it_goes_out_with_the_new_text_alone() {
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    let screen = Screen::open(&desk).await;
    let booking = desk.shop.book("Ирина", IRINA);
    screen.reads("Ирина").await;
    let id = desk.shop.about(booking).id.0;
    let state = || desk.shop.about(booking).state;
    screen.act_until(id, "cancel", async || state() == State::Cancelled).await;
    screen.act_until(id, "restore", async || state() == State::Queued).await;
    let text = "Ирина, ждём вас в четверг";
    screen.edit(id).await;
    screen.replace(TEXTAREA, text).await;
    screen.write(TEXTAREA, CTRL_ENTER).await;
    screen.sees("the editor closed", "return document.querySelector('textarea') === null").await;
    screen.act_until(id, "send_now", async || desk.shop.about(booking).state != State::Queued).await;
    desk.shop.until_state(booking, State::Read).await;
    desk.shop.until_quiet().await;
    assert_eq!(desk.shop.texts(), [text]);
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn another_one_s_end_leaves_the_open_editor_alone() {
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    let screen = Screen::open(&desk).await;
    let (edited, other) = (desk.shop.book("Ирина", IRINA), desk.shop.book("Мария", MARIA));
    for name in ["Ирина", "Мария"] {
        screen.reads(name).await;
    }
    let id = |booking| desk.shop.about(booking).id.0;
    screen.edit(id(edited)).await;
    screen.replace(TEXTAREA, "Ирина, половина").await;
    assert_eq!(desk.program.run(["queue", "send", &id(other).to_string()]).await.code, Some(0));
    desk.shop.until_state(other, State::Read).await;
    let gone =
        format!("return document.querySelector('[data-row=\"{}\"] [data-act=cancel]') === null", id(other));
    screen.sees("the other one gone", &gone).await;
    let open = "return document.querySelector('[data-row] textarea')?.value === 'Ирина, половина'";
    screen.sees("the editor as it was", open).await;
    screen.write(TEXTAREA, " и целое").await;
    screen.write(TEXTAREA, CTRL_ENTER).await;
    screen.sees("the editor closed", "return document.querySelector('textarea') === null").await;
    assert_eq!(desk.shop.about(edited).text, "Ирина, половина и целое");
    assert_eq!(desk.shop.told(), [MARIA]);
    worker.end_with("TERM").await.succeeded();
}
