import { describe, expect, it } from 'vitest';
import { en } from './en';
import { plural } from './plural';
import { ru } from './ru';

/** Every leaf by its path. */
function leaves(tree: object, at = ''): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const [key, value] of Object.entries(tree)) {
    const path = at ? `${at}.${key}` : key;
    if (typeof value === 'object' && value !== null) for (const [k, v] of leaves(value, path)) out.set(k, v);
    else out.set(path, value);
  }
  return out;
}

/** A sentence with its places filled: by numbers, or by names where it wants names. */
function filled(value: unknown, n: number): string {
  if (typeof value !== 'function') return String(value);
  const say = value as (...args: unknown[]) => unknown;
  try {
    return String(say(n, n, n));
  } catch {
    return String(say('A', 'B', 'C'));
  }
}

describe('the words', () => {
  const russian = leaves(ru);
  const english = leaves(en);

  it('have the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...russian.keys()].sort());
  });

  it('are nowhere empty, whatever numbers and names they get', () => {
    for (const all of [russian, english]) {
      for (const [path, value] of all) {
        for (const filling of [0, 1, 2, 5]) {
          const said = filled(value, filling);
          expect(said.trim(), path).not.toBe('');
          expect(said, path).not.toMatch(/#|undefined|NaN|\[object/u);
        }
        if (typeof value !== 'function') expect(typeof value, path).toBe('string');
      }
    }
  });

  it('keep Russian letters out of the English ones', () => {
    for (const [path, value] of english) {
      expect(filled(value, 1), path).not.toMatch(/[а-яё]/iu);
    }
  });
});

describe('numbers and their words', () => {
  it.each([
    [0, '0 сообщений'],
    [1, '1 сообщение'],
    [2, '2 сообщения'],
    [5, '5 сообщений'],
    [11, '11 сообщений'],
    [14, '14 сообщений'],
    [21, '21 сообщение'],
    [22, '22 сообщения'],
    [25, '25 сообщений'],
    [101, '101 сообщение'],
    [111, '111 сообщений'],
  ])('%i in Russian', (n, expected) => {
    const forms = { one: '# сообщение', few: '# сообщения', many: '# сообщений', other: '# сообщения' };
    expect(plural('ru', n, forms)).toBe(expected);
  });

  it('have one and other in English', () => {
    const said = [0, 1, 2, 21].map((n) => plural('en', n, { one: '# message', other: '# messages' }));
    expect(said).toEqual(['0 messages', '1 message', '2 messages', '21 messages']);
  });

  it('take the whole sentence along: one waits, two wait', () => {
    expect(ru.nav.queue_badge(2, 1)).toBe('2 ждут, 1 требует решения');
    expect(ru.nav.queue_badge(21, 5)).toBe('21 ждёт, 5 требуют решения');
    expect(en.nav.queue_badge(1, 2)).toBe('1 waits, 2 need you');
  });
});
