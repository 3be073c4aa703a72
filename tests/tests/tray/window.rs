//! The window is another process: started, asked for, missed, and never waited for.

use engine::desk::OwnerLock;
use engine::notification::State;
use engine::outbox::RequestKind;
use scenarios::Plan;
use scenarios::tray::Panel;
use tokio::test;

use crate::desktop::{Reception, until};

const IRINA: &str = "+79160000001";

#[test]
async fn a_second_start_shows_the_window_of_the_first() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window();
    let (mut running, _panel, _item) = reception.hidden().await;
    reception.shop.baseline().await;
    assert!(reception.windows().is_empty(), "started hidden");

    let second = reception.program.run([]).await;
    second.succeeded();
    assert!(second.out.contains("уже работает"), "{second:?}");
    let windows = reception.until_windows(1).await;
    let dir = reception.shop.dir().display();
    assert!(windows[0].contains(&format!("--data-dir {dir} --page queue")), "{windows:?}");

    // Now it is open: the request is the window's to answer, and there is no second one.
    let third = reception.program.run([]).await;
    third.succeeded();
    let asked = reception.shop.outbox.asked().unwrap();
    assert!(asked.iter().any(|request| request.kind == RequestKind::ShowWindow), "{asked:?}");
    assert_eq!(reception.windows().len(), 1);

    let hidden = reception.program.run(["--hidden"]).await;
    hidden.succeeded();
    assert_eq!(reception.windows().len(), 1);
    assert!(running.is_running());
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn beside_a_bare_worker_a_start_opens_the_window_itself() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window();
    let worker = reception.program.worker().await;
    let start = reception.program.run([]).await;
    start.succeeded();
    let windows = reception.until_windows(1).await;
    reception.close_window(&windows[0]).await;
    assert!(reception.shop.outbox.asked().unwrap().is_empty(), "it is answered");
    worker.end_with("TERM").await.succeeded();
}

#[test]
async fn closing_the_window_leaves_the_tray_and_that_is_said_once() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window();
    let panel = Panel::start(reception.session.bus()).await;
    let running = reception.program.start([]);
    let item = panel.item().await;
    let windows = reception.until_windows(1).await;
    reception.close_window(&windows[0]).await;
    let notice = reception.notices.until("Работаю в трее").await;
    assert!(notice.actions.contains(&"quit".to_owned()), "{notice:?}");

    item.click("Открыть Booking Monitor").await;
    let windows = reception.until_windows(2).await;
    reception.close_window(&windows[1]).await;
    reception.shop.baseline().await;
    let booking = reception.shop.book("Ирина", IRINA);
    reception.shop.until_state(booking, State::Read).await;
    assert_eq!(reception.notices.with("Работаю в трее").len(), 1);

    reception.click_notice(&notice, "quit").await;
    running.ended().await.succeeded();
}

#[test]
async fn a_click_while_a_closed_window_still_ends_opens_another() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window_that(
        "exec 9>\"$2/window.lock\"\necho \"$$ $* tray=$BOOKING_MONITOR_TRAY\" >>\"$2/windows\"\n\
         trap 'sleep 0.6; exit 0' TERM\nwhile :; do sleep 0.05 9>&-; done",
    );
    let (running, _panel, item) = reception.hidden().await;
    item.click("Открыть Booking Monitor").await;
    let windows = reception.until_windows(1).await;
    let closing = reception.close_window(&windows[0]);
    let click = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        item.click("Настройки").await;
    };
    tokio::join!(closing, click);
    let windows = reception.until_windows(2).await;
    assert!(windows[1].contains("--page settings"), "{windows:?}");
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn without_a_window_it_says_so_and_goes_on() {
    let reception = Reception::new(Plan::default()).await;
    let panel = Panel::start(reception.session.bus()).await;
    let running = reception.program.start([]);
    let item = panel.item().await;
    reception.notices.until("Окна нет").await;
    item.until_label("Окно не установлено").await;
    reception.shop.baseline().await;
    let booking = reception.shop.book("Ирина", IRINA);
    reception.shop.until_state(booking, State::Read).await;
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn a_window_that_does_not_come_up_is_said_and_may_be_tried_again() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window_that("exit 3");
    let panel = Panel::start(reception.session.bus()).await;
    let running = reception.program.start([]);
    let item = panel.item().await;
    reception.notices.until("Окно не открывается").await;
    item.until_label("Окно не открывается").await;
    reception.install_window();
    item.click("Настройки").await;
    let windows = reception.until_windows(1).await;
    assert!(windows[0].contains("--page settings"), "{windows:?}");
    until("the note to go", async || {
        let labels = item.labels().await;
        (!labels.iter().any(|label| label.contains("Окно не открывается"))).then_some(())
    })
    .await;
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn without_a_panel_the_window_stands_in_and_hidden_it_says_how_to_open_it() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window();
    let running = reception.program.start([]);
    let windows = reception.until_windows(1).await;
    assert!(windows[0].ends_with("tray=absent"), "the window minimises then: {windows:?}");
    running.end_with("TERM").await.succeeded();

    let running = reception.program.start(["--hidden"]);
    reception.notices.until("booking-monitor window").await;
    assert_eq!(reception.windows().len(), 1);
    // A panel that comes later has the icon.
    let panel = Panel::start(reception.session.bus()).await;
    panel.item().await.until_label("Последний опрос").await;
    assert_eq!(reception.notices.with("booking-monitor window").len(), 1);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn the_demo_opens_the_window_on_the_simulator_and_ends_with_it() {
    let reception = Reception::new(Plan::default()).await;
    reception.install_window_that(
        "echo \"$$ $* training=$BOOKING_MONITOR_TRAINING\" >>\"$HOME/windows\"\n\
         trap 'exit 0' TERM\nwhile :; do sleep 0.05; done",
    );
    let program = reception.program.clone().with("DISPLAY", ":7");
    let demo = program.start(["demo"]);
    let windows = reception.until_windows(1).await;
    assert!(
        !windows[0].contains(&reception.shop.dir().display().to_string()),
        "data of its own: {windows:?}"
    );
    let dir = windows[0].split(' ').skip_while(|word| *word != "--data-dir").nth(1).unwrap();
    assert!(OwnerLock::is_held(dir.as_ref()), "or the window says that nothing is sent");
    // Whoever came first has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (_, control) = windows[0].split_once("training=").unwrap();
    // Four stand in the journal from before; the next comes by itself, and is told of in time.
    let bookings = async || {
        let list = reqwest::get(format!("{control}control/bookings")).await.ok()?.text().await.ok()?;
        let list: serde_json::Value = serde_json::from_str(&list).ok()?;
        list.as_array().map(Vec::len).filter(|count| *count > 4)
    };
    until("a booking by itself", bookings).await;
    reception.close_window(&windows[0]).await;
    demo.ended().await.succeeded();
    assert!(reception.notices.with("Работаю в трее").is_empty());
}

#[test]
async fn started_with_the_session_of_somebody_who_never_opened_it_it_ends_and_leaves_nothing() {
    let reception = Reception::new(Plan::default()).await;
    let dir = reception.shop.dir().join("of-somebody-else");
    let program = scenarios::Program::in_session(&dir, &reception.session);
    let done = program.run(["--hidden"]).await;
    done.succeeded();
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
    assert!(!dir.exists());
}
