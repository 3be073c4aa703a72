//! Russian.

use super::Explanation;
use crate::error::FaultCode;

const NOT_SEEN: &str = "Новые записи пока не видны. Когда связь вернётся, программа найдёт их все; что опоздает, подождёт вашего решения.";
const STOPPED: &str = "Опрос филиала остановлен: новых записей программа не видит, и клиентам о них никто не пишет. Сама она пробует снова раз в полчаса, через сутки раз в шесть часов.";
const NOT_SENT: &str =
    "Сообщения ждут в очереди и никуда не пропадут. Что опоздает, подождёт вашего решения.";
const NO_KEYS: &str = "Без токенов программа не видит записей и не отправляет сообщений. Очередь сохранена.";
const NOT_WRITTEN: &str = "Ничего не отправляется: что нельзя записать, того программа не делает, чтобы не написать клиенту дважды.";
const MAY_BE_TOLD: &str = "Кому с тех пор уже написали, неизвестно. Поэтому программа ничего не читает и не отправляет, а очередь ждёт вашего решения.";
const BEGIN_ANEW: &str = "Убедитесь, что программа не работает для этого салона на другом компьютере, и выполните: booking-monitor begin-anew";

/// The form of a noun that goes with a number: `1 визит, 2 визита, 5 визитов`.
pub const fn plural<'a>(number: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (number % 10, number % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[expect(clippy::too_many_lines, reason = "one paragraph a fault")]
pub(super) const fn fault(code: FaultCode) -> Explanation {
    match code {
        FaultCode::YclientsOffline => Explanation {
            what: "YClients не отвечает.",
            means: NOT_SEEN,
            do_next: "Проверьте интернет на этом компьютере. Если он есть, подождите: программа пробует сама.",
        },
        FaultCode::YclientsPartnerToken => Explanation {
            what: "YClients не принимает токен партнёра.",
            means: STOPPED,
            do_next: "Скопируйте токен в кабинете разработчика, developers.yclients.com, и сохраните: booking-monitor secret set yclients.partner-token",
        },
        FaultCode::YclientsUserToken => Explanation {
            what: "YClients не принимает токен пользователя. Так бывает, когда у пользователя сменили пароль.",
            means: STOPPED,
            do_next: "Получите новый токен пользователя в YClients (он меняется вместе с паролем) и сохраните: booking-monitor secret set yclients.user-token",
        },
        FaultCode::YclientsRights => Explanation {
            what: "YClients не пускает программу к этому филиалу.",
            means: STOPPED,
            do_next: "Подключите приложение к филиалу в YClients и дайте его пользователю доступ к журналу записи и телефонам клиентов. Потом проверьте: booking-monitor check",
        },
        FaultCode::YclientsBranchUnknown => Explanation {
            what: "YClients не знает такого филиала.",
            means: NOT_SEEN,
            do_next: "Сверьте company_id в settings.toml с номером в адресе его страницы в YClients.",
        },
        FaultCode::YclientsRateLimited => Explanation {
            what: "YClients просит обращаться реже.",
            means: "Новые записи появятся с небольшой задержкой.",
            do_next: "Ничего делать не нужно. Если это повторяется каждый день, увеличьте интервал опроса: рядом, видимо, работает ещё одна программа.",
        },
        FaultCode::YclientsOutOfOrder => Explanation {
            what: "YClients работает с перебоями.",
            means: NOT_SEEN,
            do_next: "Подождите: программа пробует сама.",
        },
        FaultCode::YclientsIntercepted => Explanation {
            what: "Вместо YClients ответил кто-то посередине: сетевой экран, прокси или VPN.",
            means: NOT_SEEN,
            do_next: "Подождите: программа пробует сама, обычно это проходит. Если не проходит, выключите VPN и прокси или попросите того, кто настраивает сеть, пустить программу к YClients.",
        },
        FaultCode::YclientsRefused => Explanation {
            what: "YClients отклонил запрос программы.",
            means: NOT_SEEN,
            do_next: "Повторите опрос: booking-monitor poll. Если отказ повторяется, покажите подробности ниже тому, кто настраивал программу.",
        },
        FaultCode::YclientsUnreadable => Explanation {
            what: "Ответ YClients не удалось прочитать.",
            means: "По такому ответу программа ничего не решает: записи не считаются ни новыми, ни удалёнными.",
            do_next: "Подождите. Если это не проходит, проверьте, не вмешиваются ли в соединение прокси, антивирус или страница входа в Wi-Fi.",
        },
        FaultCode::ClockWrong => Explanation {
            what: "Защищённое соединение не удалось: похоже, на этом компьютере неверная дата.",
            means: NOT_SEEN,
            do_next: "Проверьте дату и время и включите их установку по интернету. Если дата верна, проверьте антивирус: он мог подменить сертификат.",
        },
        FaultCode::ClockCorrected => Explanation {
            what: "Часы этого компьютера идут неверно: YClients и шлюз показывают другое время.",
            means: "Программа работает по их времени, сообщения уходят как надо.",
            do_next: "Проверьте дату, время и часовой пояс компьютера и включите их установку по интернету.",
        },
        FaultCode::ClockDisputed => Explanation {
            what: "Непонятно, который час: часы компьютера и серверов не сходятся.",
            means: "Пока двое из них не сойдутся, ничего не отправляется и не решается.",
            do_next: "Проверьте дату, время и часовой пояс компьютера и включите их установку по интернету.",
        },
        FaultCode::TimeZoneUnknown => Explanation {
            what: "Часовой пояс филиала неизвестен.",
            means: "Программа не напишет клиенту время, в котором не уверена: филиал стоит.",
            do_next: "Укажите часовой пояс в настройках филиала в YClients и повторите опрос: booking-monitor poll",
        },
        FaultCode::GatewayOffline => Explanation {
            what: "Сервис отправки WhatsApp не отвечает.",
            means: NOT_SENT,
            do_next: "Проверьте интернет на этом компьютере. Если он есть, подождите: программа пробует сама.",
        },
        FaultCode::GatewayToken => Explanation {
            what: "Сервис отправки не принимает токен.",
            means: NOT_SENT,
            do_next: "Скопируйте apiTokenInstance в кабинете console.green-api.com и сохраните: booking-monitor secret set green-api.token",
        },
        FaultCode::GatewayInstance => Explanation {
            what: "Сервис отправки не знает такого инстанса.",
            means: NOT_SENT,
            do_next: "Сверьте instance_id и base_url в [whatsapp] в settings.toml с кабинетом console.green-api.com.",
        },
        FaultCode::GatewayStarting => Explanation {
            what: "Сервис отправки запускается.",
            means: "Сообщения подождут: обычно это не дольше пяти минут.",
            do_next: "Ничего делать не нужно.",
        },
        FaultCode::GatewayNotLinked => Explanation {
            what: "Телефон салона не связан с сервисом отправки.",
            means: NOT_SENT,
            do_next: "Откройте console.green-api.com и отсканируйте QR-код телефоном салона: WhatsApp → Связанные устройства.",
        },
        FaultCode::GatewayExpired => Explanation {
            what: "Оплаченный срок сервиса отправки закончился.",
            means: NOT_SENT,
            do_next: "Продлите инстанс в кабинете console.green-api.com. Тем, кто придёт сегодня, лучше позвонить.",
        },
        FaultCode::GatewayRestricted => Explanation {
            what: "WhatsApp ограничил номер салона: счёл его сообщения нежелательными.",
            means: "Сообщения не уходят, и каждая новая попытка может продлить ограничение, поэтому программа стоит.",
            do_next: "Посмотрите в WhatsApp на телефоне салона, до какого времени это продлится. Тем, кто придёт сегодня, позвоните.",
        },
        FaultCode::GatewayRateLimited => Explanation {
            what: "Сервис отправки просит обращаться реже.",
            means: "Сообщения уйдут с небольшой задержкой.",
            do_next: "Ничего делать не нужно. Если это повторяется, увеличьте send_gap_ms в [whatsapp] в settings.toml.",
        },
        FaultCode::GatewayQuota => Explanation {
            what: "Сообщения вашего тарифа на этот месяц закончились.",
            means: NOT_SENT,
            do_next: "Смените тариф в кабинете console.green-api.com. Тем, кто придёт сегодня, лучше позвонить.",
        },
        FaultCode::GatewayCheckLimit => Explanation {
            what: "Проверки номеров вашего тарифа закончились.",
            means: "Есть ли WhatsApp у нового клиента, заранее не узнать: сообщения уходят без проверки.",
            do_next: "Смотрите, что доставлено. Тариф меняют в кабинете console.green-api.com.",
        },
        FaultCode::GatewayWebhookSet => Explanation {
            what: "Сервис отправки сообщает о доставке на другой адрес, не этой программе.",
            means: "Сообщения уходят, но дошли ли они, здесь не видно.",
            do_next: "Очистите поле webhookUrl инстанса в кабинете console.green-api.com. Если адрес нужен другой программе, заведите для неё свой инстанс.",
        },
        FaultCode::GatewayQueueLeft => Explanation {
            what: "В очереди сервиса отправки лежат прежние сообщения.",
            means: "С нового номера они похожи на рассылку, и WhatsApp может его ограничить. Пока они там, программа через этот инстанс ничего не отправляет.",
            do_next: "Посмотрите их: booking-monitor gateway queue. Ненужные выбросьте: booking-monitor gateway clear. Когда очередь опустеет, программа продолжит сама.",
        },
        FaultCode::GatewayNotCleared => Explanation {
            what: "Сервис отправки не очистил свою очередь.",
            means: "Сообщения лежат в ней по-прежнему и уйдут, когда привяжут телефон.",
            do_next: "Подождите минуту и очистите ещё раз. Если снова откажет, очистите очередь на console.green-api.com и только потом привязывайте телефон.",
        },
        FaultCode::GatewaySettings => Explanation {
            what: "Настройки аккаунта WhatsApp не такие, как нужно.",
            means: "Сообщения уходят, но что с ними стало, или ответ «Стоп», здесь не видно.",
            do_next: "Нажмите «Включить» в окне или выполните команду, аккаунт перезапустится, до пяти минут: booking-monitor check --fix",
        },
        FaultCode::GatewayOutOfOrder => Explanation {
            what: "Сервис отправки работает с перебоями.",
            means: NOT_SENT,
            do_next: "Подождите: программа пробует сама.",
        },
        FaultCode::GatewayRefused => Explanation {
            what: "Сервис отправки отказался принять сообщение.",
            means: "Это сообщение клиент не получит. Остальные уходят как обычно.",
            do_next: "Найдите его в очереди, поправьте текст или номер и отправьте снова. Или позвоните клиенту.",
        },
        FaultCode::AnotherMonitor => Explanation {
            what: "Для этого салона работает ещё один Booking Monitor.",
            means: "Чтобы клиенты не получали всё дважды, отсюда ничего не отправляется.",
            do_next: "Остановите тот, на другом компьютере или в другой папке. Если писать должен этот, возьмите отправку на себя.",
        },
        FaultCode::GatewayManyFirstContacts => Explanation {
            what: "За сегодня сообщение получили уже двадцать новых номеров.",
            means: "Сообщения уходят как обычно. Но за письма многим незнакомым номерам WhatsApp ограничивает аккаунт.",
            do_next: "Если номер салона подключён недавно, отправьте остальные сообщения позже или завтра: booking-monitor pause",
        },
        FaultCode::SecretMissing => Explanation {
            what: "Не все токены введены.",
            means: NO_KEYS,
            do_next: "Токен партнёра есть на developers.yclients.com, токен WhatsApp на console.green-api.com (apiTokenInstance). Сохраните их: booking-monitor secret set ИМЯ; имена показывает booking-monitor secret list",
        },
        FaultCode::KeyringLocked => Explanation {
            what: "Хранилище паролей этого компьютера заперто.",
            means: NO_KEYS,
            do_next: "Отоприте его: обычно для этого достаточно выйти из системы и войти со своим паролем. Потом проверьте: booking-monitor check",
        },
        FaultCode::KeyringAbsent => Explanation {
            what: "На этом компьютере нет связки ключей (хранилища паролей).",
            means: "Токены негде держать, а в обычном файле программа их не хранит. Поэтому она не работает.",
            do_next: "В Linux установите gnome-keyring или KWallet и войдите в систему заново. В Windows и macOS хранилище есть всегда: перезагрузите компьютер.",
        },
        FaultCode::KeyringTimedOut => Explanation {
            what: "Хранилище паролей не отвечает.",
            means: NO_KEYS,
            do_next: "Посмотрите, не спрашивает ли система пароль в отдельном окне. Если нет, выйдите из системы и войдите снова.",
        },
        FaultCode::KeyringNotKept => Explanation {
            what: "Хранилище паролей не сохраняет то, что в него кладут.",
            means: NO_KEYS,
            do_next: "Проверьте, под своей ли учётной записью вы вошли и работает ли хранилище: gnome-keyring, KWallet, диспетчер учётных данных или «Связка ключей».",
        },
        FaultCode::KeyringAmbiguous => Explanation {
            what: "В хранилище ключей несколько записей с одним именем.",
            means: NO_KEYS,
            do_next: "Откройте программу хранилища («Пароли и ключи», KWallet, «Связка ключей»), найдите booking-monitor и удалите все записи с этим именем. Затем введите токен заново в настройках.",
        },
        FaultCode::KeyringRefused => Explanation {
            what: "Хранилище паролей отказало.",
            means: NO_KEYS,
            do_next: "Проверьте: booking-monitor check. Если отказ повторяется, сохраните токены заново; причина в подробностях ниже.",
        },
        FaultCode::StorageFull => Explanation {
            what: "На диске не осталось места.",
            means: NOT_WRITTEN,
            do_next: "Освободите место на диске. Программа продолжит сама.",
        },
        FaultCode::StorageReadOnly => Explanation {
            what: "В папку программы нельзя писать.",
            means: NOT_WRITTEN,
            do_next: "Верните вашей учётной записи право записи в папку данных; её путь в подробностях ниже.",
        },
        FaultCode::StorageBusy => Explanation {
            what: "База данных занята другой программой.",
            means: NOT_WRITTEN,
            do_next: "Закройте то, что открыло папку данных: антивирус, резервное копирование, облачный диск. Программа продолжит сама.",
        },
        FaultCode::StorageCorrupt => Explanation {
            what: "База данных повреждена.",
            means: NOT_WRITTEN,
            do_next: "Ничего не удаляйте: в файле видно, что уже отправлено. Сделайте его копию и позовите того, кто настраивал программу.",
        },
        FaultCode::StorageNewer => Explanation {
            what: "База данных создана более новой версией программы.",
            means: NOT_WRITTEN,
            do_next: "Установите последнюю версию программы.",
        },
        FaultCode::StorageFailed => Explanation {
            what: "Не удалось прочитать или записать базу данных.",
            means: NOT_WRITTEN,
            do_next: "Перезапустите программу. Если это повторится, проверьте диск; причина в подробностях ниже.",
        },
        FaultCode::StorageRestored => Explanation {
            what: "На место базы данных вернули её старую копию.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
        FaultCode::StorageCopied => Explanation {
            what: "База данных перенесена с другого компьютера.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
        FaultCode::PartStumbled => Explanation {
            what: "В программе случился сбой: одна из её частей остановилась и начала работу заново.",
            means: "Остальные части работают. Сообщение, которое как раз уходило, стоит в очереди с неизвестным исходом; второй раз оно само не уйдёт.",
            do_next: "Ничего делать не нужно. Если это повторяется, покажите журнал программы тому, кто её настраивал.",
        },
        FaultCode::StorageUnfamiliar => Explanation {
            what: "Связка ключей этого компьютера не знает базу данных: её перенесли, скопировали или восстановили.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_follows_its_number() {
        let visits = |number| plural(number, "визит", "визита", "визитов");
        for number in [1, 21, 101] {
            assert_eq!(visits(number), "визит", "{number}");
        }
        for number in [2, 3, 4, 22, 104] {
            assert_eq!(visits(number), "визита", "{number}");
        }
        for number in [0, 5, 11, 12, 14, 20, 25, 100, 111, 112, u64::MAX - 4] {
            assert_eq!(visits(number), "визитов", "{number}");
        }
    }
}
