// One ticker for all countdowns: once a second, at the desk's own second, and only while somebody looks.

/** Wall and monotonic clocks further apart than this mean that the computer slept. */
const GAP_MS = 5_000;

class DeskClock {
  /** The desk's time in milliseconds, as of the last tick. */
  now = $state(Date.now());
  #base_desk = Date.now();
  #base_mono = performance.now();
  #base_wall = Date.now();
  #watchers = 0;
  #handle: ReturnType<typeof setTimeout> | undefined;
  /** Called when the clocks disagree: what is on the screen may be old. */
  on_gap: () => void = () => {};

  /** The desk said what time it is. */
  set(desk_now: string): void {
    const at = Date.parse(desk_now);
    if (Number.isNaN(at)) return;
    this.#base_desk = at;
    this.#base_mono = performance.now();
    this.#base_wall = Date.now();
    this.now = at;
    if (this.#handle !== undefined) this.#schedule();
  }

  /** The desk's time this instant. Not reactive. */
  exact(): number {
    return this.#base_desk + (performance.now() - this.#base_mono);
  }

  /** Ticks while at least one is watching. Returns how to stop. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.now = this.exact();
      document.addEventListener('visibilitychange', this.#seen);
      this.#schedule();
    }
    return () => {
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      clearTimeout(this.#handle);
      this.#handle = undefined;
      document.removeEventListener('visibilitychange', this.#seen);
    };
  }

  #seen = () => {
    if (document.hidden) {
      clearTimeout(this.#handle);
      this.#handle = undefined;
    } else this.#tick();
  };

  #tick = () => {
    const mono = performance.now() - this.#base_mono;
    const wall = Date.now() - this.#base_wall;
    if (Math.abs(wall - mono) > GAP_MS) {
      this.#base_wall = Date.now() - mono;
      this.on_gap();
    }
    this.now = this.exact();
    this.#schedule();
  };

  #schedule(): void {
    clearTimeout(this.#handle);
    if (document.hidden) return;
    this.#handle = setTimeout(this.#tick, 1000 - (this.exact() % 1000) + 5);
  }
}

export const clock = new DeskClock();

/** Keeps the ticker running while the component that calls it is on the screen. */
export function ticking(): void {
  $effect(() => clock.watch());
}
