//! From nothing to the first message, in the real window.

use std::fs;

use e2e::{Desk, Screen};
use scenarios::tray::Panel;
use scenarios::{BOT, COMPANY, GATEWAY_TOKEN, PARTNER_TOKEN, Plan, USER_TOKEN};
use tokio::test;

/// One's own phone, as a person writes it.
const OWN: &str = "8 916 000-00-07";

/// Marks the field with these words.
fn field(words: &str) -> String {
    format!(
        "const label = [...document.querySelectorAll('main label')]
            .find((each) => each.innerText.trim().startsWith('{words}'));
        const input = label?.control ?? document.getElementById(label?.htmlFor);
        if (!input) return false;
        input.setAttribute('data-wanted', '{words}');
        return true"
    )
}

/// Types into the field with these words.
async fn fill(screen: &Screen, words: &str, text: &str) {
    screen.sees(words, &field(words)).await;
    screen.replace(&format!("[data-wanted='{words}']"), text).await;
}

/// To the next step, once this one lets go.
async fn go_on(screen: &Screen) {
    let passable = "return [...document.querySelectorAll('main footer button')]
        .some((each) => each.innerText.trim() === 'Дальше' && each.getAttribute('aria-disabled') !== 'true')";
    screen.sees("a step that is done", passable).await;
    screen.press("Дальше").await;
}

#[test]
async fn an_empty_computer_is_set_up_step_by_step_and_writes_to_one_s_own_phone() {
    let plan = Plan::default();
    let desk = Desk::without_tokens(plan).await;
    // Only where the servers are: the simulator instead of the real ones.
    let (yclients, gateway) = (desk.shop.simulator.yclients_url(), desk.shop.simulator.green_api_url());
    let addresses = format!(
        "poll_interval_ms = 100\n\n[yclients]\nbase_url = \"{yclients}\"\nrequest_gap_ms = 0\n\n\
         [whatsapp]\nsend_gap_ms = 0\n"
    );
    fs::write(desk.shop.dir().join(engine::settings::FILE_NAME), addresses).unwrap();
    for number in 0..3 {
        desk.shop.book("Ирина", &format!("+7916000010{number}"));
    }
    let panel = Panel::start(desk.session.bus()).await;
    let running = desk.program.start(["--hidden"]);
    panel.item().await;

    let screen = Screen::open(&desk).await;
    screen.reads("Здравствуйте!").await;
    go_on(&screen).await;

    screen.reads("Откуда брать записи").await;
    fill(&screen, "Токен партнёра", "wrong-token").await;
    screen.press("Проверить и сохранить").await;
    screen
        .sees(
            "a refusal in its place",
            "return document.querySelector('main input[aria-invalid=true]') !== null",
        )
        .await;
    fill(&screen, "Токен партнёра", PARTNER_TOKEN).await;
    screen.press("Проверить и сохранить").await;
    screen
        .sees("the partner's token kept", "return document.body.innerText.includes('Вставить токен')")
        .await;
    let by_token = "[...document.querySelectorAll('main label')]
            .find((each) => each.innerText.trim() === 'Вставить токен')?.click();
        return document.body.innerText.includes('Токен пользователя')";
    screen.sees("where to put the user's token", by_token).await;
    fill(&screen, "Токен пользователя", USER_TOKEN).await;
    screen.press("Проверить и сохранить").await;
    go_on(&screen).await;

    screen.reads("О каких записях писать").await;
    screen.click("main ul input[type=checkbox]").await;
    let kept = || fs::read_to_string(desk.shop.dir().join(engine::settings::FILE_NAME)).unwrap();
    e2e::until("the branch kept", async || kept().contains(&COMPANY.to_string()).then_some(())).await;
    let bot = "const boxes = [...document.querySelectorAll('main ul input[type=checkbox]')];
        return boxes.length > 1";
    screen.sees("the branch's users", bot).await;
    let tick = "const tick = [...document.querySelectorAll('main ul label')]
            .find((each) => /бот/iu.test(each.innerText));
        if (!tick) return false;
        if (!tick.control?.checked) tick.click();
        return true";
    screen.sees("the bot among them", tick).await;
    e2e::until("the bot kept", async || kept().contains(&BOT.to_string()).then_some(())).await;
    go_on(&screen).await;

    screen.reads("С какого номера писать").await;
    fill(&screen, "Номер инстанса", "1103000001").await;
    fill(&screen, "Адрес", &gateway).await;
    fill(&screen, "Токен", GATEWAY_TOKEN).await;
    screen.press("Проверить и сохранить").await;
    go_on(&screen).await;

    screen.reads("Что и когда увидит клиент").await;
    go_on(&screen).await;

    screen.reads("Проверим на вашем телефоне").await;
    fill(&screen, "Ваш номер", OWN).await;
    screen.press("Отправить себе").await;
    desk.shop.until_told(1).await;
    assert_eq!(desk.shop.told(), ["+79160000007"]);
    go_on(&screen).await;

    screen.reads("3 записи уже есть: по ним никому не напишем.").await;
    screen.press("К очереди").await;
    screen.sees("the queue", "return location.hash === '#/queue'").await;
    desk.shop.until_quiet().await;
    assert_eq!(desk.shop.told().len(), 1, "nobody else was written to");
    running.end_with("TERM").await.succeeded();
}
