// The queue's page: what is shown, where the focus is, what is chosen, and every act on a row.

import { tick } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Act, Failure, Row } from '$lib/backend/contract';
import { t } from '$lib/i18n/index.svelte';
import { settle, type Item } from '$lib/logic/groups';
import { after_leaving, extend, NOTHING, prune, toggle, type Selection } from '$lib/logic/selection';
import { app, as_failure } from './app.svelte';
import { Edit } from './edit.svelte';
import { toasts, voice } from './voice.svelte';

/** A hand that moved this lately is still at work. */
const STILL_MS = 2_500;
/** However busy the hand is, after so long the rows take their places. */
const STILL_AT_MOST_MS = 10_000;

class Queue {
  items = $state.raw<Item[]>([]);
  /** The row that keys act on. */
  focused = $state<number | null>(null);
  selection = $state.raw<Selection>(NOTHING);
  /** Why an act on a row was refused. */
  notes = new SvelteMap<number, Failure>();
  /** Rows that wait for an answer. */
  busy = new SvelteSet<number>();
  edits = new SvelteMap<number, Edit>();
  #hand_at = Number.NEGATIVE_INFINITY;
  #still_since: number | null = null;

  /** Live rows in the order shown. */
  get order(): number[] {
    return this.items.filter((item) => item.gone_at === null).map((item) => item.row.id);
  }

  row(id: number | null): Row | undefined {
    return this.items.find((item) => item.row.id === id && item.gone_at === null)?.row;
  }

  // ── what is shown ────────────────────────────────────────────────────────

  hand(): void {
    this.#hand_at = performance.now();
  }

  get still(): boolean {
    const now = performance.now();
    if (now - this.#hand_at >= STILL_MS) {
      this.#still_since = null;
      return false;
    }
    this.#still_since ??= now;
    if (now - this.#still_since < STILL_AT_MOST_MS) return true;
    this.#still_since = now;
    return false;
  }

  /** Takes what the desk told. Focus that lost its row goes to the next one. */
  show(rows: Row[], now: number): void {
    const before = this.order;
    const active = document.activeElement?.closest<HTMLElement>('[data-row]');
    const had = active ? Number(active.dataset['row']) : null;
    this.items = settle(this.items, rows, now, this.still);
    const after = this.order;
    this.selection = prune(this.selection, after);
    for (const [id] of this.notes) if (!after.includes(id)) this.notes.delete(id);
    if (this.focused === null || !after.includes(this.focused)) {
      this.focused = this.focused === null ? (after[0] ?? null) : after_leaving(this.focused, before, after);
    }
    if (had !== null) void this.#keep_focus(had, before);
  }

  /** The button under the focus, or its row, went: the focus goes to the row, or to the next one. */
  async #keep_focus(had: number, before: number[]): Promise<void> {
    await tick();
    const lost = document.activeElement === null || document.activeElement === document.body;
    const left = !this.order.includes(had);
    if (!lost && !left) return;
    const next = left ? after_leaving(had, before, this.order) : had;
    if (next === null) document.querySelector<HTMLElement>('main h1')?.focus();
    else this.focus(next);
  }

  focus(id: number): void {
    this.focused = id;
    document.querySelector<HTMLElement>(`[data-row="${id}"]`)?.focus();
  }

  move(step: number, extending: boolean): void {
    const order = this.order;
    const at = this.focused === null ? -1 : order.indexOf(this.focused);
    const next = order[Math.min(order.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    if (extending) this.selection = extend(this.selection, next, order, this.focused ?? next);
    this.focus(next);
  }

  choose(id: number, ranging: boolean): void {
    this.selection = ranging ? extend(this.selection, id, this.order) : toggle(this.selection, id);
  }

  choose_all(): void {
    this.selection = { chosen: new Set(this.order), anchor: this.order[0] ?? null };
  }

  choose_none(): void {
    this.selection = NOTHING;
  }

  // ── acts ─────────────────────────────────────────────────────────────────

  /** Asks the program. What the row becomes is what it answers; nothing is drawn before. */
  async act(row: Row, act: Act): Promise<boolean> {
    if (act === 'edit') return this.edit(row);
    if (this.busy.has(row.id)) return false;
    this.busy.add(row.id);
    this.notes.delete(row.id);
    try {
      const answer = await this.#ask(row, act);
      if (answer) app.merge(answer);
      return true;
    } catch (error) {
      this.notes.set(row.id, as_failure(error));
      await app.refresh();
      return false;
    } finally {
      this.busy.delete(row.id);
    }
  }

  async #ask(row: Row, act: Act): Promise<Row | null> {
    const { backend } = app;
    switch (act) {
      case 'arrived':
      case 'again':
      case 'drop':
        return backend.resolve(row.id, act);
      case 'restore':
        return backend.restore(row.id);
      case 'look_again': {
        const answer = await backend.look_again(row.id);
        toasts.show(t().queue.looking_again);
        return answer;
      }
      case 'resend':
        await backend.resend(row.id);
        return null;
      case 'seen':
        await backend.seen(row.id);
        return null;
      case 'edit':
        return null;
      default:
        return backend[act](row.id, row.revision);
    }
  }

  /** One after another, each with what was seen. Says how many did and how many did not. */
  async act_on(rows: Row[], act: Act): Promise<void> {
    let done = 0;
    for (const row of rows) if (await this.act(row, act)) done += 1;
    const refused = rows.length - done;
    toasts.show(refused === 0 ? t().queue.bulk.done(done) : t().queue.bulk.some_refused(done, refused));
    this.choose_none();
  }

  /** Takes the text that the program made from the booking as it is now. */
  async take_proposed(row: Row): Promise<void> {
    const text = row.proposed_text;
    if (text === null || this.busy.has(row.id)) return;
    this.busy.add(row.id);
    this.notes.delete(row.id);
    try {
      const saved = await app.backend.edit_save(row.id, row.revision, text);
      app.merge(saved);
      this.#say_saved(saved);
    } catch (error) {
      this.notes.set(row.id, as_failure(error));
      await app.refresh();
    } finally {
      this.busy.delete(row.id);
    }
  }

  // ── editing ──────────────────────────────────────────────────────────────

  async edit(row: Row, by_hand = true): Promise<boolean> {
    if (this.edits.has(row.id)) return true;
    this.notes.delete(row.id);
    const edit = new Edit(row.id, app.backend, by_hand);
    try {
      await edit.open();
      this.edits.set(row.id, edit);
      return true;
    } catch (error) {
      this.notes.set(row.id, as_failure(error));
      await app.refresh();
      return false;
    }
  }

  async save_edit(row: Row, mine = false): Promise<void> {
    const edit = this.edits.get(row.id);
    if (!edit) return;
    if (mine ? await edit.save_mine() : await edit.save()) {
      // At once: the next click is meant for the row as it is now, and an older one would be refused.
      if (edit.saved) app.merge(edit.saved);
      this.#close(row.id);
      this.#say_saved(edit.saved ?? row);
    }
  }

  /** What waits for a person waits for them with its new words too. */
  #say_saved(row: Row): void {
    const words = t().queue.edit;
    voice.say(row.state === 'queued' ? words.saved(app.name(row)) : words.saved_waits(app.name(row)));
  }

  async leave_edit(row: Row, discard: boolean): Promise<void> {
    const edit = this.edits.get(row.id);
    if (!edit) return;
    try {
      if (await edit.leave(discard)) toasts.show(t().queue.edit.left_with_draft(app.name(row)));
    } catch (error) {
      this.notes.set(row.id, as_failure(error));
    }
    this.#close(row.id);
  }

  async discard_draft(row: Row): Promise<void> {
    try {
      app.merge(await app.backend.edit_leave(row.id, true));
    } catch (error) {
      this.notes.set(row.id, as_failure(error));
    }
  }

  #close(id: number): void {
    this.edits.delete(id);
    void tick().then(() => this.focus(id));
  }

  /** The page is left: every open text is kept as a draft, and said. */
  leave_page(): void {
    for (const edit of this.edits.values()) {
      const row = this.row(edit.id);
      void edit.leave(false).then(
        (kept) => kept && row && toasts.show(t().queue.edit.left_with_draft(app.name(row))),
        () => {},
      );
    }
    this.edits.clear();
    this.items = [];
    this.selection = NOTHING;
    this.notes.clear();
  }
}

export const queue = new Queue();

/** All open rows of the desk: those that are due and those whose booking changed after they were sent. */
export function open_rows(): Row[] {
  const desk = app.desk;
  return desk ? [...desk.changed_after_sent, ...desk.rows] : [];
}
