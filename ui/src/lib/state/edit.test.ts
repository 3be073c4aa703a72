import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '$lib/backend/fake/clock';
import { make_fake, type Fake } from '$lib/backend/fake';
import { DRAFT_MS, Edit, RENEW_MS } from './edit.svelte';

describe('an editor', () => {
  let clock: ManualClock;
  let fake: Fake;
  const flush = () => vi.advanceTimersByTimeAsync(0);
  const row = async (id: number) => (await fake.desk()).rows.find((each) => each.id === id)!;

  beforeEach(() => {
    vi.useFakeTimers();
    clock = new ManualClock();
    fake = make_fake(clock, { scene: 'calm' });
  });
  afterEach(() => vi.useRealTimers());

  it('keeps what was typed once the hands rest, and not at every key', async () => {
    const keep = vi.spyOn(fake, 'edit_draft');
    const edit = new Edit(1, fake);
    await edit.open();
    for (const text of ['п', 'пр', 'при']) {
      edit.type(text);
      await vi.advanceTimersByTimeAsync(DRAFT_MS - 100);
    }
    expect(keep).not.toHaveBeenCalled();
    expect(edit.kept).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(keep.mock.calls).toEqual([[1, 'при']]);
    expect(edit.kept).toBe(true);
  });

  it('renews its hold, so that the message never goes out under the hands', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    for (let turn = 0; turn < 12; turn += 1) {
      clock.advance(RENEW_MS);
      await vi.advanceTimersByTimeAsync(RENEW_MS);
    }
    expect((await row(1)).state).toBe('queued');
    expect((await row(1)).editor?.mine).toBe(true);
    edit.abandon();
  });

  it('says when the hold could not be renewed', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    vi.spyOn(fake, 'edit_begin').mockRejectedValue(fake.behind.fail('storage'));
    const again = new Edit(1, fake);
    await expect(again.open()).rejects.toMatchObject({ code: 'storage' });
    await vi.advanceTimersByTimeAsync(RENEW_MS);
    expect(edit.lost).toBe(true);
  });

  it('saves the text byte for byte and lets the countdown begin anew', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    edit.type('  *Ждём* вас  \n');
    expect(await edit.save()).toBe(true);
    const saved = await row(1);
    expect(saved.text).toBe('  *Ждём* вас  \n');
    expect(saved.editor).toBeNull();
    expect(Date.parse(saved.due_at) - clock.now()).toBe(30_000);
  });

  it('finds its draft after a crash', async () => {
    const before = new Edit(1, fake);
    await before.open();
    before.type('половина сло');
    await vi.advanceTimersByTimeAsync(DRAFT_MS);
    before.abandon();
    const after = new Edit(1, fake);
    await after.open();
    expect(after.text).toBe('половина сло');
    expect(after.restored).toBe(true);
    after.abandon();
  });

  it('leaves with the draft kept and at least ten seconds to go, or without it', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    clock.advance(29_000);
    edit.type('не то');
    expect(await edit.leave(false)).toBe(true);
    expect((await row(1)).draft).toBe('не то');
    expect(Date.parse((await row(1)).due_at) - clock.now()).toBeGreaterThanOrEqual(10_000);
    const again = new Edit(1, fake);
    await again.open();
    expect(await again.leave(true)).toBe(false);
    expect((await row(1)).draft).toBeNull();
  });

  it('shows both texts when the message changed meanwhile, and saves over it only when told', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    edit.type('мой текст');
    await fake.edit_save(1, (await row(1)).revision, 'чужой текст');
    expect(await edit.save()).toBe(false);
    expect(edit.theirs?.text).toBe('чужой текст');
    expect((await row(1)).text).toBe('чужой текст');
    expect(await edit.save_mine()).toBe(true);
    expect((await row(1)).text).toBe('мой текст');
  });

  it('keeps the typed text when saving is refused', async () => {
    const edit = new Edit(1, fake);
    await edit.open();
    edit.type('   ');
    expect(await edit.save()).toBe(false);
    expect(edit.failure?.code).toBe('empty_text');
    expect(edit.text).toBe('   ');
    await flush();
    edit.abandon();
  });
});
