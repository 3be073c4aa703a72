import { describe, expect, it } from 'vitest';
import { accessible, behind, fits, LANGUAGES, open, shot, THEMES, with_browser } from './screen';

with_browser();

const SMALL = { width: 360, height: 140, flags: ['small'] };

describe('the small window', () => {
  for (const lang of LANGUAGES) {
    for (const theme of THEMES) {
      it(`is accessible and whole in ${lang}, ${theme}`, async () => {
        const { page, trouble } = await open({ ...SMALL, scene: 'calm', lang, theme, frozen: true });
        await page.clock.runFor(800);
        await accessible(page);
        await fits(page);
        const tall = await page.evaluate(
          () => document.querySelector('main')!.scrollHeight - document.querySelector('main')!.clientHeight,
        );
        expect(tall).toBeLessThanOrEqual(0);
        await shot(page, 'small', lang, theme);
        expect(trouble).toEqual([]);
        await page.context().close();
      });
    }
  }

  it('takes no focus, and no click meant for the row before', async () => {
    const { page } = await open({ ...SMALL, scene: 'calm', frozen: true });
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await page.getByRole('button', { name: 'Не отправлять' }).click();
    expect(await page.locator('[data-state=cancelled]').count()).toBe(0);
    await page.clock.runFor(800);
    await page.getByRole('button', { name: 'Не отправлять' }).click();
    await page.locator('[data-state=cancelled]').waitFor();
    await page.getByRole('button', { name: 'Вернуть' }).click();
    await page.locator('[role=timer]').waitFor();
    await page.context().close();
  });

  it('gives the place to the next one however often the desk is told of commits', async () => {
    const { page } = await open({ ...SMALL, scene: 'calm', frozen: true });
    await page.clock.runFor(800);
    await page.getByRole('button', { name: 'Отправить' }).click();
    await page.locator('[data-state=sending]').waitFor();
    for (let commit = 0; commit < 12; commit += 1) {
      await behind(page, (fake) => fake.behind.tell());
      await page.clock.runFor(400);
    }
    // At once: the page's clock goes on by itself, and the wait would end without commits.
    expect(await page.getByRole('heading').first().innerText()).toBe('Максим');
    await page.context().close();
  });

  it('shows the next message, opens the queue for an edit, and goes by itself', async () => {
    const { page } = await open({ ...SMALL, scene: 'calm', frozen: true });
    await page.getByText('ещё 1').waitFor();
    await page.clock.runFor(800);
    await page.getByRole('button', { name: 'Изменить' }).click();
    const asked = () =>
      page.evaluate(() => (globalThis as never as { __fake: { asked: string[] } }).__fake.asked);
    expect(await asked()).toEqual(['show_main queue']);
    await page.getByRole('button', { name: 'Отправить' }).click();
    await page.locator('[data-state=sending]').waitFor();
    await page.clock.runFor(4_000);
    await page.getByRole('heading', { name: 'Максим' }).waitFor();
    await page.clock.runFor(40_000);
    await page.waitForFunction(() =>
      (globalThis as never as { __fake: { asked: string[] } }).__fake.asked.includes('hide_small'),
    );
    await page.context().close();
  });
});
