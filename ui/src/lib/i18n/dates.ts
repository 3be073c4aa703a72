// Dates as the desk reads them: in the branch's zone, 24-hour. «чт, 14 авг, 15:00».

import type { Language } from '$lib/backend/contract';

const names = {
  ru: {
    weekdays: ['вс', 'пн', 'вт', 'ср', 'чт', 'пт', 'сб'],
    weekdays_long: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
    months: ['янв', 'фев', 'мар', 'апр', 'мая', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'],
    months_long: [
      'января',
      'февраля',
      'марта',
      'апреля',
      'мая',
      'июня',
      'июля',
      'августа',
      'сентября',
      'октября',
      'ноября',
      'декабря',
    ],
  },
  en: {
    weekdays: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
    weekdays_long: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
    months_long: [
      'January',
      'February',
      'March',
      'April',
      'May',
      'June',
      'July',
      'August',
      'September',
      'October',
      'November',
      'December',
    ],
  },
} as const;

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format_in(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const options: Intl.DateTimeFormatOptions = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    };
    try {
      format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    } catch {
      // A zone this web view does not know: UTC is wrong by hours but never throws the row away.
      format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
    }
    formats.set(zone, format);
  }
  return format;
}

/** The wall clock of an instant in a zone; null when the instant cannot be read. */
export function wall(instant: string | number, zone: string): Parts | null {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return null;
  const found: Record<string, number> = {};
  for (const part of format_in(zone).formatToParts(date)) {
    if (part.type !== 'literal') found[part.type] = Number(part.value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
  };
}

const two = (n: number) => String(n).padStart(2, '0');

/** «15:00» */
export function time(instant: string | number, zone: string): string {
  const at = wall(instant, zone);
  return at ? `${two(at.hour)}:${two(at.minute)}` : '';
}

/** «чт, 14 авг» */
export function day(instant: string | number, zone: string, language: Language): string {
  const at = wall(instant, zone);
  if (!at) return '';
  const { weekdays, months } = names[language];
  return `${weekdays[at.weekday]}, ${at.day} ${months[at.month - 1]}`;
}

/** «чт, 14 авг, 15:00» */
export function day_time(instant: string | number, zone: string, language: Language): string {
  const date = day(instant, zone, language);
  return date && `${date}, ${time(instant, zone)}`;
}

/** «четверг, 14 августа» from `2026-08-14` */
export function long_day(iso: string, language: Language): string {
  const [year = 0, month = 1, date = 1] = iso.split('-').map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, date)).getUTCDay();
  const { weekdays_long, months_long } = names[language];
  return `${weekdays_long[weekday]}, ${date} ${months_long[month - 1]}`;
}

/** `2026-08-14`: the day of an instant in a zone. */
export function iso_day(instant: string | number, zone: string): string {
  const at = wall(instant, zone);
  return at ? `${at.year}-${two(at.month)}-${two(at.day)}` : '';
}

/** `2026-08-14` and so many days on. */
export function add_days(iso: string, days: number): string {
  const [year = 0, month = 1, date = 1] = iso.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** Whole days from one instant's day to another's, as a calendar on the wall of that zone counts them. */
export function days_between(from: string | number, to: string | number, zone: string): number {
  const a = wall(from, zone);
  const b = wall(to, zone);
  if (!a || !b) return Number.NaN;
  return Math.round(
    (Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / 86_400_000,
  );
}

/** The next midnight of a zone, in milliseconds. */
export function next_midnight(now: number, zone: string): number {
  const at = wall(now, zone);
  if (!at) return now;
  const wanted = Date.UTC(at.year, at.month - 1, at.day + 1);
  // The zone's offset is looked up twice: it may change during the night.
  let guess = wanted;
  for (let turn = 0; turn < 3; turn += 1) {
    const seen = wall(guess, zone);
    if (!seen) return now;
    const shown = Date.UTC(seen.year, seen.month - 1, seen.day, seen.hour, seen.minute, seen.second);
    if (shown === wanted) break;
    guess += wanted - shown;
  }
  return guess;
}
