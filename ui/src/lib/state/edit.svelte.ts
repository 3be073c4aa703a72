// One open editor: its lease, its draft, and what happens when the message changed meanwhile.

import type { Backend, Failure, Row } from '$lib/backend/contract';
import { as_failure } from './app.svelte';

/** The program lets the message go 40 s after the last of these. */
export const RENEW_MS = 10_000;
/** A draft is kept when the hands rest. */
export const DRAFT_MS = 500;

export class Edit {
  text = $state('');
  /** What the queue held when the editor opened: the message itself. */
  base = $state('');
  ready = $state(false);
  busy = $state(false);
  /** What was typed before a crash or an Esc was found. */
  restored = $state(false);
  /** Everything typed is kept. */
  kept = $state(true);
  /** The lease could not be renewed: the message may go as it was. */
  lost = $state(false);
  /** The message changed meanwhile: what is in the queue now. */
  theirs = $state.raw<Row | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** The row as it was saved. */
  saved = $state.raw<Row | null>(null);
  #revision = 0;
  #renewal: ReturnType<typeof setInterval> | undefined;
  #draft: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    readonly id: number,
    private readonly backend: Pick<Backend, 'edit_begin' | 'edit_draft' | 'edit_save' | 'edit_leave'>,
    /** A person opened it, so it takes the focus; one that was found after a crash does not. */
    readonly by_hand = true,
  ) {}

  /** Fails when the row cannot be edited any more. */
  async open(): Promise<void> {
    const row = await this.backend.edit_begin(this.id);
    this.base = row.text;
    this.text = row.draft ?? row.text;
    this.restored = row.draft !== null && row.draft !== row.text;
    this.#revision = row.revision;
    this.ready = true;
    this.#renewal = setInterval(() => void this.#renew(), RENEW_MS);
  }

  type(text: string): void {
    this.text = text;
    this.kept = false;
    this.failure = null;
    clearTimeout(this.#draft);
    this.#draft = setTimeout(() => void this.#keep(), DRAFT_MS);
  }

  /** True when the text is in the queue. */
  async save(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    clearTimeout(this.#draft);
    try {
      this.saved = await this.backend.edit_save(this.id, this.#revision, this.text);
      this.#stop();
      return true;
    } catch (error) {
      const failure = as_failure(error);
      // Whatever happened, nothing typed is lost.
      await this.#keep();
      if (failure.code === 'stale') await this.#look(failure);
      else this.failure = failure;
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** After `theirs` was seen: this text is saved over it. */
  async save_mine(): Promise<boolean> {
    if (!this.theirs) return false;
    this.#revision = this.theirs.revision;
    this.base = this.theirs.text;
    this.theirs = null;
    return this.save();
  }

  /** Closes. With `discard` what was typed goes, else it is kept. Answers whether a draft stayed. */
  async leave(discard: boolean): Promise<boolean> {
    const changed = !discard && this.text !== this.base;
    clearTimeout(this.#draft);
    if (changed && !this.kept) await this.#keep();
    this.#stop();
    await this.backend.edit_leave(this.id, !changed);
    return changed;
  }

  /** Without a word to the program, as a crash does it: the lease runs out by itself. */
  abandon(): void {
    this.#stop();
  }

  #stop(): void {
    this.#closed = true;
    clearInterval(this.#renewal);
    clearTimeout(this.#draft);
  }

  async #keep(): Promise<void> {
    const text = this.text;
    try {
      await this.backend.edit_draft(this.id, text);
      if (this.text === text) this.kept = true;
    } catch (error) {
      if (!this.#closed) this.failure = as_failure(error);
    }
  }

  async #renew(): Promise<void> {
    try {
      const row = await this.backend.edit_begin(this.id);
      if (this.#closed) return;
      this.lost = false;
      this.#seen(row);
    } catch {
      if (!this.#closed) this.lost = true;
    }
  }

  async #look(otherwise: Failure): Promise<void> {
    try {
      const row = await this.backend.edit_begin(this.id);
      if (row.text === this.base) {
        // Only its time or hold changed: saving again is safe.
        this.#revision = row.revision;
        this.failure = otherwise;
      } else this.theirs = row;
    } catch (error) {
      this.failure = as_failure(error);
    }
  }

  #seen(row: Row): void {
    if (row.text === this.base) this.#revision = row.revision;
    else if (row.revision !== this.#revision) this.theirs = row;
  }
}
