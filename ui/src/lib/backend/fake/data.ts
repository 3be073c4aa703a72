// Invented people and bookings. Nobody's number: +7 900 000-… is kept for examples.

import type { Language, Row, State, Visit } from '../contract';
import { day_time } from '../../i18n/dates';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const branches = [
  { company_id: 962302, title: 'На Лесной', zone: 'Europe/Moscow' },
  { company_id: 962417, title: 'На Малышева', zone: 'Asia/Yekaterinburg' },
];

export const clients = [
  'Ирина Соколова',
  'Максим',
  'Анна-Мария Константинопольская-Преображенская',
  'Дмитрий Орлов',
  'Екатерина',
  'Тимур Галиев',
  'Ольга Петровна',
  'Владислав Ким',
  'Наталья Белова',
  'Сергей',
  'Ася Мирзоян',
  'Павел Фёдоров',
  'Юлия',
  'Григорий Щербаков',
  'Алёна Ткач',
  'Марк',
  'София Лебедева',
  'Артём',
  'Лидия Ивановна',
  'Роман Цой',
];
export const masters = ['Анна', 'Тимофей', 'Вероника', 'Марат', 'Ксения'];
export const services = [
  'Мужская стрижка',
  'Стрижка и борода',
  'Женская стрижка',
  'Окрашивание в один тон',
  'Укладка',
  'Детская стрижка',
];
export const desks = ['Мария', 'Оксана', 'Алексей'];

export const iso = (at: number) => new Date(at).toISOString();

export function phone(index: number): { phone: string; phone_shown: string } {
  const digits = String(1234567 + index * 7919)
    .slice(-7)
    .padStart(7, '0');
  const area = ['900', '916', '903', '925'][index % 4] ?? '900';
  return {
    phone: `+7${area}${digits}`,
    phone_shown: `+7 ${area} ${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`,
  };
}

const at = <T>(list: T[], index: number): T => list[((index % list.length) + list.length) % list.length] as T;

export function written(
  client: string,
  visits: Visit[],
  zone: string,
  language: Language,
  where: string,
): string {
  const first = visits[0];
  if (!first) return '';
  const when = day_time(first.starts_at, zone, language);
  const name = client ? `, ${client.split(' ')[0]}` : '';
  return language === 'ru'
    ? `Здравствуйте${name}! Вы записаны: *${when}*.\nУслуга: ${first.services.join(', ')}\nМастер: ${first.master}\n${where}`
    : `Hello${name}! You are booked: *${when}*.\nService: ${first.services.join(', ')}\nWith: ${first.master}\n${where}`;
}

/** A plain row of the queue; the scene changes what it needs. */
export function make(
  id: number,
  now: number,
  language: Language,
  changes: Partial<Row> & { branch_index?: number } = {},
): Row {
  const { branch_index = 0, ...rest } = changes;
  const place = at(branches, branch_index);
  const client = rest.client ?? at(clients, id);
  const base =
    now - (now % DAY) + DAY * (1 + (id % 3)) + HOUR * (7 + ((id * 5) % 9)) + (id % 2 ? 30 * MINUTE : 0);
  const starts_at = rest.starts_at ?? iso(base);
  const visits: Visit[] = rest.visits ?? [
    {
      booking_id: 500_000 + id,
      starts_at,
      master: at(masters, id),
      services: id % 4 === 1 ? [at(services, id), at(services, id + 4)] : [at(services, id)],
      dropped: false,
    },
  ];
  const row: Row = {
    id,
    kind: 'confirmation',
    copy: 0,
    state: 'queued',
    reason: '',
    why: '',
    held: false,
    released: false,
    editor: null,
    ...phone(id),
    client,
    new_number: id % 5 === 0,
    company_id: place.company_id,
    branch: place.title,
    zone: place.zone,
    starts_at,
    visits,
    made_by: at(desks, id),
    booked_at: iso(now - 40_000 - (id % 7) * 9_000),
    enqueued_at: iso(now - 7_000),
    due_at: iso(now + 23_000),
    window_ms: 30_000,
    next_try_at: null,
    text: written(client, visits, place.zone, language, place.title),
    edited_by: '',
    proposed_text: null,
    draft: null,
    revision: 1,
    cancel_asked: false,
    claimed_at: null,
    accepted_at: null,
    delivered_at: null,
    read_at: null,
    finished_at: null,
    changed_after_sent: '',
    acts: [],
    ...rest,
  };
  return row;
}

const FINAL: State[] = ['accepted', 'delivered', 'read', 'undelivered', 'cancelled', 'expired', 'skipped'];
export const is_final = (state: State) => FINAL.includes(state);

/** A row of the past: state and all from its number alone, so that 100 000 cost nothing until they are looked at. */
export function past(index: number, now: number, language: Language): Row {
  const age = past_age(index);
  const enqueued = now - age;
  const state = past_state(index);
  const skipped = state === 'skipped';
  const reasons = ['online', 'no_phone', 'bot', 'landline', 'opted_out'];
  const reason = skipped
    ? at(reasons, index)
    : state === 'cancelled'
      ? index % 2
        ? 'by_person'
        : 'in_yclients'
      : state === 'undelivered'
        ? 'not_delivered'
        : state === 'expired'
          ? 'came'
          : '';
  const gone = enqueued + 31_000;
  const sent = ['accepted', 'delivered', 'read', 'undelivered'].includes(state);
  const row = make(100_000 + index, enqueued, language, {
    branch_index: index % 3 === 2 ? 1 : 0,
    client: past_client(index),
    ...phone(index % 9000),
    state,
    reason,
    enqueued_at: iso(enqueued),
    due_at: iso(enqueued + 30_000),
    claimed_at: sent ? iso(gone - 800) : null,
    accepted_at: sent ? iso(gone) : null,
    delivered_at: state === 'delivered' || state === 'read' ? iso(gone + 2_400) : null,
    read_at: state === 'read' ? iso(gone + 95_000) : null,
    finished_at: sent ? null : iso(enqueued + 20_000),
    edited_by: index % 11 === 3 && sent ? 'Оксана' : '',
    new_number: index % 9 === 0,
    // Marked as come by mistake: the visit is still ahead.
    ...(state === 'expired' ? { starts_at: iso(enqueued + 2 * DAY) } : {}),
  });
  if (reason === 'no_phone') {
    row.phone = '';
    row.phone_shown = '';
  }
  if (skipped) row.text = '';
  return row;
}

/** The first forty fall on today, the rest one every quarter of an hour back in time. */
export const past_age = (index: number) =>
  index < 40 ? (index + 1) * 7 * MINUTE : DAY + (index - 40) * 15 * MINUTE;
export const past_client = (index: number) => at(clients, index * 7 + 3);
export function past_state(index: number): State {
  if (index % 23 === 5) return 'undelivered';
  if (index % 17 === 4) return 'cancelled';
  if (index % 13 === 6) return 'skipped';
  if (index % 97 === 50) return 'expired';
  if (index === 0) return 'accepted';
  return index % 3 === 0 ? 'delivered' : 'read';
}
