// WhatsApp's marks as a client sees them. The answer is plain data: the page draws text nodes, never HTML.

export type Mark = 'bold' | 'italic' | 'strike' | 'mono';

export interface Run {
  text: string;
  marks: Mark[];
  /** Shown as a link, never one. */
  link: boolean;
}

const signs: Record<string, Mark> = { '*': 'bold', _: 'italic', '~': 'strike' };
const word = /[\p{L}\p{N}]/u;
const address = /https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)\]}]/giu;

/** A text longer than this is drawn without marks: nobody formats a novel, and it must stay quick. */
const LIMIT = 20_000;

export function runs(text: string): Run[] {
  if (text.length > LIMIT) return [{ text, marks: [], link: false }];
  const out: Run[] = [];
  const parts = text.split('```');
  // An opening ``` without its close is plain text.
  const closed = parts.length % 2 === 1 ? parts.length : parts.length - 1;
  parts.forEach((part, i) => {
    if (i >= closed) inline('```' + part, [], out);
    else if (i % 2 === 1) {
      if (part.trim() === '') inline('```' + part + '```', [], out);
      else out.push({ text: part, marks: ['mono'], link: false });
    } else inline(part, [], out);
  });
  return joined(out);
}

/** A mark opens before a non-space that follows no word, and closes after a non-space that no word follows. */
function inline(text: string, marks: Mark[], out: Run[]): void {
  let plain = 0;
  let i = 0;
  while (i < text.length) {
    const sign = text[i] ?? '';
    const mark = signs[sign];
    if (mark && !marks.includes(mark) && opens(text, i)) {
      const end = closing(text, i, sign);
      if (end > 0) {
        linked(text.slice(plain, i), marks, out);
        inline(text.slice(i + 1, end), [...marks, mark], out);
        i = end + 1;
        plain = i;
        continue;
      }
    }
    i += 1;
  }
  linked(text.slice(plain), marks, out);
}

function opens(text: string, at: number): boolean {
  const before = text[at - 1];
  const after = text[at + 1];
  return (
    after !== undefined &&
    after !== text[at] &&
    !/\s/u.test(after) &&
    (before === undefined || !word.test(before))
  );
}

function closing(text: string, from: number, sign: string): number {
  const line = text.indexOf('\n', from);
  const stop = line < 0 ? text.length : line;
  for (let end = text.indexOf(sign, from + 2); end > 0 && end < stop; end = text.indexOf(sign, end + 1)) {
    const before = text[end - 1] ?? ' ';
    const after = text[end + 1];
    if (!/\s/u.test(before) && (after === undefined || !word.test(after))) return end;
  }
  return -1;
}

function linked(text: string, marks: Mark[], out: Run[]): void {
  let plain = 0;
  for (const found of text.matchAll(address)) {
    if (found.index > plain) out.push({ text: text.slice(plain, found.index), marks, link: false });
    out.push({ text: found[0], marks, link: true });
    plain = found.index + found[0].length;
  }
  if (plain < text.length) out.push({ text: text.slice(plain), marks, link: false });
}

function joined(all: Run[]): Run[] {
  const out: Run[] = [];
  for (const run of all) {
    const last = out.at(-1);
    if (last && !last.link && !run.link && last.marks.join() === run.marks.join()) last.text += run.text;
    else out.push({ ...run });
  }
  return out;
}
