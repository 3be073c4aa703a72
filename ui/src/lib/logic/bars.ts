// Where the bars of a chart stand.

export interface Day {
  day: string;
  sent: number;
  delivered: number;
  undelivered: number;
}

export interface Part {
  kind: 'delivered' | 'on_way' | 'undelivered';
  y: number;
  height: number;
}

export interface Bar {
  day: string;
  sent: number;
  undelivered: number;
  x: number;
  width: number;
  /** The upper edge of the highest part. */
  top: number;
  parts: Part[];
}

/** Room above the highest bar, for its number. */
const ABOVE = 18;
/** Something is always to be seen of a part that is there. */
const LEAST = 2;

/** Bars of equal width over the whole `width`; the highest day fills `height`. */
export function bars(days: Day[], width: number, height: number): { bars: Bar[]; gap: number } {
  const step = width / Math.max(1, days.length);
  const gap = step * 0.36;
  const most = Math.max(1, ...days.map((day) => day.sent));
  const scale = (height - ABOVE) / most;
  return {
    gap,
    bars: days.map((day, i) => {
      const undelivered = Math.min(day.undelivered, day.sent);
      const delivered = Math.min(day.delivered, day.sent - undelivered);
      const counts = [
        ['delivered', delivered],
        ['on_way', day.sent - delivered - undelivered],
        ['undelivered', undelivered],
      ] as const;
      let y = height;
      const parts: Part[] = [];
      for (const [kind, count] of counts) {
        if (count <= 0) continue;
        const tall = Math.max(LEAST, count * scale);
        y -= tall;
        parts.push({ kind, y, height: tall });
      }
      return {
        day: day.day,
        sent: day.sent,
        undelivered,
        x: i * step + gap / 2,
        width: step - gap,
        top: y,
        parts,
      };
    }),
  };
}
