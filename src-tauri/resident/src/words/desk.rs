//! `poll`, `pause`, `resume`, `bookings import`, `window` and `simulator`.

use engine::gateway_queue::Cleared;
use engine::outbox::ImportedBookings;
use engine::settings::Language;
use simulator::{Options, Simulator};

use super::{counted, either};

pub(crate) fn polled(new: usize, language: Language) -> String {
    if new == 0 {
        return either(language, "нового нет", "nothing new").to_owned();
    }
    let bookings = counted(new, ["новое", "новых", "новых"], ["new", "new"], language);
    say!(language, "{bookings}", "{bookings}")
}

pub(crate) const fn ended(was_running: bool, language: Language) -> &'static str {
    if was_running {
        either(language, "Booking Monitor завершил работу.", "Booking Monitor has ended.")
    } else {
        either(language, "Booking Monitor не запущен.", "Booking Monitor is not running.")
    }
}

pub(crate) const fn erased(language: Language) -> &'static str {
    either(
        language,
        "Настройки, база, журналы и секреты удалены.",
        "Settings, database, logs and secrets are deleted.",
    )
}

pub(crate) fn not_erased(what: &str, language: Language) -> String {
    say!(language, "Осталось: {what}", "Left: {what}")
}

pub(crate) fn paused(until: Option<&str>, language: Language) -> String {
    match until {
        Some(until) => say!(
            language,
            "Отправка приостановлена до {until}. Раньше: booking-monitor resume",
            "Sending is paused until {until}. Sooner: booking-monitor resume",
        ),
        None => either(
            language,
            "Отправка приостановлена, пока вы её не продолжите: booking-monitor resume",
            "Sending is paused until you resume it: booking-monitor resume",
        )
        .to_owned(),
    }
}

pub(crate) const fn taken_over(marked: bool, language: Language) -> &'static str {
    if marked {
        either(
            language,
            "Отправка теперь отсюда: аккаунт помечен. Он мог перезапуститься, это до пяти минут. Другой Booking Monitor остановите.",
            "Messages leave from here now: the account is marked. It may restart, for up to five minutes. Stop the other Booking Monitor.",
        )
    } else {
        either(
            language,
            "Отправка теперь отсюда. Пометить аккаунт не удалось, поэтому другой Booking Monitor об этом не узнает: остановите его.",
            "Messages leave from here now. The account could not be marked, so the other Booking Monitor does not learn of it: stop it.",
        )
    }
}

pub(crate) const fn resumed(was_paused: bool, language: Language) -> &'static str {
    if was_paused {
        either(
            language,
            "Отправка продолжается. Что за это время опоздало, ждёт вашего решения в очереди.",
            "Sending goes on. What became late meanwhile waits in the queue for your word.",
        )
    } else {
        either(language, "Паузы и не было.", "There was no pause.")
    }
}

/// Above the list of what lies in the gateway's queue.
pub(crate) fn lying(messages: usize, language: Language) -> String {
    if messages == 0 {
        return either(language, "Очередь WhatsApp пуста.", "The queue of WhatsApp is empty.").to_owned();
    }
    let messages =
        counted(messages, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    say!(
        language,
        "В очереди WhatsApp: {messages}. Они уйдут, как только телефон салона будет на связи. \
         Выбросить все: booking-monitor gateway clear",
        "In the queue of WhatsApp: {messages}. They leave as soon as the shop's phone is back. \
         To throw them all away: booking-monitor gateway clear",
    )
}

/// In place of a row's number, for a message of another program's.
pub(crate) const fn foreign(language: Language) -> &'static str {
    either(language, "чужое", "not ours")
}

pub(crate) fn cleared(done: &Cleared, language: Language) -> String {
    let messages =
        counted(done.messages, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    let (ours, left) = (done.notifications.len(), done.left);
    let mut text = if done.messages == 0 {
        either(language, "Убирать было нечего.", "There was nothing to clear.").to_owned()
    } else {
        say!(
            language,
            "Убрано из очереди WhatsApp: {messages}, из них отмечено недоставленными {ours}. Этим клиентам напишите ещё раз или позвоните.",
            "Cleared from the queue of WhatsApp: {messages}, of which {ours} are marked undelivered. Write to those clients again, or call.",
        )
    };
    if left > 0 {
        text += &say!(language, " Осталось в очереди: {left}.", " Left in the queue: {left}.");
    }
    text
}

pub(crate) fn imported(done: ImportedBookings, language: Language) -> String {
    let given = counted(done.given, ["номер", "номера", "номеров"], ["id", "ids"], language);
    let (new, cancelled) = (done.new, done.cancelled);
    say!(
        language,
        "Прочитано: {given}, из них новых {new}. Отменено сообщений в очереди: {cancelled}.",
        "Read {given}, {new} of them new. Queued messages cancelled: {cancelled}.",
    )
}

pub(crate) const fn window_started(language: Language) -> &'static str {
    either(language, "Окно запущено.", "The window is started.")
}

pub(crate) const fn window_shown(language: Language) -> &'static str {
    either(language, "Окно уже открыто: показываю его.", "The window is open already: showing it.")
}

/// Everything needed to point a worker at it.
pub(crate) fn simulator(simulator: &Simulator, options: &Options, language: Language) -> Vec<String> {
    let rows = [
        (either(language, "Страница управления", "Control page"), simulator.control_url()),
        ("yclients.base_url", simulator.yclients_url()),
        ("whatsapp.base_url", simulator.green_api_url()),
        ("whatsapp.instance_id", options.instance_id.clone()),
        (
            "branches.company_id",
            options
                .branches
                .iter()
                .map(|branch| branch.company_id.to_string())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("yclients.partner-token", options.partner_token.clone()),
        ("yclients.user-token", options.user_token.clone()),
        ("green-api.token", options.gateway_token.clone()),
    ];
    let mut lines = vec![
        either(
            language,
            "Симулятор YClients и GREEN-API. Слушает только этот компьютер и никому ничего не отправляет.",
            "The simulator of YClients and GREEN-API. It listens on this computer alone and sends nothing to anyone.",
        )
        .to_owned(),
        String::new(),
    ];
    lines.extend(rows.into_iter().map(|(label, value)| format!("  {label:<24}{value}")));
    lines.push(String::new());
    lines.push(either(language, "Остановить: Ctrl+C", "To stop it: Ctrl+C").to_owned());
    lines
}
