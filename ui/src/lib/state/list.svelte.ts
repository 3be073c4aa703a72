// A list read by pages, newest first, that follows the desk: what changes on the disk changes here.

import type { Failure, ListQuery, Row } from '$lib/backend/contract';
import { app, as_failure } from './app.svelte';

const PAGE = 100;
/** As many as one question may ask for: what is read again after a commit. */
const FRESH = 200;

export type Wanted = Pick<ListQuery, 'from' | 'to' | 'filter' | 'search'>;

export class PagedList {
  rows = $state.raw<Row[]>([]);
  total = $state(0);
  /** The first page has come, for the query that is shown. */
  ready = $state(false);
  loading = $state(false);
  failure = $state.raw<Failure | null>(null);
  #wanted: Wanted | null = null;
  #next: string | null = null;
  /** An answer to an older question is thrown away. */
  #turn = 0;
  #fresh: ReturnType<typeof setTimeout> | undefined;

  async open(wanted: Wanted): Promise<void> {
    const turn = (this.#turn += 1);
    this.#wanted = wanted;
    this.loading = true;
    try {
      const page = await app.backend.list({ ...wanted, after: null, limit: PAGE });
      if (turn !== this.#turn) return;
      this.rows = page.rows;
      this.total = page.total;
      this.#next = page.next;
      this.failure = null;
      this.ready = true;
    } catch (error) {
      if (turn === this.#turn) this.failure = as_failure(error);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** The next page, when the end of what is read comes into sight. */
  async more(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || this.loading || this.#next === null) return;
    const turn = this.#turn;
    this.loading = true;
    try {
      const page = await app.backend.list({ ...wanted, after: this.#next, limit: PAGE });
      if (turn !== this.#turn) return;
      const known = new Set(this.rows.map((row) => row.id));
      this.rows = [...this.rows, ...page.rows.filter((row) => !known.has(row.id))];
      this.total = page.total;
      this.#next = page.next;
    } catch (error) {
      if (turn === this.#turn) this.failure = as_failure(error);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Something was committed: the newest rows are read again, soon and once. */
  refresh(): void {
    this.#fresh ??= setTimeout(() => {
      this.#fresh = undefined;
      void this.#read_again();
    }, 250);
  }

  async #read_again(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.ready || this.loading) return;
    const turn = this.#turn;
    try {
      const page = await app.backend.list({ ...wanted, after: null, limit: FRESH });
      if (turn !== this.#turn || this.loading) return;
      // What lies further back than the answer reaches stays as it was read.
      const last = page.rows.at(-1);
      const at = last ? this.rows.findIndex((row) => row.id === last.id) : -1;
      const older = page.next !== null && at >= 0 ? this.rows.slice(at + 1) : [];
      if (older.length === 0) this.#next = page.next;
      this.rows = [...page.rows, ...older];
      this.total = page.total;
    } catch {
      // The queue itself says when the database cannot be read.
    }
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#fresh);
    this.#fresh = undefined;
  }
}
