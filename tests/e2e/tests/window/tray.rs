//! The resident program, its icon in a panel, and the real window that a click there opens.

use e2e::{
    Desk, Other, close_by_its_cross, is_in_front, main_window, place_of, put_window, shown_window_of, until,
    window_of, windows_of,
};
use engine::notification::State;
use scenarios::tray::Panel;
use scenarios::{Plan, Running};
use tokio::test;

const IRINA: &str = "+79160000001";
const OPEN: &str = "Открыть Booking Monitor";

/// The window's process has ended, and the program has taken note.
async fn until_closed(running: &Running) {
    let ended = async || windows_of(running).is_empty().then_some(());
    until("the window's process to end", ended).await;
}

#[test]
async fn the_tray_s_menu_opens_the_window_where_it_was_left() {
    let desk = Desk::new(Plan::default()).await;
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start(["--hidden"]);
    let tray = panel.item().await;
    desk.shop.baseline().await;
    assert_eq!(windows_of(&running), [], "started hidden");

    tray.click(OPEN).await;
    let first = window_of(&running).await;
    let window = main_window(first).await;
    put_window(&window, [120, 80, 930, 560]);
    let moved = async || place_of(&window).filter(|place| place[2..] == [930, 560]);
    let place = until("the window to have its new size", moved).await;
    close_by_its_cross(first).await;
    until_closed(&running).await;

    tray.click(OPEN).await;
    let second = window_of(&running).await;
    let window = main_window(second).await;
    let near = |now: [i32; 4]| now.iter().zip(place).all(|(now, then)| (now - then).abs() <= 2);
    until("the window where it was left", async || place_of(&window).filter(|now| near(*now))).await;

    // Closed, it leaves the program at work.
    close_by_its_cross(second).await;
    until_closed(&running).await;
    let booking = desk.shop.book("Ирина", IRINA);
    desk.shop.until_state(booking, State::Read).await;
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn a_click_while_the_closed_window_still_ends_opens_another() {
    let desk = Desk::new(Plan::default()).await;
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start(["--hidden"]);
    let tray = panel.item().await;
    for _ in 0..5 {
        tray.click(OPEN).await;
        let window = shown_window_of(&running).await;
        close_by_its_cross(window).await;
    }
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn a_second_start_brings_the_first_one_s_window_to_the_front() {
    let desk = Desk::new(Plan::default()).await;
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.on_display().start([]);
    panel.item().await;
    let window = window_of(&running).await;
    main_window(window).await;
    let other = Other::in_front().await;
    assert!(!is_in_front(window));

    desk.on_display().run([]).await.succeeded();
    until("the window in front", async || is_in_front(window).then_some(())).await;
    assert!(!other.is_in_front());
    assert_eq!(window_of(&running).await, window, "the same, and no second one");
    running.end_with("TERM").await.succeeded();
}
