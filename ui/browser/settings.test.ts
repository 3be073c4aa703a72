import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessible, behind, fits, LANGUAGES, open, shot, THEMES, with_browser, type Want } from './screen';

with_browser();

const SECTIONS = ['yclients', 'whatsapp', 'branches', 'message', 'sending', 'program'];

async function section(page: Page, name: string): Promise<void> {
  await page.evaluate((to) => (location.hash = `#/settings/${to}`), name);
  await page.locator('nav a[aria-current=page]').nth(1).waitFor();
  await page.locator('#settings-section').waitFor({ state: 'attached' });
  await page.clock.runFor(700);
}

const settings = async (want: Want = {}) => {
  const screen = await open({ scene: 'calm', page: 'settings', frozen: true, ...want });
  await screen.page.locator('#settings-section').waitFor({ state: 'attached' });
  return screen;
};

const saved = (page: Page) => behind(page, (fake) => fake.settings());

describe('the settings', () => {
  for (const lang of LANGUAGES) {
    for (const theme of THEMES) {
      it(`are accessible and whole in ${lang}, ${theme}`, async () => {
        const { page, trouble } = await settings({ lang, theme });
        for (const name of [...SECTIONS, 'branches/962417']) {
          await section(page, name);
          await accessible(page);
          await fits(page);
          await shot(page, `settings-${name.replace('/962417', '-one')}`, lang, theme);
        }
        expect(trouble).toEqual([]);
        await page.context().close();
      });
    }
  }

  it.each([
    { width: 640, height: 800, text: 100 },
    { width: 1200, height: 800, text: 200 },
    { width: 640, height: 600, text: 200 },
  ])('lose nothing at $width×$height with text of $text %', async ({ width, height, text }) => {
    const { page } = await settings({ width, height, text });
    for (const name of [...SECTIONS, 'branches/962417']) {
      await section(page, name);
      await fits(page);
    }
    await page.context().close();
  });

  it('keep their edges in forced colours', async () => {
    const { page } = await settings({ forced: true, reduced: true });
    await section(page, 'sending');
    await accessible(page);
    await page.context().close();
  });

  it('refuse a delay in place, keep the old one, and save a good one', async () => {
    const { page } = await settings();
    await section(page, 'sending');
    await page.getByText('Другое', { exact: true }).click();
    const field = page.getByLabel('Другое время');
    await field.fill('31 мин');
    await page.getByRole('alert').getByText('Не понял').waitFor();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    expect(await field.evaluate((it) => it === document.activeElement)).toBe(true);
    expect((await saved(page)).notification_delay_ms).toBe(30_000);
    await accessible(page);
    await shot(page, 'settings-refused', 'ru', 'light');
    await field.fill('1:30');
    await page.keyboard.press('Control+s');
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect((await saved(page)).notification_delay_ms).toBe(90_000);
    await page.context().close();
  });

  it('refuse quiet hours and an interval that cannot be, and take them back', async () => {
    const { page } = await settings();
    await section(page, 'sending');
    await page.getByRole('switch', { name: 'Тихие часы' }).click();
    const from = page.getByLabel('С', { exact: true });
    await from.fill('25');
    await from.blur();
    await page.getByText('Время пишется так: 21:00.').waitFor();
    await from.fill('2130');
    await from.blur();
    await page.getByText('Не пишем с 21:30 до 09:00 следующего дня').waitFor();
    await page.getByLabel('Как часто проверять YClients').fill('2 с');
    await page.getByText('Напишите от 5 секунд').waitFor();
    await page.getByRole('button', { name: 'Вернуть как было' }).click();
    expect(await page.getByLabel('Как часто проверять YClients').inputValue()).toBe('1\u00a0мин');
    expect((await saved(page)).quiet_hours).toBe('');
    await page.context().close();
  });

  it('refuse a limit of new messages that is none, and save a good one', async () => {
    const { page } = await settings();
    await section(page, 'sending');
    const field = page.getByLabel('Сколько новых сообщений за минуту уходит без вас');
    expect(await field.inputValue()).toBe('20');
    for (const wrong of ['-1', '10001', 'много', '']) {
      await field.fill(wrong);
      await page.getByRole('alert').getByText('Это целое число от 0 до 10 000.').waitFor();
    }
    await page.getByRole('button', { name: 'Сохранить' }).click();
    expect(await field.evaluate((it) => it === document.activeElement)).toBe(true);
    expect((await saved(page)).burst).toBe(20);
    await accessible(page);
    await field.fill('0');
    await page.keyboard.press('Control+s');
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect((await saved(page)).burst).toBe(0);
    await page.context().close();
  });

  it('say beside the ticks how many messages they touch, before anything is saved', async () => {
    const { page, trouble } = await settings({ scene: 'busy' });
    await section(page, 'branches/962302');
    const bots = async () =>
      (await saved(page)).branches.find((each) => each.company_id === 962302)?.integration_user_ids;
    const touched = page.locator('.touched');
    const bot = page.getByRole('checkbox', { name: 'Бот записи' });
    await bot.waitFor();
    expect(await touched.count()).toBe(0);

    // Seven that the bot's tick keeps back: more than go by themselves at once.
    await page.evaluate(() => {
      const { behind } = (
        globalThis as never as {
          __fake: { behind: { arrive(changes: object): unknown } };
        }
      ).__fake;
      for (let i = 0; i < 7; i += 1)
        behind.arrive({ state: 'skipped', reason: 'bot', finished_at: new Date().toISOString() });
    });
    await bot.click();
    await page.getByText('7 сообщений будут оценены заново. Больше пяти сразу').waitFor();
    expect(await bots()).toEqual([771]);
    await accessible(page);
    await fits(page);
    await shot(page, 'settings-bots', 'ru', 'light');

    await page.getByRole('checkbox', { name: 'Мария' }).click();
    await page.getByText(/не уйдёт|не уйдут: о записях бота/u).waitFor();
    // Taken off and put back is no change.
    await page.getByRole('checkbox', { name: 'Мария' }).click();
    await bot.click();
    await touched.waitFor({ state: 'detached' });
    expect(await page.getByText('Есть несохранённые изменения').count()).toBe(0);

    await bot.click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect(await bots()).toEqual([]);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('ask before unsaved changes are left, and save on the way when told', async () => {
    const { page } = await settings();
    await section(page, 'sending');
    await page.getByText('2\u00a0мин', { exact: true }).click();
    await page.getByText('изменено').waitFor();
    await page.getByRole('link', { name: 'Сегодня' }).click();
    const dialog = page.getByRole('dialog', { name: 'Уйти без сохранения?' });
    await dialog.waitFor();
    await accessible(page);
    await dialog.getByRole('button', { name: 'Остаться' }).click();
    expect(await page.evaluate(() => location.hash)).toBe('#/settings/sending');
    await page.keyboard.press('Alt+1');
    await dialog.getByRole('button', { name: 'Сохранить и уйти' }).click();
    await page.waitForFunction(() => location.hash === '#/queue');
    expect((await saved(page)).notification_delay_ms).toBe(120_000);

    await section(page, 'program');
    await section(page, 'sending');
    await page.getByText('Сразу', { exact: true }).click();
    await page.getByRole('link', { name: 'WhatsApp' }).click();
    await dialog.getByRole('button', { name: 'Уйти без сохранения' }).click();
    await page.waitForFunction(() => location.hash === '#/settings/whatsapp');
    expect((await saved(page)).notification_delay_ms).toBe(120_000);
    await page.context().close();
  });

  it('link no phone over messages that still lie in the queue of the gateway', async () => {
    const { page } = await settings({ scene: 'offline', flags: ['queue_left'] });
    await section(page, 'whatsapp');
    await page.getByRole('button', { name: 'Привязать телефон' }).click();
    await page.getByRole('button', { name: 'Выбросить их' }).waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Выбросить их' }).click();
    await page.getByAltText('Код для привязки WhatsApp').waitFor();
    await page.getByText('Выброшено: 3 сообщения.').waitFor();
    await page.context().close();
  });

  it('ask before the window closes over unsaved changes', async () => {
    const { page } = await settings();
    const cross = () => behind(page, (fake) => fake.cross());
    const closed = () => behind(page, (fake) => fake.asked.filter((each) => each === 'closed').length);
    await section(page, 'sending');
    await page.getByText('2\u00a0мин', { exact: true }).click();
    await page.getByText('изменено').waitFor();
    await cross();
    const dialog = page.getByRole('dialog', { name: 'Уйти без сохранения?' });
    await dialog.getByRole('button', { name: 'Остаться' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await closed()).toBe(0);
    await cross();
    await dialog.getByRole('button', { name: 'Сохранить и уйти' }).click();
    await page.waitForFunction(() =>
      (globalThis as never as { __fake: { asked: string[] } }).__fake.asked.includes('closed'),
    );
    expect((await saved(page)).notification_delay_ms).toBe(120_000);
    await cross();
    expect(await closed(), 'with nothing unsaved it just closes').toBe(2);
    await page.context().close();
  });

  it('ask again when what was closed is wanted again before the page has heard of its end', async () => {
    const { page } = await settings();
    await section(page, 'sending');
    await page.getByText('2\u00a0мин', { exact: true }).click();
    await page.getByText('изменено').waitFor();
    await behind(page, (fake) => fake.cross());
    const dialog = page.getByRole('dialog', { name: 'Уйти без сохранения?' });
    await dialog.waitFor();
    // A dialog tells of its end in a task of its own. All of this happens before that task.
    await page.evaluate(async () => {
      const shown = document.querySelector<HTMLDialogElement>('dialog[open]');
      const until = async (open: boolean) => {
        for (let turn = 0; turn < 100 && shown?.open !== open; turn += 1) await Promise.resolve();
        if (shown?.open !== open) throw new Error(`the dialog is not ${open ? 'open' : 'closed'}`);
      };
      [...(shown?.querySelectorAll('button') ?? [])]
        .find((each) => each.textContent?.trim() === 'Остаться')
        ?.click();
      await until(false);
      const { __fake } = globalThis as never as { __fake: { cross: () => void } };
      __fake.cross();
      await until(true);
    });
    await page.evaluate(
      () => new Promise((heard) => requestAnimationFrame(() => requestAnimationFrame(heard))),
    );
    expect(await dialog.isVisible()).toBe(true);
    await page.context().close();
  });

  it('show what the environment decides, and do not let it be changed', async () => {
    const { page } = await settings({ flags: ['environment', 'broken_file'] });
    await page.getByText('Файл настроек повреждён').waitFor();
    await section(page, 'sending');
    expect(await page.getByLabel('Как часто проверять YClients').isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Сразу' }).isDisabled()).toBe(true);
    await page.getByText('BOOKING_NOTIFICATION_DELAY').waitFor();
    await accessible(page);
    await shot(page, 'settings-environment', 'ru', 'light');
    await page.context().close();
  });

  it('take a token only when it works, and never show one', async () => {
    const { page } = await settings();
    await page.getByRole('button', { name: 'Заменить: Токен партнёра' }).click();
    const field = page.locator('main input[type=password]');
    await field.fill('short');
    await page.keyboard.press('Enter');
    await page.getByText('Сервис не принял это значение').waitFor();
    expect(await field.evaluate((it) => it === document.activeElement)).toBe(true);
    await accessible(page);
    await field.fill('a-much-better-token');
    await page.keyboard.press('Enter');
    await field.waitFor({ state: 'detached' });
    expect(await page.getByText('a-much-better-token').count()).toBe(0);
    await page.context().close();
  });

  it('count the attempts of a code and take the right one', async () => {
    const { page } = await settings();
    await page.getByRole('button', { name: 'Войти по логину' }).click();
    await page.getByRole('button', { name: 'Войти', exact: true }).click();
    await page.getByText('Заполните оба поля.').first().waitFor();
    await page.getByLabel('Телефон или почта').fill('owner@example.com');
    await page.getByLabel('Пароль YClients').fill('hairdresser');
    await page.keyboard.press('Enter');
    const code = page.getByLabel('Код из сообщения');
    await code.fill('0000');
    await page.keyboard.press('Enter');
    await page.getByText('Осталось 2 попытки').waitFor();
    await page.getByText('Код не подошёл').waitFor();
    await accessible(page);
    await shot(page, 'settings-code', 'ru', 'light');
    await page.clock.runFor(121_000);
    await page.getByText('Время кода вышло').waitFor();
    await page.getByRole('button', { name: 'Прислать новый код' }).click();
    await page.getByText('Осталось 3 попытки').waitFor();
    await code.fill('1234');
    await page.keyboard.press('Enter');
    await code.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('refuse an address of the gateway that is not safe', async () => {
    const { page } = await settings();
    await section(page, 'whatsapp');
    await page.getByRole('button', { name: 'Изменить' }).click();
    await page.getByLabel('Номер инстанса').fill('7105123456');
    expect(await page.getByLabel('Адрес (apiUrl)').inputValue()).toBe('https://7105.api.green-api.com');
    await page.getByLabel('Адрес (apiUrl)').fill('http://green-api.com');
    await page.keyboard.press('Enter');
    await page.getByText('Такое значение не подходит, сохранено прежнее.').waitFor();
    expect((await saved(page)).instance_id).toBe('1103000001');
    await page.context().close();
  });

  it('take requests straight, as the system does or through an address, and an account its own way', async () => {
    const { page, trouble } = await settings();
    const more = page.getByText('Дополнительно');
    const ways = async () => {
      const { proxy, whatsapp_proxy } = await saved(page);
      return [proxy, whatsapp_proxy];
    };
    await section(page, 'yclients');
    await more.click();
    const way = page.getByRole('group', { name: 'Прокси' });
    expect(await way.getByRole('radio', { name: 'Без прокси' }).isChecked()).toBe(true);
    expect(await way.getByRole('radio', { name: 'Как для YClients' }).count()).toBe(0);
    await way.getByText('Свой', { exact: true }).click();
    const address = page.getByLabel('Адрес прокси');
    await address.fill('http://anna:tayna@10.0.0.1:3128');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Такое значение не подходит, сохранено прежнее.').waitFor();
    expect(await address.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await ways()).toEqual(['none', '']);
    await accessible(page);
    await fits(page);
    await address.fill('http://10.0.0.1:3128');
    await page.keyboard.press('Control+s');
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect(await ways()).toEqual(['http://10.0.0.1:3128', '']);

    await section(page, 'whatsapp');
    await more.click();
    expect(await way.getByRole('radio', { name: 'Как для YClients' }).isChecked()).toBe(true);
    await way.getByText('Свой', { exact: true }).click();
    // All deleted, it is an address that is not typed yet, and not the way to YClients.
    await address.fill('');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Такое значение не подходит, сохранено прежнее.').waitFor();
    await way.getByText('Как в системе', { exact: true }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect(await ways()).toEqual(['http://10.0.0.1:3128', 'system']);
    await more.click();
    await way.getByText('Как для YClients', { exact: true }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect(await ways()).toEqual(['http://10.0.0.1:3128', '']);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('put a placeholder where the caret is and show a mistake beside the text', async () => {
    const { page } = await settings();
    await section(page, 'message');
    const text = page.getByLabel('Текст сообщения');
    await text.fill('Ждём вас, !');
    await text.evaluate((it: HTMLTextAreaElement) => it.setSelectionRange(10, 10));
    await page.getByRole('button', { name: 'Вставить: имя клиента' }).click();
    expect(await text.inputValue()).toBe('Ждём вас, {{ client }}!');
    expect(await text.evaluate((it: HTMLTextAreaElement) => it.selectionStart)).toBe(22);
    await page.clock.runFor(400);
    const preview = page.getByRole('group', { name: 'Так увидит клиент' });
    await preview.getByText(/^Ждём вас, [А-Я]/u).waitFor();
    await text.fill('Ждём вас, {{ client');
    await page.clock.runFor(400);
    await page.getByText('Шаблон с ошибкой').waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Вернуть обычный текст' }).click();
    await page.clock.runFor(400);
    expect(await text.inputValue()).toContain('Здравствуйте');
    await page.context().close();
  });

  it('send a test message and follow it until it is read', async () => {
    const { page } = await settings();
    await section(page, 'whatsapp');
    await page.getByLabel('Ваш номер').fill('916 12');
    await page.keyboard.press('Enter');
    await page.getByText('Это не похоже на номер целиком').waitFor();
    await page.getByLabel('Ваш номер').fill('8 916 123 45 67');
    await page.keyboard.press('Enter');
    await page.clock.runFor(2_000);
    await page.getByText('WhatsApp принял сообщение').waitFor();
    await page.clock.runFor(3_000);
    await page.getByText('Дошло до телефона').waitFor();
    await page.clock.runFor(10_000);
    await page.getByText('Прочитано. Всё работает.').waitFor();
    expect(await page.getByLabel('Ваш номер').inputValue()).toBe('+7 916 123-45-67');
    await page.context().close();
  });

  it('give a branch its own delay, and take it back', async () => {
    const { page } = await settings();
    await section(page, 'branches/962302');
    const group = page.getByRole('group', { name: 'Сколько ждать перед отправкой' }).first();
    await group.getByText('Своё', { exact: true }).click();
    await group.getByText('5\u00a0мин', { exact: true }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    const of = async () =>
      (await saved(page)).branches.find((each) => each.company_id === 962302)?.notification_delay_ms;
    expect(await of()).toBe(300_000);
    await group.getByText('Как у всех: 30\u00a0с').click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    expect(await of()).toBeNull();
    await page.context().close();
  });

  it('ask before a branch that is being read is left out', async () => {
    const { page } = await settings();
    await section(page, 'branches');
    await page.getByRole('checkbox', { name: 'На Лесной' }).click();
    const dialog = page.getByRole('dialog', { name: 'Больше не писать о записях: На Лесной?' });
    await dialog.getByRole('button', { name: 'Отмена' }).click();
    expect(await page.getByRole('checkbox', { name: 'На Лесной' }).isChecked()).toBe(true);
    await page.getByRole('checkbox', { name: 'На Лесной' }).click();
    await dialog.getByRole('button', { name: 'Убрать филиал' }).click();
    await page.waitForFunction(
      () => document.querySelectorAll('main input[type=checkbox]:checked').length === 1,
    );
    expect((await saved(page)).branches.map((each) => each.company_id)).toEqual([962417]);
    await page.context().close();
  });

  it('change the language and the looks at once, by keyboard', async () => {
    const { page } = await settings();
    await section(page, 'program');
    await page.getByRole('radio', { name: 'Русский' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Program' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.waitForFunction(
      () => document.querySelectorAll('main input[role=switch]:checked').length === 1,
    );
    expect((await saved(page)).autostart).toBe(false);
    await page.context().close();
  });
});
