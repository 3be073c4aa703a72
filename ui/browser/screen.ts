// One page of the window in Chromium: opened on a scene, watched for anything that must not happen.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import type { Language, Theme } from '../src/lib/backend/contract';
import type { Fake } from '../src/lib/backend/fake';

export const LANGUAGES: Language[] = ['ru', 'en'];
export const THEMES: Exclude<Theme, 'system'>[] = ['light', 'dark'];
const SHOTS = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

export interface Want {
  scene?: string;
  lang?: Language;
  theme?: Theme;
  /** `queue`, `today`, …: opens that page. */
  page?: string;
  /** More of the address: `small`, `training`. */
  flags?: string[];
  width?: number;
  height?: number;
  /** Root font size in percent. */
  text?: number;
  reduced?: boolean;
  forced?: boolean;
  /** The page's own time stands still until `page.clock.runFor`. */
  frozen?: boolean;
}

export interface Screen {
  page: Page;
  /** Errors, refused resources, anything the policy stopped. */
  trouble: string[];
}

let browser: Browser;

/** Call once in a file of tests. */
export function with_browser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--font-render-hinting=none', '--disable-lcd-text'],
    });
  });
  afterAll(() => browser.close());
}

export async function open(want: Want = {}): Promise<Screen> {
  const { width = 1200, height = 800 } = want;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: 1,
    reducedMotion: want.reduced ? 'reduce' : 'no-preference',
    forcedColors: want.forced ? 'active' : 'none',
    locale: 'ru-RU',
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.hostname !== '127.0.0.1' && url.protocol !== 'data:') trouble.push(`asked for ${request.url()}`);
  });
  if (want.frozen) await page.clock.install({ time: '2026-08-13T11:42:00Z' });
  const address = new URL(inject('address'));
  address.searchParams.set('scene', want.scene ?? 'busy');
  address.searchParams.set('lang', want.lang ?? 'ru');
  address.searchParams.set('theme', want.theme ?? 'light');
  if (want.page) address.searchParams.set('page', want.page);
  for (const flag of want.flags ?? []) address.searchParams.set(flag, '1');
  await page.goto(address.href);
  await page.locator('h1').first().waitFor();
  if (want.text) {
    await page.evaluate(
      (percent) => document.documentElement.style.setProperty('font-size', `${percent}%`),
      want.text,
    );
  }
  await page.evaluate(() => document.fonts.ready);
  return { page, trouble };
}

/** No violation of WCAG 2.2 A and AA. */
export async function accessible(page: Page): Promise<void> {
  // A colour on its way to another is neither: what is judged stands still.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => each instanceof CSSTransition)
        .map((each) => each.finished),
    ),
  );
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // A menu is drawn above the page, outside its landmarks, while it is open.
    .disableRules(['region'])
    .analyze();
  const told = found.violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
  expect(told).toEqual([]);
}

/** Nothing sticks out to the side, and nothing that can be pressed is smaller than 24 px. */
export async function fits(page: Page): Promise<void> {
  const told = await page.evaluate(() => {
    const out: string[] = [];
    for (const each of [document.documentElement, ...document.querySelectorAll('main')]) {
      if (each.scrollWidth > each.clientWidth + 1)
        out.push(`${each.tagName} is ${each.scrollWidth} wide in ${each.clientWidth}`);
    }
    for (const each of document.querySelectorAll('button, a, input[type=checkbox]')) {
      const box = (each.closest('label') ?? each).getBoundingClientRect();
      if (box.width > 0 && !each.classList.contains('skip') && (box.height < 23.5 || box.width < 23.5)) {
        out.push(
          `${each.textContent?.trim() || each.outerHTML} is ${Math.round(box.width)}×${Math.round(box.height)}`,
        );
      }
    }
    return out;
  });
  expect(told).toEqual([]);
}

/** Writes docs/screenshots/{name}-{lang}-{theme}.png. */
export async function shot(page: Page, name: string, lang: Language, theme: Theme): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({
    path: `${SHOTS}${name}-${lang}-${theme}.png`,
    animations: 'disabled',
    caret: 'hide',
  });
}

/** The program behind the page. */
export function behind<T>(page: Page, ask: (fake: Fake) => T): Promise<T> {
  return page.evaluate(`(${ask.toString()})(globalThis.__fake)`) as Promise<T>;
}
