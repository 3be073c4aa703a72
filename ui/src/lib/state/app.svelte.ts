// What every page shares: the program, the desk as last told, and what to do with a failure.

import type { Backend, Desk, Failure, Program, Row } from '$lib/backend/contract';
import { set_language, t } from '$lib/i18n/index.svelte';
import { clock } from './clock.svelte';
import { set_theme } from './theme';

/** Whatever was thrown, as a Failure with words. */
export function as_failure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    const failure = error as Failure;
    return failure.message ? failure : { ...failure, message: t().error.unexpected };
  }
  return { code: 'internal', message: t().error.unexpected, field: '', detail: String(error) };
}

/** The window opens with the queue already in it when that takes no longer. */
const PATIENCE_MS = 150;

class App {
  backend!: Backend;
  program = $state.raw<Program | null>(null);
  desk = $state.raw<Desk | null>(null);
  /** Why the desk could not be read; null once it was. */
  failure = $state.raw<Failure | null>(null);

  async open(backend: Backend): Promise<void> {
    this.backend = backend;
    try {
      await this.read_program();
    } catch (error) {
      this.failure = as_failure(error);
      return;
    }
    backend.on_desk((desk) => this.take(desk));
    clock.on_gap = () => void this.refresh();
    // Usually the queue is there at once; a slow one is waited for on the screen, not before it.
    await Promise.race([this.refresh(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }

  async read_program(): Promise<void> {
    const program = await this.backend.program();
    set_language(program.language);
    set_theme(program.theme);
    this.program = program;
  }

  async refresh(): Promise<void> {
    try {
      this.take(await this.backend.desk());
    } catch (error) {
      this.failure = as_failure(error);
    }
  }

  take(desk: Desk): void {
    // An older answer may come after a newer event.
    if (this.desk && Date.parse(desk.now) < Date.parse(this.desk.now)) return;
    this.failure = null;
    clock.set(desk.now);
    this.desk = desk;
  }

  /** An act's answer is shown at once; the desk tells the rest. */
  merge(row: Row): void {
    if (!this.desk) return;
    const swap = (rows: Row[]) =>
      rows.map((each) => (each.id === row.id && each.revision <= row.revision ? row : each));
    this.desk = { ...this.desk, rows: swap(this.desk.rows) };
  }

  /** IANA zone of the desk: its first branch's, which is known only once that was read. */
  get zone(): string {
    const read = this.desk?.branches.find((branch) => branch.zone !== '');
    return read?.zone ?? this.program?.zone ?? 'UTC';
  }

  /** The client's name as it is shown; never empty. */
  name(row: Pick<Row, 'client' | 'phone_shown' | 'kind'>): string {
    return (
      row.client.trim() ||
      (row.kind === 'test' ? t().queue.row.test : row.phone_shown) ||
      t().queue.row.no_name
    );
  }
}

export const app = new App();
