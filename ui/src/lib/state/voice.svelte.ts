// The one polite live region, and the short notes at the foot of the window.

import { t } from '$lib/i18n/index.svelte';
import { sentence, type Happening } from '$lib/logic/announce';

/** What happens within this time is said together. */
const GATHER_MS = 400;

class Voice {
  /** What the live region holds. */
  said = $state('');
  #waiting: Happening[] = [];
  #handle: ReturnType<typeof setTimeout> | undefined;
  #odd = false;

  tell(...happenings: Happening[]): void {
    if (happenings.length === 0) return;
    this.#waiting.push(...happenings);
    this.#handle ??= setTimeout(() => {
      this.#handle = undefined;
      const words = sentence(this.#waiting, t());
      this.#waiting = [];
      // The same sentence twice is two happenings: an invisible difference makes a reader say it again.
      this.#odd = !this.#odd;
      this.said = words + (this.#odd ? '\u00a0' : '');
    }, GATHER_MS);
  }

  say(text: string): void {
    this.tell({ kind: 'text', text });
  }
}

export const voice = new Voice();

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void } | undefined;
}

/** A toast repeats what can be done elsewhere too; it goes by itself and holds no secret. */
class Toasts {
  all = $state.raw<Toast[]>([]);
  #next = 0;
  #handles = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, action?: Toast['action'], stay_ms = 6_000): number {
    const id = (this.#next += 1);
    this.all = [...this.all.slice(-2), { id, text, action }];
    this.#handles.set(
      id,
      setTimeout(() => this.drop(id), stay_ms),
    );
    voice.say(text);
    return id;
  }

  drop(id: number): void {
    clearTimeout(this.#handles.get(id));
    this.#handles.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  /** The pointer or the focus is on it: it waits. */
  keep(id: number): void {
    clearTimeout(this.#handles.get(id));
  }

  release(id: number): void {
    clearTimeout(this.#handles.get(id));
    this.#handles.set(
      id,
      setTimeout(() => this.drop(id), 3_000),
    );
  }
}

export const toasts = new Toasts();
