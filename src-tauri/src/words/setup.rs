//! The set-up's words: rights, the gateway's state, its own settings.

use engine::settings::Language;
use messaging::green_api::{MissingSetting, Settings};
use yclients::MissingRight;

use super::either;

/// Another installation writes for the shop: what it is, and what it means.
pub(crate) fn another_monitor(language: Language) -> String {
    let words = engine::words::fault(engine::error::FaultCode::AnotherMonitor, language);
    format!("{} {} {}", words.what, words.means, words.do_next)
}

/// The state in a sentence.
pub(crate) fn gateway_state(word: &str, language: Language) -> String {
    let fixed = match word {
        "authorised" => {
            ("Телефон салона связан, сообщения уходят.", "The shop's phone is linked; messages go out.")
        }
        "not_authorised" => (
            "Телефон салона не связан. Отсканируйте QR-код: WhatsApp → Связанные устройства.",
            "The shop's phone is not linked. Scan the QR code: WhatsApp → Linked devices.",
        ),
        "starting" => (
            "Сервис запускается, это до пяти минут. Сообщения подождут.",
            "The service is starting, for up to five minutes. Messages wait.",
        ),
        "sleep_mode" => (
            "Телефон салона выключен или без сети. Включите его.",
            "The shop's phone is off or offline. Switch it on.",
        ),
        "yellow_card" | "suspended" => (
            "WhatsApp ограничил номер салона. Посмотрите на телефоне, до какого времени.",
            "WhatsApp restricts the shop's number. The phone shows until when.",
        ),
        "blocked" => (
            "WhatsApp заблокировал номер салона. Нужен другой номер.",
            "WhatsApp has blocked the shop's number. Another one is needed.",
        ),
        "" => ("Сервис ещё не спрашивали.", "The service was not asked yet."),
        other => return say!(language, "Сервис отвечает: {other}.", "The service says: {other}."),
    };
    either(language, fixed.0, fixed.1).to_owned()
}

/// The right's word, and what is missing without it and where to give it.
pub(crate) fn missing_right(right: MissingRight, language: Language) -> (&'static str, String) {
    let (code, what) = match right {
        MissingRight::Timetable => (
            "timetable",
            either(
                language,
                "Нет права видеть журнал записи: читать нечего.",
                "There is no right to see the journal: nothing can be read.",
            )
            .to_owned(),
        ),
        MissingRight::AllStaff { only } => (
            "all_staff",
            say!(
                language,
                "Видны записи только одного сотрудника ({only}): об остальных клиентам не напишут.",
                "Only one staff member's bookings are visible ({only}): nobody is told of the others.",
            ),
        ),
        MissingRight::AllPositions { only } => (
            "all_positions",
            say!(
                language,
                "Видны записи только одной должности ({only}): об остальных клиентам не напишут.",
                "Only one position's bookings are visible ({only}): nobody is told of the others.",
            ),
        ),
        MissingRight::Phones => (
            "phones",
            either(
                language,
                "Телефоны клиентов скрыты: писать будет некому.",
                "Clients' phones are hidden: nobody can be written to.",
            )
            .to_owned(),
        ),
    };
    let grant = either(
        language,
        "Дайте это право пользователю программы: YClients → Настройки → Пользователи.",
        "Give the program's user this right: YClients → Settings → Users.",
    );
    (code, format!("{what} {grant}"))
}

/// What is wrong with the account that no button mends.
pub(crate) fn account_notes(found: &Settings, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    let kind = &found.other_channel;
    if !kind.is_empty() {
        let which = if kind.eq_ignore_ascii_case("v3") { "MAX" } else { kind };
        notes.push(say!(
            language,
            "Это инстанс не WhatsApp, а {which}: сообщения через него не уйдут. Впишите инстанс WhatsApp.",
            "This is no instance of WhatsApp but of {which}: no message leaves through it. Enter a WhatsApp instance.",
        ));
    }
    if let Some(delay) = found.send_delay.filter(|_| found.is_slow()) {
        let seconds = delay.as_secs();
        notes.push(say!(
            language,
            "Сервис ждёт {seconds} с между сообщениями: когда их много, последние опоздают. Уменьшите delaySendMessagesMilliseconds на console.green-api.com.",
            "The service waits {seconds} s between two messages: of many the last are late. Lower delaySendMessagesMilliseconds at console.green-api.com.",
        ));
    }
    notes
}

/// What does not work while a setting of the instance is not as it must be.
pub(crate) const fn missing_setting(setting: MissingSetting, language: Language) -> &'static str {
    match setting {
        MissingSetting::NoWebhook => either(
            language,
            "Уведомления уходят на чужой адрес (webhookUrl)",
            "Notices go to another address (webhookUrl)",
        ),
        MissingSetting::Outgoing => either(
            language,
            "Не сообщается о доставке (outgoingWebhook)",
            "Delivery is not told (outgoingWebhook)",
        ),
        MissingSetting::OutgoingApi => either(
            language,
            "Не сообщается об отправленном (outgoingAPIMessageWebhook)",
            "What was sent is not told (outgoingAPIMessageWebhook)",
        ),
        MissingSetting::State => either(
            language,
            "Не сообщается о состоянии телефона (stateWebhook)",
            "The phone's state is not told (stateWebhook)",
        ),
        MissingSetting::Incoming => either(
            language,
            "Не виден ответ «Стоп» (incomingWebhook)",
            "The answer \"stop\" is not seen (incomingWebhook)",
        ),
    }
}
