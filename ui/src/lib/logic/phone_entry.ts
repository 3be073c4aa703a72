// A phone number as a person types it. The program reads it again by the rules of its country.

export interface Typed {
  /** +79161234567 */
  e164: string;
  /** +7 916 123-45-67 */
  shown: string;
}

/** Null: this cannot be a whole number yet. A leading 8, or ten digits, is a Russian one. */
export function read_phone(typed: string): Typed | null {
  const text = typed.trim();
  if (!/^\+?[\d\s().\u00a0–-]+$/u.test(text)) return null;
  let digits = text.replace(/\D/gu, '');
  if (!text.startsWith('+')) {
    if (digits.length === 11 && digits.startsWith('8')) digits = `7${digits.slice(1)}`;
    else if (digits.length === 10 && digits.startsWith('9')) digits = `7${digits}`;
    // Without the plus only a Russian number is sure to be one.
    else if (!digits.startsWith('7')) return null;
  }
  if (digits.startsWith('7') ? digits.length !== 11 : digits.length < 9 || digits.length > 15) return null;
  return { e164: `+${digits}`, shown: spaced(digits) };
}

function spaced(digits: string): string {
  const seven = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/u.exec(digits);
  if (seven) return `+7 ${seven[1]} ${seven[2]}-${seven[3]}-${seven[4]}`;
  return `+${digits}`;
}
