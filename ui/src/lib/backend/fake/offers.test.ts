import { describe, expect, it } from 'vitest';
import type { Row } from '../contract';
import { ManualClock } from './clock';
import { HOUR, iso, make } from './data';
import table from './offered.json';
import { acts } from './offers';

const NOW = new ManualClock().now();

type Case = (typeof table.offered)[number];

/** The row that a line of the engine's table is about. */
function row(given: Case): Row {
  const changes: Partial<Row> = {
    state: given.state as Row['state'],
    reason: given.reason ?? '',
    held: given.held ?? false,
    cancel_asked: given.cancel_asked ?? false,
    changed_after_sent: (given.changed_after_sent ?? '') as Row['changed_after_sent'],
    starts_at: iso(given.begun || given.test ? NOW : NOW + 24 * HOUR),
  };
  if (given.no_phone) changes.phone = '';
  if (given.no_text) changes.text = '';
  if (given.test) changes.kind = 'test';
  if (given.edited_elsewhere) changes.editor = { by: 'Борис', until: iso(NOW + 20_000), mine: false };
  return make(1, NOW, 'ru', changes);
}

describe('what the invented program offers', () => {
  it('is what the engine offers, no more and no less', () => {
    expect(table.offered.length).toBeGreaterThan(150);
    for (const given of table.offered) {
      expect(acts(row(given), NOW), JSON.stringify(given)).toEqual(given.acts);
    }
  });
});
