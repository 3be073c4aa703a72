import { describe, expect, it } from 'vitest';
import type { Page } from '../src/lib/backend/contract';
import { accessible, behind, fits, LANGUAGES, open, shot, THEMES, with_browser } from './screen';

with_browser();

const PAGES: Page[] = ['today', 'history', 'overview'];

describe('what went out', () => {
  for (const page_name of PAGES) {
    for (const lang of LANGUAGES) {
      for (const theme of THEMES) {
        it(`${page_name} is accessible in ${lang}, ${theme}`, async () => {
          const { page, trouble } = await open({ page: page_name, lang, theme, frozen: true });
          if (page_name === 'overview') await page.locator('figure svg').waitFor();
          else await page.locator('[data-line]').first().waitFor();
          await accessible(page);
          await fits(page);
          await shot(page, page_name, lang, theme);
          expect(trouble).toEqual([]);
          await page.context().close();
        });
      }
    }
    it(`${page_name} loses nothing with text twice as large, and in a narrow window`, async () => {
      for (const want of [{ text: 200 }, { width: 640 }]) {
        const { page, trouble } = await open({ page: page_name, frozen: true, ...want });
        await fits(page);
        await accessible(page);
        expect(trouble).toEqual([]);
        await page.context().close();
      }
    });
  }

  it('is found by the last four digits, by a name, and shown whole by the keyboard alone', async () => {
    const { page, trouble } = await open({ page: 'today' });
    // Not the first one: that could be reached without being found.
    const label = (await page.locator('[data-line]').nth(2).getAttribute('aria-label')) ?? '';
    const name = label.split(',')[0] ?? '';
    await page.keyboard.press('/');
    await page.keyboard.type(name);
    // At once, before anything was found: the line is one of those that are being looked for.
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(
      (wanted) => document.activeElement?.matches(`[data-line][aria-label^="${wanted}"]`),
      name,
    );
    expect(
      await page.locator('[data-line]').evaluateAll((lines) => lines.map((line) => line.ariaLabel)),
    ).toSatisfy((labels: string[]) => labels.every((label) => label.startsWith(name)));
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Что было с сообщением' }).waitFor();
    await accessible(page);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    const phone = await page.locator('.phone').first().innerText();
    const digits = phone.replace(/\D/gu, '').slice(-4);
    await page.keyboard.type(digits);
    await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('.phone')].every((each) =>
          each.textContent?.replace(/\D/gu, '').endsWith(wanted),
        ),
      digits,
    );
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('is written again only after a look at the earlier text', async () => {
    const { page, trouble } = await open({ page: 'today' });
    await page.getByRole('button', { name: 'Прочитано' }).first().click();
    await page.locator('[data-line]').first().click();
    await page.getByRole('button', { name: 'Написать снова' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Раньше написали').waitFor();
    await accessible(page);
    await dialog.getByRole('button', { name: 'Поставить в очередь' }).click();
    await page.getByRole('button', { name: 'К очереди' }).waitFor();
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('says of each skipped booking why, and lists whom to call', async () => {
    const { page, trouble } = await open({ page: 'today' });
    await page.getByRole('button', { name: 'Пропущены' }).click();
    await page.getByText('Записи, о которых программа не писала').waitFor();
    await page.locator('[data-line]').first().click();
    await page.getByText('Почему:').waitFor();
    await page.getByRole('button', { name: 'Позвонить' }).click();
    await page.getByRole('button', { name: 'Скопировать список' }).waitFor();
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('has what was cancelled in YClients read again, and says what comes of it', async () => {
    const { page, trouble } = await open({ page: 'today', frozen: true });
    await page.getByRole('button', { name: 'Не ушли' }).click();
    await page.locator('[data-line="100004"]').click();
    await page.getByText('Если её вернут, сообщение вернётся само.').waitFor();
    expect(await page.getByRole('button', { name: 'Вернуть в очередь' }).count()).toBe(0);
    await accessible(page);
    await page.getByRole('button', { name: 'Посмотреть ещё раз' }).click();
    await page
      .getByText('Запись будет прочитана ещё раз. Если она в силе, сообщение вернётся само.')
      .waitFor();
    expect(await behind(page, (fake) => fake.behind.looked_again)).toEqual([100_004]);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('puts into the queue what the program would not write, and takes back what it gave up', async () => {
    const { page, trouble } = await open({ page: 'today', frozen: true });
    const queued = (id: number) =>
      page.evaluate(
        (which) =>
          (
            globalThis as never as { __fake: { behind: { rows: Map<number, { state: string }> } } }
          ).__fake.behind.rows.get(which)?.state,
        id,
      );
    await page.getByRole('button', { name: 'Пропущены' }).click();
    await page.locator('[data-line="100032"]').click();
    await page.getByText('снимите отметку в настройках филиала').last().waitFor();
    await page.getByRole('button', { name: 'Поставить в очередь' }).click();
    await page.getByText('сообщение в очереди.').last().waitFor();
    expect(await queued(100_032)).toBe('queued');

    await page.evaluate(() => (location.hash = '#/history'));
    await page.getByRole('button', { name: 'Не ушли' }).click();
    const expired = page.locator('[data-line="100050"]');
    await expired.click();
    await page.getByText('Если отметку снимут, сообщение вернётся само.').waitFor();
    await page.getByRole('button', { name: 'Вернуть в очередь' }).click();
    await expired.waitFor({ state: 'detached' });
    expect(await queued(100_050)).toBe('queued');
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('holds a hundred thousand rows with a few on the screen', async () => {
    const { page, trouble } = await open({ page: 'history', scene: 'many' });
    await page.getByRole('button', { name: 'Год' }).click();
    await page.locator('[data-line]').first().waitFor();
    expect(await page.locator('[data-line]').count()).toBeLessThan(60);
    await page.locator('[data-line]').first().focus();
    for (let i = 0; i < 40; i += 1) await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.hasAttribute('data-line'));
    expect(await page.locator('[data-line]').count()).toBeLessThan(60);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('refuses days in the wrong order, and keeps those that were shown', async () => {
    const { page } = await open({ page: 'history', frozen: true });
    await page.locator('[data-line]').first().waitFor();
    const shown = await page.getByRole('heading', { level: 1 }).locator('..').innerText();
    await page.getByLabel('С', { exact: true }).fill('2026-08-13');
    await page.getByLabel('По', { exact: true }).fill('2026-08-01');
    await page.getByLabel('По', { exact: true }).blur();
    await page.getByText('Первый день позже последнего.').waitFor();
    expect(shown).not.toBe('');
    await page.context().close();
  });

  it('runs nothing that hides in a name or a text', async () => {
    const { page, trouble } = await open({ page: 'today', scene: 'hostile' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('main img, main script').length)).toBe(0);
    await fits(page);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('follows what another process does', async () => {
    const { page } = await open({ page: 'overview', scene: 'calm', frozen: true });
    const before = await page.locator('.number').first().innerText();
    await page.clock.runFor(60_000);
    await page.waitForFunction((was) => document.querySelector('.number')?.textContent !== was, before);
    expect(await behind(page, (fake) => fake !== undefined)).toBe(true);
    await page.context().close();
  });
});
