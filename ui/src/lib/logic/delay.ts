// How long a message waits before it goes out: as people write it, and as it is shown.

import type { Delay, Language } from '$lib/backend/contract';

export const MAX_DELAY_MS = 30 * 60_000;
/** What is offered with one click; anything else is typed. */
export const PRESETS_MS = [15_000, 30_000, 60_000, 120_000, 300_000];

const SECONDS = /^(?:с|сек|секунд[аыу]?|s|sec|seconds?)\.?$/u;
const MINUTES = /^(?:м|мин|минут[аыу]?|m|min|minutes?)\.?$/u;

/** `45`, `45 с`, `1:30`, `2 мин`, `1 мин 30 с`, `1,5 мин` → milliseconds. A bare number is seconds. Null: unreadable. */
export function parse_span(typed: string): number | null {
  const text = typed.trim().toLowerCase().replaceAll(',', '.');
  const clock = /^(\d{1,3}):([0-5]\d)$/u.exec(text);
  if (clock) return (Number(clock[1]) * 60 + Number(clock[2])) * 1000;
  if (!/^(?:\d+(?:\.\d+)?\s*\p{L}*\.?\s*)+$/u.test(text)) return null;
  let total = 0;
  let before = Infinity;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*(\p{L}*\.?)/gu)) {
    const size = unit === '' || SECONDS.test(unit) ? 1 : MINUTES.test(unit) ? 60 : 0;
    // An unknown word, or units that do not go down, is not a length of time.
    if (size === 0 || size >= before) return null;
    before = size;
    total += Number(amount) * size;
  }
  return Math.round(total * 1000);
}

/** A delay that is allowed, from what was typed; null when it is unreadable, or over half an hour. */
export function parse_delay(typed: string): number | null {
  const ms = parse_span(typed);
  return ms !== null && ms <= MAX_DELAY_MS ? ms : null;
}

const units: Record<Language, { s: string; m: string }> = {
  ru: { s: 'с', m: 'мин' },
  en: { s: 's', m: 'min' },
};

/** «45 с», «2 мин», «1 мин 30 с»; under a second with its fraction. What it writes, `parse_span` reads. */
export function show_span(ms: number, language: Language): string {
  const { s, m } = units[language];
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const written = language === 'ru' ? String(seconds).replace('.', ',') : String(seconds);
  if (minutes === 0) return `${written}\u00a0${s}`;
  return seconds === 0 ? `${minutes}\u00a0${m}` : `${minutes}\u00a0${m} ${written}\u00a0${s}`;
}

export type DelayKind = 'at_once' | 'manual' | 'preset' | 'other';

export function kind_of(delay: Delay): DelayKind {
  if (delay === 'manual') return 'manual';
  if (delay === 0) return 'at_once';
  return PRESETS_MS.includes(delay) ? 'preset' : 'other';
}
