// The words of the chosen language. `t().queue.title` in a template follows the language by itself.

import type { Language } from '$lib/backend/contract';
import * as dates from './dates';
import { en } from './en';
import { number as grouped } from './plural';
import { ru, type Words } from './ru';

export type { Words } from './ru';

const all: Record<Language, Words> = { ru, en };
const chosen = $state<{ language: Language }>({ language: 'ru' });

export function t(): Words {
  return all[chosen.language];
}

export function language(): Language {
  return chosen.language;
}

export function set_language(to: Language): void {
  chosen.language = to;
  if (typeof document !== 'undefined') document.documentElement.lang = to;
}

export const fmt = {
  time: dates.time,
  day: (instant: string | number, zone: string) => dates.day(instant, zone, chosen.language),
  day_time: (instant: string | number, zone: string) => dates.day_time(instant, zone, chosen.language),
  long_day: (iso: string) => dates.long_day(iso, chosen.language),
  number: (n: number) => grouped(chosen.language, n),
};
