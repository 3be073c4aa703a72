// Which message the small window shows.

import type { Row } from '$lib/backend/contract';

/** Goes out by itself unless somebody does something. */
export function counting(row: Row): boolean {
  return row.state === 'queued' && !row.held && !row.editor && !row.next_try_at;
}

/** The one shown stays while anything can be seen of it: clicks meant for it must not hit another. */
export function next_shown(rows: Row[], shown: number | null): Row | null {
  const present = rows.find((row) => row.id === shown);
  if (present && (counting(present) || present.state === 'sending' || present.state === 'cancelled'))
    return present;
  const due = rows
    .filter(counting)
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id);
  return due[0] ?? null;
}
