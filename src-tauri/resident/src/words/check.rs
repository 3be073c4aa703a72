//! `check`: a name, a finding and an advice for each thing that is looked at.

use std::path::Path;

use engine::booking::CompanyId;
use engine::ports::GatewayState;
use engine::settings::Language;
use messaging::green_api::MissingSetting;
use yclients::MissingRight;

use super::{counted, either};

macro_rules! fixed_words {
    ($($name:ident: $ru:literal, $en:literal;)+) => {
        $(pub(crate) const fn $name(language: Language) -> &'static str { either(language, $ru, $en) })+
    };
}

fixed_words! {
    // Names.
    settings: "Настройки", "Settings";
    template: "Шаблон", "Template";
    data_dir: "Папка данных", "Data directory";
    database: "База данных", "Database";
    keyring: "Связка ключей", "Keyring";
    origin: "Откуда база", "Database's origin";
    clock: "Часы", "Clock";
    time: "Время программы", "The program's time";
    notifications: "Уведомления WhatsApp", "WhatsApp notices";
    gateway_queue: "Очередь WhatsApp", "WhatsApp's queue";
    worker: "Работа", "Worker";
    // Settings.
    correct_settings: "Исправьте settings.toml и проверьте ещё раз.", "Correct settings.toml and check again.";
    add_branch: "Добавьте [[branches]] с company_id: номер филиала виден в адресе его страницы в YClients.", "Add [[branches]] with company_id: the number stands in the address of the branch's page in YClients.";
    mend_template: "Пока он там, каждое сообщение ждёт человека. Напишите это место в шаблоне заново.", "As long as it is there, every message waits for a person. Write that place of the template anew.";
    disabled: "выключено (enabled = false): опросов и отправки нет", "switched off (enabled = false): no polls, no sending";
    enable: "Чтобы включить, поставьте enabled = true.", "To switch it on, set enabled = true.";
    // Data.
    move_here: "Перенесите папку на диск этого компьютера или укажите другую: --data-dir.", "Move it to a disk of this computer, or name another directory: --data-dir.";
    database_sound: "исправна", "sound";
    origin_known: "та, что работала здесь, или новая", "the one that worked here, or a new one";
    // Keyring and secrets.
    keyring_keeps: "отвечает и хранит", "answers and keeps what it is given";
    stored: "сохранён", "stored";
    not_stored: "не задан", "not set";
    // YClients.
    rights_suffice: "хватает", "sufficient";
    grant: "Дайте это право пользователю программы: YClients → Настройки → Пользователи.", "Give the program's user this right: YClients → Settings → Users.";
    users_hidden: "список пользователей прочитать нельзя", "the list of users cannot be read";
    users_matter: "Он нужен только чтобы узнать номер бота; номер можно вписать самому.", "It is needed only to find the bot's number; that can be written down by hand.";
    correct_bots: "Проверьте integration_user_ids: иначе о записях бота напишут как о сделанных людьми.", "Check integration_user_ids, or the bot's bookings are written about as the staff's.";
    // Gateway.
    no_instance: "instance_id не задан", "instance_id is not set";
    set_instance: "Впишите instance_id в [whatsapp]: номер из личного кабинета console.green-api.com.", "Write instance_id into [whatsapp]: the number from console.green-api.com.";
    linked: "подключён", "linked";
    link: "Откройте console.green-api.com: телефон привязывают там по QR-коду.", "Open console.green-api.com: the phone is linked there by its QR code.";
    clear_queue: "Что там лежит, покажет gateway queue. Ненужное уберите до привязки: booking-monitor gateway clear", "gateway queue shows what lies there. Clear it before linking if nobody needs it: booking-monitor gateway clear";
    channel: "Канал", "Channel";
    take_whatsapp_instance: "Впишите instance_id и адрес инстанса WhatsApp из console.green-api.com.", "Write down instance_id and address of a WhatsApp instance from console.green-api.com.";
    send_delay: "Пауза сервиса", "Gateway's pause";
    shorten_delay: "Уменьшите delaySendMessagesMilliseconds на console.green-api.com: хватит 1000.", "Lower delaySendMessagesMilliseconds at console.green-api.com: 1000 will do.";
    set_by_hand: "Подождите пять минут и повторите check. Если не изменится, включите их на console.green-api.com.", "Wait five minutes and run check again. If nothing changes, switch them on at console.green-api.com.";
    check_again: "Аккаунт перезапускается. Через пять минут проверьте ещё раз: booking-monitor check", "The account restarts. Look again in five minutes: booking-monitor check";
    notifications_on: "включены", "on";
    run_fix: "Включить: booking-monitor check --fix (аккаунт перезапустится, до пяти минут).", "To switch them on: booking-monitor check --fix (the account restarts, up to five minutes).";
    shop: "салон", "shop";
    take_over: "Остановите тот, другой. Если писать должен этот компьютер: booking-monitor gateway take-over", "Stop the other one. If this computer is to write: booking-monitor gateway take-over";
    restarting: "Аккаунт перезапускается, до пяти минут отправки не будет.", "The account restarts; for up to five minutes nothing is sent.";
    // Proxy.
    take_the_systems_proxy: "Напрямую не отвечает, через прокси системы отвечает. Если так и надо, выберите в окне: Настройки, YClients, Дополнительно, или впишите в settings.toml, в начало: proxy = \"system\"", "It does not answer straight, and does through the system's proxy. If that is as it should be, choose it in the window under Settings, YClients, More, or write at the head of settings.toml: proxy = \"system\"";
    take_the_systems_proxy_there: "Напрямую не отвечает, через прокси системы отвечает. Если так и надо, выберите в окне: Настройки, WhatsApp, Дополнительно, или впишите в settings.toml под [whatsapp]: proxy = \"system\"", "It does not answer straight, and does through the system's proxy. If that is as it should be, choose it in the window under Settings, WhatsApp, More, or write in settings.toml under [whatsapp]: proxy = \"system\"";
    // Clock.
    clock_right: "идут верно", "right";
    time_alone: "ни один сервер не назвал время: программа идёт по часам компьютера", "no server said what time it is: the program goes by the computer's clock";
    set_clock: "Включите в системе установку времени через интернет.", "Let the system set the time from the internet.";
    // Worker.
    worker_runs: "идёт", "running";
    worker_rests: "не запущена: никто не опрашивает и не отправляет", "not running: nobody polls or sends";
    start_worker: "Запустить: booking-monitor worker", "Start it: booking-monitor worker";
}

pub(crate) fn no_branches(path: &Path, language: Language) -> String {
    let path = path.display();
    say!(language, "филиалов нет ({path})", "no branches ({path})")
}

pub(crate) fn branches(number: usize, language: Language) -> String {
    let branches = counted(number, ["филиал", "филиала", "филиалов"], ["branch", "branches"], language);
    say!(language, "в порядке, {branches}", "in order, {branches}")
}

pub(crate) fn broken_template(branch: Option<CompanyId>, line: usize, language: Language) -> String {
    let whose = match branch {
        Some(branch) => say!(language, " филиала {branch}", " of branch {branch}"),
        None => String::new(),
    };
    say!(
        language,
        "испорченный символ (\u{fffd}) в строке {line} шаблона{whose}",
        "a broken character (\u{fffd}) in line {line} of the template{whose}",
    )
}

pub(crate) fn on_a_share(dir: &str, kind: &str, language: Language) -> String {
    say!(
        language,
        "{dir} лежит на сетевом диске ({kind}): замки базы данных там ненадёжны, и клиенту могут написать дважды",
        "{dir} is on a network share ({kind}): the database's locks cannot be trusted there, and a client may be written to twice",
    )
}

pub(crate) fn lying(messages: usize, language: Language) -> String {
    let messages =
        counted(messages, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    say!(
        language,
        "{messages}: уйдут, как только телефон привяжут",
        "{messages}: they leave as soon as a phone is linked"
    )
}

/// The line about bookings that cannot be read.
pub(crate) fn unread_of(company: i64, language: Language) -> String {
    say!(language, "Записи {company}", "Bookings {company}")
}

pub(crate) const fn find_unread(language: Language) -> &'static str {
    either(
        language,
        "Найдите эти записи в журнале YClients, предупредите клиентов сами и покажите эту строку тому, кто настраивал программу.",
        "Find them in the YClients journal, tell the clients yourself, and show this line to whoever set the program up.",
    )
}

pub(crate) fn rights(company: i64, language: Language) -> String {
    say!(language, "Права {company}", "Rights {company}")
}

pub(crate) fn users(company: i64, language: Language) -> String {
    say!(language, "Пользователи {company}", "Users {company}")
}

pub(crate) fn right_missing(right: MissingRight, language: Language) -> String {
    match right {
        MissingRight::Timetable => either(
            language,
            "нет права видеть журнал записи: читать нечего",
            "no right to see the journal: nothing can be read",
        )
        .to_owned(),
        MissingRight::AllStaff { only } => say!(
            language,
            "видны записи только одного сотрудника ({only}): об остальных клиентам не напишут",
            "only one staff member's bookings are visible ({only}): nobody is told of the others",
        ),
        MissingRight::AllPositions { only } => say!(
            language,
            "видны записи только одной должности ({only}): об остальных клиентам не напишут",
            "only one position's bookings are visible ({only}): nobody is told of the others",
        ),
        MissingRight::Phones => either(
            language,
            "телефоны клиентов скрыты: писать будет некому",
            "clients' phones are hidden: nobody can be written to",
        )
        .to_owned(),
    }
}

pub(crate) fn users_known(users: usize, bots: usize, language: Language) -> String {
    let users =
        counted(users, ["пользователь", "пользователя", "пользователей"], ["user", "users"], language);
    if bots == 0 {
        say!(language, "{users}; бот не указан", "{users}; no bot is named")
    } else {
        say!(language, "{users}; ботов указано: {bots}", "{users}; bots named: {bots}")
    }
}

pub(crate) fn bot_unknown(ids: &str, language: Language) -> String {
    say!(
        language,
        "в филиале нет пользователей с номером {ids}",
        "the branch has no user with the number {ids}"
    )
}

pub(crate) fn gateway_state(state: &GatewayState, language: Language) -> String {
    let word = match state {
        GatewayState::Authorised => "authorised",
        GatewayState::NotAuthorised => "not_authorised",
        GatewayState::Starting => "starting",
        GatewayState::SleepMode => "sleep_mode",
        GatewayState::YellowCard => "yellow_card",
        GatewayState::Blocked => "blocked",
        GatewayState::Suspended => "suspended",
        GatewayState::Unknown(word) => word,
    };
    super::status::gateway_word(word, language)
}

pub(crate) const fn missing_setting(setting: MissingSetting, language: Language) -> &'static str {
    match setting {
        MissingSetting::NoWebhook => either(
            language,
            "уведомления уходят на чужой адрес (webhookUrl)",
            "notices go to another address (webhookUrl)",
        ),
        MissingSetting::Outgoing => {
            either(language, "доставка (outgoingWebhook)", "delivery (outgoingWebhook)")
        }
        MissingSetting::OutgoingApi => either(
            language,
            "отправленное через API (outgoingAPIMessageWebhook)",
            "what the API sent (outgoingAPIMessageWebhook)",
        ),
        MissingSetting::State => either(language, "состояние (stateWebhook)", "state (stateWebhook)"),
        MissingSetting::Incoming => either(
            language,
            "входящие, для «Стоп» (incomingWebhook)",
            "incoming, for \"stop\" (incomingWebhook)",
        ),
    }
}

pub(crate) fn notifications_off(off: &str, language: Language) -> String {
    say!(language, "выключено: {off}", "off: {off}")
}

pub(crate) fn fixed(off: &str, language: Language) -> String {
    say!(language, "включено: {off}", "switched on: {off}")
}

pub(crate) fn not_kept(still: &str, language: Language) -> String {
    say!(
        language,
        "сервис ответил, что сохранил, но выключено по-прежнему: {still}",
        "the gateway says that it saved them, and these are off still: {still}",
    )
}

pub(crate) fn not_read_back(off: &str, language: Language) -> String {
    say!(
        language,
        "отправлено, но прочитать обратно пока нельзя: {off}",
        "asked for, and cannot be read back yet: {off}",
    )
}

pub(crate) fn other_channel(kind: &str, language: Language) -> String {
    let which = if kind.eq_ignore_ascii_case("v3") { "MAX" } else { kind };
    say!(
        language,
        "это инстанс не WhatsApp, а {which}: сообщения через него не уйдут",
        "this is no instance of WhatsApp but of {which}: no message leaves through it",
    )
}

pub(crate) fn slow(seconds: u64, language: Language) -> String {
    say!(
        language,
        "сервис ждёт {seconds} с между сообщениями: когда их много, последние опоздают",
        "the gateway waits {seconds} s between two messages: of many the last are late",
    )
}

/// `off` seconds ahead of the server; negative is behind.
pub(crate) fn clock_off(off: i64, language: Language) -> String {
    let seconds = off.abs();
    if off > 0 {
        say!(language, "спешат на {seconds} с против YClients", "{seconds} s ahead of YClients")
    } else {
        say!(language, "отстают на {seconds} с от YClients", "{seconds} s behind YClients")
    }
}

pub(crate) fn failed(number: usize, language: Language) -> String {
    let lines = counted(number, ["проверка", "проверки", "проверок"], ["check", "checks"], language);
    say!(language, "Не прошло: {lines}.", "Failed: {lines}.")
}
