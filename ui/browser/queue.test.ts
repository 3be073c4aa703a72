import { describe, expect, it } from 'vitest';
import { accessible, behind, fits, LANGUAGES, open, shot, THEMES, with_browser } from './screen';

with_browser();

const state = (page: Parameters<typeof behind>[0], id: number) =>
  page.evaluate(
    (which) =>
      (
        globalThis as never as { __fake: { behind: { rows: Map<number, { state: string }> } } }
      ).__fake.behind.rows.get(which)?.state,
    id,
  );

describe('the queue', () => {
  for (const lang of LANGUAGES) {
    for (const theme of THEMES) {
      it(`is accessible and whole in ${lang}, ${theme}`, async () => {
        const { page, trouble } = await open({ scene: 'busy', lang, theme, frozen: true });
        await page.locator('[data-row]').first().waitFor();
        await accessible(page);
        await fits(page);
        await shot(page, 'queue-decisions', lang, theme);
        expect(trouble).toEqual([]);
        await page.context().close();

        const calm = await open({ scene: 'calm', lang, theme, frozen: true });
        await calm.page.locator('[data-row]').first().waitFor();
        await calm.page.clock.runFor(600);
        await shot(calm.page, 'queue', lang, theme);
        await calm.page.context().close();

        const empty = await open({ scene: 'empty', lang, theme, frozen: true });
        await empty.page.clock.runFor(600);
        await accessible(empty.page);
        await shot(empty.page, 'queue-empty', lang, theme);
        expect(empty.trouble).toEqual([]);
        await empty.page.context().close();
      });
    }
  }

  for (const scene of ['offline', 'stopped', 'loading', 'broken', 'hostile', 'again']) {
    it(`is accessible and whole in the scene ${scene}`, async () => {
      const { page, trouble } = await open({ scene, theme: 'dark' });
      await page.waitForTimeout(300);
      await accessible(page);
      await fits(page);
      expect(trouble).toEqual([]);
      await page.context().close();
    });
  }

  it.each([
    { width: 640, height: 800, text: 100 },
    { width: 1200, height: 800, text: 200 },
    { width: 640, height: 600, text: 200 },
    { width: 1920, height: 1080, text: 100 },
  ])('loses nothing at $width×$height with text of $text %', async ({ width, height, text }) => {
    for (const scene of ['busy', 'hostile']) {
      const { page } = await open({ scene, width, height, text });
      await page.locator('[data-act]').first().waitFor();
      await fits(page);
      expect(await page.locator('[data-act=send_now]').first().isVisible()).toBe(true);
      await page.context().close();
    }
  });

  it('runs nothing that a client or a booking brings', async () => {
    const { page, trouble } = await open({ scene: 'hostile' });
    await page.locator('[data-row]').first().waitFor();
    const more = page.getByRole('button', { name: 'Показать целиком' });
    while ((await more.count()) > 0) await more.first().click();
    expect(await page.evaluate(() => (globalThis as { __ran?: number }).__ran)).toBeUndefined();
    expect(await page.locator('main img, main script, main a[href^=javascript]').count()).toBe(0);
    expect(await page.getByText('<img src=x onerror="window.__ran=1">').count()).toBeGreaterThan(0);
    await fits(page);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('does the whole flow by keyboard, on a Russian layout too', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.keyboard.press('F6');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe('1');

    // One more minute, then hold and release.
    await page.keyboard.press('Space');
    await page.locator('[data-row="1"] [role=timer]').getByText('1:2').waitFor();
    await page.keyboard.press('h');
    await page.locator('[data-row="1"] [data-state=held]').waitFor();
    await page.keyboard.press('h');
    await page.locator('[data-row="1"] [role=timer]').waitFor();

    // Not sent, and brought back: the focus stays with the row.
    await page.keyboard.press('Delete');
    await page.locator('[data-row="1"] [data-state=cancelled]').waitFor();
    expect(await state(page, 1)).toBe('cancelled');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe('1');
    await page.keyboard.press('z');
    await page.locator('[data-row="1"] [role=timer]').waitFor();

    // Edited.
    await page.keyboard.press('Enter');
    const area = page.getByRole('textbox', { name: 'Текст сообщения' });
    await area.waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Ждём вас в *пятницу*');
    await page.keyboard.press('Control+Enter');
    await area.waitFor({ state: 'detached' });
    await page.locator('[data-row="1"] .bold').getByText('пятницу').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-row') === '1');

    // Sent at once by the key that types «ы».
    await page.evaluate(() =>
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'ы', code: 'KeyS', bubbles: true, cancelable: true }),
      ),
    );
    await page.locator('[data-row="1"] [data-state=sending]').waitFor();
    expect(await state(page, 1)).toBe('sending');
    await page.context().close();
  });

  it('says sent only when it is, and hands the focus to the next row', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.keyboard.press('F6');
    await page.keyboard.press('s');
    await page.locator('[data-row="1"] [data-state=sending]').waitFor();
    expect(await page.locator('article [data-state=accepted]').count()).toBe(0);
    await page.clock.runFor(1_700);
    await page.locator('article [data-state=accepted]').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-row') === '2');
    await page.clock.runFor(500);
    expect(await page.locator('[role=status]').last().textContent()).toContain('Ирина Соколова: принято.');
    await page.context().close();
  });

  it('shows what really happened when a click comes too late', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.evaluate(
      () =>
        ((globalThis as never as { __fake: { behind: { refuse_next: string } } }).__fake.behind.refuse_next =
          'too_late'),
    );
    await page.locator('[data-row="1"] [data-act=cancel]').click();
    await page.locator('[data-row="1"] [role=alert]').getByText('Поздно').waitFor();
    expect(await page.locator('[data-state=cancelled]').count()).toBe(0);
    await accessible(page);
    await page.context().close();
  });

  it('keeps a half-written text when the page dies', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.locator('[data-row="1"] [data-act=edit]').click();
    // The click's own focus goes to the text: nothing typed may act on a row.
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('половина');
    await page.clock.runFor(700);
    await page.getByText('Черновик сохранён').waitFor();
    await accessible(page);
    await page.keyboard.press('Escape');
    await page.getByText('Есть несохранённая правка').waitFor();
    await page.getByRole('button', { name: 'Продолжить правку' }).click();
    expect(await page.getByRole('textbox').inputValue()).toBe('половина');
    await page.getByText('Восстановлена несохранённая правка.').waitFor();
    await page.context().close();
  });

  it('leaves an editor with another page: the draft stays and is said, the message waits ten seconds at least', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.locator('[data-row="1"] [data-act=edit]').click();
    await page.getByRole('textbox').fill('начато');
    await page.clock.runFor(22_000);
    await page.keyboard.press('Alt+2');
    await page.getByText('правка не сохранена, черновик остался').waitFor();
    await page.clock.runFor(8_000);
    expect(await state(page, 1)).toBe('queued');
    await page.keyboard.press('F6');
    await page.getByText('Есть несохранённая правка').waitFor();
    await page.context().close();
  });

  it('shows both texts when the message changed under the editor', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.locator('[data-row="1"] [data-act=edit]').click();
    await page.getByRole('textbox').fill('мой текст');
    await page.evaluate(() =>
      (
        globalThis as never as { __fake: { edit_save(id: number, revision: number, text: string): unknown } }
      ).__fake.edit_save(1, 1, 'чужой текст'),
    );
    await page.keyboard.press('Control+Enter');
    await page.getByText('Пока вы правили, сообщение изменилось').waitFor();
    await page.locator('.stale').getByText('чужой текст').waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Сохранить мой текст' }).click();
    await page.locator('[data-row="1"] .bubble').getByText('мой текст').waitFor();
    await page.context().close();
  });

  it('asks before it sends again what may have gone, and says the risk', async () => {
    const { page } = await open({ scene: 'busy', frozen: true });
    await page.locator('[data-row="17"] [data-act=again]').click();
    const dialog = page.getByRole('dialog', { name: 'Отправить ещё раз?' });
    await dialog.getByText('придёт второе такое же').waitFor();
    await accessible(page);
    await page.keyboard.press('Escape');
    expect(await state(page, 17)).toBe('unknown');
    await page.locator('[data-row="17"] [data-act=again]').click();
    await dialog.getByRole('button', { name: 'Отправить ещё раз' }).click();
    await page.waitForFunction(() => !document.querySelector('dialog[open]'));
    await page.waitForTimeout(50);
    expect(await state(page, 17)).toBe('queued');
    await page.context().close();
  });

  it('decides a whole group with one word, and says the number first', async () => {
    const { page } = await open({ scene: 'busy', frozen: true });
    await page.getByRole('button', { name: 'Не отправлять все (3)' }).click();
    await page
      .getByRole('dialog', { name: 'Не отправлять 3 сообщения?' })
      .getByRole('button', { name: 'Не отправлять (3)' })
      .click();
    await page.waitForFunction(() => document.querySelectorAll('[data-state=cancelled]').length === 3);
    expect(await Promise.all([13, 14, 15].map((id) => state(page, id)))).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
    await page.context().close();
  });

  it('groups what asks since decisions are judged again, with its reason and what can be done with all', async () => {
    const { page, trouble } = await open({ scene: 'again', frozen: true });
    const group = (name: string) => page.getByRole('region', { name });
    for (const name of [
      'Могли уже написать',
      'Запись снова в силе',
      'Запись всё меняется',
      'Не хватает данных для текста',
      'Испорченный символ',
    ]) {
      await group(name).getByText(/\.$/u).first().waitFor();
    }
    expect(await page.getByRole('heading', { name: 'Ждут решения' }).count()).toBe(0);
    // Without words there is nothing to send.
    const wordless = group('Не хватает данных для текста');
    expect(await wordless.locator('[data-act]').allInnerTexts()).toEqual(['Изменить', 'Не отправлять']);

    const failed = group('Не удалось отправить');
    await failed.getByRole('button', { name: 'Отправить все (2)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Отправить сейчас (2)' }).click();
    await page.waitForFunction(() => document.querySelectorAll('[data-state=sending]').length === 2);
    expect(await Promise.all([9, 10].map((id) => state(page, id)))).toEqual(['sending', 'sending']);

    await group('Набралось сразу много').getByRole('button', { name: 'Отпустить все (2)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Отпустить (2)' }).click();
    await page.waitForFunction(() => document.querySelectorAll('[role=timer]').length === 2);
    expect(await Promise.all([5, 6].map((id) => state(page, id)))).toEqual(['queued', 'queued']);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('chooses several with Shift and holds them together', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.keyboard.press('F6');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('Выбрано: 2').waitFor();
    await accessible(page);
    await page.keyboard.press('h');
    await page.waitForFunction(() => document.querySelectorAll('[data-state=held]').length === 2);
    await page.context().close();
  });

  it('pauses with its end shown, and goes on', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    await page.getByRole('button', { name: 'Пауза' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'На 15 минут до 14:57' }).waitFor();
    await page.clock.runFor(300);
    await accessible(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/^Пауза до 15:42$/u).waitFor();
    await page.clock.runFor(60_000);
    expect(await state(page, 1)).toBe('queued');
    await page.getByRole('button', { name: 'Возобновить' }).click();
    await page.locator('[data-row="1"] [role=timer]').waitFor();
    await page.context().close();
  });

  it('moves no row under the pointer when one leaves', async () => {
    const { page } = await open({ scene: 'calm', frozen: true });
    const second = page.locator('[data-row="2"]');
    const before = await second.boundingBox();
    await page.locator('[data-row="1"] [data-act=send_now]').click();
    await page.clock.runFor(2_000);
    await page.locator('article [data-state=accepted]').waitFor();
    expect((await second.boundingBox())?.y).toBe(before?.y);
    await page.clock.runFor(9_000);
    await page.locator('article.gone').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('opens its keys with a question mark and pages with Alt', async () => {
    const { page } = await open({ scene: 'calm' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Клавиши' }).waitFor();
    await accessible(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+2');
    await page.waitForFunction(() => location.hash === '#/today');
    await page.keyboard.press('F6');
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-row') === '1');
    await page.context().close();
  });

  it('stands still where motion is unwanted, and keeps its edges in forced colours', async () => {
    const { page } = await open({ scene: 'calm', reduced: true, forced: true });
    await page.locator('[role=timer]').first().waitFor();
    expect(await page.locator('.bar').first().isVisible()).toBe(false);
    await accessible(page);
    await page.context().close();
  });

  it('keeps the page light with a hundred and twenty rows', async () => {
    const { page, trouble } = await open({ scene: 'many' });
    await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 120);
    expect(trouble).toEqual([]);
    await page.context().close();
  });
});
