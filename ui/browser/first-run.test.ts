import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessible, fits, LANGUAGES, open, shot, THEMES, with_browser } from './screen';
import { en } from '../src/lib/i18n/en';
import { ru } from '../src/lib/i18n/ru';

with_browser();

/** Tab until it has the focus: no pointer. */
async function tab_to(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let i = 0; i < 60; i += 1) {
    if (await wanted.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard never reaches it');
}

describe('the first run', () => {
  for (const lang of LANGUAGES) {
    for (const theme of THEMES) {
      it(`is walked from nothing by keyboard alone in ${lang}, ${theme}`, async () => {
        const { page, trouble } = await open({ scene: 'first-run', lang, theme, frozen: true });
        const t = lang === 'ru' ? ru : en;
        const words = t.first_run;
        const next = page.getByRole('button', { name: words.next, exact: true });
        const step = async (name: keyof typeof words.step) => {
          await page.getByRole('heading', { level: 1, name: words[name as 'done'].title }).waitFor();
          await page.clock.runFor(700);
          await accessible(page);
          await fits(page);
          await shot(page, `first-run-${name}`, lang, theme);
        };
        const on = async () => {
          await tab_to(page, next);
          await page.keyboard.press('Enter');
        };

        await step('language');
        await on();

        await step('yclients');
        await on();
        // Not yet: both keys are needed, and the words beside the button say so.
        await page.getByText(words.yclients.need).waitFor();
        await tab_to(page, page.locator('main input[type=password]').first());
        await page.keyboard.type('partner-token-of-the-shop');
        await page.keyboard.press('Enter');
        await tab_to(page, page.getByLabel(t.settings.login.login));
        await page.keyboard.type('owner@example.com');
        await page.keyboard.press('Tab');
        await page.keyboard.type('hairdresser');
        await page.keyboard.press('Enter');
        await page.getByLabel(t.settings.login.code).waitFor();
        await accessible(page);
        await shot(page, 'first-run-code', lang, theme);
        await page.keyboard.type('1234');
        await page.keyboard.press('Enter');
        await page.getByText(t.settings.secret.stored, { exact: true }).nth(1).waitFor();
        await on();

        await step('branches');
        await tab_to(page, page.getByRole('checkbox', { name: 'На Лесной' }));
        await page.keyboard.press('Space');
        await tab_to(page, page.getByRole('checkbox', { name: 'Бот записи' }));
        await page.keyboard.press('Space');
        await page.clock.runFor(300);
        await accessible(page);
        await shot(page, 'first-run-branches', lang, theme);
        await on();

        await step('whatsapp');
        await tab_to(page, page.getByLabel(t.settings.whatsapp.instance));
        await page.keyboard.type('7105123456');
        await tab_to(page, page.getByLabel(t.settings.whatsapp.token));
        await page.keyboard.type('token-of-the-instance');
        await page.keyboard.press('Enter');
        await tab_to(page, page.getByRole('button', { name: t.settings.whatsapp.link }));
        await page.keyboard.press('Enter');
        await page.getByAltText(t.settings.whatsapp.link_alt).waitFor();
        // The whole code is in view, above the foot of the page: a camera must read it.
        const code = await page.getByAltText(t.settings.whatsapp.link_alt).boundingBox();
        const foot = await page.locator('main footer').boundingBox();
        expect((code?.y ?? 0) + (code?.height ?? Infinity)).toBeLessThan(foot?.y ?? 0);
        await accessible(page);
        await fits(page);
        await shot(page, 'first-run-link', lang, theme);
        // A new code comes after twenty seconds, and then the phone is linked.
        await page.clock.runFor(21_000);
        await page.clock.runFor(21_000);
        await page.getByAltText(t.settings.whatsapp.link_alt).waitFor({ state: 'detached' });
        await on();

        await step('message');
        await on();

        await step('test');
        await tab_to(page, page.getByLabel(t.settings.test.phone));
        await page.keyboard.type('89161234567');
        await page.keyboard.press('Enter');
        await page.clock.runFor(2_000);
        await page.clock.runFor(3_000);
        await page.getByText(t.settings.test.delivered).waitFor();
        await shot(page, 'first-run-tested', lang, theme);
        await on();

        await page.getByText(words.done.baseline(47)).waitFor();
        await step('done');
        await tab_to(page, page.getByRole('button', { name: words.done.open }));
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => location.hash === '#/queue');
        await page.getByRole('navigation').first().waitFor();
        expect(trouble).toEqual([]);
        await page.context().close();
      });
    }
  }

  it.each([
    { width: 640, height: 800, text: 100 },
    { width: 1200, height: 800, text: 200 },
    { width: 640, height: 600, text: 200 },
  ])('loses nothing at $width×$height with text of $text %', async ({ width, height, text }) => {
    const { page } = await open({ scene: 'first-run', width, height, text });
    await page.getByRole('button', { name: 'Дальше' }).click();
    await page.getByRole('heading', { level: 1, name: 'Откуда брать записи' }).waitFor();
    await fits(page);
    await page.context().close();
  });

  it('can be gone back in, and not jumped ahead in', async () => {
    const { page } = await open({ scene: 'first-run' });
    await page.getByRole('button', { name: 'Дальше' }).click();
    await page.getByRole('heading', { name: 'Откуда брать записи' }).waitFor();
    const steps = page.getByRole('list', { name: 'Шаги настройки' });
    expect(await steps.getByRole('button', { name: 'WhatsApp' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Назад' }).click();
    await page.getByRole('heading', { name: 'Здравствуйте!' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.context().close();
  });
});
