//! Why a notification is where it is: a sentence for each reason, with what
//! happens next or what a person can do.

use crate::notification::Reason;
use crate::settings::Language;

/// The sentence; empty when nothing needs explaining.
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
            "Запись сделал бот салона: он подтверждает её сам.",
            "The shop's bot made the booking and confirms it itself.",
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
            "YClients скрывает телефон звёздочками: дайте пользователю программы право видеть телефоны.",
            "YClients hides the phone behind stars: give the program's user the right to see phones.",
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
            "Телефон городской, WhatsApp на нём нет. Позвоните клиенту.",
            "The phone is a landline without WhatsApp. Call the client.",
        ),
        Reason::TollFree => (
            "Это бесплатный номер 8 800, а не телефон клиента. Исправьте его в YClients.",
            "This is a toll-free number and no client's phone. Correct it in YClients.",
        ),
        Reason::Placeholder => (
            "Это номер-заглушка или телефон самого салона. Впишите в YClients телефон клиента или отправьте как есть.",
            "This is a stand-in number, or the shop's own. Enter the client's number in YClients, or send it as it is.",
        ),
        Reason::NoStart => (
            "В записи не видно времени визита: писать не о чем.",
            "The booking shows no time of visit: there is nothing to write about.",
        ),
        Reason::TooSoon => (
            "Визит начинается совсем скоро: напоминать поздно.",
            "The visit begins so soon that a message would come too late.",
        ),
        Reason::OptedOut => ("Клиент просил не писать ему.", "The client asked not to be written to."),
        Reason::Gathered => (
            "О визите сказано в другом сообщении этому же клиенту.",
            "The visit is told in another message to the same client.",
        ),
        Reason::Begun => ("Визит уже начался.", "The visit has begun."),
        Reason::Came => ("Клиент уже пришёл.", "The client is there already."),
        Reason::Late => (
            "Опоздало: время прошло, пока компьютер или связь не работали. Отправьте или отмените.",
            "Late: its time passed while the computer or the network was off. Send it or cancel it.",
        ),
        Reason::Burst => (
            "После перерыва набралось сразу много сообщений. Посмотрите и отпустите их или отмените.",
            "Many messages came together after a break. Look through them, then release or cancel them.",
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
            "В настройках сменился филиал или аккаунт WhatsApp. Отправьте или отмените.",
            "The branch or the WhatsApp account changed in the settings. Send it or cancel it.",
        ),
        Reason::TextFailed => (
            "Текст по шаблону не составился. Напишите его сами или поправьте шаблон в настройках.",
            "The template made no text. Write it yourself, or correct the template in the settings.",
        ),
        Reason::ValueMissing => (
            "Шаблон требует того, чего в YClients нет. Напишите текст сами или отмените.",
            "The template requires what YClients does not have. Write the text yourself or cancel it.",
        ),
        Reason::BrokenCharacter => (
            "В тексте испорченный символ: так имя или название пришло из YClients. Поправьте текст или отправьте как есть.",
            "A character of the text is broken: a name or a title came so from YClients. Correct the text, or send it as it is.",
        ),
        Reason::Again => (
            "Запись снова в силе, но времени прошло много или сообщение уже отправляли. Посмотрите и отправьте или отмените.",
            "The booking stands again, but much time has passed or a message was sent before. Look, then send it or cancel it.",
        ),
        Reason::KeepsChanging => (
            "Запись меняется снова и снова. Когда она установится, отправьте сообщение или отмените его.",
            "The booking keeps changing. Once it is settled, send the message or cancel it.",
        ),
        Reason::BeginsFirst => (
            "Визит начнётся раньше, чем кончится отсчёт. Отправьте сейчас или отмените.",
            "The visit begins before the window ends. Send it now or cancel it.",
        ),
        Reason::CannotCheck => (
            "Не удалось перечитать запись в YClients. Пробуем снова; без проверки не отправим.",
            "The booking could not be read again in YClients. Trying again; unchecked it is not sent.",
        ),
        Reason::GatewayNotReady => (
            "WhatsApp сейчас не может отправлять. Пробуем снова.",
            "WhatsApp cannot send at the moment. Trying again.",
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
            "WhatsApp отказался принять сообщение. Позвоните клиенту.",
            "WhatsApp refused the message. Call the client.",
        ),
        Reason::NoWhatsapp => (
            "На этом номере нет WhatsApp. Позвоните клиенту.",
            "The number has no WhatsApp. Call the client.",
        ),
        Reason::NotDelivered => (
            "Сообщение принято, но до клиента не дошло. Позвоните клиенту.",
            "The message was accepted and never reached the client. Call the client.",
        ),
        Reason::Cleared => (
            "Не ушло: человек очистил очередь WhatsApp. Напишите клиенту ещё раз или позвоните.",
            "It never left: a person cleared the queue of WhatsApp. Write to the client again, or call.",
        ),
        Reason::ByPerson => ("Отменено человеком.", "Cancelled by a person."),
        Reason::InYclients => {
            ("Запись отменена или удалена в YClients.", "The booking was cancelled or deleted in YClients.")
        }
        Reason::ArrivedSaysPerson => {
            ("Что сообщение дошло, отметил человек.", "A person says that the message arrived.")
        }
    };
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}
