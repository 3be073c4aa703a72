// What of a form differs from what is saved.

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Only the keys whose values differ. */
export function changed<T extends object>(saved: T, draft: T): Partial<T> {
  const out: Partial<T> = {};
  for (const key of Object.keys(draft) as (keyof T)[]) {
    if (!same(saved[key], draft[key])) out[key] = draft[key];
  }
  return out;
}

/** `branches[962302].quiet_hours` and `quiet_hours` are both about `quiet_hours`. */
export function field_of(field: string): string {
  return field.split(/[.\]]/u).filter(Boolean).at(-1) ?? '';
}

/** A placeholder at the caret: the new text, and where the caret goes. */
export function insert_at(
  text: string,
  from: number,
  to: number,
  piece: string,
): { text: string; caret: number } {
  return { text: text.slice(0, from) + piece + text.slice(to), caret: from + piece.length };
}
