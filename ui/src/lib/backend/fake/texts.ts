// What the program would say, for the pages to be seen with. Sentences for reasons are the engine's own: reasons.json.

import type { ErrorCode, Language } from '../contract';

type Both = Record<Language, string>;

export const refusals: Record<ErrorCode, Both> = {
  stale: {
    ru: 'Сообщение успело измениться, ничего не сделано. Посмотрите на строку и решите снова.',
    en: 'The message has changed meanwhile, nothing was done. Look at the row and decide again.',
  },
  too_late: {
    ru: 'Поздно: сообщение уже отправляется. Если окажется, что оно точно не ушло, оно будет отменено.',
    en: 'Too late: it is going out already. Should it certainly not have gone, it will be cancelled.',
  },
  not_now: {
    ru: 'С этим сообщением сейчас так нельзя: ничего не сделано.',
    en: 'That cannot be done with this message now: nothing was done.',
  },
  missing: { ru: 'Такого сообщения больше нет.', en: 'There is no such message any more.' },
  opted_out: { ru: 'Клиент просил не писать ему.', en: 'The client asked not to be written to.' },
  cancelled_in_yclients: {
    ru: 'Запись отменена в YClients: писать не о чем. Если её вернули, посмотрите на неё ещё раз.',
    en: 'The booking is cancelled in YClients: there is nothing to write about. If it was taken back, look at it again.',
  },
  bots_own: {
    ru: 'Запись сделал бот: он подтверждает её сам.',
    en: 'The bot made the booking and confirms it.',
  },
  visit_begun: {
    ru: 'Визит уже начался, писать поздно.',
    en: 'The visit has begun; it is too late to write.',
  },
  no_phone: { ru: 'У клиента нет телефона.', en: 'The client has no phone.' },
  empty_text: { ru: 'Пустое сообщение не отправить.', en: 'An empty message cannot be sent.' },
  text_too_long: {
    ru: 'Текст длиннее, чем примет WhatsApp. Сократите его.',
    en: 'The text is longer than WhatsApp takes. Shorten it.',
  },
  settings: {
    ru: 'Такое значение не подходит, сохранено прежнее.',
    en: 'This value is not allowed; the old one is kept.',
  },
  secret_rejected: {
    ru: 'Сервис не принял это значение, сохранено прежнее. Проверьте, что оно скопировано целиком.',
    en: 'The service did not accept it; the old one is kept. Check that it was copied whole.',
  },
  second_factor: {
    ru: 'Код не подошёл. Проверьте его и введите ещё раз.',
    en: 'The code is wrong. Check it and enter it again.',
  },
  keyring: {
    ru: 'Хранилище паролей недоступно, ничего не сохранено.',
    en: 'The keyring cannot be used, nothing was stored.',
  },
  yclients: {
    ru: 'YClients не отвечает. Проверьте связь и попробуйте снова.',
    en: 'YClients does not answer. Check the network and try again.',
  },
  gateway: {
    ru: 'Шлюз WhatsApp не отвечает. Проверьте связь и попробуйте снова.',
    en: 'The WhatsApp gateway does not answer. Check the network and try again.',
  },
  storage: {
    ru: 'База данных не записывается: ничего не сделано. Проверьте место на диске.',
    en: 'The database cannot be written: nothing was done. Check the space on the disk.',
  },
  phone: {
    ru: 'Это не номер телефона. Напишите его с кодом страны: +7 916 123-45-67.',
    en: 'This is no phone number. Write it with the country code: +7 916 123-45-67.',
  },
  template: {
    ru: 'Шаблон с ошибкой, сохранён прежний. Проверьте скобки и названия полей.',
    en: 'The template has a mistake; the old one is kept. Check the braces and the names.',
  },
  not_set_up: { ru: 'Сначала закончите настройку.', en: 'Finish the set-up first.' },
  window: { ru: 'Окно не открылось.', en: 'The window did not open.' },
  internal: {
    ru: 'Программа ошиблась. Сообщения уходят и без окна. Закройте окно и откройте его снова.',
    en: 'The program made a mistake. Messages go out without the window too. Close the window and open it again.',
  },
};

export const faults = {
  offline: {
    ru: {
      what: 'YClients не отвечает.',
      means: 'Новые записи не видны, сообщения ждут.',
      do_next: 'Проверьте интернет. Программа пробует снова сама.',
    },
    en: {
      what: 'YClients does not answer.',
      means: 'New bookings are not seen, messages wait.',
      do_next: 'Check the network. The program tries again by itself.',
    },
  },
  unlinked: {
    ru: {
      what: 'WhatsApp отвязан от аккаунта.',
      means: 'Ни одно сообщение не уйдёт.',
      do_next: 'Откройте Настройки → WhatsApp и отсканируйте код телефоном салона.',
    },
    en: {
      what: 'WhatsApp is no longer linked to the account.',
      means: 'No message goes out.',
      do_next: "Open Settings → WhatsApp and scan the code with the shop's phone.",
    },
  },
} satisfies Record<string, Record<Language, { what: string; means: string; do_next: string }>>;

export const by_person: Both = { ru: 'Администратор', en: 'Administrator' };
