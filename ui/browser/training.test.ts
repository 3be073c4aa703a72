import { describe, expect, it } from 'vitest';
import { accessible, fits, LANGUAGES, open, shot, THEMES, with_browser } from './screen';

with_browser();

const flags = ['training'];
const button = { ru: 'Новая запись', en: 'New booking' };

describe('the training panel', () => {
  for (const lang of LANGUAGES) {
    for (const theme of THEMES) {
      it(`is accessible and whole in ${lang}, ${theme}`, async () => {
        const { page, trouble } = await open({ scene: 'calm', lang, theme, flags, frozen: true });
        await page.evaluate(() => (location.hash = '#/training'));
        await page.getByRole('button', { name: button[lang] }).click();
        await page.getByRole('button', { name: button[lang] }).click();
        await page.clock.runFor(7_000);
        await accessible(page);
        await fits(page);
        await shot(page, 'training', lang, theme);
        expect(trouble).toEqual([]);
        await page.context().close();
      });
    }
  }

  it('breaks the network and mends it', async () => {
    const { page } = await open({ scene: 'calm', flags });
    await page.evaluate(() => (location.hash = '#/training'));
    const offline = page.getByRole('switch', { name: 'YClients не отвечает' });
    await offline.click();
    await page.getByRole('region', { name: 'Что мешает' }).waitFor();
    await accessible(page);
    await offline.click();
    await page.getByRole('region', { name: 'Что мешает' }).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it.each([
    { width: 640, height: 800, text: 100 },
    { width: 1200, height: 800, text: 200 },
    { width: 640, height: 600, text: 200 },
  ])('loses nothing at $width×$height with text of $text %', async ({ width, height, text }) => {
    const { page } = await open({ scene: 'calm', flags, width, height, text });
    await page.evaluate(() => (location.hash = '#/training'));
    await page.getByRole('button', { name: button.ru }).click();
    await page.getByRole('heading', { name: 'Телефоны клиентов' }).waitFor();
    await fits(page);
    await page.context().close();
  });

  it('is nowhere when the work is real', async () => {
    const { page } = await open({ scene: 'calm' });
    expect(await page.getByRole('link', { name: 'Тренировка' }).count()).toBe(0);
    await page.context().close();
  });
});
