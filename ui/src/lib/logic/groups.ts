// Where a row stands on the queue's page, and in which order; and how it keeps its place under a hand.

import type { Act, Row } from '$lib/backend/contract';

export type Kind =
  | 'unknown'
  | 'changed_after_edit'
  | 'restored'
  | 'again'
  | 'taken_back'
  | 'keeps_changing'
  | 'stop_unclear'
  | 'told_elsewhere'
  | 'late'
  | 'burst'
  | 'old'
  | 'settings_changed'
  | 'text_failed'
  | 'value_missing'
  | 'broken_character'
  | 'begins_first'
  | 'quiet_hours'
  | 'failed'
  | 'manual'
  | 'other'
  | 'changed_after_sent';

/** The order of the groups that need a person: the least certain first. */
export const KINDS: Kind[] = [
  'unknown',
  'changed_after_edit',
  'restored',
  'again',
  'taken_back',
  'keeps_changing',
  'stop_unclear',
  'told_elsewhere',
  'late',
  'burst',
  'old',
  'settings_changed',
  'text_failed',
  'value_missing',
  'broken_character',
  'begins_first',
  'quiet_hours',
  'failed',
  'manual',
  'other',
  'changed_after_sent',
];

/** `coming`: goes out by itself. Else what a person must decide. */
export function place(row: Row): Kind | 'coming' {
  if (row.changed_after_sent) return 'changed_after_sent';
  if (row.state === 'unknown') return 'unknown';
  if (row.state === 'failed') return 'failed';
  if (row.state === 'waiting') return KINDS.includes(row.reason as Kind) ? (row.reason as Kind) : 'other';
  return 'coming';
}

/** What can be said for a whole group at once. Where words have to be read or written first, not that they may go. */
export const IN_BULK: Record<Kind, Act[]> = {
  unknown: ['arrived', 'again', 'drop'],
  changed_after_edit: ['send_now', 'cancel'],
  restored: ['send_now', 'cancel'],
  again: ['send_now', 'cancel'],
  taken_back: ['send_now', 'cancel'],
  keeps_changing: ['send_now', 'cancel'],
  stop_unclear: ['send_now', 'cancel'],
  told_elsewhere: ['send_now', 'cancel'],
  late: ['send_now', 'cancel'],
  burst: ['release', 'send_now', 'cancel'],
  old: ['send_now', 'cancel'],
  settings_changed: ['send_now', 'cancel'],
  text_failed: ['cancel'],
  value_missing: ['cancel'],
  broken_character: ['cancel'],
  begins_first: ['send_now', 'cancel'],
  quiet_hours: ['send_now', 'cancel'],
  failed: ['send_now', 'cancel'],
  manual: ['release', 'send_now', 'cancel'],
  other: ['send_now', 'cancel'],
  changed_after_sent: ['resend', 'seen'],
};

/** One row as the page shows it. */
export interface Item {
  row: Row;
  place: Kind | 'coming';
  /** It left the queue at this instant; its place is kept for a moment. Null while it is there. */
  gone_at: number | null;
}

/** So long a row that left keeps its place, so that nothing slides under the pointer. */
export const STAY_MS = 5_000;

const rank = (item: Pick<Item, 'place'>) =>
  item.place === 'coming' ? KINDS.length : KINDS.indexOf(item.place);
const by_time = (a: Item, b: Item) =>
  rank(a) - rank(b) || Date.parse(a.row.due_at) - Date.parse(b.row.due_at) || a.row.id - b.row.id;

/**
 * What to show after the desk told its rows.
 *
 * `still`: a hand is at work (pointer or keys), so nobody moves: rows keep their order and group, those that
 * left stay, and a new one is shown only where it pushes nothing down. A cancelled row keeps its group in any case.
 */
export function settle(shown: Item[], rows: Row[], now: number, still: boolean): Item[] {
  const before = new Map(shown.map((item) => [item.row.id, item]));
  const present = new Set(rows.map((row) => row.id));
  const items: Item[] = rows.map((row) => {
    const was = before.get(row.id);
    const stays = was && was.gone_at === null && (still || row.state === 'cancelled');
    return { row, place: stays ? was.place : place(row), gone_at: null };
  });
  const fresh = items.filter((item) => !before.has(item.row.id));
  const kept = items.filter((item) => before.has(item.row.id));
  for (const item of shown) {
    if (present.has(item.row.id)) continue;
    const gone_at = item.gone_at ?? now;
    if (still || now - gone_at < STAY_MS) kept.push({ ...item, gone_at });
  }
  if (!still) return [...kept, ...fresh].sort(by_time);

  const order = new Map(shown.map((item, i) => [item.row.id, i]));
  const out = kept.sort((a, b) => (order.get(a.row.id) ?? 0) - (order.get(b.row.id) ?? 0));
  for (const item of fresh.sort(by_time)) {
    const last = out.at(-1);
    if (!last || by_time(last, item) <= 0) out.push(item);
  }
  return out;
}
