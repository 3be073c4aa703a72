// The fake's own time, so that every screen and test begins at the same moment.

export interface Clock {
  now(): number;
  /** Calls once when the instant has come. Returns how to call it off. */
  at(instant: number, call: () => void): () => void;
}

/** Thursday, 13 August 2026, 14:42:00 in Moscow. */
export const START = Date.parse('2026-08-13T11:42:00Z');

/** Begins at START and runs with the page. */
export function running(start = START): Clock {
  const base = performance.now();
  const now = () => start + performance.now() - base;
  return {
    now,
    at(instant, call) {
      const handle = setTimeout(call, Math.max(0, instant - now()));
      return () => clearTimeout(handle);
    },
  };
}

/** Stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  #calls: { instant: number; call: () => void }[] = [];

  constructor(start = START) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(instant: number, call: () => void): () => void {
    const entry = { instant, call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((each) => each !== entry);
    };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#calls.filter((each) => each.instant <= end).sort((a, b) => a.instant - b.instant)[0];
      if (!next) break;
      this.#calls = this.#calls.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.instant);
      next.call();
    }
    this.#now = end;
  }
}
