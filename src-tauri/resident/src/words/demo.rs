//! The demo's cast and what is said about it.

use chrono::TimeDelta;
use chrono_tz::Tz;
use engine::settings::Language;
use simulator::{Branch, Service, Staff};

use super::{counted, either};
use crate::output::Tone;

const ADDRESS_RU: &str = "ул. Покровка, 12";
const ADDRESS_EN: &str = "12 Pokrovka Street";

/// One client of the story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) phone: &'static str,
    /// The scene's title.
    pub(crate) scene: &'static str,
}

const fn part(language: Language, ru: [&'static str; 2], en: [&'static str; 2], phone: &'static str) -> Part {
    let [name, scene] = match language {
        Language::Ru => ru,
        Language::En => en,
    };
    Part { name, phone, scene }
}

pub(crate) const fn irina(language: Language) -> Part {
    part(
        language,
        ["Ирина", "Администратор записал Ирину. Сообщение ждёт на виду и уйдёт само"],
        ["Irina", "The administrator books Irina. The message waits in sight and goes by itself"],
        "+79161110001",
    )
}

pub(crate) const fn mikhail(language: Language) -> Part {
    part(
        language,
        ["Михаил", "Михаил у нас впервые: администратор дописывает, как войти"],
        ["Michael", "Michael has never been here: the administrator adds how to get in"],
        "+79161110002",
    )
}

pub(crate) const fn svetlana(language: Language) -> Part {
    part(
        language,
        ["Светлана", "Светлана стоит рядом и всё знает: писать незачем"],
        ["Svetlana", "Svetlana stands at the desk and knows it all: no need to write"],
        "+79161110003",
    )
}

pub(crate) const fn denis(language: Language) -> Part {
    part(
        language,
        ["Денис", "Денис ждёт сообщение прямо сейчас"],
        ["Denis", "Denis is waiting for his message right now"],
        "+79161110004",
    )
}

pub(crate) const fn olga(language: Language) -> Part {
    part(
        language,
        ["Ольга", "Ольга ещё у телефона и просит время попозже"],
        ["Olga", "Olga is still on the phone and asks for a later time"],
        "+79161110005",
    )
}

pub(crate) const fn pavel(language: Language) -> Part {
    part(language, ["Павел", ""], ["Paul", ""], "+79161110006")
}

pub(crate) const fn maria(language: Language) -> Part {
    part(language, ["Мария", ""], ["Maria", ""], "")
}

pub(crate) const fn regulars(language: Language) -> [&'static str; 4] {
    match language {
        Language::Ru => ["Анна", "Сергей", "Юлия", "Олег"],
        Language::En => ["Anna", "Sergey", "Julia", "Oleg"],
    }
}

/// The shop.
pub(crate) fn branch(language: Language) -> Branch {
    Branch::new(
        962_302,
        Tz::Europe__Moscow,
        either(language, "Барбершоп на Покровке", "Barbershop on Pokrovka"),
        either(language, ADDRESS_RU, ADDRESS_EN),
    )
}

pub(crate) fn staff_and_service(language: Language) -> (Staff, Service) {
    (
        Staff::new(31, either(language, "Игорь", "Igor")),
        Service::new(7001, either(language, "Мужская стрижка", "Haircut"), 2000.0),
    )
}

/// What the terminal says while the window is open.
pub(crate) const fn training(language: Language) -> [&'static str; 3] {
    match language {
        Language::Ru => [
            "Открываю Booking Monitor на симуляторе: YClients и WhatsApp здесь ненастоящие, никому ничего не уходит.",
            "Новая запись появляется примерно раз в 20 секунд; сообщение ждёт на виду 30 секунд.",
            "Закончить: закройте окно или нажмите Ctrl+C. Рассказ в терминале: booking-monitor demo --terminal",
        ],
        Language::En => [
            "Opening Booking Monitor on the simulator: YClients and WhatsApp are not the real ones, nothing is sent to anyone.",
            "A new booking arrives about every 20 seconds; its message waits in sight for 30 seconds.",
            "To end it, close the window or press Ctrl+C. Told in the terminal: booking-monitor demo --terminal",
        ],
    }
}

pub(crate) const fn newcomers(language: Language) -> [&'static str; 14] {
    match language {
        Language::Ru => [
            "Ирина",
            "Михаил",
            "Светлана",
            "Денис",
            "Ольга Сергеевна",
            "Павел",
            "Мария",
            "Артём",
            "Екатерина",
            "Никита",
            "Алёна",
            "Григорий Иванов",
            "Зоя",
            "Владислав",
        ],
        Language::En => [
            "Irina",
            "Michael",
            "Svetlana",
            "Denis",
            "Olga",
            "Paul",
            "Maria",
            "Arthur",
            "Catherine",
            "Nick",
            "Helen",
            "Gregory Smith",
            "Zoe",
            "Walter",
        ],
    }
}

pub(crate) fn masters(language: Language) -> [Staff; 3] {
    [
        Staff::new(31, either(language, "Игорь", "Igor")),
        Staff::new(32, either(language, "Тимур", "Timothy")),
        Staff::new(33, either(language, "Лада", "Lada")),
    ]
}

pub(crate) fn services(language: Language) -> [Service; 4] {
    [
        Service::new(7001, either(language, "Мужская стрижка", "Haircut"), 2000.0),
        Service::new(7002, either(language, "Стрижка бороды", "Beard trim"), 1200.0),
        Service::new(7003, either(language, "Детская стрижка", "Child's haircut"), 1500.0),
        Service::new(7004, either(language, "Камуфляж седины", "Grey blending"), 1800.0),
    ]
}

pub(crate) const fn title(language: Language) -> &'static str {
    either(language, "Booking Monitor — показ", "Booking Monitor — a demonstration")
}

pub(crate) fn intro(window: TimeDelta, language: Language) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let seconds = window.num_milliseconds() as f64 / 1000.0;
    let seconds = match language {
        Language::Ru => seconds.to_string().replace('.', ","),
        Language::En => seconds.to_string(),
    };
    vec![
        either(
            language,
            "YClients и WhatsApp здесь — симулятор на этом компьютере: никому ничего не уходит.",
            "YClients and WhatsApp are a simulator on this computer: nothing is sent to anyone.",
        )
        .to_owned(),
        say!(
            language,
            "Окно, в которое сообщение можно исправить или отменить, в показе {seconds} с, обычно 30 с.",
            "The window to edit or cancel a message is {seconds} s here, 30 s usually.",
        ),
    ]
}

pub(crate) const fn scene_before(language: Language) -> &'static str {
    either(
        language,
        "Первый запуск: что уже стоит в журнале",
        "The first start: what stands in the journal already",
    )
}

pub(crate) fn baseline(count: i64, rows: usize, language: Language) -> String {
    let bookings = counted(
        usize::try_from(count).unwrap_or_default(),
        ["запись", "записи", "записей"],
        ["booking", "bookings"],
        language,
    );
    say!(
        language,
        "Найдено: {bookings}. Они сделаны до программы, о них никому не пишут. Сообщений: {rows}.",
        "Found {bookings}, made before the program came: nobody is written to. Messages: {rows}.",
    )
}

pub(crate) fn waits(left: &str, language: Language) -> String {
    say!(language, "Ждёт · {left}", "Waiting · {left}")
}

pub(crate) const fn is_edited(language: Language) -> &'static str {
    either(language, "Текст исправлен, отсчёт начался заново:", "The text is edited; the window begins anew:")
}

/// The address in the text, and the same with what a new client cannot know.
pub(crate) const fn address_with_hint(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ru => (ADDRESS_RU, "ул. Покровка, 12, вход со двора"),
        Language::En => (ADDRESS_EN, "12 Pokrovka Street, entrance from the yard"),
    }
}

pub(crate) const fn is_cancelled(language: Language) -> &'static str {
    either(
        language,
        "Отменено администратором: сообщение не уйдёт.",
        "Cancelled by the administrator: it will not be sent.",
    )
}

pub(crate) const fn is_hurried(language: Language) -> &'static str {
    either(language, "Администратор нажал «Отправить сейчас».", "The administrator says: send now.")
}

pub(crate) const fn is_moved(language: Language) -> &'static str {
    either(
        language,
        "Визит перенесли в YClients. Текст составлен заново, отсчёт начался сначала:",
        "The visit was moved in YClients. The text is made anew and the window begins again:",
    )
}

/// Accepted, delivered, read.
pub(crate) const fn milestone(step: usize, language: Language) -> (Tone, &'static str) {
    match step {
        0 => (Tone::Plain, either(language, "✓  Принято шлюзом", "✓  Accepted by the gateway")),
        1 => (Tone::Good, either(language, "✓✓ Доставлено на телефон", "✓✓ Delivered to the phone")),
        _ => (Tone::Good, either(language, "✓✓ Прочитано", "✓✓ Read")),
    }
}

pub(crate) const fn scene_skipped(language: Language) -> &'static str {
    either(language, "О ком не пишут — и почему", "Who is not written to, and why")
}

pub(crate) const fn scene_end(language: Language) -> &'static str {
    either(language, "Итог", "What came of it")
}

pub(crate) fn regulars_line(number: usize, language: Language) -> String {
    let bookings = counted(number, ["запись", "записи", "записей"], ["booking", "bookings"], language);
    say!(language, "{bookings} до запуска  никому не писали", "{bookings} from before  nobody was written to",)
}

pub(crate) const fn with_edited_text(language: Language) -> &'static str {
    either(language, "с исправленным текстом", "with the edited text")
}

pub(crate) fn totals(
    bookings: usize,
    told: usize,
    edited: usize,
    cancelled: usize,
    skipped: usize,
    language: Language,
) -> String {
    say!(
        language,
        "Новых записей {bookings}: сообщили {told} (текст исправлен: {edited}), отменили {cancelled}, пропустили {skipped}.",
        "New bookings {bookings}: told {told} (text edited: {edited}), cancelled {cancelled}, skipped {skipped}.",
    )
}

pub(crate) fn each_once(messages: usize, language: Language) -> String {
    let taken = counted(messages, ["сообщение", "сообщения", "сообщений"], ["message", "messages"], language);
    say!(language, "Шлюз принял {taken}, каждое один раз.", "The gateway took {taken}, each once.")
}

pub(crate) fn wrong(messages: usize, who: &str, language: Language) -> String {
    say!(
        language,
        "Вышло не так, как рассказано: {who}. Сообщений у шлюза: {messages}.",
        "It did not come out as told: {who}. Messages at the gateway: {messages}.",
    )
}

pub(crate) fn lost(what: &str, language: Language) -> String {
    say!(
        language,
        "✗ Показ не удался: не дождались ({what}).",
        "✗ The demonstration failed: waited in vain ({what})."
    )
}

pub(crate) const fn interrupted(language: Language) -> &'static str {
    either(language, "Показ прерван.", "The demonstration was interrupted.")
}
