// What is on the desk when a page opens.

import type { Fault, Language, Row } from '../contract';
import { clients, HOUR, iso, make, MINUTE, written } from './data';
import { faults } from './texts';

export const SCENES = [
  'busy',
  'empty',
  'offline',
  'stopped',
  'first-run',
  'hostile',
  'many',
  'loading',
  'broken',
  'calm',
  'again',
] as const;
export type SceneName = (typeof SCENES)[number];

export interface Scene {
  rows: Row[];
  changed: Row[];
  faults: Fault[];
  working: boolean;
  gateway: string;
  set_up: boolean;
  /** How many lie behind, for the lists. */
  past: number;
}

const HOSTILE_NAMES = [
  '<img src=x onerror="window.__ran=1">',
  '<script>window.__ran=1</script>',
  '"><svg onload=window.__ran=1>',
  '\u202Eанирелакиналаб\u202C Ирина',
  'محمد عبد الله الأنصاري',
  '💈💈💈✂️👩‍👩‍👧‍👦 Зоя 🏳️‍🌈',
  'Я'.repeat(300),
  '   ',
  '{{constructor.constructor("window.__ran=1")()}}',
  'A\u0000B\u200B\u200B\u200BC',
];

function calm(now: number, language: Language): Row[] {
  return [
    make(1, now, language, { client: clients[0]!, due_at: iso(now + 23_400), new_number: true }),
    make(2, now, language, { client: clients[1]!, due_at: iso(now + 27_900), branch_index: 1 }),
  ];
}

function busy(now: number, language: Language): Row[] {
  const edited = make(22, now, language, { client: 'Владислав Ким' });
  const moved = [
    { ...edited.visits[0]!, starts_at: iso(Date.parse(edited.starts_at) + 2 * HOUR), master: 'Ксения' },
  ];
  const old_words =
    edited.text.replace(/\n[^\n]*$/u, '') +
    (language === 'ru' ? '\nЗахватите, пожалуйста, абонемент.' : '\nPlease bring your pass.');
  return [
    ...calm(now, language),
    make(3, now, language, {
      client: clients[2]!,
      due_at: iso(now + 52_000),
      window_ms: 60_000,
      edited_by: 'Мария',
      text:
        written(clients[2] ?? '', make(3, now, language).visits, 'Europe/Moscow', language, 'На Лесной') +
        (language === 'ru'
          ? '\nВход со двора, _третья_ дверь. Схема: https://example.com/map'
          : '\nEntrance from the yard, the _third_ door. Map: https://example.com/map'),
    }),
    make(4, now, language, { client: clients[3]!, held: true, due_at: iso(now + 11_000) }),
    make(5, now, language, {
      client: clients[4]!,
      due_at: iso(now + 74_000),
      window_ms: 90_000,
      draft:
        language === 'ru'
          ? 'Здравствуйте, Екатерина! Ждём вас в *пятницу*, парковка'
          : 'Hello, Ekaterina! We await you on *Friday*, parking',
    }),
    make(6, now, language, {
      client: clients[5]!,
      due_at: iso(now + 81_000),
      window_ms: 90_000,
      editor: { by: 'Оксана', until: iso(now + 10 * MINUTE), mine: false },
    }),
    make(7, now, language, {
      client: clients[6]!,
      due_at: iso(now - 20_000),
      next_try_at: iso(now + 95_000),
      reason: 'cannot_check',
    }),
    make(11, now, language, {
      client: 'Наталья Белова',
      state: 'waiting',
      reason: 'late',
      due_at: iso(now - 11 * MINUTE),
    }),
    make(12, now, language, {
      client: 'Сергей',
      state: 'waiting',
      reason: 'late',
      due_at: iso(now - 9 * MINUTE),
      new_number: true,
    }),
    ...[13, 14, 15].map((id) =>
      make(id, now, language, { state: 'waiting', reason: 'burst', due_at: iso(now - 4 * MINUTE) }),
    ),
    {
      ...edited,
      state: 'waiting' as const,
      reason: 'changed_after_edit',
      text: old_words,
      edited_by: 'Мария',
      visits: moved,
      starts_at: moved[0]!.starts_at,
      proposed_text: written(edited.client, moved, edited.zone, language, edited.branch),
      due_at: iso(now - MINUTE),
    },
    make(17, now, language, {
      client: 'Роман Цой',
      state: 'unknown',
      reason: 'not_found',
      due_at: iso(now - 3 * MINUTE),
      claimed_at: iso(now - 3 * MINUTE),
    }),
    make(18, now, language, {
      client: 'Лидия Ивановна',
      state: 'failed',
      reason: 'no_whatsapp',
      due_at: iso(now - 2 * MINUTE),
      finished_at: iso(now - 2 * MINUTE),
    }),
  ];
}

/** What asks a person since decisions are judged again. */
function again(now: number, language: Language): Row[] {
  const waits = (id: number, reason: string, changes: Partial<Row> = {}) =>
    make(id, now, language, { state: 'waiting', reason, due_at: iso(now - id * MINUTE), ...changes });
  return [
    waits(1, 'restored'),
    waits(2, 'again'),
    waits(3, 'again'),
    waits(4, 'keeps_changing'),
    waits(5, 'burst'),
    waits(6, 'burst'),
    waits(7, 'value_missing', { text: '' }),
    waits(8, 'broken_character', { client: 'Ол\uFFFDга' }),
    ...[9, 10].map((id) => make(id, now, language, { state: 'failed', reason: 'rejected' })),
  ];
}

function hostile(now: number, language: Language): Row[] {
  const texts = [
    '<img src=x onerror="window.__ran=1"> *<b>жирно</b>* javascript:alert(1) https://example.com/<script>',
    'Длинный текст. '.repeat(667).slice(0, 10_000),
    'ى'.repeat(120) + ' *مرحبا* ' + '\u202Eтскет йынтарбо',
    '**__~~``` *не закрыто _совсем ~никак ```',
    '\n\n\n\n\n\n\n\n\n\n*\n_\n~',
    'Словобезпробелов'.repeat(60),
    '💈'.repeat(400),
  ];
  return HOSTILE_NAMES.map((client, i) => {
    const row = make(40 + i, now, language, {
      client,
      due_at: iso(now + 40_000 + i * 3_000),
      window_ms: 90_000,
      made_by: HOSTILE_NAMES[(i + 1) % HOSTILE_NAMES.length] ?? '',
      text: texts[i % texts.length] ?? '',
    });
    const visit = row.visits[0]!;
    visit.master = HOSTILE_NAMES[(i + 3) % HOSTILE_NAMES.length] ?? '';
    visit.services = [
      HOSTILE_NAMES[(i + 5) % HOSTILE_NAMES.length] ?? '',
      '<a href="javascript:window.__ran=1">x</a>',
    ];
    if (i === 2) row.branch = HOSTILE_NAMES[0]!;
    return i === 3 || i === 6
      ? { ...row, state: 'waiting' as const, reason: 'late', due_at: iso(now - 6 * MINUTE) }
      : row;
  });
}

export function scene(name: SceneName, now: number, language: Language): Scene {
  const base: Scene = {
    rows: [],
    changed: [],
    faults: [],
    working: true,
    gateway: 'authorized',
    set_up: true,
    past: 640,
  };
  const text = (which: keyof typeof faults) => faults[which][language];
  switch (name) {
    case 'busy':
      return {
        ...base,
        rows: busy(now, language),
        changed: [
          make(31, now, language, {
            client: 'Алёна Ткач',
            state: 'read',
            changed_after_sent: 'moved',
            due_at: iso(now - 50 * MINUTE),
            accepted_at: iso(now - 50 * MINUTE),
            delivered_at: iso(now - 50 * MINUTE),
            read_at: iso(now - 44 * MINUTE),
          }),
        ],
      };
    case 'again':
      return { ...base, rows: again(now, language) };
    case 'calm':
      return { ...base, rows: calm(now, language) };
    case 'offline':
      return {
        ...base,
        rows: [
          ...calm(now, language).map((row, i) => ({
            ...row,
            reason: 'cannot_check',
            due_at: iso(now - 30_000 - i * 9_000),
            next_try_at: iso(now + 18_000 + i * 7_000),
          })),
          make(11, now, language, { state: 'waiting', reason: 'late', due_at: iso(now - 11 * MINUTE) }),
        ],
        faults: [
          {
            subject: 'branch:962302',
            code: 'offline',
            ...text('offline'),
            detail: 'connect: network is unreachable (os error 101)',
            since: iso(now - 12 * MINUTE),
            title: 'На Лесной',
            passing: true,
          },
          {
            subject: 'gateway',
            code: 'not_authorized',
            ...text('unlinked'),
            detail: 'stateInstance=notAuthorized',
            since: iso(now - 3 * MINUTE),
            title: '',
            passing: false,
          },
        ],
        gateway: 'notAuthorized',
      };
    case 'stopped':
      return { ...base, rows: calm(now, language), working: false };
    case 'first-run':
      return { ...base, set_up: false, working: false, past: 0, gateway: '' };
    case 'hostile':
      return { ...base, rows: hostile(now, language) };
    case 'many':
      return {
        ...base,
        rows: Array.from({ length: 120 }, (_, i) =>
          i % 10 === 7
            ? make(200 + i, now, language, {
                state: 'waiting',
                reason: 'burst',
                due_at: iso(now - 5 * MINUTE),
              })
            : make(200 + i, now, language, {
                due_at: iso(now + 30_000 + i * 3_000),
                window_ms: 30_000 + i * 3_000,
                branch_index: i % 2,
              }),
        ),
        past: 100_000,
      };
    case 'empty':
    case 'loading':
    case 'broken':
      return base;
  }
}
