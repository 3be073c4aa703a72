//! Why a command did not do what it was asked.

use engine::db::StorageError;
use engine::notification::{Refusal, TEXT_LIMIT};
use engine::settings::Language;
use engine::words::state;

use super::{backup, clients, either, fault, provision, secret, secrets_fault};
use crate::failure::Failure;

/// The truth, and where there is one the way out.
#[expect(clippy::too_many_lines, reason = "a table: each failure once")]
pub(crate) fn failure(failure: &Failure, language: Language) -> String {
    match failure {
        Failure::NoDataDir => either(
            language,
            "Система не называет места для данных. Укажите папку: --data-dir ПАПКА.",
            "The system names no place for data. Name a directory: --data-dir DIR.",
        )
        .to_owned(),
        Failure::Settings(error) => say!(
            language,
            "Ошибка в настройках, ничего не сделано: {error}",
            "A mistake in the settings, nothing was done: {error}",
        ),
        Failure::Storage(error) => storage(error, language),
        Failure::PutAside { what, to } => {
            let to = to.display();
            say!(
                language,
                "База данных повреждена ({what}). Она сохранена как {to}; ничего не отправлено. \
                 Следующий запуск начнёт с пустой базы: все нынешние записи будут считаться прежними, о них не напишут. \
                 Сверьте последние записи с клиентами сами.",
                "The database is damaged ({what}). It is kept as {to}; nothing was sent. \
                 The next start begins with an empty one: every present booking counts as old and nobody is written to about it. \
                 Check the latest bookings with the clients yourself.",
            )
        }
        Failure::Refused(refusal) => refused(refusal, language),
        Failure::CancelTooLate => either(
            language,
            "Поздно: сообщение уже отправляется. Если окажется, что оно точно не ушло, оно будет отменено.",
            "Too late: it is going out already. Should it certainly not have gone, it will be cancelled.",
        )
        .to_owned(),
        Failure::Secrets(error) => {
            let words = secrets_fault(error, language);
            say!(language, "{words} ({error})", "{words} ({error})")
        }
        Failure::NothingToBeginAnew => either(
            language,
            "Начинать заново нечего: база данных та же, что работала здесь. Ничего не изменено.",
            "There is nothing to begin anew: the database is the one that worked here. Nothing was changed.",
        )
        .to_owned(),
        Failure::Doubted(doubt) => fault(doubt.code(), language),
        Failure::Gateway(error) => {
            let words = fault(error.code(), language);
            say!(language, "{words} ({error})", "{words} ({error})")
        }
        Failure::OnItsWay => either(
            language,
            "Сейчас отправляется сообщение, очередь не тронута. Повторите через минуту.",
            "A message is going out just now; the queue was left alone. Try again in a minute.",
        )
        .to_owned(),
        Failure::SecondOwner { pid: Some(pid) } => say!(
            language,
            "Booking Monitor уже работает с этими данными (процесс {pid}). Второй не запущен.",
            "Booking Monitor already works on this data (process {pid}). A second one was not started.",
        ),
        Failure::SecondOwner { pid: None } => either(
            language,
            "Booking Monitor уже работает с этими данными. Второй не запущен.",
            "Booking Monitor already works on this data. A second one was not started.",
        )
        .to_owned(),
        Failure::Lock(error) => say!(
            language,
            "Не удалось проверить, работает ли уже другой процесс: {error}.",
            "Whether another process works already could not be found out: {error}.",
        ),
        Failure::StillRunning => either(
            language,
            "Booking Monitor ещё работает. Закройте его через значок в трее («Выход») и повторите.",
            "Booking Monitor is still running. Quit it from its tray icon, and try again.",
        )
        .to_owned(),
        Failure::NoOwner => either(
            language,
            "Опрашивать некому: Booking Monitor не запущен. Запустите: booking-monitor worker",
            "Nobody is there to poll: Booking Monitor is not running. Start it: booking-monitor worker",
        )
        .to_owned(),
        Failure::NoAnswer => either(
            language,
            "За 30 секунд опрос не закончился. Что мешает, покажет: booking-monitor status",
            "The poll did not end within 30 seconds. What is in the way: booking-monitor status",
        )
        .to_owned(),
        Failure::SwitchedOff => super::status::switched_off(language).to_owned(),
        Failure::NoBranches => super::status::no_branches(language).to_owned(),
        Failure::NoZone => either(
            language,
            "Часовой пояс филиала ещё не известен. Укажите длительность, например: booking-monitor pause 12h",
            "The branch's time zone is not known yet. Name a duration, such as: booking-monitor pause 12h",
        )
        .to_owned(),
        Failure::BadImport(bad) => {
            let (line, token) = (bad.line, &bad.token);
            say!(
                language,
                "Строка {line}: «{token}» — не номер записи. Ничего не загружено.",
                "Line {line}: \"{token}\" is no booking id. Nothing was imported.",
            )
        }
        Failure::Input { name, error } => {
            say!(language, "Не удалось прочитать {name}: {error}.", "{name} could not be read: {error}.")
        }
        Failure::EmptySecret(name) => {
            let (name, hint) = (name.as_str(), secret::where_from(*name, language));
            say!(language, "Значение {name} пустое, ничего не сохранено. {hint}", "The value of {name} is empty; nothing was stored. {hint}")
        }
        Failure::SecretInFile { path, line, key } => provision::secret_in_file(path, *line, key, language),
        Failure::SecretLine(line) => provision::secret_line(*line, language),
        Failure::SecretsMissing(names) => provision::missing(names, language),
        Failure::NoInstance => provision::no_instance(language).to_owned(),
        Failure::NotProvisioned => provision::refused(language).to_owned(),
        Failure::Backup(error) => backup::failed(error, language),
        Failure::InUse => backup::in_use(language).to_owned(),
        Failure::BadPhone(fault) => clients::bad_phone(*fault, language),
        Failure::NotListed(command) => say!(
            language,
            "Строки с таким номером там нет, или о ней уже решено. Список: booking-monitor {command}",
            "There is no line with this number, or it is decided. The list: booking-monitor {command}",
        ),
        Failure::NoWindow => either(
            language,
            "Окно не установлено: рядом нет booking-monitor-window. Очередь показывает: booking-monitor queue list",
            "The window is not installed: there is no booking-monitor-window beside this program. The queue: booking-monitor queue list",
        )
        .to_owned(),
        Failure::Window(error) => {
            say!(language, "Окно не запустилось: {error}.", "The window did not start: {error}.")
        }
        Failure::Simulator(error) => {
            say!(language, "Симулятор не запустился: {error}.", "The simulator did not start: {error}.")
        }
        Failure::Runtime(error) => {
            say!(language, "Система не дала начать работу: {error}.", "The system did not let the work begin: {error}.")
        }
        Failure::Output(error) => {
            say!(language, "Ответ не удалось напечатать: {error}.", "The answer could not be printed: {error}.")
        }
        Failure::Reported | Failure::Interrupted => String::new(),
    }
}

pub(super) fn storage(error: &StorageError, language: Language) -> String {
    let words = fault(error.code(), language);
    format!("{words} ({error})")
}

fn refused(refusal: &Refusal, language: Language) -> String {
    match refusal {
        Refusal::Stale => either(
            language,
            "Сообщение успело измениться, ничего не сделано. Посмотрите ещё раз: booking-monitor queue list",
            "It was changed in the meantime; nothing was done. Look again: booking-monitor queue list",
        )
        .to_owned(),
        Refusal::TooLate(now) => {
            let now = state(*now, language).to_lowercase();
            say!(language, "Поздно: сообщение уже {now}.", "Too late: it is {now} already.")
        }
        Refusal::NotNow(now) => {
            let now = state(*now, language);
            say!(
                language,
                "В состоянии «{now}» так сделать нельзя; ничего не изменено.",
                "Not possible in the state \"{now}\"; nothing was changed.",
            )
        }
        Refusal::Missing => either(
            language,
            "Сообщения с таким номером нет. Номера показывает: booking-monitor queue list --all",
            "There is no message with this number. The numbers: booking-monitor queue list --all",
        )
        .to_owned(),
        Refusal::NotHeld => either(language, "Сообщение и так не удержано.", "It is not held.").to_owned(),
        Refusal::VisitBegun => {
            either(language, "Визит уже начался: писать поздно.", "The visit has begun: it is too late to write.").to_owned()
        }
        Refusal::NoPhone => either(
            language,
            "В записи нет телефона, на который можно написать. Исправьте его в YClients.",
            "The booking has no phone number that can be written to. Correct it in YClients.",
        )
        .to_owned(),
        Refusal::OptedOut => {
            either(language, "Клиент просил не писать ему.", "The client asked not to be written to.").to_owned()
        }
        Refusal::CancelledInYclients => either(
            language,
            "Запись отменена в YClients, писать не о чем. Если её вернули: booking-monitor queue look-again НОМЕР",
            "The booking is cancelled in YClients: there is nothing to write about. If it stands again: booking-monitor queue look-again ID",
        )
        .to_owned(),
        Refusal::BotsOwn => either(
            language,
            "Запись сделал бот салона, он подтверждает её сам.",
            "The shop's bot made the booking and confirms it itself.",
        )
        .to_owned(),
        Refusal::EmptyText => either(language, "Текст пуст.", "The text is empty.").to_owned(),
        Refusal::LongText => {
            say!(language, "Текст длиннее {TEXT_LIMIT} знаков.", "The text is longer than {TEXT_LIMIT} characters.")
        }
        Refusal::Leased => either(
            language,
            "Сообщение сейчас правит другой человек. Подождите минуту.",
            "Somebody else is editing it. Wait a minute.",
        )
        .to_owned(),
        Refusal::NeedsResolving => either(
            language,
            "Неизвестно, дошло ли сообщение. Сначала решите: booking-monitor queue resolve НОМЕР arrived|again|drop",
            "Whether it arrived is unknown. Decide first: booking-monitor queue resolve ID arrived|again|drop",
        )
        .to_owned(),
        Refusal::NotInSettings => either(
            language,
            "Этого филиала нет в настройках: его записи никто не читает. Ничего не изменено.",
            "This branch is not in the settings: nobody reads its bookings. Nothing was changed.",
        )
        .to_owned(),
        Refusal::SwitchedOff => super::status::switched_off(language).to_owned(),
    }
}
