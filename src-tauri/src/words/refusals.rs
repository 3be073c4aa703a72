//! Why an act was refused: what happened, what it means for the client, what to do.

use engine::notification::{Refusal, TEXT_LIMIT};
use engine::settings::Language;
use engine::words::state;

use super::either;
use crate::contract::ErrorCode;

/// A cancel that came while the message was on its way; the wish is kept.
pub(crate) const fn cancel_too_late(language: Language) -> &'static str {
    either(
        language,
        "Поздно: сообщение уже отправляется, и клиент его, скорее всего, получит. Если окажется, что оно точно не ушло, оно будет отменено.",
        "Too late: it is going out already, and the client will most likely get it. Should it certainly not have gone, it will be cancelled.",
    )
}

pub(crate) fn refused(refusal: &Refusal, language: Language) -> String {
    let fixed = |ru, en| either(language, ru, en).to_owned();
    match refusal {
        Refusal::TooLate(now) => {
            let now = state(*now, language).to_lowercase();
            say!(
                language,
                "Поздно: сообщение уже {now}. Ничего не изменено. Если клиенту нужно сказать другое, напишите ещё раз или позвоните.",
                "Too late: it is {now} already. Nothing was changed. If the client must be told otherwise, write again or call.",
            )
        }
        Refusal::NotNow(now) => {
            let now = state(*now, language);
            say!(
                language,
                "Сообщение сейчас в состоянии «{now}», так с ним сделать нельзя. Ничего не изменено, посмотрите на него ещё раз.",
                "The message is in the state \"{now}\", where this cannot be done. Nothing was changed; look at it again.",
            )
        }
        Refusal::LongText => say!(
            language,
            "Текст длиннее {TEXT_LIMIT} знаков, столько WhatsApp не примет. Сократите его; черновик сохранён.",
            "The text is longer than {TEXT_LIMIT} characters, more than WhatsApp takes. Shorten it; the draft is kept.",
        ),
        Refusal::Leased => fixed(
            "Это сообщение сейчас правит другой человек. Оно не уйдёт, пока он не закончит. Подождите минуту.",
            "Somebody else is editing this message. It does not go out until they are done. Wait a minute.",
        ),
        Refusal::NeedsResolving => fixed(
            "Неизвестно, дошло ли сообщение до клиента. Сначала решите это: дошло, отправить снова или оставить.",
            "Whether it reached the client is unknown. Decide that first: it arrived, send again, or leave it.",
        ),
        Refusal::NotHeld => fixed(
            "Сообщение и так не удержано: оно уйдёт в своё время.",
            "The message is not held: it goes out at its time.",
        ),
        Refusal::NotInSettings => fixed(
            "Этого филиала нет в настройках, поэтому его записи никто не читает. Ничего не изменено. Добавьте филиал и посмотрите ещё раз.",
            "This branch is not in the settings, so nobody reads its bookings. Nothing was changed. Add the branch and look again.",
        ),
        Refusal::SwitchedOff => fixed(
            "Отправка выключена в настройках, поэтому записи никто не читает. Ничего не изменено. Включите её и посмотрите ещё раз.",
            "Sending is switched off in the settings, so nobody reads bookings. Nothing was changed. Switch it on and look again.",
        ),
        other => code(code_of(other), language).to_owned(),
    }
}

/// The code of a refusal.
pub(crate) const fn code_of(refusal: &Refusal) -> ErrorCode {
    match refusal {
        Refusal::Stale => ErrorCode::Stale,
        Refusal::TooLate(_) => ErrorCode::TooLate,
        Refusal::NotNow(_)
        | Refusal::NotHeld
        | Refusal::Leased
        | Refusal::NeedsResolving
        | Refusal::NotInSettings
        | Refusal::SwitchedOff => ErrorCode::NotNow,
        Refusal::Missing => ErrorCode::Missing,
        Refusal::VisitBegun => ErrorCode::VisitBegun,
        Refusal::NoPhone => ErrorCode::NoPhone,
        Refusal::OptedOut => ErrorCode::OptedOut,
        Refusal::CancelledInYclients => ErrorCode::CancelledInYclients,
        Refusal::BotsOwn => ErrorCode::BotsOwn,
        Refusal::EmptyText => ErrorCode::EmptyText,
        Refusal::LongText => ErrorCode::TextTooLong,
    }
}

/// The text of a code where nothing more is known.
pub(crate) const fn code(code: ErrorCode, language: Language) -> &'static str {
    let (ru, en) = match code {
        ErrorCode::Stale => (
            "Сообщение успело измениться, ничего не сделано. Клиенту ничего нового не ушло. Посмотрите на него и решите ещё раз.",
            "The message changed in the meantime; nothing was done and nothing new went to the client. Look at it and decide again.",
        ),
        ErrorCode::TooLate => (
            "Поздно: сообщение уже ушло. Если клиенту нужно сказать другое, напишите ещё раз или позвоните.",
            "Too late: the message is gone. If the client must be told otherwise, write again or call.",
        ),
        ErrorCode::NotNow => (
            "Сейчас так сделать нельзя. Ничего не изменено.",
            "That cannot be done now. Nothing was changed.",
        ),
        ErrorCode::Missing => (
            "Такого сообщения больше нет. Ничего не сделано; обновите список.",
            "There is no such message any more. Nothing was done; look at the list again.",
        ),
        ErrorCode::OptedOut => (
            "Клиент просил не писать ему, поэтому сообщение не уйдёт. Если нужно, позвоните.",
            "The client asked not to be written to, so the message does not go out. Call if you need to.",
        ),
        ErrorCode::CancelledInYclients => (
            "Запись отменена в YClients: писать не о чем. Если её вернули, посмотрите на неё ещё раз.",
            "The booking is cancelled in YClients: there is nothing to write about. If it was taken back, look at it again.",
        ),
        ErrorCode::BotsOwn => (
            "Запись сделал бот салона, он подтверждает её сам. Второе сообщение клиенту не нужно.",
            "The shop's bot made the booking and confirms it itself. The client needs no second message.",
        ),
        ErrorCode::VisitBegun => (
            "Визит уже начался: писать поздно. Если клиент не пришёл, позвоните.",
            "The visit has begun: it is too late to write. If the client is not there, call.",
        ),
        ErrorCode::NoPhone => (
            "В записи нет телефона, на который можно написать. Клиент ничего не получит. Исправьте телефон в YClients.",
            "The booking has no phone that can be written to. The client gets nothing. Correct the phone in YClients.",
        ),
        ErrorCode::EmptyText => (
            "Текст пуст, такое сообщение не отправить. Напишите его или отмените сообщение.",
            "The text is empty, so there is nothing to send. Write it, or cancel the message.",
        ),
        ErrorCode::TextTooLong => (
            "Текст слишком длинный. Сократите его; черновик сохранён.",
            "The text is too long. Shorten it; the draft is kept.",
        ),
        ErrorCode::Settings => (
            "Такое значение не подходит. Ничего не сохранено, действует прежнее. Исправьте его и сохраните ещё раз.",
            "This value is not allowed. Nothing was saved and the old one holds. Correct it and save again.",
        ),
        ErrorCode::SecretRejected => (
            "Сервис не принимает это значение. Прежнее сохранено и действует. Проверьте, целиком ли скопировано, и попробуйте ещё раз.",
            "The service does not accept this value. The old one is kept and holds. Check that it was copied whole, and try again.",
        ),
        ErrorCode::SecondFactor => (
            "Код не подошёл, вход не выполнен. Проверьте код и введите его ещё раз.",
            "The code is wrong, so you are not signed in. Check it and enter it again.",
        ),
        ErrorCode::Keyring => (
            "Хранилище паролей не отвечает, ничего не сохранено. Разблокируйте его и попробуйте ещё раз.",
            "The keyring does not answer; nothing was stored. Unlock it and try again.",
        ),
        ErrorCode::Yclients => (
            "YClients не ответил как нужно, ничего не изменено. Проверьте интернет и попробуйте ещё раз.",
            "YClients did not answer as it should; nothing was changed. Check the internet and try again.",
        ),
        ErrorCode::Gateway => (
            "Сервис отправки WhatsApp не ответил как нужно, ничего не изменено. Проверьте интернет и попробуйте ещё раз.",
            "The WhatsApp gateway did not answer as it should; nothing was changed. Check the internet and try again.",
        ),
        ErrorCode::Storage => (
            "База данных не отвечает, поэтому ничего не сделано и не отправлено. Попробуйте ещё раз.",
            "The database does not answer, so nothing was done or sent. Try again.",
        ),
        ErrorCode::Phone => (
            "Это не номер, на который можно написать. Ничего не отправлено. Впишите мобильный номер целиком, например +7 916 123-45-67.",
            "This is no number that can be written to. Nothing was sent. Enter a whole mobile number, such as +7 916 123-45-67.",
        ),
        ErrorCode::Template => (
            "По этому шаблону сообщение не составить. Прежний шаблон действует. Исправьте его.",
            "This template makes no message. The old one holds. Correct it.",
        ),
        ErrorCode::NotSetUp => (
            "Это ещё не настроено, поэтому ничего не сделано. Откройте настройки и заполните недостающее.",
            "This is not set up yet, so nothing was done. Open the settings and fill in what is missing.",
        ),
        ErrorCode::Window => (
            "Окно не удалось показать. На отправку сообщений это не влияет. Попробуйте ещё раз.",
            "The window could not be shown. Messages go out all the same. Try again.",
        ),
        ErrorCode::Internal => (
            "В программе ошибка, ничего не сделано. Сообщения уходят как прежде. Попробуйте ещё раз; если повторится, покажите подробности тому, кто настраивал программу.",
            "A mistake of the program; nothing was done. Messages go out as before. Try again; if it happens once more, show the details to whoever set the program up.",
        ),
    };
    either(language, ru, en)
}
