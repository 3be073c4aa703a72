// Keys by their place, so that they work the same on a Russian layout.

/** The Latin letter of a key press: what was typed when it is Latin, else what the key would type in English. */
export function letter(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[a-z]$/iu.test(event.key)) return event.key.toLowerCase();
  const place = /^Key([A-Z])$/u.exec(event.code);
  return place?.[1]?.toLowerCase() ?? '';
}

/** 1 … 9 by the key's place, whatever the layout types there; 0 when it is none. */
export function digit(event: Pick<KeyboardEvent, 'code'>): number {
  const place = /^(?:Digit|Numpad)([1-9])$/u.exec(event.code);
  return place ? Number(place[1]) : 0;
}

/** Whether keys belong to a field that is being typed in. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && (target.type === 'checkbox' || target.type === 'radio'))
  );
}
