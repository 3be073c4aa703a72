// What another choice of the bot's users would do, in sentences.

import type { BotsPreview } from '$lib/backend/contract';
import type { Words } from '$lib/i18n/index.svelte';

/** More that come right at once wait for a person. */
const BURST = 5;

/** One sentence or a few: what comes back and how, what does not go, what is made anew. */
export function touched(preview: BotsPreview, words: Words['settings']['branches']['touched']): string[] {
  const { back, leaving, withdrawn, remade } = preview;
  const said: string[] = [];
  if (back > 0) {
    said.push(words.back(back));
    if (leaving === back) said.push(words.all_leave(back));
    else if (leaving > 0) said.push(words.some_leave(leaving));
    else said.push(back > BURST ? words.too_many : words.none_leave(back));
  }
  if (withdrawn > 0) said.push(words.withdrawn(withdrawn));
  if (remade > 0) said.push(words.remade(remade));
  return said.length > 0 ? said : [words.nothing];
}
