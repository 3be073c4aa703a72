// What changed between two looks at the desk.

import type { Row } from '$lib/backend/contract';
import type { Happening } from './announce';
import { seconds_left } from './countdown';

const NEEDS = ['waiting', 'unknown', 'failed'];

/** `now` can be said at once; `gone` left the queue and what they became must be looked up. */
export function happenings(
  before: Row[],
  after: Row[],
  at: number,
  name: (row: Row) => string,
  time: (row: Row) => string,
): { now: Happening[]; gone: Row[] } {
  const old = new Map(before.map((row) => [row.id, row]));
  const now: Happening[] = [];
  for (const row of after) {
    const was = old.get(row.id);
    if (!was && row.state === 'queued') {
      now.push({ kind: 'new', client: name(row), time: time(row), seconds: seconds_left(row.due_at, at) });
    } else if (row.state === 'cancelled' && was?.state !== 'cancelled') {
      now.push({ kind: 'result', client: name(row), state: 'cancelled' });
    } else if (NEEDS.includes(row.state) && was?.state !== row.state) {
      now.push(
        was && row.state !== 'waiting'
          ? { kind: 'result', client: name(row), state: row.state }
          : { kind: 'needs', client: name(row) },
      );
    }
  }
  const present = new Set(after.map((row) => row.id));
  const gone = before.filter((row) => !present.has(row.id) && row.state !== 'cancelled');
  return { now, gone };
}

/** Those that go by themselves within ten seconds and had more than that to begin with. */
export function soon(rows: Row[], at: number): Row[] {
  return rows.filter((row) => {
    if (row.state !== 'queued' || row.held || row.editor || row.window_ms <= 12_000) return false;
    const left = Date.parse(row.due_at) - at;
    return left > 0 && left <= 10_000;
  });
}
