// Today, history and overview over rows that are made only when they are looked at.

import type { ListFilter, ListPage, ListQuery, Overview, Row, State } from '../contract';
import { add_days, iso_day } from '../../i18n/dates';
import { past_age, past_client, past_state, phone } from './data';
import type { FakeDesk } from './desk';

const SENT: State[] = ['accepted', 'delivered', 'read', 'undelivered'];
const ZONE = 'Europe/Moscow';

function fits(state: State, filter: ListFilter): boolean {
  switch (filter) {
    case 'all':
      return state !== 'skipped';
    case 'sent':
      return SENT.includes(state);
    case 'not_sent':
      return state === 'cancelled' || state === 'expired' || state === 'failed';
    case 'call':
      return state === 'undelivered' || state === 'failed';
    default:
      return state === filter;
  }
}

interface Found {
  key: number;
  row: () => Row;
}

function find(desk: FakeDesk, query: ListQuery): Found[] {
  const wanted = query.search.trim().toLocaleLowerCase('ru');
  const wanted_digits = wanted.replace(/[\s()+-]/gu, '');
  const named = (client: string, number: string) =>
    wanted === '' ||
    client.toLocaleLowerCase('ru').includes(wanted) ||
    (/^\d+$/u.test(wanted_digits) && number.includes(wanted_digits));
  const out: Found[] = [];
  for (const row of desk.rows.values()) {
    const day = iso_day(row.enqueued_at, ZONE);
    if (day < query.from || day > query.to) continue;
    if (
      row.state === 'queued' ||
      row.state === 'sending' ||
      row.state === 'waiting' ||
      row.state === 'unknown'
    )
      continue;
    if (fits(row.state, query.filter) && named(row.client, row.phone)) {
      out.push({
        key: Date.parse(row.accepted_at ?? row.finished_at ?? row.enqueued_at),
        row: () => desk.shown(row),
      });
    }
  }
  const from = Date.parse(`${query.from}T00:00:00+03:00`);
  const to = Date.parse(`${add_days(query.to, 1)}T00:00:00+03:00`);
  for (let i = 0; i < desk.past_count; i += 1) {
    const at = desk.started - past_age(i);
    if (at < from) break;
    if (at >= to || desk.back.has(i)) continue;
    if (fits(past_state(i), query.filter) && named(past_client(i), phone(i % 9000).phone)) {
      out.push({ key: at, row: () => desk.shown(desk.past(i)) });
    }
  }
  return out.sort((a, b) => b.key - a.key);
}

export async function list(desk: FakeDesk, query: ListQuery): Promise<ListPage> {
  await Promise.resolve();
  const all = find(desk, query);
  const begin = query.after === null ? 0 : Number(query.after);
  const end = begin + Math.min(200, query.limit);
  return {
    rows: all.slice(begin, end).map((found) => found.row()),
    total: all.length,
    next: end < all.length ? String(end) : null,
  };
}

export async function overview(desk: FakeDesk): Promise<Overview> {
  await Promise.resolve();
  const today = iso_day(desk.clock.now(), ZONE);
  const counts = desk.desk().counts;
  const rows = desk.today();
  const day_of = (back: number) => {
    const sent =
      back === 0
        ? counts.sent_today
        : desk.past_count === 0
          ? 0
          : 24 + ((back * 7) % 19) - (back % 7 === 3 ? 14 : 0);
    const undelivered =
      back === 0
        ? counts.undelivered_today
        : desk.past_count === 0
          ? 0
          : back % 4 === 1
            ? 2
            : back % 3 === 0
              ? 1
              : 0;
    return { day: add_days(today, -back), sent, delivered: Math.max(0, sent - undelivered), undelivered };
  };
  return {
    today,
    sent: counts.sent_today,
    delivered: counts.delivered_today,
    read: rows.filter((row) => row.state === 'read').length,
    undelivered: counts.undelivered_today,
    needs_you: counts.waiting,
    skipped: counts.skipped_today,
    days: Array.from({ length: 14 }, (_, i) => day_of(13 - i)),
    queue_age_s: desk.faults.length > 0 ? 11 * 60 : 0,
    requests_waiting: 0,
    stops: desk.stops,
    aside: desk.aside.join(', '),
    aside_last: desk.aside.length,
  };
}
