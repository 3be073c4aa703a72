// How much time is left, in words that do not hurry anyone.

/** Whole seconds left, rounded up: 0 only when the time has come. */
export function seconds_left(due: string | number, now: number): number {
  const at = typeof due === 'number' ? due : Date.parse(due);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.ceil((at - now) / 1000));
}

/** «0:23», «12:05», «1:02:03». */
export function digits(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  const rest = String(s % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** The part of the window that is left, 0 … 1, for the thin bar. */
export function part_left(due: string | number, window_ms: number, now: number): number {
  const at = typeof due === 'number' ? due : Date.parse(due);
  if (window_ms <= 0 || Number.isNaN(at)) return 0;
  return Math.min(1, Math.max(0, (at - now) / window_ms));
}
