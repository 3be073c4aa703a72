// What the one polite voice says. Several things at once become one sentence each kind.

import type { State } from '$lib/backend/contract';
import type { Words } from '$lib/i18n/index.svelte';

export type Happening =
  | { kind: 'new'; client: string; time: string; seconds: number }
  | { kind: 'needs'; client: string }
  | { kind: 'soon'; client: string }
  | { kind: 'result'; client: string; state: State }
  | { kind: 'text'; text: string };

/** Results first, then what needs a person, then what is about to go, then what is new. */
export function sentence(all: Happening[], words: Words): string {
  const say = words.queue.say;
  const out: string[] = [];
  for (const each of all) if (each.kind === 'text' && !out.includes(each.text)) out.push(each.text);

  const results = new Map<State, string[]>();
  for (const each of all) {
    if (each.kind === 'result') results.set(each.state, [...(results.get(each.state) ?? []), each.client]);
  }
  for (const [state, clients] of results) {
    out.push(
      clients.length === 1
        ? say.result_one(clients[0] ?? '', words.state[state])
        : say.result_many(clients.length, words.state[state]),
    );
  }
  const of = <K extends Happening['kind']>(kind: K) =>
    all.filter((each): each is Extract<Happening, { kind: K }> => each.kind === kind);

  const needs = of('needs');
  if (needs.length === 1) out.push(say.needs_one(needs[0]!.client));
  else if (needs.length > 1) out.push(say.needs_many(needs.length));

  const soon = of('soon');
  if (soon.length === 1) out.push(say.soon_one(soon[0]!.client));
  else if (soon.length > 1) out.push(say.soon_many(soon.length));

  const fresh = of('new');
  if (fresh.length === 1) out.push(say.new_one(fresh[0]!.client, fresh[0]!.time, fresh[0]!.seconds));
  else if (fresh.length > 1) out.push(say.new_many(fresh.length));
  return out.join(' ');
}
