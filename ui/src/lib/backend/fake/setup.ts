// Settings, secrets, branches, the gateway's link and the training panel, in memory.

import type {
  Backend,
  BranchSettings,
  QrAnswer,
  Secrets,
  Settings,
  Training,
  TemplateInfo,
} from '../contract';
import { clients, iso, make, phone, written } from './data';
import type { FakeDesk } from './desk';
import { bots_preview, users } from './bots';
import { faults } from './texts';

const BUILT_IN = {
  ru: 'Здравствуйте[[, {{ client }}]]! Вы записаны {{ when }}.\n[[Услуги: {{ services }}]]\n[[Мастер: {{ master }}]]\n[[Адрес: {{ address }}]]\n[[{{ branch }}]]',
  en: 'Hello[[, {{ client }}]]! You are booked {{ when }}.\n[[Services: {{ services }}]]\n[[With: {{ master }}]]\n[[Address: {{ address }}]]\n[[{{ branch }}]]',
};

/** The likeness of a code: it holds the place of a real one and reads as nothing. */
const QR_PNG =
  'iVBORw0KGgoAAAANSUhEUgAAACEAAAAhAQAAAAB/n//CAAAArUlEQVR42mP4DwQNDBDygKM1YwPDfc+9tQ0MF0ufugJJH0EQ6cAOJO+XPgaKHwgNBar5fyYfqP6Gyz3hBoZ386u+NzA8KLusDFS5o+dpA8Ndn4aFDQw3T+8AinyQZQWZOe03UP3B4hcbGxj+XLyY3sBwNN9BvIHhzoMlQPHXiit8gWZ+EmcHmh9nHw5Un1LYCTStaoohkCx2CAaSaToXgeKJNZ5ANR6/FsLcDCYBluthxPxiyF8AAAAASUVORK5CYII=';

const branch = (company_id: number, title: string): BranchSettings => ({
  company_id,
  title,
  integration_user_ids: [771],
  phone_region: 'RU',
  notification_delay_ms: null,
  template: null,
  quiet_hours: null,
  min_lead_minutes: null,
});

type SetupPart = Omit<
  Backend,
  | 'program'
  | 'desk'
  | 'on_desk'
  | 'on_page'
  | 'list'
  | 'export_csv'
  | 'overview'
  | 'stop_of'
  | 'stop_dismiss'
  | 'aside_dismiss'
  | 'diagnostics'
  | 'show_main'
  | 'on_close'
  | 'unsaved'
  | 'close_main'
  | 'hide_small'
  | keyof ReturnType<FakeDesk['queue_acts']>
>;

export function setup(
  desk: FakeDesk,
  first_run: boolean,
  queue_left = false,
): SetupPart & { current: () => Settings; walked: () => boolean } {
  let walked = !first_run;
  let linked = !first_run && desk.gateway === 'authorized';
  let looked = 0;
  let lying = queue_left ? 3 : 0;
  let mended = !first_run;
  const settings: Settings = {
    enabled: true,
    poll_interval_ms: 60_000,
    notification_delay_ms: 30_000,
    language: desk.language,
    quiet_hours: '',
    min_lead_minutes: 15,
    burst: 20,
    template: '',
    proxy: 'none',
    yclients_base_url: 'https://api.yclients.com/api/v1',
    request_gap_ms: 1000,
    whatsapp_base_url: 'https://1103.api.green-api.com',
    instance_id: first_run ? '' : '1103000001',
    send_gap_ms: 3000,
    whatsapp_proxy: '',
    branches: first_run
      ? []
      : [branch(962302, 'На Лесной'), { ...branch(962417, 'На Малышева'), notification_delay_ms: 45_000 }],
    theme: 'system',
    small_window: true,
    names_in_banners: false,
    autostart: true,
    from_environment: [],
    file_error: '',
    file_path: '/home/desk/.local/share/booking-monitor/settings.toml',
  };
  const secrets: Secrets = {
    stored: {
      'yclients.partner-token': !first_run,
      'yclients.user-token': !first_run,
      'green-api.token': !first_run,
    },
    trouble: '',
  };
  const training: Training = {
    yclients_offline: false,
    gateway_offline: false,
    unlinked: false,
    auto: false,
    phones: [],
    bookings: [],
  };
  const copy = <T>(value: T): T => structuredClone(value);
  const answer = async <T>(value: T): Promise<T> => {
    await Promise.resolve();
    return copy(value);
  };
  const refuse = (field: string) => {
    throw desk.fail('settings', field);
  };
  const template_good = (text: string) =>
    (text.match(/\{\{/gu)?.length ?? 0) === (text.match(/\}\}/gu)?.length ?? 0);

  return {
    current: () => settings,
    walked: () => walked,
    settings: () => answer(settings),
    async save_settings(patch) {
      await Promise.resolve();
      const { put_branch, remove_branch, ...values } = patch;
      const delay = values.notification_delay_ms;
      if (values.poll_interval_ms !== undefined && !(values.poll_interval_ms >= 100))
        refuse('poll_interval_ms');
      if (typeof delay === 'number' && !(delay >= 0 && delay <= 1_800_000)) refuse('notification_delay_ms');
      if (
        values.quiet_hours &&
        !/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/u.test(values.quiet_hours)
      )
        refuse('quiet_hours');
      if (values.min_lead_minutes !== undefined && !(values.min_lead_minutes >= 0))
        refuse('min_lead_minutes');
      if (values.burst !== undefined && !(values.burst >= 0 && values.burst <= 10_000)) refuse('burst');
      if (values.whatsapp_base_url !== undefined && !values.whatsapp_base_url.startsWith('https://'))
        refuse('whatsapp_base_url');
      if (values.yclients_base_url !== undefined && !values.yclients_base_url.startsWith('https://'))
        refuse('yclients_base_url');
      for (const key of ['proxy', 'whatsapp_proxy'] as const) {
        const way = values[key] || (key === 'proxy' ? values[key] : 'none');
        if (way !== undefined && !/^(none|system|https?:\/\/[^/@?#\s]+\/?)$/u.test(way)) refuse(key);
      }
      if (values.template && !template_good(values.template)) throw desk.fail('template', 'template');
      if (put_branch?.template && !template_good(put_branch.template))
        throw desk.fail('template', 'template');
      Object.assign(settings, values);
      if (put_branch) {
        settings.branches = [
          ...settings.branches.filter((each) => each.company_id !== put_branch.company_id),
          put_branch,
        ];
      }
      if (remove_branch)
        settings.branches = settings.branches.filter((each) => each.company_id !== remove_branch);
      desk.language = settings.language;
      desk.enabled = settings.enabled;
      desk.delay = settings.notification_delay_ms;
      desk.poll_interval = settings.poll_interval_ms;
      desk.tell();
      return copy(settings);
    },
    bots_preview: (company_id, user_ids) => answer(bots_preview(desk, settings, company_id, user_ids)),
    secrets: () => answer(secrets),
    async secret_set(name, value) {
      await Promise.resolve();
      if (value.trim().length < 8) throw desk.fail('secret_rejected', name);
      secrets.stored[name] = true;
      return copy(secrets);
    },
    async secret_remove(name) {
      await Promise.resolve();
      secrets.stored[name] = false;
      return copy(secrets);
    },
    async yclients_login(_login, password, code) {
      await Promise.resolve();
      if (!code) {
        if (password.length < 4) throw desk.fail('secret_rejected', 'yclients.user-token');
        return { step: 'code', uuid: 'a7d1', recipient: '+7 *** ***-45-67', attempts_left: 3, ttl_s: 120 };
      }
      if (code.secret !== '1234') throw desk.fail('second_factor');
      secrets.stored['yclients.user-token'] = true;
      return { step: 'done' };
    },
    yclients_branches: () =>
      answer([
        {
          company_id: 962302,
          title: 'На Лесной',
          address: 'Лесная, 7',
          active: true,
          chosen: settings.branches.some((b) => b.company_id === 962302),
        },
        {
          company_id: 962417,
          title: 'На Малышева',
          address: 'Малышева, 51',
          active: true,
          chosen: settings.branches.some((b) => b.company_id === 962417),
        },
        {
          company_id: 962990,
          title: 'На Садовой (закрыт)',
          address: 'Садовая, 3',
          active: false,
          chosen: false,
        },
      ]),
    yclients_users: () => answer(users),
    yclients_rights: (company_id) =>
      answer(
        company_id === 962417
          ? [
              {
                code: 'clients_phones',
                message:
                  desk.language === 'ru'
                    ? 'Нет права видеть телефоны клиентов: дайте его в YClients → Настройки → Сотрудники → Права доступа.'
                    : "The right to see clients' phones is missing: give it in YClients → Settings → Staff → Access.",
              },
            ]
          : [],
      ),
    gateway_check: () =>
      answer({
        state: linked ? 'authorized' : 'notAuthorized',
        what: linked
          ? desk.language === 'ru'
            ? 'Телефон привязан, можно отправлять.'
            : 'The phone is linked and can send.'
          : desk.language === 'ru'
            ? 'Телефон не привязан. Отсканируйте код.'
            : 'No phone is linked. Scan the code.',
        ready: linked,
        phone: linked ? '+7 900 111-22-33' : '',
        notes: [],
        missing: mended
          ? []
          : desk.language === 'ru'
            ? ['Уведомления о доставке выключены.', 'Уведомления об отправленных через API выключены.']
            : ['Notices of delivery are off.', 'Notices of messages sent through the API are off.'],
        another: '',
      }),
    gateway_mend() {
      mended = true;
      desk.faults = desk.faults.filter((fault) => fault.code !== 'gateway_settings');
      desk.tell();
      return this.gateway_check();
    },
    async take_over(): Promise<void> {
      await Promise.resolve();
      desk.faults = desk.faults.filter((fault) => fault.subject !== 'shop');
      desk.tell();
    },
    async gateway_clear(): Promise<number> {
      await Promise.resolve();
      const cleared = lying;
      lying = 0;
      return cleared;
    },
    async gateway_qr(): Promise<QrAnswer> {
      await Promise.resolve();
      if (lying > 0) throw desk.fail('gateway', 'gateway_queue', 'messages of others lie in the queue: 3');
      looked += 1;
      if (linked || looked > 2) {
        linked = true;
        desk.gateway = 'authorized';
        return { kind: 'linked' };
      }
      return { kind: 'code', png: QR_PNG };
    },
    template_info: (): Promise<TemplateInfo> => {
      const ru = desk.language === 'ru';
      return answer({
        built_in: BUILT_IN[desk.language],
        placeholders: [
          { name: 'client', meaning: ru ? 'имя клиента' : "the client's name", example: 'Ирина' },
          {
            name: 'when',
            meaning: ru ? 'день и время' : 'day and time',
            example: ru ? 'в четверг, 14 августа, в 15:00' : 'on Thursday, 14 August, at 15:00',
          },
          { name: 'services', meaning: ru ? 'услуги' : 'services', example: 'Мужская стрижка' },
          { name: 'master', meaning: ru ? 'мастер' : 'the master', example: 'Анна' },
          { name: 'price', meaning: ru ? 'стоимость' : 'the price', example: '1 800 ₽' },
          { name: 'address', meaning: ru ? 'адрес' : 'the address', example: 'Лесная, 7' },
          { name: 'branch', meaning: ru ? 'филиал' : 'the branch', example: 'На Лесной' },
        ],
      });
    },
    async template_preview(template, company_id) {
      await Promise.resolve();
      if (!template_good(template)) throw desk.fail('template', 'template', 'line 1: expected `}}`');
      const row = make(1, desk.clock.now(), desk.language, { branch_index: company_id === 962417 ? 1 : 0 });
      const visit = row.visits[0];
      const values: Record<string, string> = {
        client: row.client,
        when: desk.language === 'ru' ? 'в четверг, 14 августа, в 15:00' : 'on Thursday, 14 August, at 15:00',
        services: visit?.services.join(', ') ?? '',
        master: visit?.master ?? '',
        price: '1 800 ₽',
        address: 'Лесная, 7',
        branch: row.branch,
      };
      const text = (template || BUILT_IN[desk.language])
        .replaceAll(/\[\[|\]\]/gu, '')
        .replaceAll(/\{\{\s*(\w+)\s*\}\}/gu, (_all, name: string) => values[name] ?? '');
      return { text, about: company_id === null ? '' : row.client };
    },
    async test_message(number) {
      await Promise.resolve();
      if (number.replace(/\D/gu, '').length < 11) throw desk.fail('phone', 'phone');
      const digits = number.replace(/\D/gu, '');
      // A test goes out before the set-up is finished: the worker is there all the time.
      desk.working = true;
      return desk.arrive({
        kind: 'test',
        client: '',
        phone: `+${digits}`,
        phone_shown: number.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/u, '+7 $1 $2-$3-$4'),
        visits: [],
        made_by: '',
        booked_at: null,
        due_at: iso(desk.clock.now()),
        window_ms: 0,
        released: true,
        text:
          desk.language === 'ru'
            ? 'Проверка Booking Monitor: если вы это читаете, всё работает.'
            : 'A test from Booking Monitor: if you read this, everything works.',
      });
    },
    async first_run_done() {
      await Promise.resolve();
      walked = true;
      desk.set_up = true;
      desk.working = true;
      desk.gateway = 'authorized';
      desk.tell();
    },
    training: () => answer({ ...training, auto: desk.auto }),
    async training_act(act) {
      await Promise.resolve();
      const offline = (subject: string, on: boolean, which: keyof typeof faults) => {
        desk.faults = desk.faults.filter((fault) => fault.subject !== subject);
        if (on) {
          desk.faults.push({
            subject,
            code: which,
            ...faults[which][desk.language],
            detail: 'training',
            since: iso(desk.clock.now()),
            title: '',
            passing: which === 'offline',
          });
        }
      };
      switch (act.kind) {
        case 'book': {
          const index = training.bookings.length;
          const row = desk.arrive({
            client: act.who === 'same_client' ? clients[0]! : clients[index % clients.length]!,
            ...phone(index),
          });
          training.bookings.unshift({
            id: row.visits[0]?.booking_id ?? 0,
            client: row.client,
            starts_at: row.starts_at,
            deleted: false,
          });
          training.phones.unshift({
            phone: row.phone_shown,
            text: written(row.client, row.visits, row.zone, desk.language, row.branch),
            at: iso(desk.clock.now()),
            status: 'delivered',
          });
          break;
        }
        case 'delete':
        case 'cancel': {
          const booking = training.bookings.find((each) => !each.deleted);
          if (booking) booking.deleted = true;
          break;
        }
        case 'yclients_offline':
          training.yclients_offline = act.on;
          offline('branch:962302', act.on, 'offline');
          break;
        case 'gateway_offline':
          training.gateway_offline = act.on;
          offline('gateway', act.on, 'offline');
          break;
        case 'unlink_phone':
          training.unlinked = act.on;
          offline('gateway', act.on, 'unlinked');
          break;
        case 'auto':
          training.auto = act.on;
          desk.auto = act.on;
          break;
        case 'lose_next_answer':
          desk.next_fate = 'unknown';
          break;
        case 'move':
          break;
      }
      desk.tell();
      return copy(training);
    },
  };
}
