import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Fault, Language, StopWish } from '../src/lib/backend/contract';
import type { Fake } from '../src/lib/backend/fake';
import { en } from '../src/lib/i18n/en';
import { ru } from '../src/lib/i18n/ru';
import { accessible, behind, fits, LANGUAGES, open, with_browser, type Want } from './screen';

with_browser();

const said = (lang: Language) => (lang === 'ru' ? ru : en);
const asked = (page: Page) => behind(page, (fake) => fake.asked);

/** What stands behind the page from now on, told to it as after a commit. */
async function stands(
  page: Page,
  what: { stops?: StopWish[]; aside?: string[]; faults?: Fault[] },
): Promise<void> {
  await page.evaluate((it) => {
    const desk = (globalThis as never as { __fake: Fake }).__fake.behind;
    Object.assign(desk, it);
    desk.tell();
  }, what);
}

/** The program refuses this act once, in its own words. */
async function refuses(
  page: Page,
  act: 'stop_of' | 'gateway_mend' | 'take_over' | 'diagnostics',
  words: string,
): Promise<void> {
  await page.evaluate(
    ([name, message]) => {
      const fake = (globalThis as never as { __fake: Record<string, unknown> }).__fake;
      const usual = fake[name];
      fake[name] = () => {
        fake[name] = usual;
        return Promise.reject({ code: 'gateway', message, field: '', detail: 'HTTP 502' } as never);
      };
    },
    [act, words] as const,
  );
}

const STOPS: StopWish[] = [
  {
    id: 1,
    at: '2026-08-13T11:30:00Z',
    sure: true,
    phone: '',
    text: 'СТОП',
    likely: [
      { phone: '+79161234567', client: 'Ирина', told_at: '2026-08-13T10:05:00Z' },
      { phone: '+79167654321', client: 'Олег', told_at: '2026-08-13T09:12:00Z' },
    ],
  },
  {
    id: 2,
    at: '2026-08-13T11:35:00Z',
    sure: false,
    phone: '+79160000003',
    text: 'Не пишите мне стоп-слова <b>!</b>',
    likely: [],
  },
];

const fault = (code: string, subject: string, lang: Language): Fault => ({
  subject,
  code,
  what: lang === 'ru' ? `Случилось: ${code}.` : `It happened: ${code}.`,
  means: '',
  do_next: '',
  detail: code === 'gateway_settings' ? 'off: outgoingWebhook' : 'shown by: mark',
  since: '2026-08-13T11:30:00Z',
  title: '',
  passing: false,
});

const overview = async (want: Want = {}) => {
  const screen = await open({ page: 'overview', scene: 'calm', frozen: true, ...want });
  await screen.page.locator('figure svg').waitFor();
  return screen;
};

describe('what came in and asks a person', () => {
  for (const lang of LANGUAGES) {
    it(`a "stop" of nobody known is settled by a word in ${lang}`, async () => {
      const { page, trouble } = await overview({ lang });
      const words = said(lang).overview.stops;
      const all = page.getByRole('region', { name: words.title });
      expect(await all.count()).toBe(0);
      await stands(page, { stops: STOPS });
      await all.getByText(words.unknown).waitFor();
      await accessible(page);
      await fits(page);
      expect(await page.locator('blockquote b').count()).toBe(0);

      await all.getByRole('button', { name: `${words.theirs}: Олег` }).click();
      await page.getByText(words.done).first().waitFor();
      expect(await asked(page)).toEqual(['stop_of 1 +79167654321']);
      await all.getByText(words.contained('+79160000003')).waitFor();
      await all.getByRole('button', { name: words.dismiss }).click();
      await all.waitFor({ state: 'detached' });
      expect(await asked(page)).toEqual(['stop_of 1 +79167654321', 'stop_dismiss 2']);
      expect(trouble).toEqual([]);
      await page.context().close();
    });

    it(`what could not be worked through goes once it is seen in ${lang}`, async () => {
      const { page, trouble } = await overview({ lang });
      const words = said(lang).overview;
      await stands(page, { aside: ['outgoingMessageStatus (unreadable) 2', 'odd (panic) 1'] });
      const line = page.getByText(words.aside('outgoingMessageStatus (unreadable) 2, odd (panic) 1'));
      await line.waitFor();
      await accessible(page);
      await fits(page);
      await page.getByRole('button', { name: words.aside_seen }).click();
      await line.waitFor({ state: 'detached' });
      expect(await asked(page)).toEqual(['aside_dismiss 2']);
      expect(trouble).toEqual([]);
      await page.context().close();
    });
  }

  it('a number is typed where the chat shows none, and a wrong one leaves the question', async () => {
    const { page, trouble } = await overview();
    const words = ru.overview.stops;
    await stands(page, { stops: [{ ...STOPS[0]!, likely: [] }] });
    await page.getByText(words.nobody).waitFor();
    const theirs = page.getByRole('button', { name: words.theirs, exact: true });
    expect(await theirs.isDisabled()).toBe(true);
    await page.getByLabel(words.phone).fill('12');
    await refuses(page, 'stop_of', 'Это не номер телефона.');
    await theirs.click();
    await page.getByText('Это не номер телефона.').waitFor();
    expect(await page.getByLabel(words.phone).inputValue()).toBe('12');
    await page.getByText(words.nobody).waitFor();
    await accessible(page);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('nothing of it is lost in a narrow window, or with text twice as large', async () => {
    for (const want of [{ text: 200 }, { width: 640 }]) {
      const { page } = await overview(want);
      await stands(page, { stops: STOPS, aside: ['outgoingMessageStatus (unreadable) 2'] });
      await page.getByText(ru.overview.stops.unknown).waitFor();
      await fits(page);
      await page.context().close();
    }
  });
});

describe('what is in the way and has a button', () => {
  for (const lang of LANGUAGES) {
    it(`another Booking Monitor is overruled by a word in ${lang}`, async () => {
      const { page, trouble } = await open({ scene: 'calm', lang, frozen: true });
      const words = said(lang).fault;
      await stands(page, { faults: [fault('another_monitor', 'shop', lang)] });
      const faults = page.getByRole('region', { name: words.heading });
      const take = faults.getByRole('button', { name: words.take_over });
      await take.waitFor();
      await accessible(page);
      await fits(page);

      await refuses(page, 'take_over', 'HTTP 502.');
      await take.click();
      await faults.getByText('HTTP 502.').waitFor();
      await accessible(page);
      await take.click();
      await faults.waitFor({ state: 'detached' });
      await page.getByText(words.taken_over).first().waitFor();
      expect(trouble).toEqual([]);
      await page.context().close();
    });

    it(`the account's settings are mended from the page one is on in ${lang}`, async () => {
      const { page, trouble } = await open({ scene: 'calm', page: 'today', lang, frozen: true });
      await page.locator('[data-line]').first().waitFor();
      await stands(page, { faults: [fault('gateway_settings', 'gateway', lang)] });
      const faults = page.getByRole('region', { name: said(lang).fault.heading });
      const mend = faults.getByRole('button', { name: said(lang).settings.whatsapp.mend, exact: true });
      await mend.waitFor();
      await accessible(page);
      await fits(page);
      await mend.click();
      await faults.waitFor({ state: 'detached' });
      expect(trouble).toEqual([]);
      await page.context().close();
    });
  }

  it('settings that are not mended say so, and the button stays', async () => {
    const { page, trouble } = await open({ scene: 'calm', frozen: true });
    await stands(page, { faults: [fault('gateway_settings', 'gateway', 'ru')] });
    const faults = page.getByRole('region', { name: ru.fault.heading });
    const mend = faults.getByRole('button', { name: ru.settings.whatsapp.mend, exact: true });
    await refuses(page, 'gateway_mend', 'Сервис их не сохранил.');
    await mend.click();
    await faults.getByText('Сервис их не сохранил.').waitFor();
    expect(await mend.getAttribute('aria-disabled')).toBe('false');
    await accessible(page);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('at its set-up the second installation is told of the first, and asked', async () => {
    const { page, trouble } = await open({ scene: 'calm', page: 'settings', frozen: true });
    await page.locator('#settings-section').waitFor({ state: 'attached' });
    await page.evaluate(() => {
      const fake = (globalThis as never as { __fake: Fake }).__fake;
      const check = fake.gateway_check.bind(fake);
      let another = 'Через этот аккаунт уже пишет другой Booking Monitor.';
      fake.gateway_check = async () => ({ ...(await check()), another });
      const take = fake.take_over.bind(fake);
      fake.take_over = async () => {
        another = '';
        await take();
      };
      location.hash = '#/settings/whatsapp';
    });
    const group = page.getByRole('group', { name: 'Через этот аккаунт уже пишет другой Booking Monitor.' });
    await group.waitFor();
    await accessible(page);
    await group.getByRole('button', { name: ru.fault.take_over }).click();
    await group.waitFor({ state: 'detached' });
    expect(trouble).toEqual([]);
    await page.context().close();
  });
});

describe('the file for support', () => {
  for (const lang of LANGUAGES) {
    it(`is saved by a button that says where it lies, or why it does not, in ${lang}`, async () => {
      const { page, trouble } = await open({ scene: 'calm', page: 'settings', lang, frozen: true });
      await page.locator('#settings-section').waitFor({ state: 'attached' });
      await page.evaluate(() => (location.hash = '#/settings/program'));
      const words = said(lang).settings.program;
      const save = page.getByRole('group', { name: words.support }).getByRole('button', {
        name: words.support_save,
      });
      await save.waitFor();
      await refuses(page, 'diagnostics', 'HTTP 502.');
      await save.click();
      await page.getByText('HTTP 502.').waitFor();
      await save.click();
      await page.getByText('/home/desk/Downloads/booking-monitor-support-2026-08-13.txt').waitFor();
      expect(await asked(page)).toEqual(['diagnostics']);
      await accessible(page);
      await fits(page);
      expect(trouble).toEqual([]);
      await page.context().close();
    });
  }
});
