import { describe, expect, it } from 'vitest';
import type { Row } from '../contract';
import { make_fake, type Fake, type FakeOptions } from '.';
import { ManualClock } from './clock';
import { SCENES } from './scenes';

function fresh(options: Partial<FakeOptions> = { scene: 'calm' }) {
  const clock = new ManualClock();
  return { clock, fake: make_fake(clock, options) };
}
const find = async (fake: Fake, id: number): Promise<Row | undefined> =>
  (await fake.desk()).rows.find((row) => row.id === id);
const state = (fake: Fake, id: number) => fake.behind.rows.get(id)?.state;

describe('the invented program', () => {
  it('takes a message from its countdown to being read', async () => {
    const { clock, fake } = fresh();
    expect(state(fake, 1)).toBe('queued');
    clock.advance(23_500);
    expect(state(fake, 1)).toBe('sending');
    clock.advance(2_000);
    expect(state(fake, 1)).toBe('accepted');
    clock.advance(3_000);
    expect(state(fake, 1)).toBe('delivered');
    clock.advance(10_000);
    expect(state(fake, 1)).toBe('read');
    expect(await find(fake, 1)).toBeUndefined();
    const sent = await fake.list({
      from: '2026-08-13',
      to: '2026-08-13',
      filter: 'sent',
      search: '',
      after: null,
      limit: 5,
    });
    expect(
      sent.rows
        .map((row) => row.id)
        .slice(0, 2)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('shows a cancelled message for ten seconds and takes it back', async () => {
    const { clock, fake } = fresh();
    await fake.cancel(1, 1);
    clock.advance(9_000);
    expect((await find(fake, 1))?.acts).toEqual(['restore']);
    expect((await fake.restore(1)).state).toBe('queued');
    await fake.cancel(2, 1);
    clock.advance(10_001);
    expect(await find(fake, 2)).toBeUndefined();
  });

  it('refuses what was seen too long ago, and what is on its way', async () => {
    const { clock, fake } = fresh();
    await fake.extend(1, 1);
    await expect(fake.cancel(1, 1)).rejects.toMatchObject({ code: 'stale' });
    clock.advance(28_000);
    expect(state(fake, 2)).toBe('sending');
    await expect(fake.cancel(2, 1)).rejects.toMatchObject({ code: 'too_late' });
    expect((await find(fake, 2))?.cancel_asked).toBe(true);
  });

  it('sends nothing that is held, paused or being edited', async () => {
    const { clock, fake } = fresh();
    await fake.hold(1, 1);
    await fake.edit_begin(2);
    clock.advance(35_000);
    expect([state(fake, 1), state(fake, 2)]).toEqual(['queued', 'queued']);
    clock.advance(60_000);
    expect(state(fake, 2)).not.toBe('queued');

    const paused = fresh();
    await paused.fake.pause(null);
    paused.clock.advance(60_000);
    expect(state(paused.fake, 1)).toBe('queued');
    await paused.fake.resume();
    paused.clock.advance(31_000);
    expect(state(paused.fake, 1)).toBe('sending');
  });

  it('tells everybody after each change, with what is true then', async () => {
    const { fake } = fresh();
    const told: string[] = [];
    const stop = fake.on_desk((desk) => told.push(desk.rows.map((row) => row.state).join()));
    await fake.cancel(1, 1);
    await Promise.resolve();
    stop();
    await fake.cancel(2, 1);
    await Promise.resolve();
    expect(told).toEqual(['cancelled,queued']);
  });

  it('has every kind of row in its busy scene', async () => {
    const { fake } = fresh({ scene: 'busy' });
    const desk = await fake.desk();
    const reasons = new Set(desk.rows.map((row) => row.reason));
    for (const reason of [
      'late',
      'burst',
      'changed_after_edit',
      'not_found',
      'no_whatsapp',
      'cannot_check',
    ]) {
      expect(reasons).toContain(reason);
    }
    expect(desk.rows.length).toBeGreaterThanOrEqual(12);
    expect(desk.rows.some((row) => row.held)).toBe(true);
    expect(desk.rows.some((row) => row.draft !== null)).toBe(true);
    expect(desk.rows.some((row) => row.editor && !row.editor.mine)).toBe(true);
    expect(desk.changed_after_sent).toHaveLength(1);
  });

  it('takes back what the program did not send, and reads again what was cancelled in YClients', async () => {
    const { fake } = fresh();
    const query = { from: '2026-08-12', to: '2026-08-13', search: '', after: null, limit: 200 } as const;
    const not_sent = async () => (await fake.list({ ...query, filter: 'not_sent' })).rows;
    const expired = (await not_sent()).find((row) => row.state === 'expired');
    expect(expired?.acts).toEqual(['restore']);
    expect((await fake.restore(expired?.id ?? 0)).state).toBe('queued');
    expect((await not_sent()).some((row) => row.id === expired?.id)).toBe(false);
    const cancelled = (await not_sent()).find((row) => row.reason === 'in_yclients');
    expect(cancelled?.acts).toEqual(['look_again']);
    await expect(fake.restore(cancelled?.id ?? 0)).rejects.toMatchObject({ code: 'too_late' });
    expect((await fake.look_again(cancelled?.id ?? 0)).state).toBe('cancelled');
    expect(fake.behind.looked_again).toEqual([cancelled?.id]);
    const skipped = (await fake.list({ ...query, filter: 'skipped' })).rows.find(
      (row) => row.reason === 'bot',
    );
    expect((await fake.restore(skipped?.id ?? 0)).text).not.toBe('');
  });

  it('says of every row why it is where it is, in the words of the engine', async () => {
    const all = { from: '2000-01-01', to: '2026-08-13', search: '', after: null, limit: 200 } as const;
    for (const scene of SCENES.filter((name) => name !== 'loading' && name !== 'broken')) {
      const { fake } = fresh({ scene });
      const listed = await Promise.all(
        (['skipped', 'not_sent', 'undelivered'] as const).map((filter) => fake.list({ ...all, filter })),
      );
      const rows = [...(await fake.desk()).rows, ...listed.flatMap((page) => page.rows)];
      for (const row of rows) expect(row.why === '', `${scene}: ${row.reason}`).toBe(row.reason === '');
    }
  });

  it('pages through a hundred thousand rows by key', async () => {
    const { fake } = fresh({ scene: 'many' });
    const query = { from: '2000-01-01', to: '2026-08-13', filter: 'all', search: '', limit: 200 } as const;
    const first = await fake.list({ ...query, after: null });
    expect(first.rows).toHaveLength(200);
    expect(first.total).toBeGreaterThan(90_000);
    const second = await fake.list({ ...query, after: first.next });
    expect(second.rows[0]?.id).not.toBe(first.rows[0]?.id);
  });
});
