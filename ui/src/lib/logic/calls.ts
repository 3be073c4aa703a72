// What a person takes to the telephone: a line a client.

import type { Row } from '$lib/backend/contract';

/** «Ирина Петрова, +7 916 123-45-67, чт, 14 авг, 15:00» a line, each number and visit once. */
export function call_list(rows: Row[], name: (row: Row) => string, visit: (row: Row) => string): string {
  const lines = rows
    .filter((row) => row.phone !== '')
    .map((row) => `${name(row)}, ${row.phone_shown || row.phone}, ${visit(row)}`);
  return [...new Set(lines)].join('\n');
}
