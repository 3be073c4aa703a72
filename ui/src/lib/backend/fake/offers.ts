// What can be done with a row now, as the engine has it: `offered.json` is made from the engine, and a test
// holds this to it.

import type { Act, Row } from '../contract';

/** Of these a person can ask nothing: somebody else's word stands, or there is no message of its own. */
const NEVER = ['opted_out', 'gathered'];

export function acts(row: Row, at: number): Act[] {
  const test = row.kind === 'test';
  const ahead = at < Date.parse(row.starts_at);
  const may_go = row.phone !== '' && (ahead || test);
  const sendable = may_go && row.text !== '';
  const elsewhere = row.editor !== null && !row.editor.mine && at < Date.parse(row.editor.until);
  const changed = row.changed_after_sent !== '';
  const out: Act[] = [];
  const offer = (act: Act, when = true) => when && out.push(act);
  switch (row.state) {
    case 'queued':
    case 'waiting':
    case 'failed':
      offer('send_now', sendable);
      offer('edit', !elsewhere);
      offer('cancel');
      if (row.state === 'queued' && !row.held) out.push('extend', 'hold');
      else if (row.state !== 'failed') offer('release', sendable);
      break;
    case 'sending':
      offer('cancel', !row.cancel_asked);
      break;
    case 'unknown':
      offer('arrived');
      offer('again', sendable);
      offer('drop');
      offer('seen', changed);
      break;
    case 'accepted':
    case 'delivered':
    case 'read':
    case 'undelivered':
      offer('resend', !test && row.changed_after_sent !== 'cancelled' && (ahead || changed));
      offer('seen', changed);
      break;
    case 'cancelled':
    case 'expired':
    case 'skipped':
      if (row.reason === 'in_yclients') offer('look_again', row.state === 'cancelled' && ahead);
      else if (row.reason === 'unreadable') offer('look_again', row.state === 'skipped' && ahead);
      else offer('restore', !test && may_go && !NEVER.includes(row.reason));
      break;
  }
  return out;
}
