// Watches the desk and says what happened: new messages, ten seconds before one goes, and what became of it.

import { untrack } from 'svelte';
import { fmt } from '$lib/i18n/index.svelte';
import { happenings, soon } from '$lib/logic/happenings';
import { app } from './app.svelte';
import { clock } from './clock.svelte';
import { recent } from './recent.svelte';
import { voice } from './voice.svelte';
import type { Row } from '$lib/backend/contract';

/** Call once, in the main window. */
export function events(): void {
  let before: Row[] | null = null;
  const warned = new Set<string>();

  $effect(() => {
    const rows = app.desk?.rows;
    if (!rows) return;
    untrack(() => {
      if (before) {
        const told = happenings(
          before,
          rows,
          clock.exact(),
          (row) => app.name(row),
          (row) => fmt.time(row.starts_at, row.zone),
        );
        voice.tell(...told.now);
        if (told.gone.length > 0) void tell_results(told.gone);
      }
      before = rows;
    });
  });

  $effect(() => {
    const rows = app.desk?.rows ?? [];
    if (app.desk?.pause || !app.desk?.working) return;
    for (const row of soon(rows, clock.now)) {
      const key = `${row.id}:${row.due_at}`;
      if (warned.has(key)) continue;
      warned.add(key);
      voice.tell({ kind: 'soon', client: app.name(row) });
    }
  });

  const counting = $derived(app.desk?.rows.some((row) => row.state === 'queued' && !row.held) ?? false);
  $effect(() => (counting ? clock.watch() : undefined));
}

/** A row that was on its way has left the queue: what it became is read, never guessed. */
async function tell_results(gone: Row[]): Promise<void> {
  await recent.read();
  for (const row of gone) {
    const now = recent.rows.find((each) => each.id === row.id);
    if (now) voice.tell({ kind: 'result', client: app.name(now), state: now.state });
  }
}
