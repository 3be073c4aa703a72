// The days a list is about.

import { add_days } from '../i18n/dates';

export interface Period {
  from: string;
  to: string;
}

export type Preset = 'yesterday' | 'week' | 'month' | 'year';
export const PRESETS: Preset[] = ['yesterday', 'week', 'month', 'year'];

/** The days that a preset names; today is the last of all but `yesterday`. */
export function preset(kind: Preset, today: string): Period {
  switch (kind) {
    case 'yesterday':
      return { from: add_days(today, -1), to: add_days(today, -1) };
    case 'week':
      return { from: add_days(today, -6), to: today };
    case 'month':
      return { from: add_days(today, -29), to: today };
    case 'year':
      return { from: add_days(today, -364), to: today };
  }
}

/** Which preset these days are, if any. */
export function preset_of(period: Period, today: string): Preset | null {
  return (
    PRESETS.find((kind) => {
      const { from, to } = preset(kind, today);
      return from === period.from && to === period.to;
    }) ?? null
  );
}

/** Both days are there, and in order. */
export function is_period(period: Period): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(period.from) && /^\d{4}-\d{2}-\d{2}$/u.test(period.to)
    ? period.from <= period.to
    : false;
}
