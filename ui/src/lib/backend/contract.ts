// What the window asks of the program, and what it is told.
//
// Instants are RFC 3339 text in UTC. Texts that explain (why, what, means, do_next, message)
// come in the language of the settings and are drawn as they are. `null` means "not yet" or "none".

// ── closed sets ────────────────────────────────────────────────────────────

export type State =
  | 'queued' | 'sending' | 'waiting' | 'unknown' | 'failed'
  | 'accepted' | 'delivered' | 'read' | 'undelivered'
  | 'cancelled' | 'expired' | 'skipped';

/** What can be done with a row now. The engine decides; the screen draws a button for each. */
export type Act =
  | 'send_now' | 'edit' | 'cancel' | 'extend' | 'hold' | 'release' | 'restore'
  | 'arrived' | 'again' | 'drop'
  | 'resend' | 'seen';

export type Language = 'ru' | 'en';
export type Theme = 'system' | 'light' | 'dark';
export type Page = 'queue' | 'today' | 'history' | 'overview' | 'settings';
export type SecretName = 'yclients.partner-token' | 'yclients.user-token' | 'green-api.token';

/** Why something was refused. Every code has a text in both languages. */
export type ErrorCode =
  | 'stale'            // somebody changed it meanwhile: look again
  | 'too_late'         // it is on its way or over
  | 'not_now'          // the state does not allow it
  | 'missing'          // there is no such row any more
  | 'opted_out' | 'bots_own' | 'visit_begun' | 'no_phone' | 'empty_text' | 'text_too_long'
  | 'settings'         // the file or a value is not allowed; `field` says which
  | 'secret_rejected'  // YClients or the gateway does not accept it; the old one is kept
  | 'second_factor'    // the code is wrong
  | 'keyring' | 'yclients' | 'gateway' | 'storage' | 'phone' | 'template' | 'not_set_up' | 'window' | 'internal';

/** Every command that fails, fails with this. `message`: what happened, what it means for the client, what to do. */
export interface Failure {
  code: ErrorCode;
  message: string;
  /** The settings' field or secret it is about, such as `poll_interval_ms`; else empty. */
  field: string;
  /** What exactly happened, in English: the small print. */
  detail: string;
}

// ── rows ───────────────────────────────────────────────────────────────────

export interface Visit {
  booking_id: number;
  starts_at: string;
  master: string;
  services: string[];
  /** No longer part of the message: cancelled, begun or the bot's. */
  dropped: boolean;
}

/** One message. */
export interface Row {
  id: number;
  kind: 'confirmation' | 'test';
  copy: number;
  state: State;
  /** One of the engine's reasons, such as `late`; empty when there is none. */
  reason: string;
  /** The reason in a sentence, with what happens next or what to do; empty when nothing needs explaining. */
  why: string;
  held: boolean;
  /** A person said that it may go. */
  released: boolean;
  /** Who has the editor open, until when; null when nobody. */
  editor: { by: string; until: string; mine: boolean } | null;
  /** E.164, such as +79161234567, or empty. */
  phone: string;
  /** As people write it: +7 916 123-45-67. */
  phone_shown: string;
  client: string;
  /** This number was never written to before. */
  new_number: boolean;
  company_id: number;
  branch: string;
  /** IANA zone of the branch: every date about the visit is shown in it. */
  zone: string;
  starts_at: string;
  visits: Visit[];
  /** Who wrote the booking: a name where it is known, else the user's number as text; empty when unknown. */
  made_by: string;
  booked_at: string | null;
  enqueued_at: string;
  /** When it goes out by itself. */
  due_at: string;
  /** Length of the whole window in milliseconds, for the thin bar: left / window_ms. 0 when none. */
  window_ms: number;
  next_try_at: string | null;
  text: string;
  /** Whose words the text is; empty when the program made it. */
  edited_by: string;
  /** What the program would write now, beside a person's text that no longer fits. */
  proposed_text: string | null;
  /** An unsaved edit. */
  draft: string | null;
  revision: number;
  /** A cancel came too late to be certain; should it certainly not have gone out, it ends cancelled. */
  cancel_asked: boolean;
  claimed_at: string | null;
  accepted_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  finished_at: string | null;
  changed_after_sent: '' | 'moved' | 'changed' | 'cancelled';
  acts: Act[];
}

// ── the desk ───────────────────────────────────────────────────────────────

/** A thing that needs a person, or time. */
export interface Fault {
  /** `branch:962302`, `gateway`, `keyring`, `storage`, `owner`. */
  subject: string;
  code: string;
  what: string;
  means: string;
  do_next: string;
  detail: string;
  since: string | null;
  /** Whose name to show: the branch's title, or empty. */
  title: string;
  /** Passes by itself; shown calmly. */
  passing: boolean;
}

export interface Branch {
  company_id: number;
  title: string;
  zone: string;
  baseline_at: string | null;
  /** How many bookings were there already: nobody is written to about them. */
  baseline_count: number;
  last_poll_at: string | null;
  next_poll_at: string | null;
  /** The fast feed misses bookings here, so everything is read at each poll. */
  truth_only: boolean;
  stopped: boolean;
}

/** Everything the queue's screen, the small window and the banner draw. Told whole after every change. */
export interface Desk {
  /** The program's clock when this was read: countdowns are drawn from it, not from the page's clock. */
  now: string;
  /** A process polls and sends. False: nothing goes out until the program is started. */
  working: boolean;
  enabled: boolean;
  /** `until` null: until resumed. */
  pause: { since: string; until: string | null } | null;
  /** Open rows by their time, and those cancelled in the last ten seconds. */
  rows: Row[];
  /** Sent, and the booking changed since: a person may write again. */
  changed_after_sent: Row[];
  faults: Fault[];
  branches: Branch[];
  gateway: { instance: string; state: string; ready: boolean; state_at: string | null };
  last_poll_at: string | null;
  next_poll_at: string | null;
  /** The last message that was seen on a client's phone, for «Всё отправлено». */
  last_delivered_at: string | null;
  last_delivered_to: string;
  counts: { queued: number; waiting: number; sent_today: number; delivered_today: number; undelivered_today: number; skipped_today: number };
  set_up: boolean;
}

// ── lists ──────────────────────────────────────────────────────────────────

export type ListFilter = 'all' | 'sent' | 'delivered' | 'read' | 'undelivered' | 'not_sent' | 'skipped' | 'call';

export interface ListQuery {
  /** First and last day, `2026-08-14`, both included, by the desk's zone. */
  from: string;
  to: string;
  filter: ListFilter;
  /** A part of the name, of the number, or its last four digits. Empty: all. */
  search: string;
  /** The `next` of the page before; null for the first. */
  after: string | null;
  /** At most 200. */
  limit: number;
}

/** Newest first. */
export interface ListPage {
  rows: Row[];
  /** How many fit the query, all pages together. */
  total: number;
  /** Where the next page begins; null after the last. */
  next: string | null;
}

export interface Overview {
  /** Today by the desk's zone, such as `2026-08-14`. */
  today: string;
  sent: number;
  delivered: number;
  read: number;
  undelivered: number;
  needs_you: number;
  skipped: number;
  /** Fourteen days, oldest first, today last. */
  days: { day: string; sent: number; delivered: number; undelivered: number }[];
  /** Age in seconds of the oldest row that should have gone out already; 0 when none. */
  queue_age_s: number;
  requests_waiting: number;
}

// ── settings ───────────────────────────────────────────────────────────────

/** `manual`: every message waits for a person. Else milliseconds, 0 … 1 800 000. */
export type Delay = number | 'manual';

export interface BranchSettings {
  company_id: number;
  title: string;
  integration_user_ids: number[];
  phone_region: string;
  /** null: what holds for all. */
  notification_delay_ms: Delay | null;
  template: string | null;
  /** null: what holds for all; '' none here. */
  quiet_hours: string | null;
  min_lead_minutes: number | null;
}

export interface Settings {
  enabled: boolean;
  poll_interval_ms: number;
  notification_delay_ms: Delay;
  language: Language;
  /** `21:00-09:00`, or empty. */
  quiet_hours: string;
  min_lead_minutes: number;
  /** Empty: the built-in one. */
  template: string;
  yclients_base_url: string;
  request_gap_ms: number;
  whatsapp_base_url: string;
  instance_id: string;
  send_gap_ms: number;
  branches: BranchSettings[];
  theme: Theme;
  small_window: boolean;
  /** Banners may show names and times. */
  names_in_banners: boolean;
  autostart: boolean;
  /** Keys that the environment decides, such as `poll_interval_ms`: shown, not editable. */
  from_environment: string[];
  /** Set when the file on the disk is broken; the program goes on with the last good settings. */
  file_error: string;
  file_path: string;
}

/** Only what changes. Refused whole, with `field`, when one value is not allowed; nothing is saved then. */
export type SettingsPatch = Partial<Omit<Settings, 'branches' | 'from_environment' | 'file_error' | 'file_path'>> & {
  put_branch?: BranchSettings;
  remove_branch?: number;
};

export interface Secrets {
  /** Whether something is stored; values are never read back. */
  stored: Record<SecretName, boolean>;
  /** Why the keyring cannot be used; empty when it can. */
  trouble: string;
}

export type LoginAnswer =
  | { step: 'done' }
  | { step: 'code'; uuid: string; recipient: string; attempts_left: number | null; ttl_s: number | null };

export interface BranchOffer { company_id: number; title: string; address: string; active: boolean; chosen: boolean }
export interface UserOffer { id: number; name: string; bot: boolean }

/** A right missing in YClients, in words, and where to give it. */
export interface MissingRight { code: string; message: string }

export interface GatewayCheck {
  state: string;
  /** The state in a sentence. */
  what: string;
  ready: boolean;
  /** Own number of the account, as people write it; empty when unknown. */
  phone: string;
  /** Settings of the instance that must be changed, in words. `gateway_mend` sets them. */
  missing: string[];
}

/** `code`: a PNG in base64, good for 20 s. */
export type QrAnswer = { kind: 'code'; png: string } | { kind: 'linked' } | { kind: 'not_yet'; message: string };

export interface Placeholder { name: string; meaning: string; example: string }

export interface TemplateInfo {
  built_in: string;
  placeholders: Placeholder[];
}

export interface Preview { text: string; /** The booking it was made from, or '' for an invented one. */ about: string }

// ── the program ────────────────────────────────────────────────────────────

export interface Program {
  version: string;
  data_dir: string;
  language: Language;
  theme: Theme;
  /** Training: the simulator, a throw-away directory, nothing leaves the computer. */
  training: boolean;
  /** The small window rather than the main one. */
  small: boolean;
  page: Page;
  /** Needs the first-run walk. */
  first_run: boolean;
  /** IANA zone of the desk: the first branch's, else the computer's. */
  zone: string;
  text_limit: number;
}

export type TrainingAct =
  | { kind: 'book'; who: 'new' | 'same_client' | 'two_services' | 'no_phone' | 'online' }
  | { kind: 'move' } | { kind: 'cancel' } | { kind: 'delete' }
  | { kind: 'yclients_offline'; on: boolean } | { kind: 'gateway_offline'; on: boolean }
  | { kind: 'lose_next_answer' } | { kind: 'unlink_phone'; on: boolean } | { kind: 'auto'; on: boolean };

export interface Training {
  yclients_offline: boolean;
  gateway_offline: boolean;
  unlinked: boolean;
  auto: boolean;
  /** What clients' phones show, newest first. */
  phones: { phone: string; text: string; at: string; status: string }[];
  bookings: { id: number; client: string; starts_at: string; deleted: boolean }[];
}

// ── the backend ────────────────────────────────────────────────────────────

/** Each method is one command of the window, granted by name; each rejects with a `Failure`. */
export interface Backend {
  program(): Promise<Program>;
  desk(): Promise<Desk>;
  /** Told after every commit, by whichever process, with the whole desk. Returns how to stop listening. */
  on_desk(listener: (desk: Desk) => void): () => void;
  /** Told which page to show, when another process asks. */
  on_page(listener: (page: Page) => void): () => void;

  // `revision`: what the person saw; the act is refused as `stale` when it changed meanwhile.
  send_now(id: number, revision: number): Promise<Row>;
  cancel(id: number, revision: number): Promise<Row>;
  /** One more minute. */
  extend(id: number, revision: number): Promise<Row>;
  hold(id: number, revision: number): Promise<Row>;
  release(id: number, revision: number): Promise<Row>;
  restore(id: number): Promise<Row>;
  resolve(id: number, word: 'arrived' | 'again' | 'drop'): Promise<Row>;
  /** A new message about the same visits, made from the bookings as they are now. */
  resend(id: number): Promise<Row>;
  /** The change after sending needs nothing more. */
  seen(id: number): Promise<void>;
  /** Opens the editor, or renews its hold; every 10 s while it is open. */
  edit_begin(id: number): Promise<Row>;
  /** Keeps what is typed, through a crash. */
  edit_draft(id: number, text: string): Promise<void>;
  edit_save(id: number, revision: number, text: string): Promise<Row>;
  /** Leaves the editor; with `discard` the draft goes too. */
  edit_leave(id: number, discard: boolean): Promise<Row>;

  /** null: until resumed. */
  pause(until: string | null): Promise<void>;
  resume(): Promise<void>;
  poll_now(): Promise<void>;

  list(query: ListQuery): Promise<ListPage>;
  /** Writes the rows of a query as CSV into the person's downloads; answers with the file's path. */
  export_csv(query: ListQuery): Promise<string>;
  overview(): Promise<Overview>;

  settings(): Promise<Settings>;
  save_settings(patch: SettingsPatch): Promise<Settings>;
  secrets(): Promise<Secrets>;
  /** Tried against the service before it is stored; the old one is kept when it is not accepted. */
  secret_set(name: SecretName, value: string): Promise<Secrets>;
  secret_remove(name: SecretName): Promise<Secrets>;
  yclients_login(login: string, password: string, code: { uuid: string; secret: string } | null): Promise<LoginAnswer>;
  yclients_branches(): Promise<BranchOffer[]>;
  yclients_users(company_id: number): Promise<UserOffer[]>;
  yclients_rights(company_id: number): Promise<MissingRight[]>;
  gateway_check(): Promise<GatewayCheck>;
  gateway_mend(): Promise<GatewayCheck>;
  gateway_qr(): Promise<QrAnswer>;
  template_info(): Promise<TemplateInfo>;
  /** A preview on a real booking of the branch, or on an invented one; fails with `template`. */
  template_preview(template: string, company_id: number | null): Promise<Preview>;
  test_message(phone: string): Promise<Row>;
  first_run_done(): Promise<void>;

  show_main(page: Page): Promise<void>;
  /** The small window asks to go (it comes again with the next message). */
  hide_small(): Promise<void>;

  training(): Promise<Training>;
  training_act(act: TrainingAct): Promise<Training>;
}
