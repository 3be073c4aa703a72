//! Icon and menu follow the queue, and what is clicked there is done.

use engine::notification::State;
use scenarios::Plan;
use tokio::test;

use crate::desktop::{Reception, until};

const IRINA: &str = "+79160000001";

fn slow() -> Plan {
    Plan::with_window(600_000)
}

#[test]
async fn icon_menu_and_tooltip_follow_the_queue() {
    let reception = Reception::new(slow()).await;
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    let quiet = item.picture().await;
    let labels = item.labels().await;
    let order = [
        "Никто не ждёт",
        "",
        "Открыть",
        "Приостановить",
        "Отправлено сегодня: 0",
        "Последний",
        "",
        "Настройки",
        "Выйти",
    ];
    assert_eq!(labels.len(), order.len(), "{labels:?}");
    assert!(labels.iter().zip(order).all(|(label, begins)| label.starts_with(begins)), "{labels:?}");

    let booking = reception.shop.book("Ирина", IRINA);
    let row = item.until_label("Ирина").await;
    assert!(row.label.contains("15:00"), "{row:?}");
    assert!(item.labels().await[0].starts_with("1 ждёт"));
    assert!(item.tooltip().await.contains("1 ждёт"));
    let pending = item.picture().await;
    assert_ne!(pending, quiet);

    item.click("Не отправлять").await;
    reception.shop.until_state(booking, State::Cancelled).await;
    item.until_label("Никто не ждёт").await;
    assert_eq!(item.picture().await, quiet);

    let booking = reception.shop.book("Денис", "+79160000002");
    item.until_label("Денис").await;
    item.click("Отправить сейчас").await;
    reception.shop.until_state(booking, State::Read).await;
    item.until_label("Отправлено сегодня: 1").await;
    running.end_with("TERM").await.succeeded();
    assert_eq!(reception.shop.told(), ["+79160000002"]);
}

#[test]
async fn a_pause_is_clicked_seen_and_ended() {
    let reception = Reception::new(Plan::default()).await;
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    let quiet = item.picture().await;
    let lengths = item.until_label("Приостановить").await.inside;
    let lengths: Vec<_> = lengths.into_iter().map(|entry| entry.label).collect();
    assert_eq!(lengths, ["На 15 минут", "На час", "До завтра", "Пока не продолжу"]);

    item.click("На 15 минут").await;
    let pause = until("a pause", async || reception.shop.outbox.desk().unwrap().pause).await;
    let length = pause.until.unwrap() - pause.since;
    assert_eq!(length.num_minutes(), 15);
    item.until_label("Продолжить отправку (пауза до").await;
    assert_ne!(item.picture().await, quiet);
    let booking = reception.shop.book("Ирина", IRINA);
    item.until_label("Ирина").await;
    assert!(reception.shop.told().is_empty());

    item.click("Продолжить отправку").await;
    reception.shop.until_state(booking, State::Read).await;
    item.until_label("Никто не ждёт").await;
    assert_eq!(item.picture().await, quiet);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn what_needs_a_person_is_on_the_icon_and_nowhere_by_name() {
    let reception = Reception::new(Plan::default()).await;
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    let quiet = item.picture().await;
    // A number without WhatsApp is for calling.
    let unknown = simulator::NumberPlan { on_whatsapp: false, ..simulator::NumberPlan::default() };
    reception.shop.simulator.set_number(IRINA, unknown);
    let booking = reception.shop.book("Ирина", IRINA);
    reception.shop.until_state(booking, State::Failed).await;
    item.until_label("Требуют решения: 1").await;
    assert_ne!(item.picture().await, quiet);

    reception.shop.simulator.set_user_token("another");
    let notice = reception.notices.until("токен пользователя").await;
    for notice in reception.notices.all() {
        assert!(!notice.words.contains("Ирина") && !notice.words.contains("916"), "{notice:?}");
    }
    // Asked in vain, it says nothing more.
    assert_eq!(reception.program.run(["poll"]).await.code, Some(1));
    assert_eq!(reception.notices.with(&notice.words).len(), 1);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn a_connection_lost_for_more_than_a_minute_is_on_the_icon_with_its_time() {
    let reception = Reception::new(slow()).await;
    let (running, _panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    let quiet = item.picture().await;
    reception.shop.simulator.set_offline(None, true);
    let company = scenarios::COMPANY;
    reception.shop.until("a failed poll", |shop| shop.branch(company).fault_at).await;
    assert_eq!(item.picture().await, quiet, "it may pass by itself");
    // As if that had been a while ago.
    let database = rusqlite::Connection::open(reception.shop.dir().join("booking-monitor.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    until("the status line", async || {
        database
            .execute(
                "UPDATE booking_monitor_state SET fault_at = fault_at - 600000 WHERE fault_at IS NOT NULL",
                [],
            )
            .unwrap();
        item.labels().await.iter().any(|label| label.starts_with("Нет связи с")).then_some(())
    })
    .await;
    assert_ne!(item.picture().await, quiet);
    assert!(item.tooltip().await.contains("Нет связи с"));

    reception.shop.simulator.set_offline(None, false);
    item.until_label("Последний опрос").await;
    assert_eq!(item.picture().await, quiet);
    running.end_with("TERM").await.succeeded();
}

#[test]
async fn the_icon_returns_when_the_panel_does() {
    let reception = Reception::new(slow()).await;
    let (running, panel, item) = reception.hidden().await;
    reception.shop.baseline().await;
    item.until_label("Последний опрос").await;
    panel.end().await;
    let panel = scenarios::tray::Panel::start(reception.session.bus()).await;
    let item = panel.item().await;
    item.until_label("Последний опрос").await;
    running.end_with("TERM").await.succeeded();
}
