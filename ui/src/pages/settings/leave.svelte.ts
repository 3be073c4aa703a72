// What on the shown page is not saved yet. Leaving it asks first.

import { SvelteSet } from 'svelte/reactivity';
import { app } from '$lib/state/app.svelte';

/** In place of an address: the window itself is to go. */
const CLOSE = 'close';

export interface Unsaved {
  dirty: () => boolean;
  /** False: refused, the page stays. */
  save: () => Promise<boolean>;
  drop: () => void;
}

class Leave {
  #all = new SvelteSet<Unsaved>();
  /** Where the person wanted to go while something was not saved. */
  wanted = $state('');

  watch(unsaved: Unsaved): () => void {
    this.#all.add(unsaved);
    return () => this.#all.delete(unsaved);
  }

  get dirty(): boolean {
    return [...this.#all].some((each) => each.dirty());
  }

  /** The window's cross was clicked. */
  close = (): void => {
    if (this.dirty) this.wanted = CLOSE;
    else void app.backend.close_main();
  };

  /** For the route: may this address be shown? */
  may_go = (wanted: string): boolean => {
    if (!this.dirty) return true;
    this.wanted = wanted;
    return false;
  };

  stay(): void {
    // The window forgets that it asked, and would close at the next click.
    if (this.wanted === CLOSE) void app.backend.unsaved(this.dirty);
    this.wanted = '';
  }

  drop(): void {
    for (const each of this.#all) if (each.dirty()) each.drop();
    this.#go();
  }

  async save(): Promise<void> {
    for (const each of this.#all) {
      if (each.dirty() && !(await each.save())) {
        this.stay();
        return;
      }
    }
    this.#go();
  }

  #go(): void {
    const { wanted } = this;
    this.wanted = '';
    if (wanted === CLOSE) void app.backend.close_main();
    else if (wanted) location.hash = wanted;
  }
}

export const leave = new Leave();
