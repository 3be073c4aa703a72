//! The tray: icon, menu, notifications. No name and no number stands in a notification unless it is
//! handed in, for a client may look at the screen too.

use engine::settings::Language;

use super::{counted, either};
use crate::tray::menu::PauseLength;
use crate::tray::view::{Note, Wanting};

/// A name as long as this is enough to know whom.
const NAME: usize = 40;

pub(crate) const NAME_OF_PROGRAM: &str = "Booking Monitor";

pub(crate) const fn training(language: Language) -> &'static str {
    either(language, "Учебный режим: никому ничего не уходит", "Training: nothing is sent to anyone")
}

/// `3 ждут`
pub(crate) fn waiting(number: usize, language: Language) -> String {
    if number == 0 {
        return either(language, "Никто не ждёт отправки", "Nothing is waiting").to_owned();
    }
    counted(number, ["ждёт", "ждут", "ждут"], ["waiting", "waiting"], language)
}

pub(crate) fn needs_you(number: usize, language: Language) -> String {
    say!(language, "Требуют решения: {number}", "Need your word: {number}")
}

/// `Ирина · чт, 14 авг, 15:00`; a name from outside stays one short line.
pub(crate) fn row(client: &str, visit: Option<String>, language: Language) -> String {
    let plain: String = client
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .collect();
    let mut name: String = plain.chars().take(NAME).collect();
    if plain.chars().count() > NAME {
        name.push('…');
    }
    if name.is_empty() {
        either(language, "Без имени", "No name").clone_into(&mut name);
    }
    match visit {
        Some(visit) => format!("{name} · {visit}"),
        None => name,
    }
}

/// Marks that turn the writing around, for the rest of the line too.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) const fn send_now(language: Language) -> &'static str {
    either(language, "Отправить сейчас", "Send now")
}

pub(crate) const fn do_not_send(language: Language) -> &'static str {
    either(language, "Не отправлять", "Don't send")
}

pub(crate) const fn open(language: Language) -> &'static str {
    either(language, "Открыть Booking Monitor", "Open Booking Monitor")
}

pub(crate) const fn pause(language: Language) -> &'static str {
    either(language, "Приостановить отправку", "Pause sending")
}

pub(crate) const fn pause_for(length: PauseLength, language: Language) -> &'static str {
    match length {
        PauseLength::Minutes(15) => either(language, "На 15 минут", "For 15 minutes"),
        PauseLength::Minutes(_) => either(language, "На час", "For an hour"),
        PauseLength::Tomorrow => either(language, "До завтра", "Until tomorrow"),
        PauseLength::UntilResumed => either(language, "Пока не продолжу", "Until I resume"),
    }
}

pub(crate) fn resume(until: Option<&str>, language: Language) -> String {
    match until {
        Some(until) => {
            say!(language, "Продолжить отправку (пауза до {until})", "Resume sending (paused until {until})")
        }
        None => either(language, "Продолжить отправку (на паузе)", "Resume sending (paused)").to_owned(),
    }
}

pub(crate) fn paused(until: Option<&str>, language: Language) -> String {
    match until {
        Some(until) => say!(language, "На паузе до {until}", "Paused until {until}"),
        None => either(language, "На паузе", "Paused").to_owned(),
    }
}

pub(crate) fn sent_today(number: usize, language: Language) -> String {
    say!(language, "Отправлено сегодня: {number}", "Sent today: {number}")
}

pub(crate) fn offline(since: &str, language: Language) -> String {
    say!(language, "Нет связи с {since}", "Offline since {since}")
}

pub(crate) fn unwell(since: &str, language: Language) -> String {
    say!(language, "Перебои с {since}", "Out of order since {since}")
}

pub(crate) fn stuck(number: usize, language: Language) -> String {
    let messages =
        counted(number, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    say!(language, "Не уходят вовремя: {messages}", "Not leaving on time: {messages}")
}

pub(crate) fn last_poll(at: &str, language: Language) -> String {
    say!(language, "Последний опрос в {at}", "Last poll at {at}")
}

pub(crate) const fn no_poll_yet(language: Language) -> &'static str {
    either(language, "Ещё не опрашивали", "Not polled yet")
}

pub(crate) const fn switched_off(language: Language) -> &'static str {
    either(language, "Выключено в настройках", "Switched off in the settings")
}

pub(crate) const fn wanting(wanting: Wanting, language: Language) -> &'static str {
    match wanting {
        Wanting::Branches => either(language, "Не настроено: нет филиалов", "Not set up: no branches"),
        Wanting::Gateway => {
            either(language, "Не настроено: WhatsApp не подключён", "Not set up: WhatsApp is not connected")
        }
        Wanting::Tokens => either(language, "Не настроено: нет токена", "Not set up: a token is missing"),
    }
}

pub(crate) const fn note(note: &Note, language: Language) -> &'static str {
    match note {
        Note::WindowMissing => either(
            language,
            "Окно не установлено; сообщения уходят без него",
            "The window is not installed; messages go out without it",
        ),
        Note::WindowFailed => either(
            language,
            "Окно не открывается; сообщения уходят без него",
            "The window does not open; messages go out without it",
        ),
        Note::NoWebView => either(
            language,
            "Для окна нужен WebView2; сообщения уходят без него",
            "The window needs WebView2; messages go out without it",
        ),
        Note::Settings => either(
            language,
            "В settings.toml ошибка; действуют прежние настройки",
            "settings.toml has a mistake; the settings from before hold",
        ),
    }
}

pub(crate) const fn settings(language: Language) -> &'static str {
    either(language, "Настройки…", "Settings…")
}

pub(crate) const fn quit(language: Language) -> &'static str {
    either(language, "Выйти", "Quit")
}

pub(crate) fn will_not_leave(number: usize, language: Language) -> String {
    let messages =
        counted(number, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    let verb = match number {
        _ if number % 10 == 1 && number % 100 != 11 => "не уйдёт",
        _ => "не уйдут",
    };
    say!(
        language,
        "{messages} {verb}, пока программа закрыта",
        "{messages} will not go out while the program is closed",
    )
}

pub(crate) const fn quit_anyway(language: Language) -> &'static str {
    either(language, "Всё равно выйти", "Quit anyway")
}

/// After a crash, once the program is there again.
pub(crate) const fn returned(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Программа упала и запустилась снова",
            "То, что ждало отправки, ждёт снова, с полным временем. Сообщение, которое как раз уходило, стоит с неизвестным исходом.",
        ),
        Language::En => (
            "The program crashed and is back",
            "What waited to be sent waits again, with its full time. A message that was just leaving has an unknown outcome.",
        ),
    }
}

/// After one crash too many.
pub(crate) const fn gave_up(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Booking Monitor не работает",
            "Программа падает раз за разом и больше сама не запускается: сообщения не уходят. Запустите её снова, а если не поможет, покажите журнал тому, кто её настраивал.",
        ),
        Language::En => (
            "Booking Monitor does not work",
            "The program crashes again and again and no longer starts by itself: no message leaves. Start it again; if that does not help, show its log to whoever set it up.",
        ),
    }
}

/// For whoever started it at a terminal.
pub(crate) fn crashed(how: &str, language: Language) -> String {
    say!(
        language,
        "программа упала ({how}) и запускается снова",
        "the program crashed ({how}) and is started again"
    )
}

pub(crate) const fn in_tray(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Работаю в трее",
            "Окно закрыто, сообщения уходят как обычно. Открыть окно или выйти совсем можно в меню значка.",
        ),
        Language::En => (
            "Working in the tray",
            "The window is closed; messages go out as usual. The icon's menu opens it again, or quits.",
        ),
    }
}

pub(crate) const fn without_tray(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Booking Monitor работает без значка",
            "На этом рабочем столе нет трея. Открыть окно: ещё раз запустите программу или booking-monitor window",
        ),
        Language::En => (
            "Booking Monitor works without an icon",
            "This desktop has no tray. To open the window, start the program once more, or: booking-monitor window",
        ),
    }
}

pub(crate) const fn window_missing(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Окна нет",
            "Файла booking-monitor-window нет рядом с программой: установите её заново. Сообщения тем временем уходят, \
             очередь показывает booking-monitor queue",
        ),
        Language::En => (
            "There is no window",
            "booking-monitor-window is not beside the program: install it anew. Messages go out meanwhile; \
             the queue is shown by booking-monitor queue",
        ),
    }
}

pub(crate) const fn no_web_view(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Для окна нужен WebView2",
            "Установите Microsoft Edge WebView2: go.microsoft.com/fwlink/p/?LinkId=2124703. Сообщения тем временем \
             уходят, очередь показывает booking-monitor queue",
        ),
        Language::En => (
            "The window needs WebView2",
            "Install Microsoft Edge WebView2: go.microsoft.com/fwlink/p/?LinkId=2124703. Messages go out meanwhile; \
             the queue is shown by booking-monitor queue",
        ),
    }
}

pub(crate) const fn window_failed(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (
            "Окно не открывается",
            "Оно закрылось с ошибкой сразу после запуска. Сообщения тем временем \
             уходят, очередь показывает booking-monitor queue",
        ),
        Language::En => (
            "The window does not open",
            "It ended with an error right after its start. Messages go out meanwhile; \
             the queue is shown by booking-monitor queue",
        ),
    }
}

pub(crate) fn counting_down(number: usize, whom: Option<&str>, language: Language) -> (String, String) {
    let messages = counted(
        number,
        ["новое сообщение", "новых сообщения", "новых сообщений"],
        ["new message", "new messages"],
        language,
    );
    let title = say!(language, "{messages} в очереди", "{messages} in the queue");
    let rest = either(
        language,
        "Уйдёт само; исправить или отменить можно в окне.",
        "It goes by itself; the window edits or cancels it.",
    );
    let body = match whom {
        Some(whom) => format!("{whom}. {rest}"),
        None => rest.to_owned(),
    };
    (title, body)
}

pub(crate) fn stuck_alert(number: usize, language: Language) -> (String, &'static str) {
    (
        stuck(number, language),
        either(
            language,
            "Посмотрите в очереди, что мешает: причина стоит у каждого сообщения.",
            "Look into the queue: each message names what is in its way.",
        ),
    )
}

pub(crate) const fn refused_title(language: Language) -> &'static str {
    either(language, "Не сделано", "Not done")
}

/// A second start.
pub(crate) const fn shown_by_first(language: Language) -> &'static str {
    either(
        language,
        "Booking Monitor уже работает с этими данными: показываю его окно.",
        "Booking Monitor already works on this data: showing its window.",
    )
}

pub(crate) const fn runs_already(language: Language) -> &'static str {
    either(
        language,
        "Booking Monitor уже работает с этими данными.",
        "Booking Monitor already works on this data.",
    )
}
