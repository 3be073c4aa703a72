//! The small window: there when it is of use, never in the way, gone by itself.

use std::fs;
use std::io::Write as _;

use e2e::{Desk, Other, Screen, until, window_of, windows_of, x_windows};
use engine::notification::State;
use scenarios::tray::Panel;
use scenarios::{Plan, Running};
use tokio::test;

const IRINA: &str = "+79160000001";
/// Long enough that nothing goes by itself.
const LONG: u64 = 600_000;
/// Long enough to see a window come and go in it.
const WINDOW: u64 = 6_000;

/// Presses a button while the row of this client is shown. One that has just come takes no click for a
/// moment: who presses then presses again.
const PRESS: &str = "const button = [...document.querySelectorAll('main button')]
        .find((each) => each.innerText.trim() === arguments[1]);
    if (document.querySelector('h1')?.innerText.trim() === arguments[0]) button?.click();";

/// Presses until it has come of it what should.
async fn press(screen: &Screen, words: &str, mut done: impl FnMut() -> bool) {
    until(words, async || {
        screen.ask(PRESS, vec!["Ирина".into(), words.into()]).await;
        done().then_some(())
    })
    .await;
}

/// A desk with one message that counts down, and the small window that shows it.
async fn with_small() -> (Desk, Running, i64, Screen) {
    let (desk, worker) = Desk::at_work(Plan::with_window(LONG)).await;
    let booking = desk.shop.book("Ирина", IRINA);
    desk.shop.until_state(booking, State::Queued).await;
    let screen = Screen::open_small(&desk).await;
    (desk, worker, booking, screen)
}

#[test]
async fn its_button_cancels() {
    let (desk, worker, booking, screen) = with_small().await;
    press(&screen, "Не отправлять", || desk.shop.about(booking).state == State::Cancelled).await;
    screen.kill().await;
    desk.shop.until_quiet().await;
    assert!(desk.shop.told().is_empty());
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn what_it_cancelled_it_brings_back() {
    let (desk, worker, booking, screen) = with_small().await;
    // Nothing else would keep it on the screen.
    let other = desk.shop.book("Пётр", "+79160000002");
    desk.shop.until_state(other, State::Queued).await;
    press(&screen, "Не отправлять", || desk.shop.about(booking).state == State::Cancelled).await;
    press(&screen, "Вернуть", || desk.shop.about(booking).state == State::Queued).await;
    screen.kill().await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn its_button_sends_at_once_and_then_it_goes_by_itself() {
    let (desk, worker, booking, screen) = with_small().await;
    let process = screen.process();
    press(&screen, "Отправить", || desk.shop.about(booking).state != State::Queued).await;
    desk.shop.until_state(booking, State::Read).await;
    until("the window to go by itself", async || (!process.lives()).then_some(())).await;
    assert_eq!(desk.shop.told(), [IRINA]);
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn its_button_to_edit_opens_the_main_window() {
    let (desk, worker, booking, screen) = with_small().await;
    let process = screen.process();
    let main = || x_windows(process).iter().any(|(_, width)| *width >= 700);
    press(&screen, "Изменить", main).await;
    assert_eq!(desk.shop.about(booking).state, State::Queued);
    screen.kill().await;
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn it_comes_with_the_countdown_takes_no_focus_and_goes_with_it() {
    let desk = Desk::new(Plan::with_window(WINDOW)).await;
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start(["--hidden"]);
    panel.item().await;
    desk.shop.baseline().await;
    let other = Other::in_front().await;

    let booking = desk.shop.book("Ирина", IRINA);
    let small = window_of(&running).await;
    let shown = async || {
        assert!(other.is_in_front(), "what a person types goes where it went");
        x_windows(small).into_iter().find(|(_, width)| *width < 700)
    };
    until("the small window", shown).await;
    desk.shop.until_state(booking, State::Read).await;
    assert!(other.is_in_front());
    until("it to go", async || (!small.lives()).then_some(())).await;
    assert!(other.is_in_front());
    assert_eq!(desk.shop.told(), [IRINA]);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn switched_off_it_stays_away() {
    let desk = Desk::new(Plan::with_window(2_000)).await;
    let settings = desk.shop.dir().join(engine::settings::FILE_NAME);
    let mut settings = fs::OpenOptions::new().append(true).open(settings).unwrap();
    settings.write_all(b"\n[window]\nsmall_window = false\n").unwrap();
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start(["--hidden"]);
    panel.item().await;
    desk.shop.baseline().await;
    let booking = desk.shop.book("Ирина", IRINA);
    until("the message to go", async || {
        assert_eq!(windows_of(&running), []);
        desk.shop.row(booking).filter(|row| row.state == State::Read)
    })
    .await;
    running.end_with("TERM").await.succeeded();
}
