// The last few messages that went out, with what became of them. Read again after each commit.

import type { Row } from '$lib/backend/contract';
import { add_days, iso_day } from '$lib/i18n/dates';
import { app } from './app.svelte';
import { clock } from './clock.svelte';

const SHOWN = 8;

class Recent {
  rows = $state.raw<Row[]>([]);
  #reading: Promise<void> | null = null;
  #again = false;

  /** Resolves when what it holds is not older than the call. */
  async read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      await this.#reading;
      if (this.#again) {
        this.#again = false;
        await this.read();
      }
      return;
    }
    this.#reading = this.#read();
    await this.#reading;
    this.#reading = null;
  }

  async #read(): Promise<void> {
    const today = iso_day(clock.exact(), app.zone);
    try {
      const page = await app.backend.list({
        from: add_days(today, -1),
        to: today,
        filter: 'sent',
        search: '',
        after: null,
        limit: SHOWN,
      });
      this.rows = page.rows;
    } catch {
      // The queue itself says when the database cannot be read.
    }
  }
}

export const recent = new Recent();
