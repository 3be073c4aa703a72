import { describe, expect, test } from 'vitest';
import type { Row } from '$lib/backend/contract';
import { call_list } from './calls';
import { is_period, preset, preset_of, PRESETS } from './periods';

describe('the days of a list', () => {
  test('a preset is known again by its days', () => {
    for (const kind of PRESETS) {
      expect(preset_of(preset(kind, '2026-03-01'), '2026-03-01')).toBe(kind);
    }
    expect(preset_of({ from: '2026-02-02', to: '2026-02-03' }, '2026-03-01')).toBeNull();
  });

  test('a week has seven days, over the end of a month too', () => {
    expect(preset('week', '2026-03-03')).toEqual({ from: '2026-02-25', to: '2026-03-03' });
  });

  test('days in the wrong order, or a day that is missing, are no period', () => {
    expect(is_period({ from: '2026-03-02', to: '2026-03-01' })).toBe(false);
    expect(is_period({ from: '', to: '2026-03-01' })).toBe(false);
    expect(is_period({ from: '2026-03-01', to: '2026-03-01' })).toBe(true);
  });
});

test('the call list has a line a client, and none without a number', () => {
  const row = (client: string, phone: string) => ({ client, phone, phone_shown: phone }) as Row;
  const rows = [row('Ирина', '+79161234567'), row('Пётр', ''), row('Ирина', '+79161234567')];
  expect(
    call_list(
      rows,
      (each) => each.client,
      () => '15:00',
    ),
  ).toBe('Ирина, +79161234567, 15:00');
});
