import { expect, it } from 'vitest';
import { add_days, day_time, days_between, iso_day, long_day, next_midnight, time } from './dates';

const AT = '2025-08-14T12:00:00Z';

it('writes a visit in the zone of its branch, 24-hour', () => {
  expect(day_time(AT, 'Europe/Moscow', 'ru')).toBe('чт, 14 авг, 15:00');
  expect(day_time(AT, 'Europe/Moscow', 'en')).toBe('Thu, 14 Aug, 15:00');
  expect(day_time(AT, 'Asia/Yekaterinburg', 'ru')).toBe('чт, 14 авг, 17:00');
  expect(day_time('2025-08-14T21:05:00Z', 'Europe/Moscow', 'ru')).toBe('пт, 15 авг, 00:05');
});

it('shows nothing for what is no instant, and UTC for an unknown zone', () => {
  expect(day_time('', 'Europe/Moscow', 'ru')).toBe('');
  expect(time(AT, 'Mars/Olympus')).toBe('12:00');
});

it('knows the day on the wall and counts days by it', () => {
  expect(iso_day('2025-12-31T22:00:00Z', 'Europe/Moscow')).toBe('2026-01-01');
  expect(days_between('2025-08-14T20:30:00Z', '2025-08-14T21:30:00Z', 'Europe/Moscow')).toBe(1);
  expect(add_days('2026-02-28', 1)).toBe('2026-03-01');
  expect(long_day('2026-08-13', 'ru')).toBe('четверг, 13 августа');
});

it('finds the next midnight of a zone, also in the night its clocks change', () => {
  expect(new Date(next_midnight(Date.parse(AT), 'Europe/Moscow')).toISOString()).toBe(
    '2025-08-14T21:00:00.000Z',
  );
  expect(new Date(next_midnight(Date.parse('2025-10-25T12:00:00Z'), 'Europe/Berlin')).toISOString()).toBe(
    '2025-10-25T22:00:00.000Z',
  );
  expect(new Date(next_midnight(Date.parse('2025-10-26T12:00:00Z'), 'Europe/Berlin')).toISOString()).toBe(
    '2025-10-26T23:00:00.000Z',
  );
});
