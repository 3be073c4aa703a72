// Several rows at once: a set and an anchor, as lists everywhere do it.

export interface Selection {
  chosen: ReadonlySet<number>;
  /** Where a range begins. */
  anchor: number | null;
}

export const NOTHING: Selection = { chosen: new Set(), anchor: null };

export function toggle(selection: Selection, id: number): Selection {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { chosen, anchor: id };
}

/** All from the anchor to this one, in the order shown; what was chosen elsewhere stays. */
export function extend(selection: Selection, to: number, order: number[], from: number = to): Selection {
  const anchor = selection.anchor !== null && order.includes(selection.anchor) ? selection.anchor : from;
  const a = order.indexOf(anchor);
  const b = order.indexOf(to);
  if (b < 0) return selection;
  const chosen = new Set(selection.chosen);
  for (const id of order.slice(Math.min(a, b), Math.max(a, b) + 1)) chosen.add(id);
  return { chosen, anchor };
}

/** Without those that are no longer there. The same object when nothing changed. */
export function prune(selection: Selection, order: number[]): Selection {
  const there = new Set(order);
  const chosen = new Set([...selection.chosen].filter((id) => there.has(id)));
  if (chosen.size === selection.chosen.size) return selection;
  return {
    chosen,
    anchor: selection.anchor !== null && there.has(selection.anchor) ? selection.anchor : null,
  };
}

/** Who has the focus after `id` left: the next one, else the one before, else nobody. */
export function after_leaving(id: number, before: number[], now: number[]): number | null {
  const there = new Set(now);
  const at = before.indexOf(id);
  if (at < 0) return now[0] ?? null;
  for (const each of before.slice(at)) if (there.has(each)) return each;
  for (const each of before.slice(0, at).reverse()) if (there.has(each)) return each;
  return null;
}
