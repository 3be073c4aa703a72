// What a phone shows beside a message, from the gateway's word for it.

export type Ticks = 'pending' | 'sent' | 'delivered' | 'read' | 'failed';

const words: Record<string, Ticks> = {
  sent: 'sent',
  accepted: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
  undelivered: 'failed',
  noAccount: 'failed',
  yellowCard: 'failed',
  notInGroup: 'failed',
};

export function ticks_of(status: string): Ticks {
  return words[status] ?? 'pending';
}
