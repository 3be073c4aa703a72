// What changed between two texts, word by word.

export interface Piece {
  text: string;
  /** In both, only in the old one, only in the new one. */
  kind: 'same' | 'removed' | 'added';
}

/** More words than this are compared whole: the table would grow with the square. */
const LIMIT = 600;

const split = (text: string) => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];

export function diff(before: string, after: string): Piece[] {
  const a = split(before);
  const b = split(after);
  if (a.length > LIMIT || b.length > LIMIT) {
    if (before === after) return before ? [{ text: before, kind: 'same' }] : [];
    return [
      ...(before ? [{ text: before, kind: 'removed' as const }] : []),
      ...(after ? [{ text: after, kind: 'added' as const }] : []),
    ];
  }
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const out: Piece[] = [];
  const add = (text: string, kind: Piece['kind']) => {
    const last = out.at(-1);
    if (last?.kind === kind) last.text += text;
    else out.push({ text, kind });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add(a[i] ?? '', 'same');
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
    ) {
      add(a[i] ?? '', 'removed');
      i += 1;
    } else {
      add(b[j] ?? '', 'added');
      j += 1;
    }
  }
  return out;
}
