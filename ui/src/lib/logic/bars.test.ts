import { expect, test } from 'vitest';
import { bars } from './bars';

const day = (sent: number, delivered: number, undelivered: number) => ({
  day: '2026-03-01',
  sent,
  delivered,
  undelivered,
});

test('the parts of a bar stand on each other and on the ground', () => {
  const [bar] = bars([day(10, 6, 1)], 100, 118).bars;
  expect(bar?.parts.map((part) => part.kind)).toEqual(['delivered', 'on_way', 'undelivered']);
  expect(bar?.parts.map((part) => part.height)).toEqual([60, 30, 10]);
  expect(bar?.parts[0]).toMatchObject({ y: 58 });
  expect(bar?.top).toBe(18);
});

test('a day without messages has no bar, and a single one can be seen beside a thousand', () => {
  const { bars: drawn } = bars([day(0, 0, 0), day(1, 0, 1), day(1000, 1000, 0)], 300, 118);
  expect(drawn[0]?.parts).toEqual([]);
  expect(drawn[1]?.parts[0]?.height).toBe(2);
});

test('figures that do not fit together draw no bar outside the picture', () => {
  const [bar] = bars([day(3, 5, 2)], 100, 118).bars;
  expect(bar?.top).toBeCloseTo(18);
});
