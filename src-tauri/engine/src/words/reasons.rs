//! Why a notification is where it is: a sentence for each reason, with what
//! happens next or what a person can do.

use std::borrow::Cow;

use super::unreadable;
use crate::notification::{IMPORTED, Notification, Reason, State};
use crate::settings::Language;

/// The sentence of a row: its reason's, or a truer one where the row is one of a few to which that
/// does not apply. What a text lacks is named.
pub fn why(row: &Notification, language: Language) -> Cow<'static, str> {
    let (ru, en) = match row.reason {
        Reason::Unreadable if !row.forgotten => {
            let what = unreadable::of_detail(&row.detail, language);
            let words = reason(row.reason, language);
            return if what.is_empty() { words.into() } else { format!("{words} {what}").into() };
        }
        judged if row.forgotten && judged.is_judged_again() => (
            "Данные клиента удалены по его просьбе: сообщение больше не вернётся.",
            "The client's data was deleted at their wish: the message does not come back.",
        ),
        Reason::Bot if row.detail == IMPORTED => (
            "В загруженном списке эта запись названа записью бота: он подтверждает её сам.",
            "An imported list names this booking as the bot's own: the bot confirms it itself.",
        ),
        // It went out, so another number makes another message of it, and that is a person's.
        Reason::NoWhatsapp if row.state == State::Undelivered => (
            "На этом номере нет WhatsApp, сообщение не дошло. Позвоните клиенту.",
            "The number has no WhatsApp, and the message did not arrive. Call the client.",
        ),
        Reason::ValueMissing if !row.detail.is_empty() => {
            let lacks = missing(&row.detail, language);
            return Cow::Owned(format!("{lacks} {}", reason(Reason::ValueMissing, language)));
        }
        other => return Cow::Borrowed(reason(other, language)),
    };
    Cow::Borrowed(match language {
        Language::Ru => ru,
        Language::En => en,
    })
}

/// What a required clause of the template lacks, by the names of its variables.
fn missing(names: &str, language: Language) -> String {
    let word = |name| {
        let (ru, en) = match name {
            "client" => ("имя клиента", "the client's name"),
            "branch" => ("название филиала", "the branch's name"),
            "address" => ("адрес филиала", "the branch's address"),
            "services" | "visit.services" => ("услуги", "the services"),
            "master" | "visit.master" => ("мастер", "the master"),
            "price" | "visit.price" => ("цена", "the price"),
            other => (other, other),
        };
        match language {
            Language::Ru => ru,
            Language::En => en,
        }
    };
    let list = names.split(", ").map(word).collect::<Vec<_>>().join(", ");
    match language {
        Language::Ru => format!("Не хватает: {list}."),
        Language::En => format!("Missing: {list}."),
    }
}

/// The sentence of a reason; empty when nothing needs explaining.
#[expect(clippy::too_many_lines, reason = "one sentence a reason, both languages side by side")]
pub const fn reason(reason: Reason, language: Language) -> &'static str {
    let (ru, en) = match reason {
        Reason::None => ("", ""),
        Reason::BeforeBaseline => (
            "Запись сделана до первого запуска программы: о таких клиентам не пишут.",
            "The booking was made before the program first ran; nobody is written to about those.",
        ),
        Reason::Restored => (
            "Пока этой базой не пользовались, клиенту могли уже написать. Проверьте чат, потом отправьте или отмените.",
            "While this database was not in use the client may have been told already. Look into the chat, then send it or cancel it.",
        ),
        Reason::Online => (
            "Клиент записался сам через интернет и знает о записи.",
            "The client booked online and knows about the visit.",
        ),
        Reason::Bot => (
            "Запись сделал пользователь, отмеченный как бот: он подтверждает её сам. Если это не бот, снимите отметку в настройках филиала, и сообщение встанет в очередь.",
            "A user ticked as the bot made the booking and confirms it itself. If it is no bot, take the tick off in the branch's settings and the message will be queued.",
        ),
        Reason::NoAuthor => (
            "Запись сделал не сотрудник: автор в YClients не указан.",
            "No member of the staff made the booking: YClients names no author.",
        ),
        Reason::NoClient => (
            "В записи нет клиента. Добавьте его в YClients, и сообщение встанет в очередь.",
            "The booking has no client. Add one in YClients and the message will be queued.",
        ),
        Reason::NoPhone => (
            "У клиента нет телефона. Впишите его в YClients, и сообщение встанет в очередь.",
            "The client has no phone. Enter one in YClients and the message will be queued.",
        ),
        Reason::PhoneHidden => (
            "YClients скрывает телефон звёздочками. Дайте пользователю программы право видеть телефоны, и сообщение встанет в очередь.",
            "YClients hides the phone behind stars. Give the program's user the right to see phones and the message will be queued.",
        ),
        Reason::PhoneUnreadable => (
            "Телефон записан с ошибкой. Исправьте его в YClients, и сообщение встанет в очередь.",
            "The phone number is not valid. Correct it in YClients and the message will be queued.",
        ),
        Reason::TwoNumbers => (
            "В поле телефона два номера. Оставьте в YClients один, и сообщение встанет в очередь.",
            "The phone field holds two numbers. Leave one in YClients and the message will be queued.",
        ),
        Reason::Landline => (
            "Телефон городской, WhatsApp на нём нет. Позвоните клиенту или впишите в YClients мобильный, и сообщение встанет в очередь.",
            "The phone is a landline without WhatsApp. Call the client, or enter a mobile number in YClients and the message will be queued.",
        ),
        Reason::TollFree => (
            "Это бесплатный номер 8 800, а не телефон клиента. Исправьте его в YClients, и сообщение встанет в очередь.",
            "This is a toll-free number and no client's phone. Correct it in YClients and the message will be queued.",
        ),
        Reason::Placeholder => (
            "Это номер-заглушка или телефон самого салона. Впишите в YClients телефон клиента, и сообщение встанет в очередь. Или отправьте на этот.",
            "This is a stand-in number, or the shop's own. Enter the client's number in YClients and the message will be queued. Or send it to this one.",
        ),
        Reason::NoStart => (
            "В записи не видно времени визита: писать не о чем. Когда время появится, сообщение встанет в очередь.",
            "The booking shows no time of visit: there is nothing to write about. Once it has one, the message will be queued.",
        ),
        Reason::Unreadable => (
            "Запись пришла из YClients в виде, который не удалось прочитать. Найдите её в журнале и предупредите клиента сами. Когда она станет читаемой, сообщение встанет в очередь.",
            "The booking came from YClients in a form that cannot be read. Find it in the journal and tell the client yourself. Once it can be read, the message will be queued.",
        ),
        Reason::TooSoon => (
            "До визита было меньше времени, чем задано в настройках: писать поздно. Если визит перенесут на потом, сообщение встанет в очередь.",
            "The visit was nearer than the settings allow: too late to write. If it is moved to later, the message will be queued.",
        ),
        Reason::OptedOut => ("Клиент просил не писать ему.", "The client asked not to be written to."),
        Reason::Gathered => (
            "О визите сказано в другом сообщении этому же клиенту.",
            "The visit is told in another message to the same client.",
        ),
        Reason::Begun => (
            "Визит уже начался. Если его перенесут на потом, сообщение вернётся само.",
            "The visit has begun. If it is moved to later, the message comes back by itself.",
        ),
        Reason::Came => (
            "Клиент отмечен как пришедший. Если отметку снимут, сообщение вернётся само.",
            "The client is marked as there already. If the mark is taken back, the message comes back by itself.",
        ),
        Reason::Late => (
            "Опоздало: время прошло, пока отправка стояла (пауза, сон компьютера или обрыв связи). Отправьте или отмените.",
            "Late: its time passed while nothing could be sent (a pause, the computer asleep or no network). Send it or cancel it.",
        ),
        Reason::Burst => (
            "Сразу набралось много сообщений: так бывает после перерыва, смены настроек или загрузки записей. Посмотрите и отпустите их или отмените.",
            "Many messages came together, as after a break, a change of settings or an import of bookings. Look through them, then release or cancel them.",
        ),
        Reason::Old => (
            "Запись сделана больше 12 часов назад, а увидели её только сейчас. Отправьте или отмените.",
            "The booking was made over 12 hours ago and seen only now. Send it or cancel it.",
        ),
        Reason::Manual => (
            "Каждое сообщение ждёт вашего слова: так задано в настройках.",
            "Every message waits for your word: so say the settings.",
        ),
        Reason::QuietHours => (
            "До конца тихих часов визит уже начнётся. Отправьте сейчас или отмените.",
            "The visit begins before the quiet hours end. Send it now or cancel it.",
        ),
        Reason::ChangedAfterEdit => (
            "Запись изменилась после вашей правки. Сравните тексты и решите, какой отправить.",
            "The booking changed after your edit. Compare the texts and decide which to send.",
        ),
        Reason::SettingsChanged => (
            "В настройках нет этого филиала или сменился аккаунт WhatsApp. Отправьте или отмените. Если вернуть прежнее, сообщение уйдёт само.",
            "The branch is not in the settings, or another WhatsApp account is. Send it or cancel it. Put back what was there, and it goes by itself.",
        ),
        Reason::TextFailed => (
            "Текст по шаблону не составился. Поправьте шаблон в настройках, и сообщение уйдёт само. Или напишите текст сами.",
            "The template made no text. Correct it in the settings and the message goes by itself. Or write the text yourself.",
        ),
        Reason::ValueMissing => (
            "Шаблон требует того, чего в YClients нет. Впишите это в YClients, и сообщение уйдёт само. Или напишите текст сами.",
            "The template requires what YClients does not have. Enter it there and the message goes by itself. Or write the text yourself.",
        ),
        Reason::BrokenCharacter => (
            "В тексте испорченный символ: так имя или название пришло из YClients. Исправьте его там, и сообщение уйдёт само. Или поправьте текст здесь.",
            "A character of the text is broken: a name or a title came so from YClients. Correct it there and the message goes by itself. Or correct the text here.",
        ),
        Reason::Again => (
            "Запись снова в силе, но времени прошло много или сообщение уже отправляли. Посмотрите и отправьте или отмените.",
            "The booking stands again, but much time has passed or a message was sent before. Look, then send it or cancel it.",
        ),
        Reason::KeepsChanging => (
            "Запись меняется снова и снова. Когда она установится, отправьте сообщение или отмените его.",
            "The booking keeps changing. Once it is settled, send the message or cancel it.",
        ),
        Reason::StopUnclear => (
            "Кто-то написал «стоп» из чата без номера, и это может быть этот клиент. Скажите, чей он: если не его, сообщение уйдёт само.",
            "Somebody wrote \"stop\" from a chat without a number, and it may be this client. Say whose it was: if not theirs, the message goes by itself.",
        ),
        Reason::BeginsFirst => (
            "Визит начнётся раньше, чем кончится отсчёт. Отправьте сейчас или отмените.",
            "The visit begins before the window ends. Send it now or cancel it.",
        ),
        Reason::ToldElsewhere => (
            "Это сообщение клиенту уже отправлено с номера салона, но не этой программой. Посмотрите в чате, прежде чем отправлять.",
            "The shop's number has sent this to the client already, and not by this program. Look into the chat before you send it.",
        ),
        Reason::CannotCheck => (
            "Не удалось перечитать запись в YClients. Пробуем снова; без проверки не отправим.",
            "The booking could not be read again in YClients. Trying again; unchecked it is not sent.",
        ),
        Reason::GatewayNotReady => (
            "WhatsApp сейчас не может отправлять. Пробуем снова.",
            "WhatsApp cannot send at the moment. Trying again.",
        ),
        Reason::TakenBack => (
            "Не ушло: телефон салона был отвязан. Программа забрала сообщение, чтобы оно не ушло поздно. Решите, отправить ли сейчас.",
            "It did not go out: no phone was linked. The program took it back, so that it would not leave late. Decide whether to send it now.",
        ),
        Reason::NotSent => (
            "Попытка точно ничего не отправила. Пробуем снова.",
            "The attempt certainly sent nothing. Trying again.",
        ),
        Reason::LookingUp => (
            "Связь оборвалась при отправке. Спрашиваем у WhatsApp, ушло ли сообщение.",
            "The connection broke while sending. Asking WhatsApp whether the message went out.",
        ),
        Reason::NotFound => (
            "Неизвестно, ушло ли сообщение: WhatsApp его не показывает. Спросите клиента и решите сами.",
            "Nobody knows whether it went out: WhatsApp does not show it. Ask the client, then decide.",
        ),
        Reason::Rejected => (
            "WhatsApp отказался принять сообщение. Позвоните клиенту или поправьте текст и отправьте ещё раз.",
            "WhatsApp refused the message. Call the client, or correct the text and send it again.",
        ),
        Reason::NoWhatsapp => (
            "По словам WhatsApp, на этом номере его нет. Позвоните или отправьте всё равно; с другим номером в YClients сообщение уйдёт само.",
            "WhatsApp says that the number is not there. Call, or send it all the same; with another number in YClients the message goes by itself.",
        ),
        Reason::NotDelivered => (
            "Сообщение принято, но до клиента не дошло. Позвоните клиенту.",
            "The message was accepted and never reached the client. Call the client.",
        ),
        Reason::Cleared => (
            "Не ушло: сообщение убрали из очереди WhatsApp. Напишите клиенту ещё раз или позвоните.",
            "It never left: it was cleared from the queue of WhatsApp. Write to the client again, or call.",
        ),
        Reason::ByPerson => ("Отменено человеком.", "Cancelled by a person."),
        Reason::InYclients => (
            "Запись отменена или удалена в YClients. Если её вернут, сообщение вернётся само.",
            "The booking was cancelled or deleted in YClients. If it is taken back, the message comes back by itself.",
        ),
        Reason::ArrivedSaysPerson => {
            ("Что сообщение дошло, отметил человек.", "A person says that the message arrived.")
        }
    };
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::booking::CompanyId;
    use crate::notification::{Kind, Made};

    const LANGUAGES: [Language; 2] = [Language::Ru, Language::En];

    fn row(state: State, reason: Reason) -> Notification {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let made = Made {
            text: "Ждём вас".into(),
            phone: "+79161234567".into(),
            client_id: 5,
            client_name: "Ирина".into(),
            starts_at: now,
        };
        Notification { reason, ..Notification::new(Kind::Confirmation, CompanyId(1), state, made, now) }
    }

    #[test]
    fn every_reason_is_told_in_a_few_whole_calm_sentences() {
        for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::None) {
            for language in LANGUAGES {
                let words = super::reason(*reason, language);
                assert!(words.ends_with('.') && words.starts_with(char::is_uppercase), "{reason}: {words}");
                assert!(words.chars().count() <= 180, "{reason} is long: {words}");
                assert!(!words.contains('!') && !words.contains("  "), "{reason}: {words}");
                assert_eq!(language == Language::Ru, words.contains(['а', 'е', 'о']), "{reason}: {words}");
            }
        }
    }

    #[test]
    fn what_comes_back_by_itself_says_so() {
        // Nobody would change these for the message's sake.
        let silent =
            [Reason::Online, Reason::NoAuthor, Reason::OptedOut, Reason::QuietHours, Reason::BeginsFirst];
        for reason in Reason::ALL {
            let (ru, en) = (super::reason(*reason, Language::Ru), super::reason(*reason, Language::En));
            let says =
                ["встанет в очередь", "вернётся само", "уйдёт само"].iter().any(|end| ru.contains(end));
            assert_eq!(says, reason.is_judged_again() && !silent.contains(reason), "{reason}: {ru}");
            let says = ["will be queued", "by itself"].iter().any(|end| en.contains(end));
            assert_eq!(says, reason.is_judged_again() && !silent.contains(reason), "{reason}: {en}");
        }
    }

    #[test]
    fn no_row_promises_what_will_not_happen_to_it() {
        let imported = Notification { detail: IMPORTED.to_owned(), ..row(State::Cancelled, Reason::Bot) };
        let gone = row(State::Undelivered, Reason::NoWhatsapp);
        let forgotten = Notification { forgotten: true, ..row(State::Cancelled, Reason::InYclients) };
        for row in [imported, gone, forgotten] {
            for language in LANGUAGES {
                let words = why(&row, language);
                let promises =
                    ["встанет в очередь", "вернётся само", "уйдёт само", "queued", "goes by itself"];
                assert!(!promises.iter().any(|promise| words.contains(promise)), "{words}");
            }
        }
        let ticked = row(State::Skipped, Reason::Bot);
        assert_eq!(why(&ticked, Language::Ru), super::reason(Reason::Bot, Language::Ru));
    }

    #[test]
    fn what_a_text_lacks_is_named() {
        let lacks = |detail: &str| Notification {
            detail: detail.to_owned(),
            ..row(State::Waiting, Reason::ValueMissing)
        };
        let words = why(&lacks("address, visit.master"), Language::Ru);
        assert!(words.starts_with("Не хватает: адрес филиала, мастер. Шаблон требует"), "{words}");
        let words = why(&lacks("price"), Language::En);
        assert!(words.starts_with("Missing: the price. The template requires"), "{words}");
        assert_eq!(why(&lacks(""), Language::En), super::reason(Reason::ValueMissing, Language::En));
    }
}
