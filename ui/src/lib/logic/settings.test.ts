import { describe, expect, it, test } from 'vitest';
import { changed, field_of, insert_at } from './changes';
import { kind_of, MAX_DELAY_MS, parse_delay, parse_span, PRESETS_MS, show_span } from './delay';
import { address_of, follows } from './gateway';
import { read_phone } from './phone_entry';
import { over_night, parse_quiet, parse_time, quiet_fault, quiet_text } from './quiet';
import { en } from '$lib/i18n/en';
import { ru } from '$lib/i18n/ru';
import { ticks_of } from './ticks';
import { touched } from './touched';
import { is_done, may_pass, next, previous, reachable, resume_at, STEPS, type Facts } from './steps';

describe('the window of time', () => {
  it.each([
    ['45', 45_000],
    ['45 с', 45_000],
    ['45сек.', 45_000],
    ['2 мин', 120_000],
    ['1 мин 30 с', 90_000],
    ['1:30', 90_000],
    ['1,5 мин', 90_000],
    ['0', 0],
    ['30 MIN', 1_800_000],
    ['90 seconds', 90_000],
  ])('is read from «%s»', (typed, ms) => expect(parse_delay(typed)).toBe(ms));

  it.each(['', '-5', 'полчаса', '5 ч', '30 с 1 мин', '1 мин 2 мин', '1:75', '31 мин', '1801', '5..', 'NaN'])(
    'is refused when it is «%s»',
    (typed) => expect(parse_delay(typed)).toBeNull(),
  );

  it('reads back what it shows, in both languages', () => {
    for (const ms of [0, 100, 1500, 15_000, 59_000, 60_000, 61_000, 90_500, MAX_DELAY_MS]) {
      for (const language of ['ru', 'en'] as const)
        expect(parse_span(show_span(ms, language)), `${ms}`).toBe(ms);
    }
  });

  it('is shown in words of the language', () => {
    expect(show_span(90_000, 'ru')).toBe('1\u00a0мин 30\u00a0с');
    expect(show_span(1_500, 'ru')).toBe('1,5\u00a0с');
    expect(show_span(120_000, 'en')).toBe('2\u00a0min');
  });

  it('is one of the offered ones, or another, or a person’s word', () => {
    expect(PRESETS_MS.map(kind_of)).toEqual(PRESETS_MS.map(() => 'preset'));
    expect([0, 45_000, 'manual' as const].map(kind_of)).toEqual(['at_once', 'other', 'manual']);
  });
});

describe('quiet hours', () => {
  it.each([
    ['9', '09:00'],
    ['930', '09:30'],
    ['2130', '21:30'],
    ['9.05', '09:05'],
    ['21:00', '21:00'],
    ['0', '00:00'],
  ])('take %s for %s', (typed, time) => expect(parse_time(typed)).toBe(time));

  it.each(['', '24:00', '12:60', 'утро', '9:5', '12345'])('do not take «%s»', (typed) =>
    expect(parse_time(typed)).toBeNull(),
  );

  it('say which end is wrong, and that equal ends are none', () => {
    expect(quiet_fault({ from: 'x', to: '9' })).toBe('from');
    expect(quiet_fault({ from: '21', to: '99' })).toBe('to');
    expect(quiet_fault({ from: '9', to: '09:00' })).toBe('same');
    expect(quiet_fault({ from: '21', to: '9' })).toBeNull();
  });

  it('are kept as the settings keep them', () => {
    expect(quiet_text({ from: '21', to: '930' })).toBe('21:00-09:30');
    expect(parse_quiet('21:00-09:30')).toEqual({ from: '21:00', to: '09:30' });
    expect(parse_quiet('')).toBeNull();
  });

  it('know that an evening to a morning goes over midnight', () => {
    expect(over_night({ from: '21', to: '9' })).toBe(true);
    expect(over_night({ from: '13:00', to: '14:00' })).toBe(false);
  });
});

describe('a phone that is typed', () => {
  it.each([
    ['+7 916 123-45-67', '+79161234567'],
    ['8 (916) 123 45 67', '+79161234567'],
    ['9161234567', '+79161234567'],
    ['+375 29 123-45-67', '+375291234567'],
    ['+44 20 7946 0958', '+442079460958'],
  ])('%s is %s', (typed, e164) => expect(read_phone(typed)?.e164).toBe(e164));

  it('is shown as people write it', () => {
    expect(read_phone('89161234567')?.shown).toBe('+7 916 123-45-67');
  });

  it.each([
    '',
    '123',
    '+7 916 123-45-6',
    '8 916 123 45 678',
    'Ирина',
    '+7 916 ***-45-67',
    '<b>89161234567</b>',
  ])('«%s» is none', (typed) => expect(read_phone(typed)).toBeNull());
});

describe('the address of a gateway', () => {
  it('comes from the first four digits of the instance', () => {
    expect(address_of(' 7105123456 ')).toBe('https://7105.api.green-api.com');
    expect(address_of('7105')).toBe('');
    expect(address_of('https://x')).toBe('');
  });

  it('follows the number until a person writes another', () => {
    expect(follows('https://7105.api.green-api.com/', '7105123456')).toBe(true);
    expect(follows('', '7105123456')).toBe(true);
    expect(follows('https://api.example.com', '7105123456')).toBe(false);
  });
});

describe('the steps of the first run', () => {
  const nothing: Facts = {
    partner_token: false,
    user_token: false,
    branches: 0,
    instance: false,
    gateway_token: false,
    linked: false,
    message_seen: false,
    tested: false,
  };
  const tokens = { ...nothing, partner_token: true, user_token: true };
  const branches = { ...tokens, branches: 2 };
  const linked = { ...branches, instance: true, gateway_token: true, linked: true };

  it('begin with the language', () => expect(resume_at(nothing)).toBe('language'));

  it('go on where they were left', () => {
    expect(resume_at({ ...nothing, partner_token: true })).toBe('yclients');
    expect(resume_at(tokens)).toBe('branches');
    expect(resume_at(branches)).toBe('whatsapp');
    expect(resume_at({ ...linked, linked: false })).toBe('whatsapp');
    expect(resume_at(linked)).toBe('message');
    expect(resume_at({ ...linked, message_seen: true })).toBe('test');
    expect(resume_at({ ...linked, message_seen: true, tested: true })).toBe('done');
  });

  it('can be gone back from, and are not jumped over', () => {
    expect(reachable('language', branches)).toBe(true);
    expect(reachable('whatsapp', branches)).toBe(true);
    expect(reachable('message', branches)).toBe(false);
    expect(reachable('done', linked)).toBe(true);
    expect(reachable('branches', nothing)).toBe(false);
  });

  it('let the test message be put off, and nothing that the work needs', () => {
    expect(may_pass('test', nothing)).toBe(true);
    expect(may_pass('whatsapp', branches)).toBe(false);
    expect(may_pass('yclients', { ...nothing, partner_token: true })).toBe(false);
  });

  it('follow each other, and the last is never done by itself', () => {
    expect(STEPS.map(next)).toEqual([...STEPS.slice(1), 'done']);
    expect(STEPS.map(previous)).toEqual([null, ...STEPS.slice(0, -1)]);
    expect(is_done('done', { ...linked, message_seen: true, tested: true })).toBe(false);
  });
});

describe('a form', () => {
  it('gives only what differs', () => {
    expect(changed({ a: 1, b: [1, 2], c: '' }, { a: 1, b: [2], c: '' })).toEqual({ b: [2] });
    expect(changed({ a: null }, { a: null })).toEqual({});
  });

  it('knows its field by the last word of a path', () => {
    expect(['quiet_hours', 'branches[962302].quiet_hours', ''].map(field_of)).toEqual([
      'quiet_hours',
      'quiet_hours',
      '',
    ]);
  });

  it('takes a placeholder where the caret is, over what is selected', () => {
    expect(insert_at('Привет, !', 8, 8, '{{ client }}')).toEqual({
      text: 'Привет, {{ client }}!',
      caret: 20,
    });
    expect(insert_at('abc', 1, 2, 'X')).toEqual({ text: 'aXc', caret: 2 });
  });
});

describe('another choice of the bot’s users', () => {
  const none = { back: 0, leaving: 0, withdrawn: 0, remade: 0 };
  const said = (preview: Partial<typeof none>, words = ru) =>
    touched({ ...none, ...preview }, words.settings.branches.touched).join(' ');

  it('says what comes back, and whether it goes by itself', () => {
    expect(said({ back: 1, leaving: 1 })).toBe(
      '1 сообщение будет оценено заново. Оно встанет в очередь и уйдёт само.',
    );
    expect(said({ back: 7 })).toBe(
      '7 сообщений будут оценены заново. Больше пяти сразу сами не уходят: они встанут перед вами.',
    );
    expect(said({ back: 3, leaving: 2 })).toContain('Сами уйдут: 2, остальные встанут перед вами.');
    expect(said({ back: 2 })).toContain('Они встанут перед вами.');
    expect(said({ back: 7 }, en)).toBe(
      '7 messages will be judged again. More than five at once do not go by themselves: they wait for you.',
    );
  });

  it('says what does not go, what is made anew, and that nothing is touched', () => {
    expect(said({ withdrawn: 2, remade: 1 })).toBe(
      '2 сообщения не уйдут: о записях бота программа не пишет. 1 сообщение о нескольких визитах составится заново.',
    );
    expect(said({})).toBe('Сообщений, которые не ушли, это не коснётся.');
  });
});

test('a phone shows what is known of a message, and no more', () => {
  expect(['pending', 'sent', 'delivered', 'read', 'noAccount', 'quite new'].map(ticks_of)).toEqual([
    'pending',
    'sent',
    'delivered',
    'read',
    'failed',
    'pending',
  ]);
});
