// A whole program in memory, for development and for the tests of the pages.

import type { Backend, Language, Page, Program, Theme } from '../contract';
import { running, type Clock } from './clock';
import { FakeDesk, TEXT_LIMIT } from './desk';
import { list, overview } from './lists';
import { scene, SCENES, type SceneName } from './scenes';
import { setup } from './setup';

export interface FakeOptions {
  scene: SceneName;
  language: Language;
  theme: Theme;
  page: Page;
  small: boolean;
  training: boolean;
  /** The environment decides some of the values. */
  environment?: boolean;
  /** The file of the settings cannot be read. */
  broken_file?: boolean;
  /** Messages lie in the gateway's own queue. */
  queue_left?: boolean;
}

export interface Fake extends Backend {
  /** For tests: the queue behind the pages. */
  readonly behind: FakeDesk;
  /** For tests: what the pages asked of the desktop. */
  readonly asked: string[];
  /** For tests: the window's cross. */
  cross(): void;
}

const USUAL: FakeOptions = {
  scene: 'busy',
  language: 'ru',
  theme: 'system',
  page: 'queue',
  small: false,
  training: false,
};

export function make_fake(clock: Clock, options: Partial<FakeOptions> = {}): Fake {
  const wanted = { ...USUAL, ...options };
  const first_run = wanted.scene === 'first-run';
  const behind = new FakeDesk(clock, scene(wanted.scene, clock.now(), wanted.language), wanted.language);
  const { current, walked, ...set_up } = setup(behind, first_run, wanted.queue_left);
  current().theme = wanted.theme;
  if (wanted.environment) current().from_environment = ['poll_interval_ms', 'notification_delay_ms'];
  if (wanted.broken_file) current().file_error = 'line 7: unknown key `intervall`';
  const asked: string[] = [];
  const pages = new Set<(page: Page) => void>();
  const closes = new Set<() => void>();
  let unsaved = false;
  return {
    behind,
    asked,
    async program(): Promise<Program> {
      await Promise.resolve();
      return {
        version: '1.0.0',
        data_dir: '/home/desk/.local/share/booking-monitor',
        language: current().language,
        theme: current().theme,
        training: wanted.training,
        small: wanted.small,
        page: wanted.page,
        first_run: !walked(),
        zone: 'Europe/Moscow',
        text_limit: TEXT_LIMIT,
      };
    },
    async desk() {
      await Promise.resolve();
      if (wanted.scene === 'loading') return new Promise(() => {});
      if (wanted.scene === 'broken') throw behind.fail('storage', '', 'disk I/O error (10)');
      return behind.desk();
    },
    on_desk: (listener) =>
      wanted.scene === 'loading' || wanted.scene === 'broken' ? () => {} : behind.listen(listener),
    on_page(listener) {
      pages.add(listener);
      return () => pages.delete(listener);
    },
    on_close(listener) {
      closes.add(listener);
      return () => closes.delete(listener);
    },
    cross() {
      if (!unsaved) asked.push('closed');
      else for (const listener of closes) listener();
      unsaved = false;
    },
    async unsaved(now) {
      await Promise.resolve();
      unsaved = now;
    },
    async close_main() {
      await Promise.resolve();
      asked.push('closed');
    },
    ...behind.queue_acts(),
    list: (query) => list(behind, query),
    async export_csv(query) {
      const all = await list(behind, query);
      asked.push(`export_csv ${all.total}`);
      return `/home/desk/Downloads/booking-monitor-${query.from}.csv`;
    },
    overview: () => overview(behind),
    async stop_of(id, phone) {
      asked.push(`stop_of ${id} ${phone}`);
      behind.stops = behind.stops.filter((wish) => wish.id !== id);
      return overview(behind);
    },
    async stop_dismiss(id) {
      asked.push(`stop_dismiss ${id}`);
      behind.stops = behind.stops.filter((wish) => wish.id !== id);
      return overview(behind);
    },
    async aside_dismiss(last) {
      asked.push(`aside_dismiss ${last}`);
      behind.aside = [];
      return overview(behind);
    },
    async diagnostics() {
      await Promise.resolve();
      asked.push('diagnostics');
      return '/home/desk/Downloads/booking-monitor-support-2026-08-13.txt';
    },
    ...set_up,
    async show_main(page) {
      await Promise.resolve();
      asked.push(`show_main ${page}`);
      for (const listener of pages) listener(page);
    },
    async hide_small() {
      await Promise.resolve();
      asked.push('hide_small');
    },
  };
}

const one_of = <T extends string>(value: string | null, allowed: readonly T[], usual: T): T =>
  allowed.includes(value as T) ? (value as T) : usual;

/** `?scene=busy&lang=ru&theme=dark&page=today&small&training` */
export function from_address(address: URLSearchParams): Fake {
  const fake = make_fake(running(), {
    scene: one_of(address.get('scene'), SCENES, address.has('small') ? 'calm' : 'busy'),
    language: one_of(address.get('lang'), ['ru', 'en'], 'ru'),
    theme: one_of(address.get('theme'), ['system', 'light', 'dark'], 'system'),
    page: one_of(address.get('page'), ['queue', 'today', 'history', 'overview', 'settings'], 'queue'),
    small: address.has('small'),
    training: address.has('training'),
    environment: address.has('environment'),
    broken_file: address.has('broken_file'),
    queue_left: address.has('queue_left'),
  });
  if (address.has('training')) fake.behind.auto = true;
  (globalThis as { __fake?: Fake }).__fake = fake;
  return fake;
}
