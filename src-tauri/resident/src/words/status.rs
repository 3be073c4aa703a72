//! `status`.

use engine::notification::State;
use engine::outbox::Counts;
use engine::settings::Language;
use engine::words::states::state;

use super::either;

pub(crate) struct Labels {
    pub(crate) owner: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) branch: &'static str,
    pub(crate) data: &'static str,
    pub(crate) gateway: &'static str,
    pub(crate) clock: &'static str,
    pub(crate) program: &'static str,
    pub(crate) queue: &'static str,
}

pub(crate) const fn labels(language: Language) -> Labels {
    Labels {
        owner: either(language, "Работа", "Worker"),
        sending: either(language, "Отправка", "Sending"),
        branch: either(language, "Филиал", "Branch"),
        data: either(language, "Данные", "Data"),
        gateway: either(language, "WhatsApp", "WhatsApp"),
        clock: either(language, "Часы", "Clock"),
        program: either(language, "Программа", "Program"),
        queue: either(language, "Очередь", "Queue"),
    }
}

/// A part that began anew: what it does, how often, and when last.
pub(crate) fn stumbled(part: &str, times: i64, last_at: &str, language: Language) -> String {
    say!(
        language,
        "{part}: сбоев {times}, последний в {last_at}",
        "{part}: stumbled {times}×, last at {last_at}"
    )
}

pub(crate) fn owner(owner: Option<(u32, String)>, language: Language) -> String {
    match owner {
        Some((pid, since)) => {
            say!(language, "идёт с {since}, процесс {pid}", "running since {since}, process {pid}")
        }
        None => either(
            language,
            "не запущена: никто не опрашивает и не отправляет (booking-monitor worker)",
            "not running: nobody polls or sends (booking-monitor worker)",
        )
        .to_owned(),
    }
}

pub(crate) const fn switched_off(language: Language) -> &'static str {
    either(
        language,
        "Выключено в настройках (enabled = false): опросов и отправки нет, очередь сохраняется.",
        "Switched off in the settings (enabled = false): no polls, no sending; the queue stays.",
    )
}

pub(crate) const fn no_branches(language: Language) -> &'static str {
    either(
        language,
        "Филиалов в настройках нет: добавьте [[branches]] с company_id в settings.toml.",
        "There are no branches in the settings: add [[branches]] with company_id to settings.toml.",
    )
}

pub(crate) fn paused(until: Option<String>, language: Language) -> String {
    match until {
        Some(until) => say!(language, "приостановлена до {until}", "paused until {until}"),
        None => either(language, "приостановлена, пока её не продолжат", "paused until resumed").to_owned(),
    }
}

pub(crate) fn first_contacts(number: i64, language: Language) -> String {
    say!(
        language,
        "новых номеров за сегодня: {number}; за многие незнакомые номера WhatsApp ограничивает аккаунт",
        "numbers written to for the first time today: {number}; WhatsApp restricts accounts for too many",
    )
}

/// How many bookings cannot be read.
pub(crate) fn unread(number: usize, language: Language) -> String {
    say!(
        language,
        "записей, которые не удалось прочитать: {number}; о них никому не пишут, пока их не исправят",
        "bookings that cannot be read: {number}; nobody is written to about them until they are mended",
    )
}

pub(crate) const fn sending(language: Language) -> &'static str {
    either(language, "включена", "on")
}

pub(crate) fn polled(
    at: Option<String>,
    baseline: i64,
    next_in: Option<String>,
    fast: bool,
    language: Language,
) -> String {
    let Some(at) = at else {
        return either(language, "ещё не опрошен", "not polled yet").to_owned();
    };
    let mut parts = vec![
        say!(language, "опрошен в {at}", "polled at {at}"),
        say!(language, "при первом чтении записей: {baseline}", "bookings at the first reading: {baseline}"),
    ];
    if let Some(next) = next_in {
        parts.push(say!(language, "следующий опрос через {next}", "next in {next}"));
    }
    if !fast {
        parts.push(either(language, "читается целиком", "read whole").to_owned());
    }
    parts.join(" · ")
}

pub(crate) fn gateway(instance: &str, told: &str, at: Option<String>, language: Language) -> String {
    if instance.is_empty() {
        return either(
            language,
            "не настроен: впишите instance_id в [whatsapp] в settings.toml",
            "not set up: write instance_id into [whatsapp] in settings.toml",
        )
        .to_owned();
    }
    let word = gateway_word(told, language);
    match at {
        Some(at) => say!(language, "{instance} · {word} ({at})", "{instance} · {word} ({at})"),
        None => format!("{instance} · {word}"),
    }
}

/// The account's state as the database keeps it.
pub(crate) fn gateway_word(told: &str, language: Language) -> String {
    let known = match told {
        "" => either(language, "ещё не опрошен", "not asked yet"),
        "authorised" => either(language, "подключён", "linked"),
        "not_authorised" => either(language, "телефон не привязан", "the phone is not linked"),
        "starting" => either(language, "запускается", "starting"),
        "sleep_mode" => either(language, "телефон выключен", "the phone is off"),
        "yellow_card" => either(
            language,
            "ограничен WhatsApp за подозрение в спаме",
            "limited by WhatsApp for suspected spam",
        ),
        "blocked" => either(language, "заблокирован WhatsApp", "banned by WhatsApp"),
        "suspended" => either(language, "временно ограничен WhatsApp", "restricted by WhatsApp for a time"),
        other => other,
    };
    known.to_owned()
}

/// `ждёт 3 · требует решения 1 — сегодня: доставлено 5`
pub(crate) fn counts(counts: &Counts, language: Language) -> String {
    let part = |states: &[State]| {
        let parts: Vec<String> = states
            .iter()
            .filter_map(|one| {
                let number = counts.0.get(one.as_str()).copied().filter(|number| *number > 0)?;
                Some(format!("{} {number}", state(*one, language).to_lowercase()))
            })
            .collect();
        parts.join(" · ")
    };
    let open = part(&State::OPEN);
    let over: Vec<State> = State::ALL.iter().copied().filter(|state| !State::OPEN.contains(state)).collect();
    let over = part(&over);
    let open = if open.is_empty() { either(language, "пуста", "empty").to_owned() } else { open };
    if over.is_empty() {
        open
    } else {
        say!(language, "{open} — сегодня: {over}", "{open} — today: {over}")
    }
}
