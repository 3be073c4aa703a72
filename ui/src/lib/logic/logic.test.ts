import { describe, expect, it } from 'vitest';
import { ManualClock } from '$lib/backend/fake/clock';
import { make } from '$lib/backend/fake/data';
import table from '$lib/backend/fake/offered.json';
import type { Row } from '$lib/backend/contract';
import { en } from '$lib/i18n/en';
import { ru } from '$lib/i18n/ru';
import { sentence } from './announce';
import { counting, next_shown } from './corner';
import { digits, part_left, seconds_left } from './countdown';
import { diff } from './diff';
import { IN_BULK, KINDS, place, settle, STAY_MS } from './groups';
import { happenings, soon } from './happenings';
import { digit, letter } from './keys';
import { runs } from './markup';
import { after_leaving, extend, NOTHING, prune, toggle } from './selection';

const NOW = new ManualClock().now();
const iso = (ms: number) => new Date(NOW + ms).toISOString();
const row = (id: number, changes: Partial<Row> = {}) =>
  make(id, NOW, 'ru', { due_at: iso(id * 1000), ...changes });

describe('a countdown', () => {
  it('reaches nought only when the time has come', () => {
    expect(seconds_left(iso(1), NOW)).toBe(1);
    expect(seconds_left(iso(23_001), NOW)).toBe(24);
    expect(seconds_left(iso(0), NOW)).toBe(0);
    expect(seconds_left(iso(-5000), NOW)).toBe(0);
    expect(seconds_left('nonsense', NOW)).toBe(0);
  });

  it('is written in minutes and seconds, with hours where there are any', () => {
    expect([0, 9, 60, 725, 3723].map(digits)).toEqual(['0:00', '0:09', '1:00', '12:05', '1:02:03']);
  });

  it('shows what part of its window is left, never more than all', () => {
    expect(part_left(iso(15_000), 30_000, NOW)).toBe(0.5);
    expect(part_left(iso(60_000), 30_000, NOW)).toBe(1);
    expect(part_left(iso(5_000), 0, NOW)).toBe(0);
  });
});

describe('the marks of WhatsApp', () => {
  const shown = (text: string) =>
    runs(text).map((run) => [run.text, run.marks.join('+') + (run.link ? '@' : '')]);

  it('become bold, italic, struck and mono', () => {
    expect(shown('a *b* _c_ ~d~ ```e *f*```')).toEqual([
      ['a ', ''],
      ['b', 'bold'],
      [' ', ''],
      ['c', 'italic'],
      [' ', ''],
      ['d', 'strike'],
      [' ', ''],
      ['e *f*', 'mono'],
    ]);
  });

  it('nest', () => {
    expect(shown('*жирно _и косо_*')).toEqual([
      ['жирно ', 'bold'],
      ['и косо', 'bold+italic'],
    ]);
  });

  it('stay signs where they are no marks', () => {
    for (const text of ['2*3*4', 'snake_case_name', '* a *', '*незакрыто', '***', '```', '*через\nстроку*']) {
      expect(shown(text)).toEqual([[text, '']]);
    }
  });

  it('show an address as one, and never HTML as anything but text', () => {
    expect(shown('см. https://example.com/a?b=1.')).toEqual([
      ['см. ', ''],
      ['https://example.com/a?b=1', '@'],
      ['.', ''],
    ]);
    expect(shown('<img src=x onerror=alert(1)> javascript:alert(1)')).toEqual([
      ['<img src=x onerror=alert(1)> javascript:alert(1)', ''],
    ]);
  });

  it('lose no character, whatever the text is', () => {
    const strange = ['*_~```*_~', '**a** __b__', '~*_x_*~!', 'a```b```c```d', '_*https://x.y/z*_'];
    for (const text of strange) {
      const marks = /[*_~`]/gu;
      const left = runs(text)
        .map((run) => run.text)
        .join('');
      expect(left.replaceAll(marks, '')).toBe(text.replaceAll(marks, ''));
    }
  });

  it('are quick on ten thousand signs of the worst kind', () => {
    const begun = performance.now();
    runs('*a _b ~c '.repeat(1111));
    expect(performance.now() - begun).toBeLessThan(1500);
  });
});

describe('a difference', () => {
  it('marks words, not letters', () => {
    expect(diff('в 12:00 у Анны', 'в 14:00 у Ксении')).toEqual([
      { text: 'в ', kind: 'same' },
      { text: '12', kind: 'removed' },
      { text: '14', kind: 'added' },
      { text: ':00 у ', kind: 'same' },
      { text: 'Анны', kind: 'removed' },
      { text: 'Ксении', kind: 'added' },
    ]);
  });

  it('gives both texts back', () => {
    const pairs: [string, string][] = [
      ['', 'a b'],
      ['a b c', ''],
      ['x y z', 'y z q'],
      ['слово '.repeat(400), 'другое '.repeat(400)],
    ];
    for (const [before, after] of pairs) {
      const pieces = diff(before, after);
      const of = (skip: string) =>
        pieces
          .filter((piece) => piece.kind !== skip)
          .map((piece) => piece.text)
          .join('');
      expect(of('added')).toBe(before);
      expect(of('removed')).toBe(after);
    }
  });
});

describe('what is said', () => {
  it('names one, and counts several', () => {
    expect(sentence([{ kind: 'new', client: 'Ирина', time: '15:00', seconds: 30 }], ru)).toBe(
      'Новое сообщение: Ирина, 15:00. 30 секунд.',
    );
    const three = ['Ирина', 'Максим', 'Ася'].map((client) => ({
      kind: 'new' as const,
      client,
      time: '15:00',
      seconds: 30,
    }));
    expect(sentence(three, ru)).toBe('3 новых сообщения в очереди.');
    expect(sentence(three, en)).toBe('3 new messages in the queue.');
  });

  it('says results before what is new, and each text once', () => {
    expect(
      sentence(
        [
          { kind: 'new', client: 'Ася', time: '12:00', seconds: 21 },
          { kind: 'result', client: 'Ирина', state: 'accepted' },
          { kind: 'text', text: 'Готово.' },
          { kind: 'text', text: 'Готово.' },
        ],
        ru,
      ),
    ).toBe('Готово. Ирина: принято. Новое сообщение: Ася, 12:00. 21 секунда.');
  });

  it('merges results of one kind', () => {
    const two = ['a', 'b'].map((client) => ({
      kind: 'result' as const,
      client,
      state: 'cancelled' as const,
    }));
    expect(sentence(two, ru)).toBe('Отменено: 2.');
  });
});

describe('what happened between two looks', () => {
  const name = (each: Row) => each.client;
  const time = () => '15:00';

  it('is new rows, cancelled ones, those that need a person, and those that left', () => {
    const before = [row(1), row(2), row(3), row(4, { state: 'sending' })];
    const after = [row(1, { state: 'cancelled' }), row(2, { state: 'waiting' }), row(3), row(5)];
    const told = happenings(before, after, NOW, name, time);
    expect(told.now.map((each) => each.kind)).toEqual(['result', 'needs', 'new']);
    expect(told.gone.map((each) => each.id)).toEqual([4]);
  });

  it('calls nothing soon that is held, edited or not within ten seconds', () => {
    const rows = [
      row(5),
      row(6, { held: true }),
      row(7, { editor: { by: '', until: iso(30_000), mine: true } }),
      row(40),
      row(8, { window_ms: 10_000 }),
    ];
    expect(soon(rows, NOW).map((each) => each.id)).toEqual([5]);
  });
});

describe('rows on the page', () => {
  const ids = (items: { row: Row }[]) => items.map((item) => item.row.id);

  it('stand by need first, then by time', () => {
    const rows = [row(3), row(1), row(9, { state: 'waiting', reason: 'late' }), row(8, { state: 'unknown' })];
    expect(ids(settle([], rows, NOW, false))).toEqual([8, 9, 1, 3]);
    expect(place(row(1, { state: 'waiting', reason: 'something_new' }))).toBe('other');
  });

  it('have a group with its own words for every reason that keeps one before a person', () => {
    for (const reason of table.waiting) {
      expect(place(row(1, { state: 'waiting', reason })), reason).toBe(reason);
    }
    for (const words of [ru, en]) expect(Object.keys(words.queue.kind).sort()).toEqual([...KINDS].sort());
  });

  it('are offered together only what the engine offers for each of them', () => {
    for (const kind of KINDS) {
      const sent = kind === 'changed_after_sent';
      const state = sent ? 'read' : kind === 'unknown' || kind === 'failed' ? kind : 'waiting';
      const alike = table.offered.find(
        (each) =>
          each.state === state &&
          Object.keys(each).length === (sent ? 3 : 2) &&
          !sent === !each.changed_after_sent,
      );
      expect(alike?.acts, kind).toEqual(expect.arrayContaining(IN_BULK[kind]));
    }
  });

  it('keep a place for one that left, and give it up after a moment', () => {
    const shown = settle([], [row(1), row(2)], NOW, false);
    const then = settle(shown, [row(2)], NOW + 1000, false);
    expect(then.map((item) => [item.row.id, item.gone_at !== null])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(ids(settle(then, [row(2)], NOW + 1000 + STAY_MS, false))).toEqual([2]);
  });

  it('do not move under a hand: not by their time, not by their state, not by a new one above', () => {
    const shown = settle([], [row(1), row(2)], NOW, false);
    const later = [
      row(1, { due_at: iso(61_000) }),
      row(2, { state: 'waiting', reason: 'late' }),
      row(0, { id: 77, due_at: iso(0) }),
      row(99),
    ];
    const still = settle(shown, later, NOW, true);
    expect(ids(still)).toEqual([1, 2, 99]);
    expect(ids(settle(still, later, NOW, false))).toEqual([2, 77, 1, 99]);
  });

  it('leave a cancelled one in its group', () => {
    const shown = settle([], [row(1, { state: 'waiting', reason: 'late' }), row(2)], NOW, false);
    const then = settle(shown, [row(1, { state: 'cancelled' }), row(2)], NOW, false);
    expect(then[0]?.place).toBe('late');
  });
});

describe('a selection', () => {
  const order = [10, 20, 30, 40];

  it('stretches from where it began, both ways', () => {
    const begun = toggle(NOTHING, 20);
    expect([...extend(begun, 40, order).chosen]).toEqual([20, 30, 40]);
    expect([...extend(begun, 10, order).chosen].sort()).toEqual([10, 20]);
    expect([...extend(NOTHING, 30, order, 20).chosen]).toEqual([20, 30]);
  });

  it('forgets those that left', () => {
    const all = extend(toggle(NOTHING, 10), 40, order);
    expect([...prune(all, [20, 40]).chosen]).toEqual([20, 40]);
    expect(prune(all, order)).toBe(all);
  });

  it('hands the focus to the next row, at the end to the one before', () => {
    expect(after_leaving(20, order, [10, 30, 40])).toBe(30);
    expect(after_leaving(40, order, [10, 20, 30])).toBe(30);
    expect(after_leaving(10, [10], [])).toBeNull();
  });
});

describe('keys', () => {
  it('mean the same on a Russian layout', () => {
    expect(letter({ key: 'ы', code: 'KeyS' })).toBe('s');
    expect(letter({ key: 's', code: 'KeyO' })).toBe('s');
    expect(letter({ key: 'Enter', code: 'Enter' })).toBe('');
    expect(digit({ code: 'Digit3' })).toBe(3);
    expect(digit({ code: 'Digit0' })).toBe(0);
  });
});

describe('the small window', () => {
  it('shows the one that goes first, and keeps it while it is on its way', () => {
    const rows = [row(5), row(2), row(3, { held: true })];
    expect(next_shown(rows, null)?.id).toBe(2);
    expect(next_shown([row(5), row(2, { state: 'sending' })], 2)?.id).toBe(2);
    expect(next_shown([row(5)], 2)?.id).toBe(5);
    expect(next_shown([], 2)).toBeNull();
    expect(counting(row(1, { next_try_at: iso(1) }))).toBe(false);
  });
});
