// The hours in which nothing is sent: `21:00-09:00` in the branch's zone, or none.

export interface Quiet {
  from: string;
  to: string;
}

export const USUAL_QUIET: Quiet = { from: '21:00', to: '09:00' };

/** `9`, `930`, `9:30`, `9.30`, `09:30` → `09:30`; null when it is no time of day. */
export function parse_time(typed: string): string | null {
  const text = typed.trim();
  const found =
    /^(\d{1,2})[:.\-\s](\d{2})$/u.exec(text) ?? /^(\d{1,2})(\d{2})$/u.exec(text) ?? /^(\d{1,2})$/u.exec(text);
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2] ?? 0);
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** The two ends of what the settings hold; null when nothing is set. */
export function parse_quiet(setting: string): Quiet | null {
  const [from = '', to = ''] = setting.split('-');
  return from && to ? { from, to } : null;
}

export type QuietFault = 'from' | 'to' | 'same';

/** What is wrong with what was typed; null when nothing is. */
export function quiet_fault({ from, to }: Quiet): QuietFault | null {
  const start = parse_time(from);
  const end = parse_time(to);
  if (!start) return 'from';
  if (!end) return 'to';
  return start === end ? 'same' : null;
}

/** As the settings keep it. Half-typed hours stay as they are typed: the program refuses them. */
export function quiet_text({ from, to }: Quiet): string {
  return `${parse_time(from) ?? from}-${parse_time(to) ?? to}`;
}

/** They go over midnight: from an evening to the next morning. */
export function over_night({ from, to }: Quiet): boolean {
  return (parse_time(from) ?? '') > (parse_time(to) ?? '');
}
