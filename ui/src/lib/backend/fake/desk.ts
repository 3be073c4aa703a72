// The queue in memory: the same acts, refusals and fates as the engine's, without its rules in full.

import type { Act, Backend, Desk, ErrorCode, Failure, Fault, Language, Row, StopWish } from '../contract';
import type { Clock } from './clock';
import { branches, iso, is_final, make, MINUTE, past, written } from './data';
import { acts } from './offers';
import type { Scene } from './scenes';
import reasons from './reasons.json';
import { by_person, refusals } from './texts';

export const TEXT_LIMIT = 4096;

export class FakeDesk {
  rows = new Map<number, Row>();
  changed = new Map<number, Row>();
  faults: Fault[];
  working: boolean;
  set_up: boolean;
  enabled = true;
  gateway: string;
  pause: Desk['pause'] = null;
  language: Language;
  last_poll: number;
  next_poll: number;
  poll_interval = 60_000;
  delay: number | 'manual' = 30_000;
  past_count: number;
  /** What clients wrote that a person must decide about. */
  stops: StopWish[] = [];
  /** What nobody could work through, by its word and count. */
  aside: string[] = [];
  /** For tests: the next act fails so. */
  refuse_next: ErrorCode | null = null;
  /** For tests: of which rows another look was asked. */
  readonly looked_again: number[] = [];
  /** For tests: what became of the next send. */
  next_fate: 'accepted' | 'unknown' | 'failed' = 'accepted';
  /** Arrivals by themselves. */
  auto = false;
  /** When it all began: the past is counted back from here. */
  readonly started: number;
  #next_id = 900;
  #listeners = new Set<(desk: Desk) => void>();
  #timers = new Map<string, () => void>();
  #told = false;

  constructor(
    readonly clock: Clock,
    scene: Scene,
    language: Language,
  ) {
    this.started = clock.now();
    this.language = language;
    for (const row of scene.rows) this.rows.set(row.id, row);
    for (const row of scene.changed) this.changed.set(row.id, row);
    this.faults = scene.faults;
    this.working = scene.working;
    this.set_up = scene.set_up;
    this.gateway = scene.gateway;
    this.past_count = scene.past;
    this.last_poll = this.#now() - 18_000;
    this.next_poll = this.#now() + 42_000;
    for (const row of this.rows.values()) this.#arm(row);
    this.#poll_later();
  }

  #now = () => this.clock.now();

  // ── reading ──────────────────────────────────────────────────────────────

  desk(): Desk {
    const at = this.#now();
    const all = [...this.rows.values()];
    const open = all.filter(
      (row) =>
        !is_final(row.state) ||
        (row.state === 'cancelled' && at - Date.parse(row.finished_at ?? '') < 10_000),
    );
    const today = this.today();
    const count = (...states: string[]) => today.filter((row) => states.includes(row.state)).length;
    const delivered = today
      .filter((row) => row.delivered_at)
      .sort((a, b) => Date.parse(b.delivered_at ?? '') - Date.parse(a.delivered_at ?? ''))[0];
    return {
      now: iso(at),
      working: this.working,
      enabled: this.enabled,
      pause: this.pause,
      rows: open
        .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id)
        .map((row) => this.shown(row)),
      changed_after_sent: [...this.changed.values()].map((row) => this.shown(row)),
      faults: this.faults,
      branches: this.set_up
        ? branches.map((each) => ({
            ...each,
            baseline_at: '2026-08-01T06:00:00Z',
            baseline_count: 47,
            last_poll_at: iso(this.last_poll),
            next_poll_at: iso(this.next_poll),
            truth_only: false,
            stopped: false,
          }))
        : [],
      gateway: {
        instance: this.set_up ? '1103000001' : '',
        state: this.gateway,
        ready: this.gateway === 'authorized',
        state_at: this.set_up ? iso(at - 12_000) : null,
      },
      last_poll_at: this.set_up ? iso(this.last_poll) : null,
      next_poll_at: this.set_up && this.working ? iso(this.next_poll) : null,
      last_delivered_at: delivered?.delivered_at ?? null,
      last_delivered_to: delivered?.client ?? '',
      counts: {
        queued: open.filter((row) => row.state === 'queued' || row.state === 'sending').length,
        waiting:
          open.filter((row) => ['waiting', 'unknown', 'failed'].includes(row.state)).length +
          this.changed.size,
        sent_today: count('accepted', 'delivered', 'read', 'undelivered'),
        delivered_today: count('delivered', 'read'),
        undelivered_today: count('undelivered'),
        skipped_today: count('skipped'),
      },
      set_up: this.set_up,
    };
  }

  /** A copy with its acts and its reason in words. */
  shown(row: Row): Row {
    const why = (reasons as Record<string, Record<Language, string>>)[row.reason]?.[this.language] ?? '';
    return { ...row, acts: acts(row, this.#now()), why };
  }

  today(): Row[] {
    const begun = Math.min(40, this.past_count);
    return [
      ...[...this.rows.values()].filter((row) => is_final(row.state)),
      ...Array.from({ length: begun }, (_, i) => i)
        .filter((i) => !this.back.has(i))
        .map((i) => this.past(i)),
    ];
  }

  #kept = new Map<number, Row>();
  /** Of the past, and in the queue once more. */
  readonly back = new Set<number>();
  past(index: number): Row {
    const row =
      this.#kept.get(index) ?? past(index, Math.floor(this.started / MINUTE) * MINUTE, this.language);
    if (index < 40) this.#kept.set(index, row);
    return row;
  }

  // ── telling ──────────────────────────────────────────────────────────────

  listen(listener: (desk: Desk) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** After a commit, once for all that changed together. */
  tell(): void {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      const desk = this.desk();
      for (const listener of this.#listeners) listener(desk);
    });
  }

  // ── time ─────────────────────────────────────────────────────────────────

  #later(key: string, at: number, call: () => void): void {
    this.#timers.get(key)?.();
    this.#timers.set(key, this.clock.at(at, call));
  }

  #poll_later(): void {
    this.#later('poll', this.next_poll, () => {
      if (this.working && this.set_up) this.polled();
      this.#poll_later();
    });
  }

  polled(): void {
    if (!this.faults.some((fault) => fault.subject.startsWith('branch'))) this.last_poll = this.#now();
    this.next_poll = this.#now() + this.poll_interval;
    if (this.auto) this.arrive();
    this.tell();
  }

  arrive(changes: Partial<Row> = {}): Row {
    const id = (this.#next_id += 1);
    const at = this.#now();
    const window_ms = this.delay === 'manual' ? 0 : this.delay;
    const row = make(id, at, this.language, {
      enqueued_at: iso(at),
      due_at: iso(at + window_ms),
      window_ms,
      ...(this.delay === 'manual' ? { state: 'waiting' as const, reason: 'manual' } : {}),
      ...changes,
    });
    this.rows.set(id, row);
    this.#arm(row);
    this.tell();
    return this.shown(row);
  }

  #arm(row: Row): void {
    this.#timers.get(`row:${row.id}`)?.();
    if (row.state !== 'queued') return;
    const due = Math.max(Date.parse(row.due_at), Date.parse(row.next_try_at ?? '') || 0);
    this.#later(`row:${row.id}`, due, () => this.#due(row));
  }

  #due(row: Row): void {
    if (row.state !== 'queued' || row.held || this.pause || !this.working) return;
    const lease = row.editor ? Date.parse(row.editor.until) + 10_000 : 0;
    if (lease > this.#now()) {
      this.#later(`row:${row.id}`, lease, () => this.#due(row));
      return;
    }
    row.editor = null;
    if (this.faults.length > 0) {
      row.reason = 'cannot_check';
      row.next_try_at = iso(this.#now() + 30_000);
      this.#arm(row);
      this.tell();
      return;
    }
    this.#send(row);
  }

  #send(row: Row): void {
    row.state = 'sending';
    row.reason = '';
    row.next_try_at = null;
    row.claimed_at = iso(this.#now());
    this.tell();
    this.#later(`row:${row.id}`, this.#now() + 1_600, () => {
      const fate = this.next_fate;
      this.next_fate = 'accepted';
      row.state = fate;
      if (fate === 'unknown') row.reason = 'not_found';
      if (fate === 'failed') {
        row.reason = 'no_whatsapp';
        row.finished_at = iso(this.#now());
      }
      if (fate === 'accepted') {
        row.accepted_at = iso(this.#now());
        this.#later(`row:${row.id}`, this.#now() + 2_500, () => {
          row.state = 'delivered';
          row.delivered_at = iso(this.#now());
          this.tell();
          this.#later(`row:${row.id}`, this.#now() + 9_000, () => {
            row.state = 'read';
            row.read_at = iso(this.#now());
            this.tell();
          });
        });
      }
      this.tell();
    });
  }

  #window(row: Row): void {
    row.window_ms = this.delay === 'manual' ? 30_000 : this.delay;
    row.due_at = iso(this.#now() + row.window_ms);
    row.state = 'queued';
    row.reason = '';
    row.next_try_at = null;
    row.finished_at = null;
    this.#arm(row);
  }

  // ── acts ─────────────────────────────────────────────────────────────────

  fail(code: ErrorCode, field = '', detail = ''): Failure {
    return { code, message: refusals[code][this.language], field, detail: detail || `refused: ${code}` };
  }

  #row(id: number): Row {
    const row = this.rows.get(id) ?? this.changed.get(id) ?? this.#old(id);
    if (!row) throw this.fail('missing');
    return row;
  }

  #old(id: number): Row | undefined {
    const index = id - 100_000;
    return index >= 0 && index < this.past_count ? this.past(index) : undefined;
  }

  /** One act: the revision, the state, then the change. */
  async #act(id: number, revision: number | null, act: Act | null, change: (row: Row) => void): Promise<Row> {
    await Promise.resolve();
    if (this.refuse_next) {
      const code = this.refuse_next;
      this.refuse_next = null;
      throw this.fail(code);
    }
    const row = this.#row(id);
    if (row.state === 'sending') {
      if (act === 'cancel') row.cancel_asked = true;
      this.tell();
      throw this.fail('too_late');
    }
    if (revision !== null && revision !== row.revision) throw this.fail('stale');
    if (act && !acts(row, this.#now()).includes(act))
      throw this.fail(is_final(row.state) ? 'too_late' : 'not_now');
    change(row);
    row.revision += 1;
    this.tell();
    return this.shown(row);
  }

  queue_acts(): Pick<
    Backend,
    | 'send_now'
    | 'cancel'
    | 'extend'
    | 'hold'
    | 'release'
    | 'restore'
    | 'look_again'
    | 'resolve'
    | 'resend'
    | 'seen'
    | 'edit_begin'
    | 'edit_draft'
    | 'edit_save'
    | 'edit_leave'
    | 'pause'
    | 'resume'
    | 'poll_now'
  > {
    return {
      send_now: (id, revision) =>
        this.#act(id, revision, 'send_now', (row) => {
          row.released = true;
          row.held = false;
          row.editor = null;
          row.draft = null;
          this.#send(row);
        }),
      cancel: (id, revision) =>
        this.#act(id, revision, 'cancel', (row) => {
          row.state = 'cancelled';
          row.reason = 'by_person';
          row.editor = null;
          row.finished_at = iso(this.#now());
          this.#later(`row:${row.id}`, this.#now() + 10_000, () => this.tell());
        }),
      extend: (id, revision) =>
        this.#act(id, revision, 'extend', (row) => {
          row.due_at = iso(Math.max(Date.parse(row.due_at), this.#now()) + MINUTE);
          row.window_ms += MINUTE;
          this.#arm(row);
        }),
      hold: (id, revision) =>
        this.#act(id, revision, 'hold', (row) => {
          row.held = true;
        }),
      release: (id, revision) =>
        this.#act(id, revision, 'release', (row) => {
          row.held = false;
          row.released = true;
          this.#window(row);
        }),
      restore: (id) =>
        this.#act(id, null, 'restore', (row) => {
          if (!this.rows.has(id)) {
            this.back.add(id - 100_000);
            this.rows.set(id, row);
          }
          row.text ||= written(row.client, row.visits, row.zone, this.language, row.branch);
          row.released = true;
          this.#window(row);
        }),
      look_again: (id) => this.#act(id, null, 'look_again', (row) => void this.looked_again.push(row.id)),
      resolve: (id, word) =>
        this.#act(id, null, word, (row) => {
          if (word === 'arrived') {
            row.state = 'accepted';
            row.accepted_at = iso(this.#now());
          } else if (word === 'again') {
            row.released = true;
            this.#window(row);
          } else {
            row.state = 'cancelled';
            row.reason = 'by_person';
            row.finished_at = iso(this.#now());
            this.#later(`row:${row.id}`, this.#now() + 10_000, () => this.tell());
          }
        }),
      resend: async (id) => {
        await Promise.resolve();
        const old = this.#row(id);
        this.changed.delete(id);
        const { client, phone, phone_shown, visits, starts_at, zone, branch, company_id } = old;
        return this.arrive({
          client,
          phone,
          phone_shown,
          visits,
          starts_at,
          zone,
          branch,
          company_id,
          copy: old.copy + 1,
          new_number: false,
          text: written(client, visits, zone, this.language, branch),
        });
      },
      seen: async (id) => {
        await Promise.resolve();
        if (!this.changed.delete(id)) throw this.fail('missing');
        this.tell();
      },
      edit_begin: async (id) => {
        await Promise.resolve();
        const row = this.#row(id);
        if (row.state === 'sending') throw this.fail('too_late');
        if (!['queued', 'waiting', 'failed'].includes(row.state)) throw this.fail('too_late');
        if (row.editor && !row.editor.mine && Date.parse(row.editor.until) > this.#now())
          throw this.fail('not_now');
        row.editor = { by: by_person[this.language], until: iso(this.#now() + 30_000), mine: true };
        this.tell();
        return this.shown(row);
      },
      edit_draft: async (id, text) => {
        await Promise.resolve();
        this.#row(id).draft = text;
        this.tell();
      },
      edit_save: async (id, revision, text) => {
        await Promise.resolve();
        if (text.trim() === '') throw this.fail('empty_text');
        if (text.length > TEXT_LIMIT) throw this.fail('text_too_long');
        return this.#act(id, revision, null, (row) => {
          if (is_final(row.state)) throw this.fail('too_late');
          row.text = text;
          row.edited_by = by_person[this.language];
          row.draft = null;
          row.editor = null;
          row.proposed_text = null;
          // What waits for a person waits for them still.
          if (row.state === 'queued') this.#window(row);
        });
      },
      edit_leave: async (id, discard) => {
        await Promise.resolve();
        const row = this.#row(id);
        row.editor = null;
        if (discard) row.draft = null;
        if (row.state === 'queued') {
          row.due_at = iso(Math.max(Date.parse(row.due_at), this.#now() + 10_000));
          this.#arm(row);
        }
        this.tell();
        return this.shown(row);
      },
      pause: async (until) => {
        await Promise.resolve();
        this.pause = { since: iso(this.#now()), until };
        if (until) this.#later('pause', Date.parse(until), () => this.#resume());
        this.tell();
      },
      resume: async () => {
        await Promise.resolve();
        this.#resume();
      },
      poll_now: async () => {
        await Promise.resolve();
        this.polled();
        this.#poll_later();
      },
    };
  }

  #resume(): void {
    this.pause = null;
    for (const row of this.rows.values()) {
      if (row.state === 'queued' && !row.held && Date.parse(row.due_at) < this.#now() + 10_000)
        this.#window(row);
    }
    this.tell();
  }
}
